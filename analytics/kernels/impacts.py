"""Who loses its speed abruptly."""

from __future__ import annotations

from typing import Final

from core.arrays import F64, I64, U8, AnyArray, Bool
from core.compiled import in_place
from core.tracks import TrackState

CONFIRMED: Final = int(TrackState.CONFIRMED)
SECOND_NS: Final = 1_000_000_000
BEFORE_NS: Final = SECOND_NS
"""It was fast within this before it lost its speed."""
SHORTEST_S: Final = 0.5
"""Speeds of tracks jump: a loss is measured over at least so long."""


@in_place
def follow_speeds(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    rows: I64,
    view: tuple[U8, Bool, F64, F64, F64],
    now_ns: int,
    limits: tuple[float, float],
    found: tuple[Bool, F64],
) -> tuple[int, int]:
    """Bring the speeds of tracks to a frame. See `analytics.impacts.Impacts`.

    Args:
        state: records of the tracks, `analytics.impacts.FIELDS`.
        at: (K) of the rows' tracks.
        fresh: (K) whether they are new.
        rows: (K) in the view.
        view: state, whether they are in metres, position, velocity and speed, of all tracks in the view.
        now_ns: run time.
        limits: speed from which on one is fast, m/s, and deceleration that is abrupt, m/s².
        found: to be filled: (K) who loses its speed abruptly now; how fast, m/s².

    Returns:
        How many lose it now, and how many have and did not go on since, not counting those of now.
    """
    seen, valid, position, velocity, speed = view
    least, most = limits
    abrupt, loss = found
    now, before = 0, 0
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        sure, pace = valid[row] and seen[row] == CONFIRMED, speed[row]
        if sure:
            if fresh[k] or pace >= mine.fast or now_ns - mine.fast_ns > BEFORE_NS:
                mine.fast, mine.fast_ns = pace, now_ns
            mine.last_ns = now_ns
            for axis in range(2):
                mine.last_at[axis], mine.last_way[axis] = position[row, axis], velocity[row, axis]
        loss[k] = loss_of(mine.fast - pace, now_ns - mine.fast_ns)
        abrupt[k] = sure and not fresh[k] and loss[k] > most and mine.fast >= least
        if abrupt[k]:
            now += 1
        elif sure and pace > least and now_ns - mine.abrupt_ns > BEFORE_NS:
            mine.hit = False
        if mine.hit:
            before += 1
    return now, before


@in_place
def loss_of(lost: float, in_ns: int) -> float:
    """How fast a speed (m/s) was lost, in m/s²."""
    return lost / max(in_ns / SECOND_NS, SHORTEST_S)
