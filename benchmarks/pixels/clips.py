"""Real clips, a frame a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from core.arrays import U8
from core.errors import ConfigError
from models.observers.placing import Reference

FIXED: Final = {"plaza": True, "pets09_s2l1": True, "highway": True, "car_detection": False, "topdown_traffic": False}
"""Clips that are known, by the name of their file, and whether the camera stood still: the fourth drifts by up to 8
pixels in 30 s, the fifth hangs in the air. What else is given is taken to stand still.
"""
FPS: Final = {"highway": 30.0}
"""Where the container's rate (60) is not that of the camera."""
STILL_PX: Final = 1.0
"""Within which it stands still."""
MOST: Final = 90
"""Frames kept of a clip: 120 MB at 768 × 576."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames (height, width, 3) BGR, one second apart; played to and fro.

    Attributes:
        drift: (x, y) pixels by which each shows the place off from where the first does; empty where it stands still.
    """

    name: str
    frames: tuple[U8, ...]
    fixed: bool
    drift: tuple[tuple[float, float], ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.frames[0].shape[1], self.frames[0].shape[0]

    def at(self, second: int) -> U8:
        """The frame at a second: a copy."""
        return self.frames[to_and_fro(second, len(self.frames))].copy()

    def lies(self, second: int) -> tuple[float, float]:
        """How far (x, y) the place lies off at a second: what stands in the street stands there, too."""
        return self.drift[to_and_fro(second, len(self.frames))] if self.drift else (0.0, 0.0)


def load(path: Path) -> Clip:
    """Read a clip.

    Raises:
        ConfigError: it cannot be read.
    """
    frames = tuple(pictures(path, 1, MOST))
    if not frames:
        raise ConfigError("error-file-unreadable", path=path, reason="no frame")
    return Clip(path.stem, frames, FIXED.get(path.stem, True), drift_of(frames))


def drift_of(frames: Sequence[U8]) -> tuple[tuple[float, float], ...]:
    """(x, y) pixels by which each of some frames (height, width, 3) BGR shows the place off from where the first does;
    where that cannot be told, as the one before. Empty where the camera stands still.
    """
    first, *others = (np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8) for frame in frames)
    reference, drift = Reference(first), [(0.0, 0.0)]
    for luma in others:
        drift.append(reference.near(luma, drift[-1]) or drift[-1])
    return tuple(drift) if max(float(np.hypot(*one)) for one in drift) >= STILL_PX else ()


def pictures(path: Path, per_s: int, most: int) -> Iterator[U8]:
    """Pictures (height, width, 3) BGR of a clip, so many a second, at most `most`; none where it cannot be read."""
    video = cv2.VideoCapture(str(path))
    rate = FPS.get(path.stem) or video.get(cv2.CAP_PROP_FPS) or 25.0
    taken = number = 0
    while taken < most and video.grab():
        if number >= taken * rate / per_s:
            yield np.asarray(video.retrieve()[1], np.uint8)
            taken += 1
        number += 1
    video.release()


def to_and_fro(step: int, count: int) -> int:
    """Which of `count` pictures is shown at a step, when they are played forward, backward, forward …"""
    there = step % max(2 * count - 2, 1)
    return min(there, 2 * count - 2 - there) if count > 1 else 0
