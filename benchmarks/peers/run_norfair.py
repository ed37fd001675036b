"""Norfair: its tracker over boxes by IoU; an object is seen where a detection was matched in this very frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from norfair import Detection, Tracker  # type: ignore[import-not-found]
from peer_io import Player, Setting, main  # type: ignore[import-not-found]

DISTANCE_THRESHOLD = 0.7
"""Has no default in the package; this is the value of its own demo for boxes."""


def make(_setting: Setting) -> Player:
    """Package defaults, distance IoU."""
    tracker = Tracker(distance_function="iou", distance_threshold=DISTANCE_THRESHOLD)
    given: list[Any] = []

    def step(xyxy: Any, score: Any) -> Any:
        given[:] = [
            Detection(box.reshape(2, 2), scores=np.repeat(s, 2))
            for box, s in zip(xyxy.astype(float), score, strict=True)
        ]
        return tracker.update(given)

    def seen(answer: Any) -> Any:
        now = {id(d) for d in given}
        return [(o.id, *o.estimate.ravel()) for o in answer if id(o.last_detection) in now]

    return Player(step, seen)


if __name__ == "__main__":
    main(make)
