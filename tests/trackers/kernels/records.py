"""Records of the kinds that the kernels work on."""

from __future__ import annotations

from typing import Any

import numpy as np

from trackers.kernels.state import CAMERA, TRACK
from trackers.params import TrackerParams

PARAMS = TrackerParams()
RECORD: Any = PARAMS.record()[0]
"""The same, as the kernels read them."""


def tracks_at(boxes: Any, *, kind: int = 0) -> Any:
    """Confirmed, well-known tracks at boxes (n, 4) of centre and size, seen at time 0."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    tracks: Any = np.zeros(len(boxes), TRACK)
    tracks["value"] = boxes
    side = boxes[:, 2:].max(axis=1)
    tracks["vv"] = ((PARAMS.place_noise * side) ** 2)[:, None] / 4
    tracks["noise"] = (PARAMS.place_noise * side) ** 2
    tracks["size_var"] = ((PARAMS.size_noise * side) ** 2)[:, None] / 4
    tracks["rr"] = ((0.1 * side) ** 2)[:, None]
    tracks["confirmed"], tracks["hits"], tracks["kind"], tracks["det"] = True, 10, kind, -1
    tracks["track_id"] = np.arange(1, len(boxes) + 1)
    return tracks


def camera_now(now_ns: int = 0) -> Any:
    camera: Any = np.zeros(1, CAMERA)
    camera["now_ns"] = now_ns
    return camera[0]
