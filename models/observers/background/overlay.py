"""What is burnt into the pictures of a camera that moves: it stays in the picture while the place moves past it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import U8

MOVED: Final = 3.0
"""Pixels by which the place must have moved for it to be told."""
EVERY: Final = 60
"""Looks after which the place is remembered anew: light changes."""
SAME: Final = 12
OTHER: Final = 60
"""Levels: as much as a pixel that stays may differ from what it was, and as much as it must from what it would be."""
SURE: Final = 3
MOST: Final = 20
"""Looks at which it stayed until it is sure, more than it moved; and so many count."""
AROUND: Final[U8] = np.ones((25, 25), np.uint8)
"""Letters change: what stands so near to one that stays belongs to it."""


class Overlay:
    """Of one view; a byte a pixel of the reduced picture, two more once it has moved.

    Attributes:
        mask: (h, w) of the picture, 0 or 255, what is burnt in; None: nothing was found.
    """

    def __init__(self) -> None:
        self.mask: U8 | None = None
        self._before: U8 | None = None
        self._votes: U8 | None = None
        self._offset = (0.0, 0.0)
        self._looks = 0

    def update(self, luma: U8, offset: tuple[float, float]) -> bool:
        """A picture (h, w), and by how many pixels the place lies off; whether `mask` has changed."""
        before, self._looks = self._before, self._looks + 1
        if before is None or before.shape != luma.shape or self._looks > EVERY:
            self._before, self._offset, self._looks = luma, offset, 0
            return False
        x, y = offset[0] - self._offset[0], offset[1] - self._offset[1]
        if np.hypot(x, y) < MOVED:
            return False
        move = np.array([(1, 0, x), (0, 1, y)], np.float64)
        moved = cv2.warpAffine(before, move, luma.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        as_it_was, as_moved = cv2.absdiff(luma, before), cv2.absdiff(luma, moved)
        stays = ((as_it_was <= SAME) & (as_moved >= OTHER)).astype(np.uint8)
        moves = ((as_it_was >= OTHER) & (as_moved <= SAME)).astype(np.uint8)
        votes = np.zeros_like(luma) if self._votes is None else self._votes
        self._votes = np.asarray(cv2.subtract(cv2.add(votes, stays), moves), np.uint8).clip(0, MOST)
        sure = (self._votes >= SURE).astype(np.uint8) * 255
        mask = np.asarray(cv2.dilate(sure, AROUND), np.uint8) if sure.any() else None
        changed = (mask is None) != (self.mask is None)
        if mask is not None and self.mask is not None:
            changed = not np.array_equal(mask, self.mask)
        self.mask = mask
        return changed
