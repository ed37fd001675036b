"""Which vehicles stand in a queue, and how far it reaches."""

from __future__ import annotations

import numpy as np

from analytics.kernels.stays import box_side
from core.arrays import F32, F64, I16, I32, I64, AnyArray, Bool
from core.compiled import in_place

THERE_NS = 1


@in_place
def join_queues(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    rows: I64,
    view: tuple[I16, F64, F64, F32],
    boxes: tuple[I16, F32, F64, F64],
    metric: bool,
    limits: tuple[float, float, float],
    lengths: F64,
    times: tuple[int, int],
    queued: tuple[I64, F64, I64],
    found: tuple[I32, I64, F64, I64],
) -> int:
    """Bring vehicles to a frame and chain those that queue. See `analytics.queues.LaneQueues`.

    Args:
        state: records of the tracks, `analytics.queues.FIELDS`.
        at: (K) of the rows' tracks.
        fresh: (K) whether they are new.
        rows: (K) of vehicles in the view.
        view: lane, way along it, velocity on the ground and in pixels, of all M tracks in the view.
        boxes: class and box of all tracks, source to reference pixels, `vehicles.CAR_BOXES` by class.
        metric: in metres; else in car boxes, the longer side of a vehicle's own box as if it were a car's.
        limits: begin and end speed, longest gap.
        lengths: of vehicles by class.
        times: run time, and how long a track is known before it joins, in ns.
        queued: to be filled: room (K) for rows in order; ones (M); since when each row queues (M), as given for those
            that do not, `THERE_NS` for those whom nobody saw drive before.
        found: to be filled: the chain of each row (M), as given for none; lane, number of vehicles and foremost row of
            each of up to K chains (C, 3); its length, and the ways along the lane of its head and tail (C, 3); the
            longest chain on each lane (L), as given for none, which is below 0.

    Returns:
        How many chains.
    """
    lane, along, _, _ = view
    order, side, _ = queued
    chain, numbers, ways, longest = found
    for i in range(len(rows)):
        if fresh[i]:
            state[at[i]].first_ns = times[0]
    count = _order_queued(queued, state, (at, rows), view, boxes, metric, limits[:2], times)
    chains = _chain((chain, numbers, ways), order[:count], (lane, along, side), boxes[0], lengths, limits[2])
    for k in range(chains):
        best = longest[numbers[k, 0]]
        if best < 0 or ways[k, 0] > ways[best, 0]:
            longest[numbers[k, 0]] = k
    return chains


@in_place
def _order_queued(
    found: tuple[I64, F64, I64],
    state: AnyArray,
    who: tuple[I64, I64],
    view: tuple[I16, F64, F64, F32],
    boxes: tuple[I16, F32, F64, F64],
    metric: bool,
    limits: tuple[float, float],
    times: tuple[int, int],
) -> int:
    """Rows that queue, by lane and from its end backwards, into `found`: how many; their sides where not in metres, and
    since when they queue.
    """
    order, side, since = found
    lane, along, velocity, foot_velocity = view
    class_id, xyxy, scale, car_boxes = boxes
    at, rows = who
    count = 0
    for i in range(len(rows)):
        row, mine = rows[i], state[at[i]]
        if lane[row] < 0:
            mine.queued = False
            continue
        if metric:
            speed = np.hypot(velocity[row, 0], velocity[row, 1])
        else:
            side[row] = box_side(xyxy[row], scale, car_boxes, class_id[row])
            speed = np.hypot(foot_velocity[row, 0], foot_velocity[row, 1]) / side[row]
        joins = speed < limits[0] and times[0] - mine.first_ns >= times[1]
        if joins and not mine.queued:
            mine.since_ns = times[0] if mine.drove else THERE_NS
        mine.drove = mine.drove or speed > limits[1]
        mine.queued = speed <= limits[1] if mine.queued else joins
        if not mine.queued:
            continue
        since[row] = mine.since_ns
        place = count
        while place > 0 and _is_ahead(lane, along, row, order[place - 1]):
            order[place] = order[place - 1]
            place -= 1
        order[place] = row
        count += 1
    return count


@in_place
def _chain(
    found: tuple[I32, I64, F64],
    order: I64,
    place: tuple[I16, F64, F64],
    class_id: I16,
    lengths: F64,
    most: float,
) -> int:
    """Fill in the chains of those who queue, in order, with gaps up to `most`: how many."""
    chain, numbers, ways = found
    lane, along, side = place
    chains, way, rear = 0, 0.0, 0.0
    for k in range(len(order)):
        row = order[k]
        half = 0.5 * lengths[class_id[row]]
        if k > 0 and lane[row] == lane[order[k - 1]]:
            before = order[k - 1]
            way += (along[before] - along[row]) / (0.5 * (side[before] + side[row]))
        if k == 0 or lane[row] != lane[order[k - 1]] or way - half - rear > most:
            numbers[chains, 0], numbers[chains, 1], numbers[chains, 2] = lane[row], 0, row
            ways[chains, 1] = along[row] + half * side[row]
            ways[chains, 2] = along[row]
            chains += 1
            way = rear = half
        rear = max(rear, way + half)
        chain[row] = chains - 1
        numbers[chains - 1, 1] += 1
        ways[chains - 1, 0] = rear
        ways[chains - 1, 2] = min(ways[chains - 1, 2], along[row] - half * side[row])
    return chains


@in_place
def _is_ahead(lane: I16, along: F64, row: int, other: int) -> bool:
    """Whether a row stands before another: in an earlier lane, or further along the same."""
    return bool(lane[row] < lane[other] or (lane[row] == lane[other] and along[row] > along[other]))
