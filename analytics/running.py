"""security.running: a person runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.stay_rule import RUNNING, StayRule
from analytics.views import reference_boxes
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import RunningMeasures
from scenes.rules import RunningSpec


class RunningRule(StayRule):
    """One event for each person who runs, in metres where the ground is known and in box heights where not."""

    def __init__(self, spec: RunningSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place(shared, zone=spec.zone)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=2.0, swaps=False, pace=RUNNING)
        self._fast_mps, self._fast_lengths = spec.speed_kmh / KMH_PER_MPS, spec.speed_lengths_per_s

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight = self._shared.look(view)
        boxes = sight.boxes[rows]
        height = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        by_box = sight.foot_speed[rows] / height > self._fast_lengths
        by_ground = sight.speed[rows] > self._fast_mps
        return np.asarray(np.where(view.valid[rows], by_ground, by_box), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if view.valid[row]:
            speed, limit, unit = (
                float(np.hypot(*view.velocity[row])) * KMH_PER_MPS,
                self._fast_mps * KMH_PER_MPS,
                "km-h",
            )
        else:
            low, high = reference_boxes(view, np.array([row]))[0, [1, 3]].tolist()
            speed = float(np.hypot(*view.foot_velocity[row])) / max(high - low, 1.0)
            limit, unit = self._fast_lengths, "box-heights-s"
        return (reason("runs", speed > limit, value=Amount(speed, unit), limit=Amount(limit, unit)),)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> RunningMeasures:
        speed = last.measures.speed_mps if last and isinstance(last.measures, RunningMeasures) else None
        if row is not None and view.valid[row]:
            speed = round(float(np.hypot(*view.velocity[row])), 3)
        return RunningMeasures(round(seconds, 3), speed)
