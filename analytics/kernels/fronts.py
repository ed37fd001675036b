"""How vehicles come to stop lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.arrays import F64, I16, I64, AnyArray, Bool
from core.compiled import compiled, in_place


@compiled
def come(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    view: tuple[I64, I16, F64, F64, Bool],
    now: tuple[int, int, int],
    starts: tuple[float, float],
) -> None:
    """Bring the records of tracks to a frame.

    Args:
        state: records of `analytics.fronts.CAME`. at: (K) theirs; fresh: (K) whether they are new.
        view: rows (K), then lane, position, velocity, and who is as slow as one who stands, of all tracks in view.
        now: run time; for how long the speed of a new track is not known, and one who stands may seem to move, in ns.
        starts: nobody who stood is faster than this (m/s), and this (m/s²) more.
    """
    rows, lane, position, velocity, slow = view
    now_ns, known_ns, same_stop_ns = now
    for i in range(len(rows)):
        row = rows[i]
        mine = state[at[i]]
        if fresh[i]:
            mine.first_ns, mine.last_ns, mine.lane, mine.stood, mine.jumped = now_ns, now_ns, -1, False, False
        if lane[row] >= 0:
            mine.lane = lane[row]
        mine.gap_ns = now_ns - mine.last_ns
        mine.last_ns = now_ns
        mps = np.sqrt(velocity[row, 0] ** 2 + velocity[row, 1] ** 2)
        mine.mps_before, mine.mps = mine.mps, mps
        jumped = mine.stood and mps > starts[0] + starts[1] * (now_ns - mine.stood_ns) / 1e9
        mine.jumps, mine.jumped = jumped and not mine.jumped, jumped
        stands = slow[row] and now_ns - mine.first_ns >= known_ns
        stops = stands and (not mine.stood or now_ns - mine.stood_ns > same_stop_ns)
        for axis in range(2):
            mine.velocity[axis] = velocity[row, axis]
            mine.at_before[axis], mine.at[axis] = mine.at[axis], position[row, axis]
            if stops:
                mine.stops_at[axis] = position[row, axis]
            if stands:
                mine.stood_at[axis] = position[row, axis]
        if stops:
            mine.stops_ns = now_ns
        if stands:
            mine.stood, mine.stood_ns = True, now_ns


@compiled
def go_on(
    state: AnyArray,
    at: I64,
    begins: Bool,
    tracks: tuple[I64, F64, Bool],
    lines: tuple[AnyArray, AnyArray],
    now: tuple[int, int, int],
    limits: tuple[int, float, float, float],
) -> I64:
    """Bring the ways of tracks to a frame; which of them have come over which line: (C, 3) of line and row, and 1 where
    that was seen.

    Args:
        state: records of `analytics.late_crossings.WAY`. at: (K) theirs; begins: (K) whose ways begin here.
        tracks: rows (K), then position of all tracks in view, and which are confirmed.
        lines: (L) records of `analytics.late_crossings.ACROSS`; (T, L) of `AT_LINE`.
        now: run time; for how long a way is asked; how long ago one may have come over a line, in ns.
        limits: looks and metres until a way is known, how far it may go aside by how far it goes ahead, and how far
            past the line it may begin.
    """
    rows, position, confirmed = tracks
    across, marks = lines
    found = np.empty((len(rows) * len(across), 3), np.int64)
    count = 0
    for i in range(len(rows)):
        row, mine = rows[i], state[at[i]]
        x, y = position[row]
        if begins[i]:
            mine.from_ns, mine.looks = now[0], 0
            mine.from_at[0], mine.from_at[1] = x, y
        for number in range(len(across)):
            _pass_line(marks[at[i], number], across[number], mine, (x, y), begins[i], now[0])
        mine.last_ns, mine.at[0], mine.at[1] = now[0], x, y
        mine.confirmed |= confirmed[row]
        mine.looks += 1
        if mine.looks < limits[0] or not confirmed[row]:
            continue
        for number in range(len(across)):
            mark = marks[at[i], number]
            how = -1 if mark.told else _has_come_over(mark, across[number], mine, (x, y), now, limits)
            if how >= 0:
                mark.told = True
                found[count, 0], found[count, 1], found[count, 2] = number, i, how
                count += 1
    return found[:count]


@in_place
def turned(line: Any, x: float, y: float) -> tuple[float, float]:
    """A way on the ground as a line (`analytics.late_crossings.ACROSS`) sees it: over it, and along it."""
    return x * line.ahead_x + y * line.ahead_y, x * line.along_x + y * line.along_y


@in_place
def _pass_line(mark: Any, line: Any, mine: Any, at: tuple[float, float], begins: bool, now_ns: int) -> None:
    """Take note of how far past a line a track is, and of when and where it came over it before it was confirmed."""
    x, y = at
    past_m, _ = turned(line, x - line.x, y - line.y)
    if begins:
        mark.told, mark.over_ns = False, 0
    elif past_m >= 0 and mark.past_m < 0 and not mine.confirmed:
        share = mark.past_m / (mark.past_m - past_m)
        mark.over_ns = mine.last_ns + int(share * (now_ns - mine.last_ns))
        mark.over_at[0] = mine.at[0] + share * (x - mine.at[0])
        mark.over_at[1] = mine.at[1] + share * (y - mine.at[1])
    if past_m < 0:
        mark.over_ns = 0
    mark.past_m = past_m


@in_place
def _has_come_over(
    mark: Any,
    line: Any,
    mine: Any,
    at: tuple[float, float],
    now: tuple[int, int, int],
    limits: tuple[int, float, float, float],
) -> int:
    """1: a track was seen to come over a line; 0: by its way it must have, as it begins near it; -1: neither."""
    now_ns, known_ns, back_ns = now
    _, least_m, aside, reach_m = limits
    first_m, beside_m = turned(line, mine.from_at[0] - line.x, mine.from_at[1] - line.y)
    forward_m, along_m = turned(line, at[0] - mine.from_at[0], at[1] - mine.from_at[1])
    if forward_m < least_m:
        return -1
    if now_ns - mine.from_ns > known_ns:
        _, beside_m = turned(line, mark.over_at[0] - line.x, mark.over_at[1] - line.y)
        over = mark.over_ns > max(now_ns - back_ns, 0) and 0 <= beside_m <= line.length_m
        return 1 if over else -1
    if first_m + forward_m <= 0 or first_m >= reach_m or abs(along_m) > aside * forward_m:
        return -1
    beside_m -= along_m * first_m / forward_m
    return 0 if 0 <= beside_m <= line.length_m else -1
