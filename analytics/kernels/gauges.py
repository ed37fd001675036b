"""What chains of a frame do at lines, in zones, on lanes; see `analytics.traffic`."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.arrays import F64, I16, I64, AnyArray, Bool
from core.compiled import in_place

SECOND_NS = 1_000_000_000


@in_place
def cross_lines(
    lines: AnyArray,
    state: AnyArray,
    chains: AnyArray,
    rows: tuple[I64, Bool, Bool],
    now_ns: int,
    crossings: AnyArray,
) -> int:
    """Which chains cross which lines, as `analytics.crossings.Crossings` defines it; how many crossings there are.

    Args:
        lines: (L) records of `analytics.traffic.lines.LINE`.
        state: (room, L) records of `analytics.traffic.lines.SIDE`, by slot.
        chains: records by slot, brought to this frame.
        rows: slots, fresh and sure (M) of the frame's rows.
        now_ns: run time.
        crossings: records of `analytics.traffic.lines.CROSSING`, to be filled; room for all of them.

    Who comes over by twice the hysteresis in one step does not tremble about the line: he may be out of sight at the
    next.
    """
    slots, fresh, sure = rows
    count = 0
    for row in range(len(slots)):
        slot = slots[row]
        if slot < 0:
            continue
        chain = chains[slot]
        for number in range(len(lines)):
            line, mine = lines[number], state[slot, number]
            dx, dy = line.x1 - line.x0, line.y1 - line.y0
            distance = (dx * (chain.y - line.y0) - dy * (chain.x - line.x0)) / line.length
            mine.crossed = 0
            if fresh[row]:
                mine.side, mine.place, mine.over, mine.counted = (1 if distance > 0 else -1), np.nan, 0, False
            elif (mine.distance < 0) != (distance < 0):
                share = mine.distance / (mine.distance - distance)
                x = chain.px + share * (chain.x - chain.px) - line.x0
                y = chain.py + share * (chain.y - chain.py) - line.y0
                mine.place = (x * dx + y * dy) / (line.length * line.length)
                mine.cut_ns = now_ns - np.int64((1.0 - share) * (now_ns - chain.prev_ns))
            leapt = not fresh[row] and abs(distance - mine.distance) >= 2 * line.hysteresis
            mine.distance = distance
            if abs(distance) <= line.hysteresis and not leapt:
                continue
            side = 1 if distance > 0 else -1
            if not sure[row]:
                mine.side = mine.side if mine.side != 0 else side
                continue
            if mine.side != 0 and side != mine.side and 0 <= mine.place <= 1:
                mine.crossed = mine.over = side
                mine.over_ns, mine.counted = mine.cut_ns, False
                found = crossings[count]
                found.row, found.line, found.forward, found.cut_ns = row, number, side > 0, mine.cut_ns
                count += 1
            mine.side = side
    return count


@in_place
def tally(
    tallies: AnyArray, counts: AnyArray, way: int, class_id: int, speed: float, cut_ns: int, vehicle: bool
) -> None:
    """Count one crossing of a place; `speed`: negative when it is not known."""
    mine: Any = tallies[way]
    counts[way, class_id] += 1
    if speed >= 0:
        mine.speed_sum += speed
        mine.speeds += 1
    if vehicle:
        if mine.last_ns >= 0:
            mine.headway_sum += max(cut_ns - mine.last_ns, 0) / SECOND_NS
            mine.headways += 1
        mine.last_ns = max(cut_ns, mine.last_ns)


@in_place
def tally_lines(
    crossings: AnyArray,
    tallies: AnyArray,
    counts: AnyArray,
    wanted: Bool,
    vehicle: Bool,
    view: tuple[I16, F64, Bool],
) -> None:
    """Count crossings of the first lines, which are measured; `view`: class, velocity and validity of all tracks."""
    class_id, velocity, valid = view
    for i in range(len(crossings)):
        found = crossings[i]
        row = found.row
        kind = class_id[row]
        if not found.counts or found.line >= len(wanted) or not wanted[found.line, kind]:
            continue
        speed = np.hypot(velocity[row, 0], velocity[row, 1]) if valid[row] else -1.0
        way = 0 if found.forward else 1
        tally(tallies[found.line], counts[found.line], way, kind, speed, found.cut_ns, vehicle[kind])


@in_place
def turn(
    crossings: AnyArray, gates: AnyArray, state: AnyArray, counts: I64, wanted: Bool, class_id: I16, slots: I64
) -> None:
    """Count movements; see `analytics.traffic.movements.Movements`.

    Args:
        crossings: of the frame.
        gates: (G) records of line, movement, entry and exit (-1: is none).
        state: (room, movements) records of `analytics.traffic.movements.ENTERED`, by slot.
        counts: (movements, entries + 1, exits + 1, classes); the last entry and exit stand for none.
        wanted: (movements, classes).
        class_id: of all tracks in the view.
        slots: of all rows.
    """
    nowhere, never = counts.shape[1] - 1, counts.shape[2] - 1
    for i in range(len(crossings)):
        found = crossings[i]
        kind = class_id[found.row]
        for number in range(len(gates)):
            gate = gates[number]
            if gate.line != found.line or not wanted[gate.movement, kind]:
                continue
            mine = state[slots[found.row], gate.movement]
            came = mine.entry - 1
            leaves = found.forward if gate.entry < 0 else not found.forward
            if gate.entry >= 0 and found.forward:
                if came >= 0:
                    counts[gate.movement, came, never, mine.class_id] += 1
                mine.entry, mine.class_id = gate.entry + 1, kind
            elif gate.exit >= 0 and leaves:
                mine.came, mine.left = came + 1, gate.exit + 1
                counts[gate.movement, came if came >= 0 else nowhere, gate.exit, kind] += 1
                mine.entry = 0
            elif gate.entry >= 0 and came == gate.entry:
                mine.entry = 0


@in_place
def fill_zones(
    zones: AnyArray,
    edges: F64,
    visits: AnyArray,
    counts: AnyArray,
    sums: AnyArray,
    wanted: Bool,
    frame: tuple[AnyArray, I64, Bool, Bool, I16, F64, Bool],
    clock: tuple[int, int, int],
) -> None:
    """Who is in which zone; see `analytics.traffic.zones.Zones`.

    Args:
        zones: (Z) records of `analytics.traffic.zones.ZONE`.
        edges: (E, 4) of all zones' polygons: x, low and high y, run aside by height.
        visits: (room, Z) records of `analytics.traffic.zones.VISIT`, by slot.
        counts: (Z, classes) entries.
        sums: (Z) records of `analytics.traffic.zones.SUMS`.
        wanted: (Z, classes).
        frame: chains, slots, fresh, sure, class, velocity, validity.
        clock: run time, time since the frame before, run time of the last loss.
    """
    chains, slots, fresh, sure, class_id, velocity, valid = frame
    now_ns, step_ns, loss_ns = clock
    for row in range(len(slots)):
        slot = slots[row]
        if slot < 0:
            continue
        chain = chains[slot]
        for number in range(len(zones)):
            zone = zones[number]
            mine = visits[slot, number]
            if fresh[row]:
                mine.last_ns = -1
            if not sure[row] or not wanted[number, class_id[row]]:
                continue
            last_ns = mine.last_ns
            if not _inside(zone, edges, chain.x, chain.y):
                if last_ns >= 0 and now_ns - last_ns > zone.gap_ns:
                    mine.last_ns = -1
                continue
            if last_ns < 0:
                counts[number, class_id[row]] += 1
                mine.first_ns = now_ns
            mine.last_ns = now_ns
            goes_on = last_ns >= 0 and last_ns == chain.prev_ns and last_ns >= loss_ns
            seconds = (now_ns - last_ns if goes_on else step_ns) / SECOND_NS
            sums[number].inside += seconds
            if valid[row]:
                sums[number].way += np.hypot(velocity[row, 0], velocity[row, 1]) * seconds
                sums[number].way_time += seconds


@in_place
def _inside(zone: Any, edges: F64, x: float, y: float) -> bool:
    if x < zone.left or x > zone.right or y < zone.top or y > zone.bottom:
        return False
    odd = False
    for k in range(zone.first, zone.last):
        if (edges[k, 1] > y) != (edges[k, 2] > y) and x < edges[k, 3] * (y - edges[k, 1]) + edges[k, 0]:
            odd = not odd
    return odd
