"""How fast vehicles go along their lanes, beside how fast they could."""

from __future__ import annotations

import numpy as np

from analytics.kernels.stays import box_side
from core.arrays import F32, F64, I16, I64, Bool
from core.compiled import compiled


@compiled
def add_paces(
    rows: I64,
    view: tuple[I16, F64, F64, F32],
    boxes: tuple[I16, F32, F64, F64],
    metric: bool,
    across: float,
    free: F64,
    step_s: float,
) -> tuple[Bool, F64]:
    """What vehicles did in a step: which rows (K) count, and the sums of `analytics.congestion.PaceWindow`.

    Args:
        rows: (K) of vehicles in the view.
        view: lane, speed along it, velocity on the ground and in pixels, of all tracks in the view.
        boxes: see `analytics.kernels.stays.follow_stays`.
        metric: in metres; else in car boxes.
        across: faster than this and not along its lane (60° or more aside), a vehicle is not of it.
        free: free-flow speed by lane (L); NaN where unknown or not watched: who is there does not count.
        step_s: time since the frame before.

    Returns:
        (K) and (distance, time, distance at free flow).
    """
    lane, lane_speed, velocity, foot_velocity = view
    class_id, xyxy, scale, car_boxes = boxes
    counts, sums = np.zeros(len(rows), np.bool_), np.zeros(3)
    for i in range(len(rows)):
        row = rows[i]
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
        sums[0] += pace * step_s
        sums[1] += step_s
        sums[2] += free[lane[row]] * step_s
    return counts, sums
