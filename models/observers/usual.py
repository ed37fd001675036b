"""What one camera's picture usually shows: learnt while it is well, kept while it is not."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from core.arrays import F32, U8, Bool
from models.observers.glare import glare, has_left
from models.observers.measures import LEAST_SIDE, Blocks, Detail, halved

EARLY: Final = 3
"""Looks after which something can be told."""
QUICK: Final = 1 / 30
SLOW: Final = 1 / 300
"""Share of a new look in what is usual, while all is well and while something may be wrong: a minute and ten, by looks
every 2 s. So dusk is followed, and a hand before the lens is not.
"""
RECENT: Final = 15
"""Looks of whose detail the median is taken into what is usual: a car's edges have anything in common with the road
before it, far above zero or far below, and a few of them undo all that it shows.
"""
WELL: Final = 0.2
BAD: Final = 0.4
"""Hidden shares up to which all is well, and from which nothing is learnt."""
SHARP: Final = 0.6
SOFT: Final = 0.35
"""The same of sharpness, as a share of the usual."""
FOCUSED: Final = 0.45
"""From which share on the picture is surely not out of focus."""
SHOWN: Final = 10.0
"""Lasting detail (levels²) from which a block has something to lose: the grain of asphalt has so much, what is bare
before the lens 1.
"""
GONE: Final = 0.15
FLAT: Final = 30.0
SHADED: Final = 1.0
"""A block shows nothing any more when its detail is below this share of the usual, `SHADED` more (what is near the lens
is not lit evenly), and below `FLAT` (levels²).
"""
OTHER: Final = 20.0
"""Levels by which what is before the lens differs from what it hides; out of focus a block keeps its mean."""
DAZZLED: Final = 0.1
DAZZLED_RATE: Final = SLOW / 4
"""Share in glare from which sharpness is that of the glare, and what is learnt of it: a lamp that shines into the lens
for minutes leaves nothing behind, one that stays becomes usual within the hour.
"""
YOUNG: Final = 300
"""Looks, ten minutes, in which all that is known may have been learnt in the light of lamps that pass."""


class Usual:
    """Detail and brightness of the blocks of a camera's picture, and the sharpness of its edges.

    Detail is what lasts: that which each two looks in a row have in common. Rain, traffic and noise differ from one
    to the other, and leave next to nothing. Where much passes, a block may have something to lose, and is still not
    one by which sharpness is told. Keeps the last picture's detail (0.3 MB at 640 × 480) and 20 values for each block.
    """

    def __init__(self) -> None:
        self._before: Detail | None = None
        self._common: deque[F32] = deque(maxlen=RECENT)
        self._logs = np.zeros((2, 0, 0), np.float32)
        self._detail: F32 | None = None
        self._calm = np.zeros((0, 0), np.float32)
        self._level: F32 | None = None
        self._sharpness: float | None = None
        self._looks = self._sharp_looks = 0

    @property
    def known(self) -> bool:
        """Whether enough looks were taken."""
        return self._looks >= EARLY

    def sharpness(self, blocks: Blocks) -> tuple[float | None, float | None]:
        """How steep edges are, and that as a share of the usual; None: unknown."""
        if self._detail is None or self._detail.shape != blocks.detail.shape:
            return None, None
        now = blocks.sharpness(self._calm)
        if now is None or not self._sharpness or self._sharp_looks < EARLY:
            return now, None
        return now, now / self._sharpness

    def hidden(self, blocks: Blocks, sharpness: float | None) -> tuple[float | None, float]:
        """Share of the blocks with something in them that show nothing now, of those not in glare; and that in glare.
        `sharpness`: of what is seen, as a share of the usual.

        None: too little is usually seen, or known; or the lamp in whose light that was learnt has left.
        """
        if self._detail is None or self._level is None or not self.known or self._detail.shape != blocks.detail.shape:
            return None, 0.0
        lit = glare(blocks.level, self._level)
        dazzled = float(lit.mean())
        if self._lamp_left(blocks):
            return None, dazzled
        detailed, lost = self._lost(blocks, self._detail, lit)
        count = int(detailed.sum())
        if count < max(0.05 * detailed.size, 5):
            return None, dazzled
        share = int(lost.sum()) / count
        if sharpness is None or sharpness >= FOCUSED:
            return share, dazzled
        # What is out of focus loses its faint half first; what is before the lens takes both.
        strong = detailed & (self._detail >= np.median(self._detail[detailed]))
        return min(share, int((lost & strong).sum()) / int(strong.sum())), dazzled

    def replaced(self, blocks: Blocks) -> bool:
        """Whether most blocks that show nothing any more have another brightness, beside the others: something is
        before them. What is out of focus keeps its own.
        """
        if self._detail is None or self._level is None or self._detail.shape != blocks.detail.shape:
            return False
        detailed, lost = self._lost(blocks, self._detail, glare(blocks.level, self._level))
        if not lost.any():
            return False
        change, kept = blocks.level - self._level, detailed & ~lost
        # Some of what is left may be the rim of it: who is least changed is told by the light alone.
        light = np.quantile(change[kept], (0.25, 0.75)) if kept.any() else np.zeros(1)
        least = float(light[np.argmin(np.abs(light))])
        return float(np.median(np.abs(change[lost] - least))) >= OTHER

    def _lamp_left(self, blocks: Blocks) -> bool:
        return self._level is not None and has_left(blocks.level, self._level, young=self._looks < YOUNG)

    @staticmethod
    def _lost(blocks: Blocks, usual: F32, dazzled: Bool) -> tuple[Bool, Bool]:
        """Blocks with something to lose, and those of them that show nothing now; none in glare."""
        detailed = (usual >= np.maximum(SHOWN, blocks.noise)) & ~dazzled
        flat = (blocks.detail < FLAT) & (blocks.detail < GONE * usual + SHADED)
        return detailed, detailed & flat

    def learn(
        self,
        luma: U8,
        blocks: Blocks,
        hidden: float | None,
        sharpness: tuple[float | None, float | None] = (None, None),
        dazzled: float = 0.0,
    ) -> None:
        """Take a look into what is usual, as far as it seems well; `luma` as it is, the others as they were told."""
        if min(luma.shape) <= LEAST_SIDE:
            return
        detail, before = Detail.of(halved(luma)), self._before
        self._before = detail
        same = before is not None and before.across.shape == detail.across.shape
        if before is None or self._level is None or not same or self._lamp_left(blocks):
            self._level, self._detail = blocks.level, None
            self._common.clear()
            self._sharpness, self._looks, self._sharp_looks = None, 0, 0
            return
        rate = _rate(self._looks, hidden is None or hidden <= WELL, hidden is not None and hidden >= BAD)
        if dazzled > DAZZLED:
            rate = min(rate, DAZZLED_RATE)
        self._looks += 1
        if rate > 0:
            self._level = np.asarray(self._level + rate * (blocks.level - self._level), np.float32)
            common = detail.common(before, blocks.shape)
            self._common.append(common)
            # Nearly by the logarithm, or one car's edges would outweigh ten empty looks.
            logs = np.arcsinh(np.stack((np.median(self._common, axis=0), common)))
            self._logs = logs if self._detail is None else self._logs + rate * (logs - self._logs)
            self._detail, self._calm = np.sinh(self._logs)
        now, share = sharpness
        if now is not None and rate > 0 and dazzled <= DAZZLED:
            usual = now if self._sharpness is None else self._sharpness
            well, bad = share is None or share >= SHARP, share is not None and share <= SOFT
            self._sharpness = usual + _rate(self._sharp_looks, well, bad) * (now - usual)
            self._sharp_looks += 1


def _rate(looks: int, well: bool, bad: bool) -> float:
    if looks < 1 / QUICK and not bad:
        return 1 / (looks + 1)
    return QUICK if well else 0.0 if bad else SLOW
