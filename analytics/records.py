"""Arrays of records."""

from __future__ import annotations

import numpy as np

from core.arrays import AnyArray


def joined(first: AnyArray, second: AnyArray) -> AnyArray:
    """The records of two arrays of one type, one after another.

    As numpy.concatenate, which works out the common type of all fields anew at each call.
    """
    both = np.empty(len(first) + len(second), first.dtype)
    both[: len(first)], both[len(first) :] = first, second
    return both
