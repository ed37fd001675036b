"""Who loses its speed abruptly."""

from __future__ import annotations

import math
from typing import Any, Final

from core.arrays import F64, I16, I64, U8, AnyArray, Bool
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
                for axis in range(2):
                    mine.fast_at[axis], mine.fast_way[axis] = position[row, axis], velocity[row, axis]
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
def meet(
    state: AnyArray,
    at: I64,
    rows: I64,
    asked: I64,
    view: tuple[Bool, Bool, I16, F64],
    lengths: F64,
    limits: tuple[float, float, float],
    times: tuple[int, int],
    found: Bool,
) -> None:
    """Who has met another that lost its speed abruptly, too. See `analytics.impacts.Impacts.met`.

    Args:
        state: records of the tracks, `analytics.impacts.FIELDS`.
        at: (K) of the rows' tracks.
        rows: (K) in the view.
        asked: (A) numbers of rows.
        view: who stands (K); whether they are in metres, class, position of all tracks in the view.
        lengths: of vehicles by class.
        limits: how far apart two may be; or the usual lengths of the two leave at most; how much closer they come; m.
        times: run time; for how long the other one may have stood; ns.
        found: (A) to be filled.
    """
    stands, valid, class_id, position = view
    for a in range(len(asked)):
        me, row, found[a] = state[at[asked[a]]], rows[asked[a]], False
        for other in range(len(rows)):
            you, there = state[at[other]], rows[other]
            if other == asked[a] or not (you.hit and stands[other] and valid[there]):
                continue
            if times[0] - you.hit_ns > times[1] or (me.guessed and you.guessed):
                continue
            x, y = position[row, 0] - position[there, 0], position[row, 1] - position[there, 1]
            rims = (lengths[class_id[row]] + lengths[class_id[there]]) / 2 + limits[1]
            if math.hypot(x, y) <= max(rims, limits[0]) and _came_closer(me, you, x, y) >= limits[2]:
                found[a] = True
                break


@in_place
def _came_closer(me: Any, you: Any, x: float, y: float) -> float:
    """By how much (m) the way from one to another, now (x, y), has changed since the first began to lose its speed."""
    first = min(me.hit_ns, you.hit_ns)
    mine, yours = (me.hit_ns - first) / SECOND_NS, (you.hit_ns - first) / SECOND_NS
    was_x = (me.hit_at[0] - me.hit_way[0] * mine) - (you.hit_at[0] - you.hit_way[0] * yours)
    was_y = (me.hit_at[1] - me.hit_way[1] * mine) - (you.hit_at[1] - you.hit_way[1] * yours)
    return math.hypot(was_x - x, was_y - y)


@in_place
def loss_of(lost: float, in_ns: int) -> float:
    """How fast a speed (m/s) was lost, in m/s²."""
    return lost / max(in_ns / SECOND_NS, SHORTEST_S)
