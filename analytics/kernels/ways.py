"""The ways of tracks: taken out of a log, simplified."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, I64, Bool
from core.compiled import compiled, in_place


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
def take_points(ids: I64, points: F32, used: int, wanted: I64) -> tuple[F32, I64, int]:
    """Move the points of some tracks out of a log, the others together.

    Args:
        ids, points: of the log, (room) and (room, 2), `used` of them.
        wanted: (K) different ids.

    Returns:
        Points (N, 2) of the wanted tracks, one track after another in the order in which they came; where each track
        begins (K + 1); how many are left in the log.
    """
    begins = np.zeros(len(wanted) + 1, np.int64)
    whose = np.empty(used, np.int64)
    for n in range(used):
        whose[n] = -1
        for k in range(len(wanted)):
            if ids[n] == wanted[k]:
                whose[n] = k
                begins[k + 1] += 1
                break
    for k in range(len(wanted)):
        begins[k + 1] += begins[k]
    taken, filled = np.empty((begins[-1], 2), np.float32), begins.copy()
    left = 0
    for n in range(used):
        k = whose[n]
        if k >= 0:
            taken[filled[k], 0], taken[filled[k], 1] = points[n, 0], points[n, 1]
            filled[k] += 1
        else:
            ids[left], points[left, 0], points[left, 1] = ids[n], points[n, 0], points[n, 1]
            left += 1
    return taken, begins, left


@in_place
def _segment_distance(points: F32, middle: int, first: int, last: int) -> float:
    x, y = np.float64(points[middle, 0]) - points[first, 0], np.float64(points[middle, 1]) - points[first, 1]
    dx, dy = np.float64(points[last, 0]) - points[first, 0], np.float64(points[last, 1]) - points[first, 1]
    squared = dx * dx + dy * dy
    share = min(max((x * dx + y * dy) / squared, 0.0), 1.0) if squared > 0 else 0.0
    return float(np.hypot(x - share * dx, y - share * dy))
