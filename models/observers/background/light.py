"""How the light of a picture differs from that of another one of the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8
from models.kernels.edges import most_common, steps
from models.observers.measures import lent

BLOCK: Final = 32
"""Pixels of the reduced picture between places at which the light is judged."""
AROUND: Final = 5
"""Blocks across of which the median is taken: what is smaller than half of that is no light."""
ROWS: Final = 8
COLUMNS: Final = 4
"""Every so many rows and columns a step is taken: a few thousand in a picture."""
LAG: Final = 4
EDGE: Final = 12
"""Levels by which a step over so many pixels is an edge."""
LEAST: Final = 60
"""Edges with fewer of which neither contrast nor agreement is told."""
KEPT: Final = (0.4, 2.5)
"""An edge is still there when its step is within these shares of what the contrast makes of it."""
OCTAVES: Final = 3.0
STEPS: Final = 60
"""Contrasts from an eighth to eight times are told, by so many steps."""
LITTLE: Final = 0.75
"""Levels below which a light has not changed."""
SAME: Final = 0.1
"""A contrast that differs by no more is the same: the model's own must not creep."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """A picture is `contrast` × the other one + `offset`, or, where only a part of it lies in another light, the other
    one + `plain`; but for what has changed in it.

    Attributes:
        contrast: of the whole picture.
        offset, plain: (rows, columns) float32 levels at blocks; `plain` is None where the contrast is the same.
        agreement: share of the other picture's edges that are there; None: it has too few.
    """

    contrast: float
    offset: F32
    plain: F32 | None
    agreement: float | None

    def predict(self, before: F32, now: U8) -> U8:
        """What the other picture (h, w), in levels, shows in this light: of the two, what is nearer to the picture."""
        if self.plain is None and float(np.abs(self.offset).max()) < LITTLE:
            return np.asarray(cv2.convertScaleAbs(before), np.uint8)
        whole = _lit(before, self.contrast, self.offset)
        if self.plain is not None:
            part = _lit(before, 1.0, self.plain)
            cv2.copyTo(part, cv2.compare(cv2.absdiff(now, part), cv2.absdiff(now, whole), cv2.CMP_LT), whole)
        return whole

    def of(self, levels: F32, x: int, y: int, size: tuple[int, int]) -> F32:
        """The same for a part (h, w) of it, whose corner is at x, y of a picture of a size (width, height): its middle
        stands for all of it.
        """
        rows, columns = self.offset.shape
        height, width = levels.shape
        row = min(int((y + height / 2) * rows / size[1]), rows - 1)
        column = min(int((x + width / 2) * columns / size[0]), columns - 1)
        return np.asarray(levels * self.contrast + self.offset[row, column], np.float32)


def compare(before: U8, now: U8) -> Light:
    """The light of a picture (h, w) beside that of one before; traffic and things in less than half of it are
    outvoted.
    """
    shares = steps(lent(before), lent(now), (ROWS, COLUMNS), LAG, EDGE)
    contrast, agreement = 1.0, None
    if len(shares) >= LEAST:
        # Edges of what came or went keep to any contrast, and to nobody's.
        contrast = most_common(shares, OCTAVES, STEPS)
        contrast = 1.0 if abs(contrast - 1) <= SAME else contrast
        least, most = KEPT[0] * contrast, KEPT[1] * contrast
        agreement = np.count_nonzero((shares >= least) & (shares <= most)) / len(shares)
    blocks = _blocks(before), _blocks(now)
    offset = _smooth(blocks[1] - contrast * blocks[0])
    return Light(contrast, offset, None if contrast == 1 else _smooth(blocks[1] - blocks[0]), agreement)


def _lit(picture: F32, contrast: float, offset: F32) -> U8:
    size = picture.shape[1], picture.shape[0]
    offset = np.asarray(cv2.resize(offset, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(cv2.addWeighted(picture, contrast, offset, 1.0, 0.0, dtype=cv2.CV_8U), np.uint8)


def _smooth(offset: F32) -> F32:
    return np.asarray(cv2.medianBlur(offset, AROUND), np.float32)


def _blocks(picture: U8) -> F32:
    """Mean levels (rows, columns), not rounded, of every other pixel both ways."""
    height, width = picture.shape
    size = max(round(width / BLOCK), 1), max(round(height / BLOCK), 1)
    few = picture[::2, ::2].astype(np.float32)
    return np.asarray(cv2.resize(few, size, interpolation=cv2.INTER_AREA), np.float32)
