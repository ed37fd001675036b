"""Real clips, a frame a second."""

from __future__ import annotations

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
        there = second % max(2 * len(self.frames) - 2, 1)
        return self.frames[min(there, 2 * len(self.frames) - 2 - there) if len(self.frames) > 1 else 0].copy()


def load(path: Path) -> Clip:
    """Read a clip.

    Raises:
        ConfigError: it cannot be read.
    """
    video = cv2.VideoCapture(str(path))
    name = path.stem
    rate = FPS.get(name) or video.get(cv2.CAP_PROP_FPS) or 25.0
    frames: list[U8] = []
    number = 0
    while len(frames) < MOST and video.grab():
        if number >= len(frames) * rate:
            frames.append(np.asarray(video.retrieve()[1], np.uint8))
        number += 1
    video.release()
    if not frames:
        raise ConfigError("error-file-unreadable", path=path, reason="no frame")
    return Clip(name, tuple(frames), FIXED.get(name, True))
