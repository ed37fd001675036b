"""The way of a track, simplified."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, Bool
from core.compiled import compiled


@compiled
def kept_points(points: F32, tolerance: float) -> Bool:
    """Which points (N, 2) keep a way within `tolerance` of those left out; see `analytics.paths.simplify`."""
    n = len(points)
    keep = np.zeros(n, np.bool_)
    keep[0] = keep[n - 1] = True
    parts = np.empty((n, 2), np.int64)
    parts[0, 0], parts[0, 1] = 0, n - 1
    count = 1
    while count:
        count -= 1
        first, last = parts[count]
        furthest, away = 0, -1.0
        for middle in range(first + 1, last):
            distance = _segment_distance(points, middle, first, last)
            if distance > away:
                furthest, away = middle, distance
        if away > tolerance:
            keep[furthest] = True
            parts[count, 0], parts[count, 1] = first, furthest
            parts[count + 1, 0], parts[count + 1, 1] = furthest, last
            count += 2
    return keep


@compiled
def _segment_distance(points: F32, middle: int, first: int, last: int) -> float:
    x, y = np.float64(points[middle, 0]) - points[first, 0], np.float64(points[middle, 1]) - points[first, 1]
    dx, dy = np.float64(points[last, 0]) - points[first, 0], np.float64(points[last, 1]) - points[first, 1]
    squared = dx * dx + dy * dy
    share = min(max((x * dx + y * dy) / squared, 0.0), 1.0) if squared > 0 else 0.0
    return float(np.hypot(x - share * dx, y - share * dy))
