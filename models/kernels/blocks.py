"""How noisy the blocks of a picture are."""

from __future__ import annotations

import numpy as np

from core.arrays import F64, I64, U8
from core.compiled import compiled, in_place


@compiled
def quiet_quarter(values: U8, shape: tuple[int, int]) -> F64:
    """What a quarter of the values (h, w) in each block (rows, columns) stays below; blocks of whole pixels.

    Whole levels are told apart by how many values lie below one, and how many in it.

    Args:
        shape: columns and rows.
    """
    columns, rows = shape
    high, wide = max(values.shape[0] // rows, 1), max(values.shape[1] // columns, 1)
    below, counts = np.empty((rows, columns)), np.empty(256, np.int64)
    for row in range(rows):
        for column in range(columns):
            part = values[row * high : (row + 1) * high, column * wide : (column + 1) * wide]
            below[row, column] = _quarter(part, counts)
    return below


@in_place
def _quarter(part: U8, counts: I64) -> float:
    counts[:] = 0
    for y in range(part.shape[0]):
        for x in range(part.shape[1]):
            counts[part[y, x]] += 1
    wanted, under, level = part.size // 4, 0, 0
    while under + counts[level] <= wanted:
        under += counts[level]
        level += 1
    first = max(level - 0.5, 0.0)
    return float(first + (level + 0.5 - first) * (wanted - under) / counts[level])
