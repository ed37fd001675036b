"""For how long a picture has not changed at all."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import U8, Bool

CELLS: Final = (16, 9)
"""Across and down."""
CHANGE: Final = 6
"""Levels from which a point has changed, and its cell with it."""
CLOCK: Final = 0.06
"""Share of the cells that may change: a clock is burnt into a frozen picture too."""
QUIET: Final = 0.5
"""Mean difference, in levels, of the points of all other cells: compression makes as much, a sensor's noise more."""


class Stillness:
    """Compares points with those of when the picture last changed: 5 KB."""

    def __init__(self) -> None:
        self._points: U8 | None = None
        self._changed: Bool = np.zeros(CELLS[::-1], np.bool_)
        self._since_ns = 0

    def reset(self) -> None:
        """What follows is another stream."""
        self._points = None

    def update(self, points: U8, now_ns: int) -> float | None:
        """Seconds for which nothing has changed up to these points (h, w); None: they are the first."""
        before = self._points
        if before is None or before.shape != points.shape or self._differs(points, before):
            self._points, self._since_ns = points, now_ns
            self._changed = np.zeros(CELLS[::-1], np.bool_)
        return None if before is None else max(now_ns - self._since_ns, 0) / 1e9

    def _differs(self, points: U8, before: U8) -> bool:
        difference = cv2.absdiff(points, before)
        most = np.asarray(cv2.dilate(difference, np.ones((7, 7), np.uint8)), np.uint8)
        self._changed |= np.asarray(cv2.resize(most, CELLS, interpolation=cv2.INTER_NEAREST) > CHANGE, np.bool_)
        if float(self._changed.mean()) > CLOCK:
            return True
        quiet = cv2.resize((~self._changed).astype(np.uint8), points.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        return cv2.mean(difference, quiet)[0] > QUIET
