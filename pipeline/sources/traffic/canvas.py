"""Filled shapes of the world in a picture."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, AnyArray
from pipeline.sources.traffic.view import NEAR_M, View

Colour = tuple[int, int, int]
SHIFT: Final = 4
"""Binary digits after the point of what OpenCV draws: what moves slowly does not tremble."""
FARTHEST_PX: Final = 1_900.0
"""OpenCV refuses shifted coordinates beyond 16 bits; what lies that far outside is as good at the rim."""


PIECE_M: Final = 8.0


def fixed(points: AnyArray) -> AnyArray:
    """Pixels as OpenCV takes them with `SHIFT`."""
    return np.asarray(np.rint(np.clip(points, -FARTHEST_PX, FARTHEST_PX) * (1 << SHIFT)), np.int32)


def fill(pixels: U8, points: AnyArray, colour: Colour) -> None:
    """A convex polygon, of pixels by `fixed`."""
    cv2.fillConvexPoly(pixels, points, colour, cv2.LINE_AA, SHIFT)


class Canvas:
    """A picture seen through a view, on which convex shapes are painted in metres."""

    def __init__(self, view: View, colour: Colour) -> None:
        self.view = view
        width, height = view.size
        self.pixels: U8 = np.full((height, width, 3), colour, np.uint8)

    def ground(self, polygon: AnyArray, colour: Colour, up_m: float = 0.0) -> None:
        """A polygon (K, 2) that lies flat, `up_m` above the ground."""
        points = np.column_stack((polygon, np.full(len(polygon), up_m)))
        seen = _before(points, self.view.depth(points))
        if len(seen) >= 3:
            fill(self.pixels, fixed(self.view.project(seen)[0]), colour)

    def band(self, start: AnyArray, end: AnyArray, width_m: float, colour: Colour) -> None:
        """A straight band on the ground between two points (2)."""
        # In pieces: a whole street reaches too far out of the picture for OpenCV's coordinates.
        pieces = max(1, round(float(np.hypot(*(end - start))) / PIECE_M))
        places = start + np.linspace(0, 1, pieces + 1)[:, None] * (end - start)
        for one, two in pairwise(places):
            self.ground(band(one, two, width_m), colour)

    def solid(self, base: AnyArray, height_m: float, roof: Colour, walls: tuple[Colour, Colour]) -> None:
        """An upright solid on a convex base (K, 2), counter-clockwise: walls that look east or west, and the others."""
        for one, two in zip(base, np.roll(base, -1, axis=0), strict=True):
            outward = np.array((two[1] - one[1], one[0] - two[0]))
            if outward @ (self.view.place[:2] - one) <= 0:
                continue
            wall = np.array([[*one, 0], [*two, 0], [*two, height_m], [*one, height_m]])
            if len(seen := _before(wall, self.view.depth(wall))) >= 3:
                fill(self.pixels, fixed(self.view.project(seen)[0]), walls[int(abs(outward[1]) > abs(outward[0]))])
        self.ground(base, roof, height_m)


def band(start: AnyArray, end: AnyArray, width_m: float) -> F32:
    """The corners (4, 2) of a straight band."""
    along = np.asarray(end, np.float64) - start
    across = np.array((-along[1], along[0])) / max(float(np.hypot(*along)), 1e-9) * width_m / 2
    return np.asarray([start + across, start - across, end - across, end + across], np.float32)


def _before(points: AnyArray, depth: AnyArray) -> AnyArray:
    """The part of a polygon (K, 3) that lies before the camera."""
    if (depth > NEAR_M).all():
        return points
    found = []
    for index in range(len(points)):
        a, b, near_a, near_b = points[index - 1], points[index], depth[index - 1] - NEAR_M, depth[index] - NEAR_M
        if (near_a > 0) != (near_b > 0):
            found.append(a + (b - a) * (near_a / (near_a - near_b)))
        if near_b > 0:
            found.append(b)
    return np.array(found).reshape(-1, 3)
