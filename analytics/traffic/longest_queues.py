"""The longest queue on each measured lane."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.queues import LaneQueues, QueueState
from analytics.traffic.chains import Frame
from core.arrays import I64
from core.scene import Scene

LOOK_NS: Final = SECOND_NS // 2


class LongestQueues:
    """The longest queue on the lane of each place (P) in its interval; one that lasts less than `LOOK_NS` is none.

    Queues are looked for every `LOOK_NS`, among all vehicles, with the speeds and the gap of PTV Vissim's counters.
    """

    def __init__(self, scene: Scene, queues: LaneQueues, lanes: I64) -> None:
        self._queues = queues
        self._lanes, self._metric = lanes, scene.ground is not None
        self._length, self._vehicles = np.zeros(len(lanes)), np.zeros(len(lanes), np.int64)
        self._before = np.zeros(len(lanes)), np.zeros(len(lanes), np.int64)
        self._next_ns = 0

    def update(self, frame: Frame) -> QueueState | None:
        """Add one frame: the queues at it, if they are looked at."""
        if frame.clock.new_epoch:
            self._next_ns = 0
        if frame.now_ns < self._next_ns:
            return None
        self._next_ns = frame.now_ns + LOOK_NS
        state = self._queues.update(frame.view, frame.clock)
        length = state.length_m[self._lanes] if self._metric else np.zeros(len(self._lanes))
        vehicles = state.lane_vehicles[self._lanes]
        self._length = np.maximum(self._length, np.minimum(length, self._before[0]))
        self._vehicles = np.maximum(self._vehicles, np.minimum(vehicles, self._before[1]))
        self._before = length, vehicles
        return state

    def longest(self, place: int) -> tuple[float | None, int]:
        """Length in metres, None uncalibrated, and vehicles; 0 without a queue."""
        return float(self._length[place]) if self._metric else None, int(self._vehicles[place])

    def clear(self, place: int) -> None:
        """Begin anew."""
        self._length[place] = self._vehicles[place] = 0
