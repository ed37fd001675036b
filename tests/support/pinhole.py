"""A pinhole camera over flat ground, to make pictures of known places."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.arrays import F64
from core.scene import Ground, Label, Lane, Line, Scene

SIZE = (1280, 720)


@dataclass(frozen=True)
class Pinhole:
    """A level camera at (0, 0), `height` metres up, that looks north and `pitch` degrees down."""

    height: float = 8.0
    pitch: float = 20.0
    focal: float = 1000.0
    size: tuple[int, int] = SIZE

    @property
    def matrix(self) -> F64:
        """(3, 3) metres to pixels."""
        sin, cos = math.sin(math.radians(self.pitch)), math.cos(math.radians(self.pitch))
        turn = np.array([[1.0, 0, 0], [0, -sin, -cos], [0, cos, -sin]])
        inner = np.array([[self.focal, 0, self.size[0] / 2], [0, self.focal, self.size[1] / 2], [0, 0, 1]])
        return np.asarray(inner @ np.column_stack((turn[:, :2], turn @ (0, 0, -self.height))), np.float64)

    def pixels(self, metres: ArrayLike) -> F64:
        """Where points (N, 2) of the ground are seen (N, 2)."""
        places = np.asarray(metres, np.float64)
        seen = np.column_stack((places, np.ones(len(places)))) @ self.matrix.T
        return np.asarray(seen[:, :2] / seen[:, 2:], np.float64)

    def depths(self, metres: ArrayLike) -> F64:
        """Metres (N) along the view."""
        places = np.asarray(metres, np.float64)
        return np.asarray((np.column_stack((places, np.ones(len(places)))) @ self.matrix.T)[:, 2], np.float64)

    @property
    def horizon(self) -> float:
        """Row of the horizon."""
        return self.size[1] / 2 - self.focal * math.tan(math.radians(self.pitch))

    @property
    def ground(self) -> Ground:
        """What a perfect scene of it has."""
        back = np.linalg.inv(self.matrix)
        foot = back[2] @ (self.size[0] / 2, self.size[1] - 1, 1.0)
        return Ground(np.asarray(back * np.sign(foot), np.float64), 0.0)


def road(camera: Pinhole, near_m: float = 20.0, far_m: float = 60.0) -> Scene:
    """A scene of it with one lane that leads away, `north`, and a line `gate` across its near end."""
    name = Label("", "")
    way = camera.pixels([(0.0, near_m), (0.0, far_m)])
    start, end = camera.pixels([(-3.0, near_m), (3.0, near_m)])
    lanes, lines = {"north": Lane("north", name, way, way, "g")}, {"gate": Line("gate", name, start, end)}
    return Scene("s", 1, camera.size, lanes=lanes, lines=lines, ground=camera.ground)
