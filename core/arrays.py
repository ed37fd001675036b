"""Array types, and the checks that all struct-of-arrays batches share."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
I16: TypeAlias = NDArray[np.int16]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
U8: TypeAlias = NDArray[np.uint8]
Bool: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]


def frozen(array: AnyArray, dtype: type[np.generic], shape: tuple[int | None, ...], name: str) -> AnyArray:
    """A read-only view of `array` with the given type and shape (None: any length); the caller's array is left alone.

    Raises:
        ValueError: the shape differs.
    """
    view = np.asarray(array, dtype=dtype).view()
    found = view.shape
    if len(found) != len(shape) or (found != shape and not all(map(_agrees, shape, found))):
        raise ValueError(f"{name}: expected shape {shape}, got {view.shape}")
    view.flags.writeable = False
    return view


def fixed(array: AnyArray) -> AnyArray:
    """The array itself, read-only from now on: compiled loops are compiled for each kind, and columns are read-only."""
    array.flags.writeable = False
    return array


def _agrees(wanted: int | None, found: int) -> bool:
    return wanted is None or wanted == found


def check_offsets(offsets: I32, frames: int, rows: int, name: str = "offsets") -> None:
    """Offsets of a ragged batch start at 0, never fall, and end at the number of rows.

    Raises:
        ValueError: they do not.
    """
    if len(offsets) != frames + 1 or offsets[0] != 0 or offsets[-1] != rows or (offsets[1:] < offsets[:-1]).any():
        raise ValueError(f"{name}: {offsets.tolist()} does not divide {rows} rows among {frames} frames")


def offsets_of(counts: list[int]) -> I32:
    """Offsets (B+1) for the given number of rows in each frame."""
    return np.array([0, *accumulate(counts)], np.int32)
