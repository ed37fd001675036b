"""Lanes that go on past where they are drawn (`analytics.kernels.past_lanes`)."""

from __future__ import annotations

import numpy as np

from analytics.kernels.past_lanes import BEYOND_M, go_on
from core.arrays import F64, I16, AnyArray, fixed
from core.findings import StepView
from core.scene import Scene


class PastLanes:
    """Where vehicles are along the lanes of a scene, also past where these are drawn; without a ground, on them."""

    def __init__(self, scene: Scene) -> None:
        self._ways = _lane_ways(scene)

    def on(self, view: StepView, rows: AnyArray) -> tuple[I16, F64, F64]:
        """Lane of each track (M), way and speed along it; of these rows (K) also where lanes go on."""
        lane, along, speed = view.lane, view.along, view.lane_speed
        rows = rows[lane[rows] < 0]
        if not len(self._ways) or not len(rows):
            return lane, along, speed
        lane, along, speed = lane.copy(), along.copy(), speed.copy()
        go_on(rows, lane, along, speed, (view.position, view.velocity, view.valid), self._ways)
        return fixed(lane), fixed(along), fixed(speed)


def _lane_ways(scene: Scene) -> F64:
    """The lanes of a scene (W, 9), as `kernels.past_lanes.go_on` wants them; none without a ground."""
    found: list[tuple[float, ...]] = []
    for number, lane in enumerate(scene.lanes.values()):
        if scene.ground is None or not lane.length_m:
            continue
        way, known = scene.ground.to_ground(lane.centreline)
        border, all_known = scene.ground.to_ground(lane.polygon)
        if not (known.all() and all_known.all()):
            continue
        x, y = border.T
        half = 0.25 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / lane.length_m
        steps = np.diff(way, axis=0)
        lengths = np.hypot(*steps.T)
        before, until = np.zeros(len(lengths)), lengths.copy()
        before[0] = -BEYOND_M
        # Beyond a stop line people cross.
        until[-1] += 0.0 if lane.stop_line else BEYOND_M
        begins = np.cumsum(lengths) - lengths
        parts = zip(way[:-1], steps / lengths[:, None], before, until, begins, strict=True)
        found += [(number, *place, *ahead, first, last, half, along) for place, ahead, first, last, along in parts]
    return np.array(found, np.float64).reshape(-1, 9)
