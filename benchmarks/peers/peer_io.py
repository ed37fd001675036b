"""What all peer scripts share: scenes in, boxes and times out. Runs in a peer's own environment; needs numpy alone.

A script is called `run_NAME.py JOB.json`. The job names the tracker, the distributions, and scenes: an `.npz` each
with `offsets` (T + 1) int, `xyxy` (N, 4) float32 and `score` (N) float32, in a picture of `width` by `height` pixels
at `fps` frames a second. Every scene is played `repeats` times by a fresh tracker; its first `warm` frames are not
timed. Where a scene names `out`, the boxes that the tracker reports as seen at each frame are written there as
MOTChallenge rows. `job["answer"]` receives the versions and, for every scene, the milliseconds a frame of each repeat:
only the tracker's update, with what its user must do to put detections into its type. Progress is a line
`scene NAME` on standard output.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Setting(NamedTuple):
    """What a tracker may want to know when it is made."""

    tracker: str
    fps: float
    width: int
    height: int


class Player(NamedTuple):
    """One tracker at work: `step` is timed, `seen` reads its answer as rows of id, left, top, right, bottom."""

    step: Callable[[Any, Any], Any]
    seen: Callable[[Any], Any]


def main(make: Callable[[Setting], Player]) -> None:
    """Play the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answer: dict[str, Any] = {
        "versions": {name: version(name) for name in job["distributions"]},
        "python": sys.version.split()[0],
        "ms": {},
    }
    for scene in job["scenes"]:
        print("scene", scene["name"], flush=True)
        setting = Setting(job["tracker"], scene["fps"], scene["width"], scene["height"])
        answer["ms"][scene["name"]] = [_play(make(setting), scene, n == 0) for n in range(scene["repeats"])]
    Path(job["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def _play(player: Player, scene: dict[str, Any], write: bool) -> float:
    data = np.load(scene["npz"])
    offsets, xyxy, score = data["offsets"], data["xyxy"], data["score"]
    frames = len(offsets) - 1
    seconds = 0.0
    lines = []
    for frame in range(frames):
        rows = slice(offsets[frame], offsets[frame + 1])
        boxes, scores = xyxy[rows].copy(), score[rows].copy()
        began = time.perf_counter()
        answer = player.step(boxes, scores)
        if frame >= scene["warm"]:
            seconds += time.perf_counter() - began
        if write and scene["out"]:
            for track, x1, y1, x2, y2 in player.seen(answer):
                lines.append(f"{frame + 1},{int(track)},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,-1,-1,-1\n")
    if write and scene["out"]:
        Path(scene["out"]).write_text("".join(lines), encoding="ascii")
    timed: int = frames - scene["warm"]
    return 1000 * seconds / timed
