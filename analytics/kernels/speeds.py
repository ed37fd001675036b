"""How fast vehicles are, and have been over a way, and how surely."""

from __future__ import annotations

import numpy as np

from core.arrays import F64, I16, I64, AnyArray, Bool
from core.compiled import in_place


@in_place
def doubts(rows: I64, velocity: F64, velocity_cov: F64, found: F64) -> None:
    """Fill standard deviations (K) of the speeds of these rows, in m/s.

    Args:
        velocity, velocity_cov: (M, 2) and (M, 2, 2) of all tracks in the view.
    """
    for i in range(len(rows)):
        row = rows[i]
        found[i] = np.sqrt(variance_along(velocity[row, 0], velocity[row, 1], velocity_cov[row]))


@in_place
def follow_ways(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    going: I64,
    rows: I64,
    view: tuple[I16, F64, F64],
    now: tuple[int, int],
    found: tuple[F64, F64, F64, F64],
) -> None:
    """Bring ways of tracks to a frame. See `analytics.mean_speed.MeanSpeeds`.

    Args:
        state: records of the tracks.
        at, fresh: (G) of those who go on; whether they are new.
        going: (G) which of the rows (K) they are.
        rows: (K) in the view.
        view: class, position (M, 2) and its covariance (M, 2, 2) of all tracks in the view.
        now: run time, and for how long a track may be left out of a way, in ns.
        found: (K) each, to be filled for those who go on: metres, seconds, mean speed and its standard deviation.
    """
    class_id, position, spread = view
    metres, seconds, speed, doubt = found
    for g in range(len(going)):
        k, mine = going[g], state[at[g]]
        row = rows[k]
        if fresh[g] or now[0] - mine.last_ns > now[1] or mine.class_id != class_id[row]:
            mine.since_ns, mine.class_id = now[0], class_id[row]
            for i in range(2):
                mine.place[i] = position[row, i]
                for j in range(2):
                    mine.spread[i, j] = spread[row, i, j]
        mine.last_ns = now[0]
        east, north = position[row, 0] - mine.place[0], position[row, 1] - mine.place[1]
        metres[k] = np.hypot(east, north)
        seconds[k] = max((now[0] - mine.since_ns) / 1e9, 1e-9)
        speed[k] = metres[k] / seconds[k]
        both = variance_along(east, north, mine.spread) + variance_along(east, north, spread[row])
        doubt[k] = np.sqrt(both) / seconds[k]


@in_place
def variance_along(east: float, north: float, spread: F64) -> float:
    """Variance along a way of a covariance (2, 2)."""
    length = max(np.hypot(east, north), 1e-9)
    x, y = east / length, north / length
    mixed = spread[0, 1] + spread[1, 0]
    return float(max(x * x * spread[0, 0] + x * y * mixed + y * y * spread[1, 1], 0.0))
