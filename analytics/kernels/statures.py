"""How tall somebody would be, who stood where a box ends."""

from __future__ import annotations

import math

from core.arrays import F32, F64, I64
from core.compiled import in_place


@in_place
def spans(matrix: F64, foot: F32) -> float:
    """Metres on the ground that a pixel spans across the view: about as many as up a body that stands there."""
    x, y = foot[0], foot[1]
    deep = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    east = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / deep
    north = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / deep
    return float(math.hypot(matrix[0, 0] - east * matrix[2, 0], matrix[1, 0] - north * matrix[2, 0]) / abs(deep))


@in_place
def statures(boxes: F32, foot: F32, rows: I64, matrix: F64, found: F64) -> None:
    """Fill in the heights (K) in metres of the bodies that stand at the feet of these rows.

    Args:
        boxes, foot: of all M tracks in the view, in reference pixels.
        rows: (K) in the view.
        matrix: (3, 3) from reference pixels to the ground, its lens left out.
        found: (K) to be filled.
    """
    for k in range(len(rows)):
        row = rows[k]
        found[k] = (boxes[row, 3] - boxes[row, 1]) * spans(matrix, foot[row])
