"""Roboflow's `trackers`: ByteTrack, C-BIoU, OC-SORT, SORT, package defaults. They answer with the detections' boxes."""

from __future__ import annotations

from typing import Any

import supervision as sv  # type: ignore[import-not-found]
from peer_io import Player, Setting, main  # type: ignore[import-not-found]

import trackers

CLASSES = {
    "bytetrack": "ByteTrackTracker",
    "cbiou": "CBIoUTracker",
    "ocsort": "OCSORTTracker",
    "sort": "SORTTracker",
}


def make(setting: Setting) -> Player:
    """Package defaults, 30 frames a second among them: given the true rate of these sequences, it loses identities."""
    tracker = getattr(trackers, CLASSES[setting.tracker])()

    def step(xyxy: Any, score: Any) -> Any:
        return tracker.update(sv.Detections(xyxy=xyxy, confidence=score))

    def seen(answer: Any) -> Any:
        return [(t, *b) for t, b in zip(answer.tracker_id, answer.xyxy, strict=True) if t >= 0]

    return Player(step, seen)


if __name__ == "__main__":
    main(make)
