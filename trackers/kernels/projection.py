"""From places in the picture to places on the ground."""

from __future__ import annotations

import math
from typing import NamedTuple

from core.arrays import F32, F64
from core.compiled import in_place
from trackers.kernels.lens import straighten


class View(NamedTuple):
    """A camera's way to the ground.

    Attributes:
        size: (2) width and height of the picture, in source pixels.
        scale: (2) source to reference pixels.
        matrix: (3, 3) homography, or all zero.
        lens: (9) `core.lens.Lens.numbers`, or all zero.
        coarsest: metres a pixel may span.
    """

    size: F64
    scale: F64
    matrix: F64
    lens: F64
    coarsest: float


@in_place
def on_ground(view: View, foot: F32, place: F64, jacobian: F64) -> bool:
    """Write the place of a foot point and its derivatives by pixels; in the picture itself where metres do not hold."""
    m = view.matrix
    place[0], place[1] = foot[0], foot[1]
    jacobian[0, 0] = jacobian[1, 1] = 1.0
    jacobian[0, 1] = jacobian[1, 0] = 0.0
    held = view.lens[5] == 0.0 or straighten(view.lens, place[0], place[1], place, jacobian)
    x, y = place[0], place[1]
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    if held and w > 1e-9:
        east = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w
        north = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w
        for column in range(2):
            u, v = jacobian[0, column], jacobian[1, column]
            down = m[2, 0] * u + m[2, 1] * v
            jacobian[0, column] = (m[0, 0] * u + m[0, 1] * v - east * down) / w
            jacobian[1, column] = (m[1, 0] * u + m[1, 1] * v - north * down) / w
        right = math.hypot(jacobian[0, 0], jacobian[1, 0])
        if max(right, math.hypot(jacobian[0, 1], jacobian[1, 1])) <= view.coarsest:
            place[0], place[1] = east, north
            return True
    place[0], place[1] = foot[0], foot[1]
    jacobian[0, 0] = jacobian[1, 1] = 1.0
    jacobian[0, 1] = jacobian[1, 0] = 0.0
    return False


@in_place
def in_pixels(jacobian: F64, east: float, north: float) -> tuple[float, float]:
    """A short way on the ground as one in the picture, right and down."""
    det = jacobian[0, 0] * jacobian[1, 1] - jacobian[0, 1] * jacobian[1, 0]
    right = (jacobian[1, 1] * east - jacobian[0, 1] * north) / det
    return right, (jacobian[0, 0] * north - jacobian[1, 0] * east) / det


@in_place
def spread(jacobian: F64, sigma_px: tuple[float, float], error: F64) -> None:
    """Covariance on the plane of a foot point that is uncertain by `sigma_px` across the picture and down it."""
    s, t = sigma_px[0] * sigma_px[0], sigma_px[1] * sigma_px[1]
    for a in range(2):
        for b in range(2):
            error[a, b] = s * jacobian[a, 0] * jacobian[b, 0] + t * jacobian[a, 1] * jacobian[b, 1]
