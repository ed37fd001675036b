"""incident.stopped_vehicle: a vehicle stands still on a carriageway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.stay_rule import StayRule
from core.arrays import F32, AnyArray, Bool
from core.events import Event, StoppedVehicleMeasures
from core.findings import StepView
from core.scene import Scene
from scenes.rules import StoppedVehicleSpec

KMH_PER_MPS = 3.6
METRES, LENGTHS = "m/s", "box lengths/s"


class StoppedVehicleRule(StayRule):
    """One event for each vehicle at rest, measured in metres where the ground is known and in box lengths where not."""

    def __init__(
        self, spec: StoppedVehicleSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()
    ) -> None:
        super().__init__(spec, scene, camera_id, open_events, reach=0.5, swaps=True)
        self._slow_mps = spec.stop_speed_kmh / KMH_PER_MPS
        self._slow_lengths = spec.stop_speed_lengths_per_s

    def _meets(self, view: StepView, rows: AnyArray, boxes: F32) -> Bool:
        length = np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1), 1.0)
        by_box = _length(view.foot_velocity[rows]) / length < self._slow_lengths
        by_ground = _length(view.velocity[rows]) < self._slow_mps
        return np.asarray(np.where(view.valid[rows], by_ground, by_box), np.bool_)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> StoppedVehicleMeasures:
        unit = LENGTHS
        if row is not None:
            unit = METRES if view.valid[row] else LENGTHS
        elif last is not None and isinstance(last.measures, StoppedVehicleMeasures):
            unit = last.measures.unit
        return StoppedVehicleMeasures(stopped_s=round(seconds, 3), unit=unit)


def _length(vectors: AnyArray) -> AnyArray:
    return np.hypot(vectors[:, 0], vectors[:, 1])
