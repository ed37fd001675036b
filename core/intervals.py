"""95 % intervals of shares."""

from __future__ import annotations

import math
from typing import Final

Z: Final = 1.959963984540054
"""Standard deviations within which 95 % of a normal distribution lie."""


def wilson(found: int, of: int) -> tuple[float, float]:
    """Of the share of `found` in `of` (Wilson 1927), which lies within it; without any it is everything."""
    if of <= 0:
        return 0.0, 1.0
    share, square = found / of, Z * Z / of
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / of + square / (4 * of))
    # Of none and of all one end is the share itself, but for rounding.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))
