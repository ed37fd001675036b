"""incident.pedestrian_on_carriageway: somebody is on foot on a carriageway."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.place_rule import Look, PlaceRule
from analytics.places import Place
from analytics.reasons import of_class, seen
from analytics.views import CONFIRMED, believed_rows, class_mask
from core.events import Event, PedestrianMeasures
from core.explanation import Reasons
from core.findings import StepView
from core.scene import Scene
from scenes.rules import PedestrianSpec


class PedestrianRule(PlaceRule):
    """One event for a carriageway, however many people are on it."""

    def __init__(self, spec: PedestrianSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> None:
        super().__init__(spec, camera_id, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._wanted = class_mask(spec.classes)
        self._place = Place.of(spec, scene)
        self._peak = 0

    def _look(self, view: StepView) -> Look:
        rows = believed_rows(view, self._wanted)
        within = rows[self._place.holds(view, rows)]
        there = within[view.state[within] == CONFIRMED]
        self._peak = max(self._peak, len(there))
        return Look(len(there) > 0, len(within) > 0, lambda: there)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        return of_class(view, row, self._wanted), *seen(view, row), *self._place.explain(view, row)

    def _measures(self, seconds: float, last: Event | None) -> PedestrianMeasures:
        earlier = last.measures.count if last and isinstance(last.measures, PedestrianMeasures) else 0
        return PedestrianMeasures(max(self._peak, earlier), round(seconds, 3))

    def _calm(self) -> None:
        self._peak = 0
