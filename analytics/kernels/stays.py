"""How fast vehicles pass a lane."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import compiled, in_place


@in_place
def box_side(xyxy: F32, scale: F64, car_boxes: F64, class_id: int) -> float:
    """The longer side of a box in reference pixels, as if it were a car's; at least 1."""
    side = max((xyxy[2] - xyxy[0]) * scale[0], (xyxy[3] - xyxy[1]) * scale[1])
    return float(max(np.float64(side) / car_boxes[class_id], 1.0))


@compiled
def follow_stays(
    stays: AnyArray,
    at: I64,
    fresh: Bool,
    rows: I64,
    lanes: tuple[I16, F64],
    boxes: tuple[I16, F32, F64, F64],
    metric: bool,
    now_ns: int,
) -> AnyArray:
    """Bring stays of vehicles on lanes to a frame; copies (K) of those that ended.

    Args:
        stays: records of `analytics.free_flow.FIELDS`.
        at: (K) of the rows' tracks.
        fresh: (K) whether they are new.
        rows: (K) in the view.
        lanes: lane and way along it, of all tracks in the view.
        boxes: class and box of all tracks in the view, source to reference pixels, `vehicles.CAR_BOXES` by class.
        metric: ways are in metres; else they are counted in car boxes.
        now_ns: run time.
    """
    lane, along = lanes
    class_id, xyxy, scale, car_boxes = boxes
    ended = np.zeros(len(rows), stays.dtype)
    count = 0
    for i in range(len(rows)):
        row = rows[i]
        mine = stays[at[i]]
        if fresh[i] or mine.lane != lane[row]:
            if not fresh[i] and mine.lane >= 0:
                ended[count] = mine
                count += 1
            mine.lane, mine.class_id = lane[row], class_id[row]
            mine.first_ns, mine.length = now_ns, 0.0
        else:
            step = along[row] - mine.along
            mine.length += step if metric else step / box_side(xyxy[row], scale, car_boxes, class_id[row])
        mine.along, mine.last_ns = along[row], now_ns
    return ended[:count]
