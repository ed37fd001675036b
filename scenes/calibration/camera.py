"""A pinhole camera over flat ground, as few numbers as traffic can tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.arrays import F64


@dataclass(frozen=True, slots=True)
class Pinhole:
    """Square pixels, no lens distortion, the principal point at the picture's centre.

    The ground's frame: the origin below the camera, x to its right, y the way it looks, z up, in metres.

    Attributes:
        size: (width, height) in pixels.
        focal: in pixels.
        pitch: how far it looks below the horizon, in radians.
        roll: how far it is turned clockwise about its axis, in radians.
        height_m: above the ground.
    """

    size: tuple[int, int]
    focal: float
    pitch: float
    roll: float
    height_m: float

    @property
    def projection(self) -> F64:
        """(3, 4): metres (x, y, z, 1) to homogeneous pixels; the third is the depth in metres."""
        sin, cos = math.sin(self.pitch), math.cos(self.pitch)
        turn = np.array(
            [[math.cos(self.roll), math.sin(self.roll)], [-math.sin(self.roll), math.cos(self.roll)]], np.float64
        )
        axes = np.array([[1.0, 0.0, 0.0], [0.0, -sin, -cos], [0.0, cos, -sin]])
        axes[:2] = turn @ axes[:2]
        inner = np.array(
            [[self.focal, 0.0, self.size[0] / 2], [0.0, self.focal, self.size[1] / 2], [0.0, 0.0, 1.0]], np.float64
        )
        outer = np.column_stack((axes, axes @ np.array([0.0, 0.0, -self.height_m])))
        return np.asarray(inner @ outer, np.float64)

    @property
    def ground(self) -> F64:
        """(3, 3): pixels to metres; the homogeneous coordinate is positive below the horizon."""
        matrix = np.linalg.inv(self.projection[:, [0, 1, 3]])
        # Depth is positive for what the camera sees, and the homogeneous coordinate is its inverse.
        return np.asarray(matrix, np.float64)

    def horizon(self, x: float) -> float:
        """The row of the horizon at a column, in pixels."""
        line = np.linalg.inv(self.projection[:, [0, 1, 3]])[2]
        return float(-(line[0] * x + line[2]) / line[1])
