"""security.intrusion: somebody is in a closed zone."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.reasons import in_zone, of_class, seen
from analytics.schedule import Schedule
from analytics.shared import Shared
from analytics.views import CONFIRMED, class_mask
from core.events import Event
from core.explanation import Reasons, reason
from core.findings import StepView
from core.measures import IntrusionMeasures
from core.scene import Scene
from scenes.rules import IntrusionSpec


class IntrusionRule(PlaceRule):
    """One event for a zone, however many tracks are inside and whatever their numbers."""

    def __init__(
        self, spec: IntrusionSpec, scene: Scene, camera_id: str, open_events: Sequence[Event], shared: Shared
    ) -> None:
        super().__init__(spec, camera_id, open_events, shared, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._wanted = class_mask(spec.classes)
        self._zone = scene.zones[spec.zone]
        self._number = shared.zone(spec.zone)
        self._closed = Schedule(spec.hours, spec.days, spec.timezone)
        self._peak = 0

    def _look(self, view: StepView) -> Look:
        if not self._closed.holds(view.now_ns):
            return NOTHING_THERE
        sight = self._shared.look(view)
        rows = sight.believed(self._wanted)
        within = rows[sight.inside[self._number][rows]]
        if not len(within):
            return NOTHING_THERE
        there = within[view.state[within] == CONFIRMED]
        self._peak = max(self._peak, len(there))
        return Look(len(there) > 0, len(within) > 0, lambda: there)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not self._closed.holds(view.now_ns):
            return (reason("hours", False),)
        inside = bool(self._shared.look(view).inside[self._number, row])
        return of_class(view, row, self._wanted), *seen(view, row), in_zone(view, row, self._zone, inside)

    def _measures(self, seconds: float, last: Event | None) -> IntrusionMeasures:
        earlier = last.measures.count if last and isinstance(last.measures, IntrusionMeasures) else 0
        return IntrusionMeasures(max(self._peak, earlier), round(seconds, 3))

    def _calm(self) -> None:
        self._peak = 0
