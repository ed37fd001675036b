"""Who is in a clip, as the shipped detector finds them, and who is added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.pixels.clips import Clip, pictures, to_and_fro
from core.arrays import F32, I16, U8, offsets_of
from core.detections import DetectionBatch
from core.frames import ClockSource, FrameBatch, FrameMeta
from core.protocols import Detector
from models.observers.placing import Reference
from pipeline.sources.surfaces import ArraySurface

RATE: Final = 5
"""Frames of a clip a second in which its users are known."""
STILL_PX: Final = 1.0
SCORE: Final = 0.8
"""Of those who are added."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Boxes (N, 4), scores (N) and classes (N) of one frame."""

    xyxy: F32
    score: F32
    class_id: I16

    def batch(self, frame: FrameMeta, added: Sequence[tuple[tuple[float, float, float, float], int]]) -> DetectionBatch:
        """As detections of a frame, with boxes and classes of those who are added."""
        boxes = np.array([box for box, _ in added], np.float32).reshape(-1, 4)
        classes = np.array([cls for _, cls in added], np.int16)
        return DetectionBatch(
            (frame,),
            offsets_of([len(self.xyxy) + len(boxes)]),
            np.concatenate((self.xyxy, boxes)),
            np.concatenate((self.score, np.full(len(boxes), SCORE, np.float32))),
            np.concatenate((self.class_id, classes)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class RoadUsers:
    """Those of a clip, `RATE` times a second; played to and fro with it."""

    frames: tuple[Found, ...]

    def at(self, tick: int) -> Found:
        """Those at a time in steps of 1 / `RATE` s."""
        return self.frames[to_and_fro(tick, len(self.frames))]


def frame_of(tick: int, size: tuple[int, int]) -> FrameMeta:
    """The frame at such a time."""
    ns = tick * 1_000_000_000 // RATE
    return FrameMeta("cam", 0, tick, ns, ClockSource.FILE, 0, ns, *size)


def look_for(path: Path, clip: Clip, detector: Detector) -> RoadUsers:
    """Find them in a clip that can be read."""
    found: list[Found] = []
    for tick, picture in enumerate(pictures(path, RATE, (len(clip.frames) - 1) * RATE + 1)):
        seen = detector.detect(FrameBatch((frame_of(tick, clip.size),), (ArraySurface(picture),)))
        found.append(Found(seen.xyxy, seen.score, seen.class_id))
    return RoadUsers(tuple(found))


def stands_still(clip: Clip) -> bool:
    """Whether its camera does: what is put into a picture that drifts would not drift with it."""
    first, *rest = (cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in clip.frames[::5])
    reference = Reference(np.asarray(first, np.uint8))
    shifts = [reference.near(np.asarray(frame, np.uint8), (0.0, 0.0)) for frame in rest]
    return all(shift is None or float(np.hypot(*shift)) < STILL_PX for shift in shifts)


def middle_of(clip: Clip) -> U8:
    """What a clip shows when nobody is there: the median (h, w, 3) of its frames."""
    return np.asarray(np.median(np.stack(clip.frames[:: max(len(clip.frames) // 25, 1)]), axis=0), np.uint8)
