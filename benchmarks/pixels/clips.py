"""Real clips, a frame a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from core.arrays import U8
from core.errors import ConfigError

FIXED: Final = {"plaza": True, "pets09_s2l1": True, "highway": True, "car_detection": False, "topdown_traffic": False}
"""Clips that are known, by the name of their file, and whether the camera stood still: the fourth drifts by up to 8
pixels in 30 s, the fifth hangs in the air. What else is given is taken to stand still.
"""
FPS: Final = {"highway": 30.0}
"""Where the container's rate (60) is not that of the camera."""
MOST: Final = 90
"""Frames kept of a clip: 120 MB at 768 × 576."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames (height, width, 3) BGR, one second apart; played to and fro."""

    name: str
    frames: tuple[U8, ...]
    fixed: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.frames[0].shape[1], self.frames[0].shape[0]

    def at(self, second: int) -> U8:
        """The frame at a second: a copy."""
        return self.frames[to_and_fro(second, len(self.frames))].copy()


def load(path: Path) -> Clip:
    """Read a clip.

    Raises:
        ConfigError: it cannot be read.
    """
    frames = tuple(pictures(path, 1, MOST))
    if not frames:
        raise ConfigError("error-file-unreadable", path=path, reason="no frame")
    return Clip(path.stem, frames, FIXED.get(path.stem, True))


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
