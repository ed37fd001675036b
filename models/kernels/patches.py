"""Where small patches of a picture lie in another one."""

from __future__ import annotations

import math

import numpy as np

from core.arrays import F64, I32, I64, U8
from core.compiled import compiled, in_place


@compiled
def follow(luma: U8, corners: I64, patches: U8, about: tuple[int, int], search: int, alike: float) -> F64:
    """How far patches have moved (M, 2: right, down), to a tenth of a pixel: of those that are found again.

    A patch is looked for around where it was, moved by `about`. It is where its correlation (Pearson's, of levels) is
    highest, if that is at least `alike`, and not at the rim of where it is looked for; between pixels the parabola
    through three correlations tells.

    Args:
        luma: (h, w). corners: (N, 2) columns and rows of the patches' middles.
        patches: (N, size, size), size even.
        search: pixels around.
    """
    height, width = luma.shape
    size, side = patches.shape[1], 2 * search + 1
    reach = size // 2 + search
    moves, fits, found = np.empty((len(corners), 2)), np.empty((side, side)), 0
    part, patch = np.empty((2 * reach, 2 * reach), np.int32), np.empty((size, size), np.int32)
    columns = np.empty((2, 2 * reach), np.int32)
    for n in range(len(corners)):
        x, y = corners[n, 0] + about[0], corners[n, 1] + about[1]
        if x < reach or x >= width - reach or y < reach or y >= height - reach:
            continue
        part[:], patch[:] = luma[y - reach : y + reach, x - reach : x + reach], patches[n]
        _correlate(part, patch, columns, fits)
        best = int(np.argmax(fits))
        down, right = best // side, best % side
        if fits[down, right] < alike or min(down, right) == 0 or max(down, right) == side - 1:
            continue
        beside = _between(fits[down, right - 1], fits[down, right], fits[down, right + 1])
        below = _between(fits[down - 1, right], fits[down, right], fits[down + 1, right])
        moves[found, 0] = about[0] + right - search + beside
        moves[found, 1] = about[1] + down - search + below
        found += 1
    return moves[:found]


@in_place
def _correlate(part: I32, patch: I32, columns: I32, fits: F64) -> None:
    """Fill `fits` (side, side) with the correlation of a patch (size, size) at each place of a part of the picture.

    `columns`: (2, size + side - 1), room for sums of levels and of their squares down each column.
    """
    size, count = len(patch), len(patch) * len(patch)
    own, own_squares = np.int64(0), np.int64(0)
    for i in range(size):
        for j in range(size):
            own += patch[i, j]
            own_squares += patch[i, j] * patch[i, j]
    spread = count * own_squares - own * own
    for down in range(len(fits)):
        columns[:] = 0
        for i in range(size):
            row = part[down + i]
            for x in range(len(row)):
                columns[0, x] += row[x]
                columns[1, x] += row[x] * row[x]
        for right in range(len(fits)):
            levels, squares, both = np.int64(0), np.int64(0), np.int64(0)
            for j in range(size):
                levels += columns[0, right + j]
                squares += columns[1, right + j]
            for i in range(size):
                row, mine, together = part[down + i, right : right + size], patch[i], np.int32(0)
                for j in range(size):
                    together += row[j] * mine[j]
                both += together
            other = count * squares - levels * levels
            fits[down, right] = (count * both - levels * own) / math.sqrt(spread * other) if spread * other > 0 else 0.0


@in_place
def _between(before: float, top: float, after: float) -> float:
    """Where a peak lies beside the middle of three samples, by the parabola through them."""
    bend = before - 2 * top + after
    return 0.0 if bend >= 0 else min(max((before - after) / (2 * bend), -0.5), 0.5)
