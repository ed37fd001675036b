"""Who goes on as whom: the nearest first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.arrays import F64


def nearest_first(away: F64) -> Iterator[tuple[int, int]]:
    """Rows and columns of distances (N, M) in pairs, the nearest first and each in one pair; infinite: may be none.

    Uses up `away`.
    """
    while np.isfinite(away).any():
        row, column = np.unravel_index(int(np.argmin(away)), away.shape)
        yield int(row), int(column)
        away[row, :], away[:, column] = np.inf, np.inf
