"""What is measured of one reduced picture: contrast and sharpness of its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8

BLOCK: Final = 32
ACROSS: Final = 20
LEAST_BLOCK: Final = 16
"""Pixels of the reduced picture, and blocks across; those of a small picture are no larger beside it, down to so many
pixels: what hides a tenth of the width must not fall between blocks.
"""
LAG: Final = 4
"""Pixels of the reduced picture over which an edge has surely gone from one side to the other, sharp or soft."""
SMOOTH: Final = 1 / LAG**2
"""Of an edge so soft that it rises evenly over `LAG` pixels: mean square difference over one of them, as a share of
that over all.
"""
QUARTER: Final = 0.3186
"""What a quarter of normal numbers stays below, in standard deviations, signs left out."""
DETAILED: Final = 60.0
"""Mean square difference, levels², from which a block shows something: an edge of 30 levels through a tenth of it."""
CLEAR: Final = 12.0
"""And how far it must stand out of the noise for its sharpness to be told."""
NIGHT: Final = 45.0
LIT: Final = 2.5
"""Below this median level it is night, and what is so much brighter the glow of lamps, which is soft in any focus."""
EDGES: Final = 5
"""Blocks that show something, at the least, for sharpness to be told."""
SQUARES: Final[F32] = (np.arange(256, dtype=np.float32) ** 2).reshape(1, 256)


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Of each block (rows, columns) of a picture, float32: its mean level; what its edges amount to over `LAG` pixels
    (mean square difference, levels²), and over one pixel; both without the noise, and the noise itself over one pixel.
    `large`: columns and rows of `BLOCK` pixels each.
    """

    level: F32
    coarse: F32
    fine: F32
    noise: F32
    large: tuple[int, int]

    @property
    def sharpness(self) -> float | None:
        """How steep edges are, by the blocks that show most; contrast and light do not matter. None without edges."""
        # By blocks of one size, whatever the picture's: smaller ones have too few pixels.
        shape = self.large
        own = self.level, self.coarse, self.fine, self.noise
        level, coarse, fine, noise = (_mean(values, shape) for values in own)
        least = max(DETAILED, float(np.quantile(coarse, 0.7)))
        shown = (coarse >= least) & (coarse >= CLEAR * noise)
        middle = float(np.median(level))
        if middle < NIGHT:
            shown &= level <= max(LIT * middle, NIGHT)
        if int(shown.sum()) < EDGES:
            return None
        # The halo of a lamp is soft in a picture that is sharp; out of focus all is soft.
        return max(float(np.quantile(fine[shown] / coarse[shown], 0.75)) - SMOOTH, 0.0)


def measure(luma: U8) -> Blocks:
    """The blocks of a reduced picture (h, w), at least one."""
    shape = blocks_of(luma.shape[1], luma.shape[0])
    large = max(round(luma.shape[1] / BLOCK), 1), max(round(luma.shape[0] / BLOCK), 1)
    if min(luma.shape) <= LAG:
        none = np.zeros(shape[::-1], np.float32)
        return Blocks(_mean(luma, shape), none, none, none, large)
    # Every other row says as much.
    right, down = (
        cv2.absdiff(luma[::2, 1:], luma[::2, :-1]),
        cv2.absdiff(luma[1::2], luma[: luma.shape[0] // 2 * 2 : 2]),
    )
    noise = _noise(np.asarray(right, np.uint8), shape)
    fine = _mean(cv2.LUT(right, SQUARES), shape) + _mean(cv2.LUT(down, SQUARES), shape)
    soft = np.asarray(cv2.blur(luma, (2, 2)), np.uint8)
    wide, deep = cv2.absdiff(soft[::2, LAG:], soft[::2, :-LAG]), cv2.absdiff(soft[LAG::2], soft[:-LAG:2])
    coarse = _mean(cv2.LUT(wide, SQUARES), shape) + _mean(cv2.LUT(deep, SQUARES), shape)
    # Differences of neighbours bear the noise of two pixels, those of means of four a quarter of it.
    return Blocks(_mean(luma, shape), np.maximum(coarse - noise / 2, 0), np.maximum(fine - 2 * noise, 0), noise, large)


def blocks_of(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of blocks of a reduced picture."""
    side = min(BLOCK, max(width / ACROSS, LEAST_BLOCK))
    return max(round(width / side), 1), max(round(height / side), 1)


def _noise(differences: U8, shape: tuple[int, int]) -> F32:
    """Mean square difference (rows, columns) that noise makes: the quietest quarter of a block shows nothing else.

    Noise differs over a picture: black has none.
    """
    columns, rows = shape
    few = differences[:, ::2]
    h, w = max(few.shape[0] // rows, 1), max(few.shape[1] // columns, 1)
    tiles = few[: h * rows, : w * columns].reshape(rows, h, columns, w).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    quiet = np.partition(tiles, tiles.shape[2] // 4, axis=2)[:, :, tiles.shape[2] // 4]
    return np.asarray((quiet / QUARTER) ** 2, np.float32)


def _mean(values: U8 | F32 | cv2.typing.MatLike, shape: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(np.asarray(values), shape, interpolation=cv2.INTER_AREA), np.float32)
