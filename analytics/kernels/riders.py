"""Riders: who sits on a two-wheeler, and who waits in a queue with a machine that nobody sees."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.kernels.chains import stands
from analytics.kernels.lanes import STOOD_NS
from analytics.kernels.on_foot import ACROSS
from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import compiled, in_place
from core.riding import ABOVE, ASIDE, BELOW, LARGEST, SLACK, SMALLEST
from core.taxonomy import ObjectClass

PERSON, BICYCLE, MOTORCYCLE = int(ObjectClass.PERSON), int(ObjectClass.BICYCLE), int(ObjectClass.MOTORCYCLE)


APART: Final = 0.5
APART_HEIGHTS: Final = 0.18
"""Who rides a machine goes as it goes: their speeds in the picture differ by less than this share of the faster one's,
and as much as 0.3 m/s (of a height of 1.7 m) besides, since boxes tremble. Who walks past one that stands is faster
from 0.6 m/s on."""


@compiled
def sit(rows: I64, machines: I64, boxes: F32, velocity: F32) -> tuple[Bool, Bool]:
    """Which rows (K) look as if they sat on one of these two-wheelers (W), and which of these go as it goes, or stand
    as it stands.

    Args:
        rows, machines: rows in the view.
        boxes, velocity: of all M tracks, in reference pixels, and a second.
    """
    found, along = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    for k in range(len(rows)):
        row = rows[k]
        for w in range(len(machines)):
            other = machines[w]
            if _strain(boxes[row], boxes[other], 0.0) < np.inf:
                found[k] = True
                apart = np.hypot(velocity[row, 0] - velocity[other, 0], velocity[row, 1] - velocity[other, 1])
                fastest = max(
                    np.hypot(velocity[row, 0], velocity[row, 1]), np.hypot(velocity[other, 0], velocity[other, 1])
                )
                along[k] |= apart <= APART * fastest + APART_HEIGHTS * (boxes[row, 3] - boxes[row, 1])
    return found, along


@in_place
def tell_riders(chains: AnyArray, slots: I64, class_id: I16, told: I16) -> bool:
    """Write the classes (M) of all rows, of riders that of a motorcycle; whether there are any."""
    some = False
    for row in range(len(slots)):
        told[row] = class_id[row]
        if slots[row] >= 0 and class_id[row] == PERSON and chains[slots[row]].rides:
            told[row] = MOTORCYCLE
            some = True
    return some


@compiled
def find_riders(
    chains: AnyArray,
    rows: tuple[I64, Bool],
    view: tuple[I16, F32, I16, F64, F64, AnyArray],
    queues: tuple[I64, F64, F64],
    step_ns: int,
) -> None:
    """See who waits as a rider does, and who walks.

    Args:
        chains: records of `analytics.traffic.chains.FIELDS`, brought to this frame.
        rows: slots and sure (M) of the frame's rows.
        view: class, box, lane, way along it, speed along it, and velocity in its unit, of all M tracks.
        queues: lane (C), head and tail (C) of all queues.
        step_ns: since this was asked before.
    """
    slots, sure = rows
    class_id, xyxy, lane, along, lane_speed, velocity = view
    lanes, head, tail = queues
    seated, taken = np.zeros(len(class_id), np.bool_), np.zeros(len(class_id), np.bool_)
    _seat(class_id, xyxy, lane, seated, taken)
    for row in range(len(slots)):
        if slots[row] < 0 or not sure[row] or class_id[row] != PERSON:
            continue
        mine = chains[slots[row]]
        across = abs(lane_speed[row]) < ACROSS * np.hypot(velocity[row, 0], velocity[row, 1])
        if lane[row] < 0 or (across and not stands(mine)):
            mine.waited_ns = 0
        elif stands(mine):
            for q in range(len(lanes)):
                if lanes[q] == lane[row] and tail[q] <= along[row] <= head[q]:
                    mine.waited_ns += step_ns
                    break
        mine.rides = mine.waited_ns >= STOOD_NS and not seated[row]


@in_place
def _seat(class_id: I16, xyxy: F32, lane: I16, seated: Bool, taken: Bool) -> None:
    """Tell which rows (M) are people on lanes above a machine that is seen, and which are these machines: one for each,
    the best pair first.
    """
    while True:
        best, rider, machine = np.inf, -1, -1
        for row in range(len(class_id)):
            if class_id[row] != PERSON or lane[row] < 0 or seated[row]:
                continue
            for other in range(len(class_id)):
                if taken[other] or (class_id[other] != BICYCLE and class_id[other] != MOTORCYCLE):
                    continue
                away = _strain(xyxy[row], xyxy[other], SLACK)
                if away < best:
                    best, rider, machine = away, row, other
        if rider < 0:
            return
        seated[rider] = taken[machine] = True


@in_place
def _strain(person: F32, machine: F32, slack: float) -> float:
    """How far somebody is from the middle of a machine's lower edge, in its widths and heights; infinite: not on it
    (`core.riding`, whose limits may be exceeded by `slack`).
    """
    wide, high = machine[2] - machine[0], max(machine[3] - machine[1], 1e-6)
    aside = abs(person[0] + person[2] - machine[0] - machine[2]) / (2 * wide)
    above, size = (machine[3] - person[3]) / high, (person[3] - person[1]) / high
    fits = aside <= ASIDE + slack and -BELOW - slack <= above <= ABOVE + slack
    return float(aside + abs(above)) if fits and SMALLEST - slack <= size <= LARGEST + slack else np.inf
