"""Which tracks of a frame a rule looks at."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I16, I64, U8, Bool
from core.compiled import compiled


@compiled
def wanted_rows(wanted: Bool, class_id: I16, state: U8, least: int, most: int) -> I64:
    """The rows of the wanted classes whose state lies in `least` .. `most`."""
    rows = np.empty(len(class_id), np.int64)
    count = 0
    for row in range(len(class_id)):
        if wanted[class_id[row]] and least <= state[row] <= most:
            rows[count] = row
            count += 1
    return rows[:count]


@compiled
def inside(x: F64, low: F64, high: F64, run: F64, points: F32) -> Bool:
    """Which points (N, 2) lie in a polygon of K edges from (x, low) to height `high`, going `run` aside by height."""
    found = np.zeros(len(points), np.bool_)
    for n in range(len(points)):
        px, py = np.float64(points[n, 0]), np.float64(points[n, 1])
        odd = False
        for k in range(len(x)):
            if (low[k] > py) != (high[k] > py) and px < run[k] * (py - low[k]) + x[k]:
                odd = not odd
        found[n] = odd
    return found
