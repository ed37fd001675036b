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
