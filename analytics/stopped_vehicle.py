"""incident.stopped_vehicle: a vehicle stands still on a carriageway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.free_flow import CAR_BOX_M
from analytics.queues import KMH_PER_MPS, LaneQueues, QueueState
from analytics.stay_rule import StayRule
from core.arrays import F32, AnyArray, Bool
from core.events import Event, StoppedVehicleMeasures
from core.findings import StepView
from core.lanes import lane_lengths
from core.scene import Scene
from scenes.rules import QueueSpec, StoppedVehicleSpec

METRES, LENGTHS = "m/s", "box lengths/s"
QUEUE_OF: Final = 3
"""Vehicles that stand behind one another wait for something else; fewer may be the obstacle itself."""
QUEUE: Final = QueueSpec(lane="any")


class StoppedVehicleRule(StayRule):
    """One event for each vehicle at rest, measured in metres where the ground is known and in box lengths where not.

    On the scene's lanes, a vehicle in a queue of three or more (`analytics.queues`) waits. Its foremost vehicle does so
    only within a gap of the end of the lane, be that a stop line or where the camera sees no further: elsewhere it is
    what the others wait for.
    """

    def __init__(
        self, spec: StoppedVehicleSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()
    ) -> None:
        super().__init__(spec, scene, camera_id, open_events, reach=0.5, swaps=True)
        self._slow_mps = spec.stop_speed_kmh / KMH_PER_MPS
        self._slow_lengths = spec.stop_speed_lengths_per_s
        self._queues = LaneQueues.by(QUEUE, scene) if scene.lanes else None
        self._ends, self._metric = lane_lengths(scene), scene.ground is not None

    def _meets(self, view: StepView, rows: AnyArray, boxes: F32) -> Bool:
        length = np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1), 1.0)
        by_box = _length(view.foot_velocity[rows]) / length < self._slow_lengths
        by_ground = _length(view.velocity[rows]) < self._slow_mps
        stands = np.asarray(np.where(view.valid[rows], by_ground, by_box), np.bool_)
        if self._queues is None:
            return stands
        return stands & ~self._waits(self._queues.update(view, self._clock), view, rows, length)

    def _waits(self, state: QueueState, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        chain = state.chain[rows]
        queued = chain >= 0
        if not queued.any():
            return queued
        gap = QUEUE.gap_m if self._metric else QUEUE.gap_m / CAR_BOX_M * length
        foremost = view.along[rows] >= state.head[chain]
        at_end = self._ends[view.lane[rows]] - view.along[rows] <= gap
        return np.asarray(queued & (state.vehicles[chain] >= QUEUE_OF) & (~foremost | at_end), np.bool_)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> StoppedVehicleMeasures:
        unit = LENGTHS
        if row is not None:
            unit = METRES if view.valid[row] else LENGTHS
        elif last is not None and isinstance(last.measures, StoppedVehicleMeasures):
            unit = last.measures.unit
        return StoppedVehicleMeasures(stopped_s=round(seconds, 3), unit=unit)


def _length(vectors: AnyArray) -> AnyArray:
    return np.hypot(vectors[:, 0], vectors[:, 1])
