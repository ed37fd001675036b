"""Ways that were lost in between, shared out over those that were seen whole."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import F64, AnyArray

SMOOTHED: Final = 0.05
"""Of the mean of all pairs, added to each: what was not seen yet may still happen."""
ROUNDS: Final = 50
CLOSE: Final = 1e-6


def share_out(seen: AnyArray, entered: AnyArray, left: AnyArray) -> F64:
    """How many of those that went out, of whom nobody knows where they came in, came in where.

    The pattern of those seen the whole way is fitted, row by row and column by column in turn, to the sums at both ends
    (iterative proportional fitting: Deming and Stephan 1940; of traffic Furness 1965). Who was lost after he came in is
    taken as one of those who went out: more of them were counted at the exits than at the entries, so these are brought
    to the same sum. Where nobody was lost after coming in, the pattern alone decides.

    Args:
        seen: (E, X) vehicles seen the whole way from each entry to each exit.
        entered: (E) that came in and were lost.
        left: (X) that went out and had not been seen coming in.

    Returns:
        (E, X) shares; the columns sum to `left`.
    """
    found: F64 = seen + (SMOOTHED * seen.mean() if seen.any() else 1.0)
    if not left.any():
        return np.zeros_like(found)
    rows = entered if entered.any() else found.sum(axis=1)
    rows = rows * (left.sum() / rows.sum())
    for _ in range(ROUNDS):
        found *= _factors(rows, found.sum(axis=1))[:, None]
        found *= _factors(left, found.sum(axis=0))
        if np.abs(found.sum(axis=1) - rows).max() <= CLOSE:
            break
    return found


def _factors(wanted: AnyArray, sums: F64) -> F64:
    return np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
