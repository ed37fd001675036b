"""Where straight ways that are parallel on the ground seem to meet in the picture."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import F64, I64
from scenes.calibration.observations import Ways

NEAR: Final = 0.03
"""A way points to a vanishing point when it misses its direction by less than so many radians (or twice its doubt)."""
PASSED: Final = 0.55
"""Half of a way's length and a little more: how near its middle no vanishing point can be."""
MOST_PAIRS: Final = 600
MOST_GROUPS: Final = 3
LEAST: Final = 6
"""Ways that must share a vanishing point."""


def parallel_groups(ways: Ways) -> I64:
    """The group (L) of each way whose members meet in one point, -1 for none; the largest group is 0.

    Opposite directions are one group. RANSAC over pairs of ways, then once more among those that agree.
    """
    group = np.full(len(ways), -1, np.int64)
    lines = _lines(ways)
    for number in range(MOST_GROUPS):
        free = np.flatnonzero(group < 0)
        if len(free) < max(LEAST, len(ways) // 10):
            break
        best, most = free[:0], 0.0
        for point in _candidates(lines[free]):
            agree = free[miss(ways, point)[free] < np.maximum(NEAR, 2 * ways.spread[free])]
            weight = float((1 / (1 + ways.spread[agree] / NEAR)).sum())
            if weight > most:
                best, most = agree, weight
        if len(best) < max(LEAST, len(ways) // 10):
            break
        point = meeting(lines[best], 1 / ways.spread[best])
        better = free[miss(ways, point)[free] < np.maximum(NEAR, 2 * ways.spread[free])]
        group[better if len(better) >= len(best) else best] = number
    return group


def meeting(lines: F64, weight: F64) -> F64:
    """The homogeneous point (3) nearest to all lines (L, 3), in the sense of least squares."""
    _, _, axes = np.linalg.svd(lines * weight[:, None])
    return np.asarray(axes[-1], np.float64)


def miss(ways: Ways, point: F64) -> F64:
    """The angle (L) in radians between each way and the direction from its middle to a homogeneous point (3).

    A right angle for a way that passes the point: parallel lines do not meet on the ground that the camera sees, though
    all lines through a junction do.
    """
    middle = (ways.start + ways.end) / 2
    towards = point[:2] - point[2] * middle
    along = ways.end - ways.start
    cross = along[:, 0] * towards[:, 1] - along[:, 1] * towards[:, 0]
    size = np.linalg.norm(along, axis=1) * np.linalg.norm(towards, axis=1)
    angle = np.arcsin(np.clip(np.abs(cross) / np.maximum(size, 1e-12), 0, 1))
    reach = np.abs((along * towards).sum(axis=1))
    passes = reach < PASSED * np.abs(point[2]) * (along**2).sum(axis=1)
    return np.where(passes, np.pi / 2, angle)


def _lines(ways: Ways) -> F64:
    ones = np.ones((len(ways), 1))
    lines = np.cross(np.hstack((ways.start, ones)), np.hstack((ways.end, ones)))
    return np.asarray(lines / np.linalg.norm(lines[:, :2], axis=1, keepdims=True), np.float64)


def _candidates(lines: F64) -> F64:
    pick = np.random.default_rng(0).integers(0, len(lines), (MOST_PAIRS, 2))
    pick = pick[pick[:, 0] != pick[:, 1]]
    points = np.cross(lines[pick[:, 0]], lines[pick[:, 1]])
    size = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points[size[:, 0] > 1e-9] / size[size[:, 0] > 1e-9], np.float64)
