"""Where tracks are compared: on the ground where the scene has one, else in the picture with a rough scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, Bool
from core.geometry import project
from core.scene import Ground
from core.taxonomy import ObjectClass
from scenes.calibration.shapes import TYPICAL
from scenes.track_table import TrackTable

LEAST_PX_PER_M: Final = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Attributes:
    matrix: (3, 3) pixels to metres; None: the plane is the picture.
    rise, level: in the picture, pixels by metre are `rise * y + level`.
    """

    matrix: F64 | None
    rise: float = 0.0
    level: float = 1.0

    @classmethod
    def of(cls, table: TrackTable, ground: Ground | None) -> Plane:
        """The ground, or the picture with a scale from how high road users of known kinds appear."""
        if ground is not None:
            return cls(ground.matrix)
        scale, y = _scales(table)
        if len(scale) < 2 or np.ptp(y) < 1:
            return cls(None, 0.0, float(np.median(scale)) if len(scale) else 20.0)
        rise, level = np.polyfit(y, scale, 1)
        return cls(None, float(rise), float(level)) if rise > 0 else cls(None, 0.0, float(np.median(scale)))

    @property
    def metric(self) -> bool:
        """Whether it is the ground."""
        return self.matrix is not None

    def place(self, pixels: F64) -> tuple[F64, Bool]:
        """Points (N, 2) of the picture in the plane, and which have a place there."""
        if self.matrix is None:
            return pixels, np.ones(len(pixels), np.bool_)
        return project(self.matrix, pixels)

    def pixels(self, points: F64) -> F64:
        """Points (N, 2) of the plane in the picture."""
        if self.matrix is None:
            return points
        back = np.column_stack((points, np.ones(len(points)))) @ np.linalg.inv(self.matrix).T
        return np.asarray(back[:, :2] / back[:, 2:], np.float64)

    def unit(self, points: F64) -> F64:
        """Units of the plane by metre (N) at points (N, 2) of it."""
        if self.matrix is not None:
            return np.ones(len(points))
        return np.asarray(np.maximum(self.rise * points[:, 1] + self.level, LEAST_PX_PER_M), np.float64)


def _scales(table: TrackTable) -> tuple[F64, F64]:
    """Pixels by metre at one moment of each track, from its box's height, and the row where it stood."""
    scale, y, whole = [], [], table.whole()
    for rows in table.tracks(3):
        typical = TYPICAL.get(ObjectClass(int(table.class_id[rows.start])))
        good = np.flatnonzero(whole[rows]) + rows.start
        if typical is None or not len(good):
            continue
        for row in good[[0, len(good) // 2, -1]]:
            scale.append((table.xyxy[row, 3] - table.xyxy[row, 1]) / typical.height_m)
            y.append(table.xyxy[row, 3])
    return np.array(scale), np.array(y)
