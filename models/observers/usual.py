"""What one camera's picture usually shows: learnt while it is well, kept while it is not."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, Bool
from models.observers.measures import Blocks, measure

EARLY: Final = 3
"""Looks after which something can be told."""
QUICK: Final = 1 / 30
SLOW: Final = 1 / 300
"""Share of a new look in what is usual, while all is well and while something may be wrong: a minute and ten, by looks
every 2 s. So dusk is followed, and a hand before the lens is not.
"""
WELL: Final = 0.2
BAD: Final = 0.4
"""Hidden shares up to which all is well, and from which nothing is learnt."""
SHARP: Final = 0.6
SOFT: Final = 0.35
"""The same of sharpness, as a share of the usual."""
RENEW: Final = 4
"""Looks after which contrast is measured anew in the mean picture."""
SHOWN: Final = 12.0
"""Contrast (levels²) in the mean picture from which a block has something to lose: the grain of asphalt has 5 to
14, what is bare before the lens 2. With 20 or 30 too few blocks of a plain street are left to tell.
"""
GONE: Final = 0.15
FLAT: Final = 15.0
"""A block shows nothing any more when its contrast is below this share of the usual, and this (levels²)."""
GLARE: Final = 235.0
HALO: Final = 60.0
NIGHT: Final = 90.0
"""By night (median level of blocks), what is so bright, or so much brighter than usual, is glare."""
BLINDING: Final = 0.7
"""A larger share in glare is no lamp: something before the lens is lit up."""


class Usual:
    """Contrast and brightness of the blocks of a camera's picture, and the sharpness of its edges.

    Contrast is what lasts: that of the mean picture, where rain and traffic leave next to nothing, or the mean of what
    single looks have where that is less, as in the first looks. Keeps the mean picture (float32, 1.2 MB at 640 × 480)
    and five values a block.
    """

    def __init__(self) -> None:
        self._mean: F32 | None = None
        self._single = self._lasting = np.zeros((0, 0), np.float32)
        self._coarse: F32 | None = None
        self._level: F32 | None = None
        self._sharpness: float | None = None
        self._looks = self._sharp_looks = 0

    @property
    def known(self) -> bool:
        """Whether enough looks were taken."""
        return self._looks >= EARLY

    def sharpness(self, now: float | None) -> float | None:
        """As a share of the usual one; None while that, or this look's, is unknown."""
        if now is None or not self._sharpness or self._sharp_looks < EARLY:
            return None
        return now / self._sharpness

    def hidden(self, blocks: Blocks) -> tuple[float | None, float]:
        """Share of the blocks with something in them that show nothing now, of those not in glare; and that in glare.

        None: too little is usually seen, or known.
        """
        if self._coarse is None or self._level is None or not self.known or self._coarse.shape != blocks.coarse.shape:
            return None, 0.0
        glare = _glare(blocks, self._level)
        dazzled = float(glare.mean())
        if dazzled > BLINDING:
            glare[:] = False
        detailed = (self._coarse >= np.maximum(SHOWN, blocks.noise)) & ~glare
        count = int(detailed.sum())
        if count < max(0.05 * detailed.size, 5):
            return None, dazzled
        flat = (blocks.coarse < FLAT) & (blocks.coarse < GONE * self._coarse)
        # What is out of focus, or in fog, loses its faint half first; what is before the lens takes both.
        strong = detailed & (self._coarse >= np.median(self._coarse[detailed]))
        return min(int((flat & detailed).sum()) / count, int((flat & strong).sum()) / int(strong.sum())), dazzled

    def learn(self, luma: U8, blocks: Blocks, hidden: float | None, sharpness: float | None) -> None:
        """Take a look into what is usual, as far as it seems well; `sharpness` as a share of the usual."""
        if self._mean is None or self._level is None or self._mean.shape != luma.shape:
            self._mean, self._level = luma.astype(np.float32), blocks.level
            self._single = self._lasting = blocks.coarse
            self._sharpness, self._looks, self._sharp_looks = None, 0, 0
        rate = _rate(self._looks, hidden is None or hidden <= WELL, hidden is not None and hidden >= BAD)
        self._looks += 1
        if rate > 0:
            cv2.accumulateWeighted(luma, self._mean, rate)
            self._level = np.asarray(self._level + rate * (blocks.level - self._level), np.float32)
            # By the logarithm, or one car's edges would outweigh ten empty looks.
            old, new = np.log1p(self._single), np.log1p(blocks.coarse)
            self._single = np.expm1(old + rate * (new - old))
            if self._looks <= EARLY or self._looks % RENEW == 0:
                self._lasting = measure(np.asarray(cv2.convertScaleAbs(self._mean), np.uint8)).coarse
            self._coarse = np.minimum(self._single, self._lasting)
        now = blocks.sharpness
        if now is not None and rate > 0:
            usual: float = now if self._sharpness is None else self._sharpness
            share = 1.0 if sharpness is None else sharpness
            self._sharpness = usual + _rate(self._sharp_looks, share >= SHARP, share <= SOFT) * (now - usual)
            self._sharp_looks += 1


def _glare(blocks: Blocks, usual: F32) -> Bool:
    if float(np.median(blocks.level)) > NIGHT:
        return np.zeros(blocks.level.shape, np.bool_)
    return np.asarray((blocks.level >= GLARE) | (blocks.level > usual + HALO), np.bool_)


def _rate(looks: int, well: bool, bad: bool) -> float:
    if looks < 1 / QUICK and not bad:
        return 1 / (looks + 1)
    return QUICK if well else 0.0 if bad else SLOW
