"""Frames of a still scene left out before they cost anything."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import U8
from core.frames import Surface

SECOND_NS: Final = 1_000_000_000
SIZE: Final = (160, 120)
"""Samples across and down: twelve pixels of a 1080p picture each."""
CHANGE: Final = 16.0
"""Levels of brightness by which a sample must differ; compression and sensor noise stay below on the clips measured."""
NOISE: Final = 4.0
"""And times the mean difference of all samples, which grows with noise, rain and a change of light."""
BLOCK: Final[U8] = np.ones((2, 2), np.uint8)
"""Samples that must differ together: a shaking camera moves specks and thin lines, a road user covers an area."""
UPHEAVAL: Final = 8.0
"""Mean difference, in levels, from which everything has changed: the camera was turned, or the light switched on."""
REFRESH_NS: Final = round(0.2 * SECOND_NS)
"""Age from which the frame compared with gives way to a newer one: from frame to frame slow motion would not show."""
HOLD_NS: Final = round(0.3 * SECOND_NS)
"""Motion seen twice within this time keeps frames passing for as long: who stops for a moment is not left, and a speck
that flashes up once costs one frame.
"""


class MotionGate:
    """Lets frames pass while something moves, and a few while nothing does. State of one camera's stream.

    A frame is compared with one that passed at least `REFRESH_NS` before, so that slow motion adds up; the first frame
    in which something moves passes. What stands still is seen at the low rate: it is kept, and time runs on for it.

    Args:
        still_fps: frames a second of a still scene, by media time.
    """

    def __init__(self, still_fps: float) -> None:
        self._interval_ns = round(SECOND_NS / still_fps)
        self._reference: U8 | None = None
        self._due_ns = self._awake_until_ns = self._renew_ns = 0
        self._moved_ns = -HOLD_NS - 1

    def passes(self, media_ns: int, surface: Surface) -> bool:
        """Whether this frame is to be analysed."""
        samples = surface.grey(*SIZE)
        moving = self._reference is None or moved(self._reference, samples)
        if moving:
            if media_ns - self._moved_ns <= HOLD_NS:
                self._awake_until_ns = media_ns + HOLD_NS
            self._moved_ns = media_ns
        elif self._awake_until_ns < media_ns < self._due_ns:
            return False
        self._due_ns = media_ns + self._interval_ns
        if self._reference is None or media_ns >= self._renew_ns:
            self._reference, self._renew_ns = samples, media_ns + REFRESH_NS
        return True


def moved(before: U8, now: U8) -> bool:
    """Whether something moved between two sets of samples (h, w); also when their sizes differ."""
    if before.shape != now.shape:
        return True
    difference = cv2.absdiff(before, now)
    mean = cv2.mean(difference)[0]
    changed = cv2.threshold(difference, max(CHANGE, NOISE * mean), 255, cv2.THRESH_BINARY)[1]
    return mean > UPHEAVAL or cv2.countNonZero(cv2.erode(changed, BLOCK)) > 0
