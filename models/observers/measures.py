"""What is measured of one reduced picture: contrast and sharpness of its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, I16, U8, frozen
from models.kernels.blocks import quiet_quarter

BLOCK: Final = 32
ACROSS: Final = 20
LEAST_BLOCK: Final = 16
"""Pixels of the reduced picture, and blocks across; those of a small picture are no larger beside it, down to so many
pixels: what hides a tenth of the width must not fall between blocks.
"""
LAG: Final = 4
"""Pixels of the reduced picture over which an edge has surely gone from one side to the other, sharp or soft."""
HALF_LAG: Final = LAG // 2
LEAST_SIDE: Final = 2 * LAG + 2
SMOOTH: Final = 1 / LAG**2
"""Of an edge so soft that it rises evenly over `LAG` pixels: mean square difference over one of them, as a share of
that over all.
"""
QUARTER: Final = 0.3186
"""What a quarter of normal numbers stays below, in standard deviations, signs left out."""
DETAILED: Final = 60.0
"""Mean square difference, levels², from which a block shows something: an edge of 30 levels through a tenth of it."""
FAINT: Final = 15.0
CLEAR: Final = 12.0
NEW: Final = 3.0
"""And what it must show, and how far it must stand out of the noise, for its sharpness to be told; what shows so many
times more than usual shows something else.
"""
NIGHT: Final = 45.0
LIT: Final = 2.5
"""Below this median level it is night, and what is so much brighter the glow of lamps, which is soft in any focus."""
EDGES: Final = 5
"""Blocks that show something, at the least, for sharpness to be told."""
NOISY: Final = 1.5
ROUNDED: Final = 1.0
"""Of the detail, both ways together: what noise has in it, as a share of `Blocks.noise`, and what whole levels have."""
SQUARES: Final[F32] = (np.arange(256, dtype=np.float32) ** 2).reshape(1, 256)


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Of each block (rows, columns) of a picture, float32: its mean level; its detail (`Detail`); what its edges amount
    to over `LAG` pixels (mean square difference, levels²), and over one pixel; all three without the noise, and the
    noise itself over one pixel. `large`: columns and rows of `BLOCK` pixels each.
    """

    level: F32
    detail: F32
    coarse: F32
    fine: F32
    noise: F32
    large: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.level.shape[1], self.level.shape[0]

    def sharpness(self, usual: F32) -> float | None:
        """How steep edges are, by the blocks that usually show most (rows, columns: `Detail.common`); contrast and
        light do not matter. None without edges. What is new, a car, the rim of a cover, a glow, does not count.
        """
        # By blocks of one size, whatever the picture's: smaller ones have too few pixels.
        shape = self.large
        own = self.level, self.coarse, self.fine, self.noise, usual
        level, coarse, fine, noise, lasting = (_mean(values, shape) for values in own)
        least = max(DETAILED, _quantile(lasting, 0.7))
        shown = (lasting >= least) & (coarse >= np.maximum(FAINT, CLEAR * noise)) & (coarse <= NEW * lasting)
        middle = float(np.median(level))
        if middle < NIGHT:
            shown &= level <= max(LIT * middle, NIGHT)
        if int(shown.sum()) < EDGES:
            return None
        # The halo of a lamp is soft in a picture that is sharp; out of focus all is soft.
        return max(_quantile(fine[shown] / coarse[shown], 0.75) - SMOOTH, 0.0)


def measure(luma: U8) -> Blocks:
    """The blocks of a reduced picture (h, w), at least one."""
    shape = blocks_of(luma.shape[1], luma.shape[0])
    large = _large(luma)
    if min(luma.shape) <= LEAST_SIDE:
        none = np.zeros(shape[::-1], np.float32)
        return Blocks(_mean(luma, shape), none, none, none, none, large)
    # One pair of pixels in four says as much.
    height, width = luma.shape[0] // 2 * 2, luma.shape[1] // 2 * 2
    here, beside, below = (
        np.ascontiguousarray(luma[row:height:2, column:width:2]) for row, column in ((0, 0), (0, 1), (1, 0))
    )
    right, down = cv2.absdiff(here, beside), cv2.absdiff(here, below)
    noise = _noise(np.asarray(right, np.uint8), shape)
    fine = _mean(cv2.add(cv2.LUT(right, SQUARES), cv2.LUT(down, SQUARES)), shape)
    soft = halved(luma)
    corner = soft[:-HALF_LAG, :-HALF_LAG]
    wide, deep = cv2.absdiff(soft[:-HALF_LAG, HALF_LAG:], corner), cv2.absdiff(soft[HALF_LAG:, :-HALF_LAG], corner)
    coarse = _mean(cv2.add(cv2.LUT(wide, SQUARES), cv2.LUT(deep, SQUARES)), shape)
    # Differences of neighbours bear the noise of two pixels, those of means of four a quarter of it.
    detail = Detail.of(soft)
    shown = np.maximum(detail.common(detail, shape) - NOISY * noise - ROUNDED, 0)
    edges, steps = np.maximum(coarse - noise / 2, 0), np.maximum(fine - 2 * noise, 0)
    return Blocks(_mean(soft, shape), shown, edges, steps, noise, large)


def lent(luma: U8) -> U8:
    """A picture (h, w) in one type for compiled loops, whether a decoder lent it or not: whole in memory, read-only."""
    return frozen(np.ascontiguousarray(luma), np.uint8, luma.shape, "luma")


def levels_of(luma: U8) -> F32:
    """Mean levels (rows, columns) of a picture's parts, of `BLOCK` pixels or so."""
    return _mean(luma, _large(luma))


def _large(luma: U8) -> tuple[int, int]:
    """Columns and rows of `BLOCK` pixels or so."""
    return max(round(luma.shape[1] / BLOCK), 1), max(round(luma.shape[0] / BLOCK), 1)


def halved(luma: U8) -> U8:
    """A picture (h, w) in half its size: means of four pixels."""
    height, width = luma.shape[0] // 2 * 2, luma.shape[1] // 2 * 2
    return np.asarray(
        cv2.resize(luma[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8
    )


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """What is in a halved picture but for even slopes: second differences over `LAG` pixels of the whole one, int16, in
    both directions.
    """

    across: I16
    down: I16

    @classmethod
    def of(cls, soft: U8) -> Detail:
        """That of a picture (h, w), more than `LAG` pixels both ways."""
        wide = cv2.subtract(soft[LAG:, HALF_LAG:], soft[LAG:, :-HALF_LAG], dtype=cv2.CV_16S)
        deep = cv2.subtract(soft[HALF_LAG:, LAG:], soft[:-HALF_LAG, LAG:], dtype=cv2.CV_16S)
        return cls(
            np.asarray(cv2.subtract(wide[:, HALF_LAG:], wide[:, :-HALF_LAG]), np.int16),
            np.asarray(cv2.subtract(deep[HALF_LAG:], deep[:-HALF_LAG]), np.int16),
        )

    def common(self, other: Detail, shape: tuple[int, int]) -> F32:
        """Mean product (rows, columns; levels²) with that of another picture of the size: what is in both. What is in
        one of them only, noise among it, is as often below zero as above.
        """
        across = cv2.multiply(self.across, other.across, dtype=cv2.CV_32F)
        down = cv2.multiply(self.down, other.down, dtype=cv2.CV_32F)
        return _mean(cv2.add(across, down), shape)


def blocks_of(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of blocks of a reduced picture."""
    side = min(BLOCK, max(width / ACROSS, LEAST_BLOCK))
    return max(round(width / side), 1), max(round(height / side), 1)


def _noise(differences: U8, shape: tuple[int, int]) -> F32:
    """Mean square difference (rows, columns) that noise makes: the quietest quarter of a block shows nothing else.

    Noise differs over a picture: black has none.
    """
    # Noise is often less than the whole levels of a picture: where in its level the quarter ends is told, too.
    return np.asarray((quiet_quarter(differences, shape) / QUARTER) ** 2, np.float32)


def _mean(values: U8 | F32 | cv2.typing.MatLike, shape: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(np.asarray(values), shape, interpolation=cv2.INTER_AREA), np.float32)


def _quantile(values: F32, share: float) -> float:
    """Of a few hundred numbers, between two of them by a line: numpy's own takes four times as long to begin with."""
    ordered = np.sort(values, axis=None)
    place = share * (len(ordered) - 1)
    below = int(place)
    least, most = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return least + (most - least) * (place - below)
