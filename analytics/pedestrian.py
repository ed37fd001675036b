"""incident.pedestrian_on_carriageway: somebody is on foot on a carriageway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.place_rule import Look, PlaceRule
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.reasons import of_class, seen
from analytics.shared import Shared
from analytics.track_table import TrackTable
from analytics.views import CONFIRMED, class_mask, reference_boxes
from core.arrays import F64, AnyArray
from core.events import Event, PedestrianMeasures
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.scene import Scene
from scenes.rules import PedestrianSpec

KNOWN_NS: Final = 3 * SECOND_NS // 10
"""The speed of a newer track is not known yet (`trackers.world.HOLD_S`)."""
PERSON_M: Final = 1.7
"""Where the scene is not calibrated: height of a person's box."""


class PedestrianRule(PlaceRule):
    """One event for a carriageway, however many people are on it.

    A rider whose machine the detector misses looks like a person: who was ever too fast for somebody on foot is none.
    """

    def __init__(
        self, spec: PedestrianSpec, scene: Scene, camera_id: str, open_events: Sequence[Event], shared: Shared
    ) -> None:
        super().__init__(spec, camera_id, open_events, shared, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._wanted = class_mask(spec.classes)
        self._place = Place.of(spec, shared)
        self._fastest_mps = spec.max_speed_kmh / KMH_PER_MPS
        self._table = TrackTable([("first_ns", np.int64), ("rides", np.bool_)])
        self._peak = 0

    def __len__(self) -> int:
        return len(self._table)

    def _look(self, view: StepView) -> Look:
        rows = self._on_foot(view, self._shared.look(view).believed(self._wanted))
        within = rows[self._place.holds(view, rows)]
        there = within[view.state[within] == CONFIRMED]
        self._peak = max(self._peak, len(there))
        return Look(len(there) > 0, len(within) > 0, lambda: there)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        speed = Amount(float(self._speed(view, np.array([row]))[0]) * KMH_PER_MPS, "km-h")
        limit = Amount(self._fastest_mps * KMH_PER_MPS, "km-h")
        known = self._table.find(int(view.track_id[row]))
        rode = known is not None and bool(known["rides"])
        on_foot = reason("on-foot", not rode, value=speed, limit=limit)
        return of_class(view, row, self._wanted), *seen(view, row), on_foot, *self._place.explain(view, row)

    def _on_foot(self, view: StepView, rows: AnyArray) -> AnyArray:
        clock, table = self._clock, self._table
        table.let_go(view, clock)
        at, fresh = table.locate(view.track_id[rows], clock.run_ns)
        table.rows["first_ns"][at[fresh]] = clock.run_ns
        table.rows["rides"][at] |= self._speed(view, rows) > self._fastest_mps
        known = table.rows["first_ns"][at] + KNOWN_NS <= clock.run_ns
        on_foot: AnyArray = rows[known & ~table.rows["rides"][at]]
        return on_foot

    @staticmethod
    def _speed(view: StepView, rows: AnyArray) -> F64:
        """Speeds (K) in m/s; by the height of each box where nothing is in metres."""
        boxes = reference_boxes(view, rows)
        high = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        by_box = np.hypot(*view.foot_velocity[rows].T) / high * PERSON_M
        speed: F64 = np.where(view.valid[rows], np.hypot(*view.velocity[rows].T), by_box)
        return speed

    def _measures(self, seconds: float, last: Event | None) -> PedestrianMeasures:
        earlier = last.measures.count if last and isinstance(last.measures, PedestrianMeasures) else 0
        return PedestrianMeasures(max(self._peak, earlier), round(seconds, 3))

    def _calm(self) -> None:
        self._peak = 0
