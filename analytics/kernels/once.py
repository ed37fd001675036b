"""A vehicle that two tracks show counts once at a line."""

from __future__ import annotations

from typing import Final

from core.arrays import F64, I16, I64, AnyArray, Bool
from core.compiled import in_place

SAME_NS: Final = 300_000_000
"""No vehicle follows another so closely: at 7 m/s that is the length of a two-wheeler."""
TWO_M: Final = 0.75
CAR_M: Final = 1.8
"""Widths of two-wheelers and of others."""
SHARED: Final = 1 / 3
"""Two who are beside each other do not share so much of their mean width, however their boxes tremble."""


@in_place
def count_once(
    lengths_m: F64,
    state: AnyArray,
    chains: AnyArray,
    starts: AnyArray,
    rows: tuple[I64, I16],
    small: Bool,
    crossings: AnyArray,
) -> None:
    """Set `counts` of a frame's crossings: not of those whose vehicle has crossed there and then as another chain.

    Detectors take part of a vehicle for another one. Two-wheelers are not asked about each other: they ride closer than
    boxes can tell apart.

    Args:
        lengths_m: (L) of the lines on the ground; below 0: not known, and all count.
        state: (room, L) records of `analytics.traffic.lines.SIDE`, by slot, brought to this frame.
        chains: records by slot.
        starts: (room) records of `analytics.traffic.late_lines.START`, by slot.
        rows: slots (M) of the frame's rows, and classes of all tracks in the view.
        small: (C) classes that are two-wheelers.
        crossings: records of `analytics.traffic.lines.CROSSING`.
    """
    slots, class_id = rows
    for k in range(len(crossings)):
        found = crossings[k]
        own, rides = slots[found.row], small[class_id[found.row]]
        mine = state[own, found.line]
        found.counts = mine.counted = True
        if lengths_m[found.line] < 0:
            continue
        for slot in range(len(chains)):
            other = state[slot, found.line]
            if slot == own or not chains[slot].used or not other.counted or other.over != mine.over:
                continue
            if rides and starts[slot].small:
                continue
            mean_m = ((TWO_M if rides else CAR_M) + (TWO_M if starts[slot].small else CAR_M)) / 2
            beside_m = abs(mine.place - other.place) * lengths_m[found.line]
            if abs(mine.over_ns - other.over_ns) < SAME_NS and beside_m < (1 - SHARED) * mean_m:
                found.counts = mine.counted = False
                break
