"""How the edges of a picture differ from those of another one of the same place."""

from __future__ import annotations

import math

import numpy as np

from core.arrays import F64, I64, U8
from core.compiled import compiled


@compiled
def steps(before: U8, now: U8, every: tuple[int, int], lag: int, least: int) -> F64:
    """How many times as high each edge (K) of a picture (h, w) is in another one.

    Args:
        every: so many rows and columns a step is taken, over `lag` pixels; an edge of at least `least` levels.
    """
    height, width = before.shape
    shares = np.empty((height // every[0] + 1) * (width // every[1] + 1))
    count = 0
    for y in range(0, height, every[0]):
        for x in range(0, width - lag, every[1]):
            was = np.int32(before[y, x + lag]) - np.int32(before[y, x])
            if abs(was) >= least:
                shares[count] = (np.int32(now[y, x + lag]) - np.int32(now[y, x])) / was
                count += 1
    return shares[:count]


@compiled
def most_common(shares: F64, octaves: float, bins: int) -> float:
    """The share that most (K) are near to, of those above zero, by their logarithms.

    Args:
        octaves: from one on, both ways, that are told, in so many bins; those within a bin and a half of the middle of
            the fullest three count, and their median is told: 1 where there is none.
    """
    logs, counts, count = np.empty(len(shares)), np.zeros(bins, np.int64), 0
    for share in shares:
        if share > 0:
            logs[count] = math.log2(share)
            step = int((logs[count] + octaves) * (bins / (2 * octaves)))
            if 0 <= step < bins:
                counts[step] += 1
            count += 1
    middle = (_fullest(counts) + 0.5) * 2 * octaves / bins - octaves
    near = np.empty(count)
    found = 0
    for log in logs[:count]:
        if abs(log - middle) <= 3 * octaves / bins:
            near[found] = log
            found += 1
    return 2.0 ** np.median(near[:found]) if found else 1.0


@compiled
def _fullest(counts: I64) -> int:
    """The middle of three bins in which most lie; the first of several."""
    best, most = 0, -1
    for step in range(len(counts)):
        here = counts[max(step - 1, 0) : step + 2].sum()
        if here > most:
            best, most = step, here
    return best
