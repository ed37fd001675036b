"""security.running: a person runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.on_foot import PERSON_M
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.reasons import gone
from analytics.shared import Shared
from analytics.stay_rule import RUNNING, StayRule
from analytics.track_table import TrackTable
from analytics.views import reference_boxes
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.measures import RunningMeasures
from scenes.rules import RunningSpec

FIELDS: Final = [
    ("since_ns", np.int64),
    ("place", np.float64, (2,)),
    ("metric", np.bool_),
    ("way", np.float64),
]
"""Of a subject: since when it runs, where it was then, whether in metres; how far it has come from there, at most."""

NEVER: Final = -1


class RunningRule(StayRule):
    """One event for each person who runs, in metres where the ground is known and in box heights where not.

    In a crowd boxes go over from one to the next, and feet are hidden now and not then: many seem fast, for longer than
    a moment, and come nowhere. Who runs comes away by what that makes at this speed.
    """

    def __init__(self, spec: RunningSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place(shared, zone=spec.zone)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=2.0, swaps=False, pace=RUNNING)
        self._fast_mps, self._fast_lengths = spec.speed_kmh / KMH_PER_MPS, spec.speed_lengths_per_s
        self._ways = TrackTable(FIELDS)
        self._view: StepView | None = None

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        self._view = view
        return super().update(view)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight = self._shared.look(view)
        boxes = sight.boxes[rows]
        height = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        by_box = sight.foot_speed[rows] / height > self._fast_lengths
        by_ground = sight.speed[rows] > self._fast_mps
        return np.asarray(np.where(view.valid[rows], by_ground, by_box), np.bool_)

    def _waited(self, stays: AnyArray) -> Bool:
        """Who has run for so long, and so far."""
        ways = self._ways
        ways.take_unseen(self._clock.run_ns)
        at, fresh = ways.locate(np.ascontiguousarray(stays["subject"]), self._clock.run_ns)
        ways.rows["since_ns"][at[fresh]] = NEVER
        mine, seen = ways.rows[at], stays["observed"] & stays["meets"]
        if self._view is not None and np.count_nonzero(seen):
            mine[seen] = self._moved(mine[seen], stays[seen], self._view)
            ways.rows[at] = mine
        return super()._waited(stays) & (mine["way"] >= self._least_m(mine["metric"]))

    def _moved(self, mine: AnyArray, stays: AnyArray, view: StepView) -> AnyArray:
        """The records of subjects (S) that are seen to run, at this frame."""
        metric = view.valid[stays["row"]]
        place, unit = self._shared.look(view).people_at(stays["row"])
        begins = (mine["since_ns"] != stays["since_ns"]) | (mine["metric"] != metric)
        mine["since_ns"], mine["metric"] = stays["since_ns"], metric
        mine["place"][begins], mine["way"][begins] = place[begins], 0.0
        mine["way"] = np.maximum(mine["way"], np.hypot(*(place - mine["place"]).T) * unit)
        return mine

    def _least_m(self, metric: Bool) -> F64:
        """How far subjects (S) must have come."""
        fast = np.where(metric, self._fast_mps, self._fast_lengths * PERSON_M)
        return np.asarray(fast * self._for_ns / SECOND_NS, np.float64)

    def _progress(self, stay: AnyArray) -> Reasons:
        lasted, known = super()._progress(stay), self._ways.find(int(stay["subject"]))
        if known is None:
            return lasted
        least_m = float(self._least_m(known["metric"]))
        return *lasted, gone(float(known["way"]), least_m, self._stays.gap_ns)

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
