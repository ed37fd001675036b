"""A lamp that shines into the lens by night: its halo, streak and ghosts are nothing that lies on the road."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import U8
from models.observers.glare import BURNT, CORE, HALO, STRONG, glare
from models.observers.measures import levels_of

BLIND: Final = 0.3
"""Share of the picture in glare from which nothing can be told; headlights that pass have less."""
LEARN: Final = 1 / 30
"""Share of a look in the usual light: dusk is followed within a minute."""
STAYS: Final = 600
"""Looks, ten minutes, after which a lamp is taken for the place's own."""
DIM: Final = 120.0
"""Median level of a first picture up to which it may be one by night, in the veil of a lamp."""
LEFT: Final = 0.5
LOOKS: Final = 3
"""Share of what was half way to burnt out in it that is dark again, at so many looks in a row, when the lamp has left.
"""
TIMES: Final = 10
"""As often a model begins anew for that at most: lamps that pass are always in some other place."""


class Dazzle:
    """The light of one view; two numbers for each block of 32 pixels.

    Args:
        luma: the first picture (h, w).
        before: of the model that begins anew because `has_left`.
    """

    def __init__(self, luma: U8, before: Dazzle | None = None) -> None:
        self._usual = self._first = levels_of(luma)
        self.times: int = 0 if before is None else before.times + 1
        dim = float(np.median(self._first)) <= DIM and float((self._first >= BURNT).mean()) >= CORE
        self._dazzled = dim and self.times <= TIMES
        self._blind = self._left = 0

    def blinds(self, luma: U8) -> bool:
        """Whether a lamp hides so much of a picture (h, w) that nothing can be told of it."""
        level = levels_of(luma)
        blind = float(glare(level, self._usual).mean()) >= BLIND
        self._blind = self._blind + 1 if blind else 0
        if blind and self._blind < STAYS:
            return True
        self._usual = level if blind else self._usual + LEARN * (level - self._usual)
        return False

    def has_left(self, luma: U8) -> bool:
        """Whether what was learnt since the first picture is of a lamp that no longer shines from where it did then."""
        if not self._dazzled:
            return False
        level, first = levels_of(luma), self._first
        went = ((first >= BURNT) & (level < first - HALO)).mean() >= CORE
        came = ((level >= BURNT) & (level > first + HALO)).mean() >= CORE
        dark = (level < first - HALO)[first >= STRONG].mean() >= LEFT
        self._left = self._left + 1 if dark or (went and came) else 0
        return self._left >= LOOKS
