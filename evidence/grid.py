"""The ground's metres as lines in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64
from core.geometry import project
from core.scene import Scene

STEPS_M: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
MOST_LINES: Final = 40
FARTHEST_M: Final = 500.0
POINTS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Lines `step_m` apart: points (K, 2) in reference pixels along each part of them that is seen."""

    step_m: float
    lines: tuple[F64, ...]


def ground_grid(scene: Scene) -> Grid | None:
    """The grid of a scene's ground; None without one, or where the picture shows none of it."""
    if scene.ground is None:
        return None
    width, height = scene.reference_size
    x, y = np.meshgrid(np.linspace(0, width, 33), np.linspace(0, height, 33))
    metres, valid = scene.ground.to_ground(np.column_stack((x.ravel(), y.ravel())))
    seen = metres[valid & np.all(np.abs(metres) < FARTHEST_M, axis=1)]
    if len(seen) < 2:
        return None
    low, high = np.quantile(seen, (0.02, 0.98), axis=0)
    step = next((s for s in STEPS_M if float((high - low).max()) / s <= MOST_LINES), STEPS_M[-1])
    first, last = np.floor(low / step) * step, np.ceil(high / step) * step
    lines: list[F64] = []
    for axis in (0, 1):
        for k in range(math.floor((last[axis] - first[axis]) / step) + 1):
            line = np.empty((POINTS, 2))
            line[:, axis] = first[axis] + k * step
            line[:, 1 - axis] = np.linspace(first[1 - axis], last[1 - axis], POINTS)
            lines += _seen(scene, line)
    return Grid(step, tuple(lines))


def _seen(scene: Scene, metres: F64) -> list[F64]:
    """The parts of a line (K, 2) in metres that lie in the picture or near it, in pixels."""
    if scene.ground is None:
        return []
    pixels, before = project(np.asarray(np.linalg.inv(scene.ground.matrix), np.float64), metres)
    size = np.array(scene.reference_size)
    inside = before & np.all((pixels > -0.5 * size) & (pixels < 1.5 * size), axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inside.astype(np.int8), [0]))))
    parts = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [np.round(pixels[start:end], 1) for start, end in parts if end - start > 1]
