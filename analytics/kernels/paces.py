"""How fast vehicles go along their lanes, beside how fast they could."""

from __future__ import annotations

import numpy as np

from analytics.kernels.stays import box_side
from core.arrays import F32, F64, I16, I64, Bool
from core.compiled import in_place


@in_place
def add_paces(
    rows: I64,
    view: tuple[I16, F64, F64, F32],
    boxes: tuple[I16, F32, F64, F64],
    metric: bool,
    across: float,
    free: F64,
    step_s: float,
    found: tuple[Bool, F64],
) -> int:
    """Add what vehicles did in a step. See `analytics.congestion.PaceWindow`.

    Args:
        rows: (K) of vehicles in the view.
        view: lane, speed along it, velocity on the ground and in pixels, of all tracks in the view.
        boxes: see `analytics.kernels.stays.follow_stays`.
        metric: in metres; else in car boxes.
        across: faster than this and not along its lane (60° or more aside), a vehicle is not of it.
        free: free-flow speed by lane (L); NaN where unknown or not watched: who is there does not count.
        step_s: time since the frame before.
        found: to be filled: (K) which rows count; to be added to: `PaceWindow.now`.

    Returns:
        How many count.
    """
    lane, lane_speed, velocity, foot_velocity = view
    class_id, xyxy, scale, car_boxes = boxes
    counts, sums = found
    many = 0
    distance = free_distance = time = 0.0
    for i in range(len(rows)):
        row = rows[i]
        counts[i] = False
        if lane[row] < 0 or np.isnan(free[lane[row]]):
            continue
        pace = lane_speed[row]
        if metric:
            speed = np.hypot(velocity[row, 0], velocity[row, 1])
        else:
            side = box_side(xyxy[row], scale, car_boxes, class_id[row])
            pace /= side
            speed = np.hypot(foot_velocity[row, 0], foot_velocity[row, 1]) / side
        if speed > across and pace < 0.5 * speed:
            continue
        counts[i] = True
        many += 1
        distance += pace * step_s
        time += step_s
        free_distance += free[lane[row]] * step_s
    sums[0] += step_s
    sums[1] += distance
    sums[2] += time
    sums[3] += free_distance
    sums[4] = max(sums[4], many)
    return many
