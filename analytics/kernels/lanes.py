"""What chains of a frame do on lanes; see `analytics.traffic.lanes.Lanes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.kernels.gauges import tally
from analytics.kernels.stays import box_side
from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import in_place

SECOND_NS = 1_000_000_000
AWAY_NS = 5 * SECOND_NS
SETTLES_NS = 400_000_000
GAP_S = 1.0
DOUBT = 3.0
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
                mine.since_ns = now_ns
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
            goes_on = (
                seen_before
                and mine.inside
                and _same_user(mine, where.hysteresis, along[row], speed[row], place, now_ns)
            )
            if not goes_on or not inside or mine.place != place:
                _begin_anew(mine)
            if inside:
                seconds = (now_ns - mine.on_ns if goes_on else step_ns) / SECOND_NS
                step = along[row] - mine.along if mine.place == place else speed[row] * seconds
                box = box_side(xyxy[row], boxes[0], boxes[1], kind)
                _travel(mine, seconds, goes_on, (step, speed[row], box), now_ns)
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
def _same_user(mine: Any, hysteresis: float, along: float, speed: float, place: int, now_ns: int) -> bool:
    """Whether who was not seen for a while was real, and has come as far as speeds before and after tell."""
    gap_s = (now_ns - mine.on_ns) / SECOND_NS
    if gap_s < GAP_S:
        return True
    between = (along - mine.along) / gap_s
    doubt = DOUBT * hysteresis
    fits = min(mine.speed, speed) - doubt <= between <= max(mine.speed, speed) + doubt
    return bool(mine.real and (mine.place != place or fits))


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
