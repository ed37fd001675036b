"""What chains of a frame do on lanes; see `analytics.traffic.lanes.Lanes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.kernels.chains import stands
from analytics.kernels.gauges import tally
from analytics.kernels.stays import box_side
from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import in_place

SECOND_NS = 1_000_000_000
AWAY_NS = 5 * SECOND_NS
SETTLES_NS = 400_000_000
GAP_NS = SECOND_NS
DOUBT = 3.0
GAINS, LOSES = 3.0, 8.0
STOOD_NS = 3 * SECOND_NS
SAME_WAY = 5.0
TURNED = 3.0


@in_place
def drive(
    places: AnyArray,
    place_of: I64,
    state: AnyArray,
    frame: tuple[AnyArray, I64, Bool, Bool],
    view: tuple[I16, F64, F64, I16, F32],
    boxes: tuple[F64, F64],
    tables: tuple[Bool, F64, Bool],
    tallies: tuple[AnyArray, AnyArray, AnyArray],
    clock: tuple[int, int, int],
) -> None:
    """Count who passes the counting places, and add up ways and times on lanes.

    Args:
        places: (P) records of `analytics.traffic.lanes.PLACE`.
        place_of: (specs, lanes) the place at which a spec measures a lane; -1: it does not.
        state: (room, specs) records of `analytics.traffic.lanes.DRIVE`, by slot.
        frame: chains, slots, fresh, sure.
        view: lane, way along it, speed along it, class, box of all tracks.
        boxes: source to reference pixels, `vehicles.CAR_BOXES` by class.
        tables: wanted (specs, classes), PCU (specs, classes), vehicles (classes).
        tallies: crossings and sums (P, 2) and counts (P, 2, classes), forward and backward.
        clock: run time, time since the frame before, run time of the last loss.
    """
    chains, slots, fresh, sure = frame
    lane, along, speed, class_id, xyxy = view
    wanted, pcu, vehicle = tables
    crossed, sums, counts = tallies
    now_ns, step_ns, loss_ns = clock
    for row in range(len(slots)):
        slot, kind = slots[row], class_id[row]
        if slot < 0:
            continue
        for spec in range(len(place_of)):
            mine = state[slot, spec]
            mine.passed = 0
            if fresh[row]:
                mine.on, mine.side, mine.inside, mine.real = False, 0, False, False
                mine.held_ns, mine.gap = 0, 0.0
            place = place_of[spec, lane[row]] if lane[row] >= 0 else -1
            if place < 0 or not wanted[spec, kind]:
                mine.inside = False
                continue
            where = places[place]
            side = _side(where.hysteresis, mine, places, place, along[row], speed[row], now_ns)
            if not sure[row]:
                side = mine.side if mine.side != 0 else side
            elif mine.side != 0 and side != mine.side:
                way = 0 if side > 0 else 1
                mine.passed = side
                tally(crossed[place], counts[place], way, kind, abs(speed[row]), mine.cut_ns, vehicle[kind])
            inside = 0.0 <= along[row] <= where.length
            seen_before = mine.on and mine.on_ns == chains[slot].prev_ns and mine.on_ns >= loss_ns
            _turned(mine, along[row], place, where.hysteresis)
            if fresh[row] or mine.track != chains[slot].id:
                mine.track, mine.since_ns = chains[slot].id, now_ns
            goes_on, away_ns = seen_before and mine.inside, now_ns - max(mine.on_ns, mine.held_ns)
            if goes_on and away_ns >= GAP_NS:
                goes_on = False
                _lay_by(mine, away_ns, along[row] - mine.along if mine.place == place else np.nan)
            if not goes_on or not inside or mine.place != place:
                _begin_anew(mine)
            if inside:
                seconds = (away_ns if goes_on else step_ns) / SECOND_NS
                step = along[row] - mine.along if mine.place == place else speed[row] * seconds
                box = box_side(xyxy[row], boxes[0], boxes[1], kind)
                _travel(mine, seconds, goes_on, (step, speed[row], box), now_ns)
                if mine.gap > 0 and now_ns - mine.since_ns >= SETTLES_NS:
                    _settle(mine, where.hysteresis, speed[row], box)
                if _is_real(mine, sure[row], where.hysteresis):
                    _add_up(sums[place, 1 if mine.backward else 0], mine, pcu[spec, kind])
            mine.on, mine.inside, mine.side, mine.place = True, inside, side, place
            mine.along, mine.on_ns, mine.speed = along[row], now_ns, speed[row]


@in_place
def _begin_anew(mine: Any) -> None:
    mine.time = mine.blind = mine.way = mine.way_time = mine.box_way = 0.0


@in_place
def _travel(mine: Any, seconds: float, goes_on: bool, moved: tuple[float, float, float], now_ns: int) -> None:
    """Add a frame to what a chain will add; `moved`: its way since the frame before, its speed, the side of its box."""
    way, speed, box = moved
    mine.time += seconds
    if goes_on and now_ns - mine.since_ns < SETTLES_NS:
        mine.blind += seconds
    elif goes_on:
        way += speed * mine.blind
        mine.way += way
        mine.way_time += seconds + mine.blind
        mine.box_way += way / box
        mine.blind = 0.0


@in_place
def _is_real(mine: Any, sure: bool, hysteresis: float) -> bool:
    """Whether a chain counts at this frame; who once did is real for good."""
    stood = mine.way_time * SECOND_NS >= STOOD_NS
    mine.real = mine.real or (sure and (stood or abs(mine.way) >= hysteresis))
    return bool(sure and mine.real)


@in_place
def _add_up(total: Any, mine: Any, pcu: float) -> None:
    """Hand over what a chain adds, but the time whose way is not known yet."""
    total.time += mine.time
    total.pcu_time += pcu * mine.time
    total.way += mine.way
    total.way_time += mine.way_time
    total.box_way += mine.box_way
    mine.time = mine.way = mine.way_time = mine.box_way = 0.0


@in_place
def _lay_by(mine: Any, away_ns: int, way: float) -> None:
    """Keep a time in which a chain was not seen until the speed after it is known; `way`: NaN from another lane."""
    if mine.real:
        mine.gap, mine.gap_way, mine.gap_speed = away_ns / SECOND_NS, way, mine.speed


@in_place
def _settle(mine: Any, hysteresis: float, speed: float, box: float) -> None:
    """Add a time in which a chain was not seen, if a vehicle with these speeds before and after comes so far in it.

    It needs some way to gain speed, at most 3 m/s² (a motorcycle that sets off), or to lose it, at most 8 (an emergency
    brake on dry asphalt): who comes at full speed from where somebody stood is another.
    """
    seconds, before, way, doubt = mine.gap, mine.gap_speed, mine.gap_way, DOUBT * hysteresis
    mine.gap = 0.0
    if np.isnan(way):
        way = 0.5 * (before + speed) * seconds
    gained = speed * speed - before * before
    needs = gained / (2 * GAINS * hysteresis) if gained > 0 else -gained / (2 * LOSES * hysteresis)
    if min(before, speed) - doubt <= way / seconds <= max(before, speed) + doubt and abs(way) >= needs - doubt:
        mine.time += seconds
        mine.way += way
        mine.way_time += seconds
        mine.box_way += way / box


@in_place
def wait_on(
    places: AnyArray,
    place_of: I64,
    state: AnyArray,
    chains: AnyArray,
    queues: tuple[I64, F64, F64],
    pcu: F64,
    sums: AnyArray,
    clock: tuple[int, int],
) -> None:
    """Let who stood in a queue and is hidden wait on while the queue stands where he was.

    Args:
        places, place_of, state, sums: as in `drive`.
        chains: all of them.
        queues: lane (C), head and tail (C) of all queues.
        pcu: (specs, classes).
        clock: run time, run time of the last loss.
    """
    lane, head, tail = queues
    now_ns, loss_ns = clock
    for slot in range(len(state)):
        chain = chains[slot]
        if not chain.used or not chain.confirmed or chain.seen_ns >= now_ns or not stands(chain):
            continue
        for spec in range(len(place_of)):
            mine = state[slot, spec]
            if not mine.real or not mine.inside or mine.on_ns != chain.seen_ns or mine.on_ns < loss_ns:
                continue
            for q in range(len(lane)):
                if place_of[spec, lane[q]] != mine.place or not tail[q] <= mine.along <= head[q]:
                    continue
                seconds = (now_ns - max(mine.on_ns, mine.held_ns)) / SECOND_NS
                total = sums[mine.place, 1 if mine.backward else 0]
                total.time += seconds
                total.pcu_time += pcu[spec, chain.class_id] * seconds
                total.way_time += seconds
                mine.held_ns = now_ns
                break


@in_place
def _side(hysteresis: float, mine: Any, places: AnyArray, place: int, along: float, speed: float, now_ns: int) -> int:
    """On which side of the counting place a chain is now: 1 past it, -1 before it; its `side` is set to 0 when it has
    come from elsewhere, `cut_ns` when it has passed the place itself."""
    away = along - places[place].at
    if mine.on and mine.side != 0:
        last = places[mine.place]
        before, passed_ns = mine.along - last.at, now_ns - mine.on_ns
        same = mine.place == place
        if not same:
            expected = speed * passed_ns / SECOND_NS
            near = abs(away - before - expected) <= SAME_WAY * hysteresis + 0.5 * abs(expected)
            same = near and last.group == places[place].group
        if passed_ns > AWAY_NS or not same:
            mine.side, mine.backward = 0, False
        elif (before < 0) != (away < 0):
            mine.cut_ns = now_ns - np.int64((1.0 - before / (before - away)) * passed_ns)
    if away > hysteresis:
        return 1
    if away < -hysteresis:
        return -1
    if mine.side != 0:
        return int(mine.side)
    return 1 if away >= 0 else -1


@in_place
def _turned(mine: Any, along: float, place: int, hysteresis: float) -> None:
    """Whether a chain drives against the lane: it has come back by `TURNED` hysteresis from its furthest."""
    if not mine.on or mine.place != place:
        if not mine.on:
            mine.backward = False
        mine.furthest = along
    elif mine.backward:
        mine.furthest = min(mine.furthest, along)
        if along > mine.furthest + TURNED * hysteresis:
            mine.backward, mine.furthest = False, along
    else:
        mine.furthest = max(mine.furthest, along)
        if along < mine.furthest - TURNED * hysteresis:
            mine.backward, mine.furthest = True, along
