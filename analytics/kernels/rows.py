"""Which tracks of a frame a rule looks at."""

from __future__ import annotations

import numpy as np

from core.arrays import I16, I64, U8, Bool
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
def among_them(items: I64, known: I64) -> Bool:
    """Which of these (K) are among the others (N); for a handful of each."""
    found = np.empty(len(items), np.bool_)
    for k in range(len(items)):
        found[k] = False
        for n in range(len(known)):
            if items[k] == known[n]:
                found[k] = True
                break
    return found
