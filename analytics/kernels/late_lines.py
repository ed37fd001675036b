"""Who has come over a line before it was seen; see `analytics.traffic.late_lines`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.kernels.fronts import turned
from core.arrays import F64, I16, I64, AnyArray, Bool
from core.compiled import in_place

SECOND_NS: Final = 1_000_000_000
LATELY_NS: Final = 5 * SECOND_NS
"""Who crossed so long before or after is another one."""
TWO_M: Final = (0.7, 1.5)
CARS_M: Final = (2.0, 4.0)
"""So near beside and along each other, in metres, two tracks are of one two-wheeler (0.75 m by 2 m), or of one car
(1.8 m by 4.5 m) or what a detector took for one.
"""
ASIDE_MPS: Final = 0.3
BRAKES_MPS2: Final = 3.0
"""And as much further, of who is no longer seen, as he may have turned aside and braked since."""
LEAST_MPS: Final = 0.1
MARGIN_M: Final = 0.5
MARGIN: Final = 0.1
"""So far within the ends of a line, in metres, one must have come over it who was not seen there, as boxes tremble; and
so much further for each metre past it at which he was first seen.
"""


@in_place
def come_late(
    lines: AnyArray,
    state: AnyArray,
    chains: AnyArray,
    starts: AnyArray,
    rows: tuple[I64, Bool, Bool],
    view: tuple[F64, F64, Bool, I16],
    small: Bool,
    now: tuple[int, int],
    limits: tuple[int, float, int, float, float, float],
    crossings: AnyArray,
    count: int,
) -> int:
    """Add those who must have crossed lines before they were seen; how many crossings there are.

    Args:
        lines: (L) records of `analytics.traffic.late_lines.ACROSS`.
        state: (room, L) records of `analytics.traffic.lines.SIDE`, by slot.
        chains: records by slot, brought to this frame.
        starts: (room) records of `analytics.traffic.late_lines.START`, by slot.
        rows: slots, fresh and sure (M) of the frame's rows.
        view: position, velocity, whether they are in metres, and class, of all tracks in the view.
        small: (C) classes that are two-wheelers.
        now: run time, and that of the last loss of frames.
        limits: looks and metres until a way is known, for how long it may be so, how far it may go aside by how far it
            goes ahead, how far past a line it may begin, and how fast nobody starts, m/s².
        crossings: records of `analytics.traffic.lines.CROSSING`, of which there are `count`.
    """
    slots, fresh, sure = rows
    position, velocity, valid, class_id = view
    for row in range(len(slots)):
        slot = slots[row]
        if slot < 0:
            continue
        mine = starts[slot]
        if fresh[row]:
            # Who has jumped did not begin here.
            mine.ns, mine.looks, mine.asked = now[0], 0, chains[slot].born_ns != now[0] or not valid[row]
            mine.at[0], mine.at[1] = position[row, 0], position[row, 1]
        mine.looks += 1
        if valid[row]:
            mine.small = small[class_id[row]]
            _see(mine, position[row], velocity[row], now[0])
        if mine.asked or not valid[row] or not sure[row] or mine.looks < limits[0]:
            continue
        way_x, way_y = position[row, 0] - mine.at[0], position[row, 1] - mine.at[1]
        if np.hypot(way_x, way_y) < limits[1]:
            mine.asked = now[0] - mine.ns > limits[2]
            continue
        mine.asked = True
        for number in range(len(lines)):
            side, over_ns = _over(lines[number], mine, (way_x, way_y), now[0], limits)
            if side == 0 or over_ns < now[1]:
                continue
            if _has_crossed(state, chains, starts, slot, number, side, over_ns):
                continue
            state[slot, number].over, state[slot, number].over_ns = side, over_ns
            state[slot, number].crossed, state[slot, number].counted = side, False
            found = crossings[count]
            found.row, found.line, found.forward, found.cut_ns = row, number, side > 0, over_ns
            count += 1
    return count


@in_place
def _see(mine: Any, place: F64, velocity: F64, now_ns: int) -> None:
    mine.last_ns = now_ns
    for axis in range(2):
        mine.last[axis], mine.velocity[axis] = place[axis], velocity[axis]


@in_place
def _over(
    line: Any, mine: Any, way: tuple[float, float], now_ns: int, limits: tuple[int, float, int, float, float, float]
) -> tuple[int, int]:
    """In which direction, and when, somebody who began past a line and went this way came over it; 0: it did not."""
    aside, reach_m, starts = limits[3], limits[4], limits[5]
    past_m, beside_m = turned(line, mine.at[0] - line.x, mine.at[1] - line.y)
    forward_m, along_m = turned(line, way[0], way[1])
    side = 1 if past_m > 0 else -1
    past_m, forward_m = abs(past_m), side * forward_m
    if not past_m < reach_m or forward_m <= 0 or abs(along_m) > aside * forward_m:
        return 0, 0
    beside_m -= along_m * past_m / forward_m
    mps = forward_m / ((now_ns - mine.ns) / SECOND_NS)
    sure_m = MARGIN_M + MARGIN * past_m
    if not sure_m <= beside_m <= line.length_m - sure_m or mps * mps <= 2 * starts * (past_m + forward_m / 2):
        return 0, 0
    return side, mine.ns - np.int64(past_m / mps * SECOND_NS)


@in_place
def _has_crossed(
    state: AnyArray, chains: AnyArray, starts: AnyArray, slot: int, number: int, side: int, over_ns: int
) -> bool:
    """Whether it has crossed already: itself, or another chain that did is where it is, or would be by now."""
    for other in range(len(chains)):
        mine = state[other, number]
        if not chains[other].used or mine.over != side or abs(over_ns - mine.over_ns) > LATELY_NS:
            continue
        if other == slot or _is_same(starts[slot], starts[other]):
            return True
    return False


@in_place
def _is_same(mine: Any, other: Any) -> bool:
    """Whether a chain that is seen now may be of the vehicle of another, which is seen, or would be here by now."""
    gap_s = (mine.last_ns - other.last_ns) / SECOND_NS
    off_x = mine.last[0] - other.last[0] - gap_s * other.velocity[0]
    off_y = mine.last[1] - other.last[1] - gap_s * other.velocity[1]
    mps = max(np.hypot(mine.velocity[0], mine.velocity[1]), LEAST_MPS)
    along = abs(off_x * mine.velocity[0] + off_y * mine.velocity[1]) / mps
    aside = abs(off_x * mine.velocity[1] - off_y * mine.velocity[0]) / mps
    both = mine.small and other.small
    return bool(
        aside < (TWO_M[0] if both else CARS_M[0]) + ASIDE_MPS * gap_s
        and along < (TWO_M[1] if both else CARS_M[1]) + BRAKES_MPS2 / 2 * gap_s * gap_s
    )
