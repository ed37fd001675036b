"""supervision's zones and lines on the boxes of a junction: milliseconds a frame, of processor time.

Called with a job: `tracks` (.npz with `xyxy` (T, N, 4), `track_id` and `class_id` (T, N)), `zones` (polygons), `lines`
(start, end), `warm` frames that are not timed, and where to write the `answer`.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import supervision as sv  # type: ignore[import-not-found]


def main() -> None:
    """Play the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    tracks = np.load(job["tracks"])
    foot = [sv.Position.BOTTOM_CENTER]
    zones = [sv.PolygonZone(np.array(polygon, np.int64), triggering_anchors=foot) for polygon in job["zones"]]
    lines = [sv.LineZone(sv.Point(*start), sv.Point(*end), triggering_anchors=foot) for start, end in job["lines"]]
    times: dict[str, list[float]] = {"zones": [], "lines": []}
    for xyxy, track_id, class_id in zip(tracks["xyxy"], tracks["track_id"], tracks["class_id"], strict=True):
        detections = sv.Detections(xyxy=xyxy, tracker_id=track_id, class_id=class_id.astype(int))
        for name, places in (("zones", zones), ("lines", lines)):
            began = time.thread_time()
            for place in places:
                place.trigger(detections)
            times[name].append(time.thread_time() - began)
    both = np.sum([times[name][job["warm"] :] for name in times], axis=0)
    answer = {"version": version("supervision"), "median_ms": float(np.median(both)) * 1e3}
    answer |= {name: float(np.median(values[job["warm"] :])) * 1e3 for name, values in times.items()}
    Path(job["answer"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
