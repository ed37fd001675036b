"""security.crowding: too many people in a zone, or too close together."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.place_rule import Look, PlaceRule
from analytics.views import CONFIRMED, Area, believed_rows, class_mask
from core.events import CrowdingMeasures, Event, Severity
from core.findings import StepView
from core.scene import Scene
from scenes.rules import CrowdingSpec


class CrowdingRule(PlaceRule):
    """One event for a zone while it is crowded, by number or, where its area is known, by density."""

    def __init__(self, spec: CrowdingSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> None:
        super().__init__(spec, camera_id, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._spec = spec
        self._wanted = class_mask(spec.classes)
        self._zone = scene.zones[spec.zone]
        self._area = Area(self._zone.polygon)
        self._peak = 0

    def _look(self, view: StepView) -> Look:
        rows = believed_rows(view, self._wanted)
        within = rows[self._area.holds(view.foot[rows])] if len(rows) else rows
        seen = within[view.state[within] == CONFIRMED]
        self._peak = max(self._peak, len(seen))
        crowd, believed = self._is_crowd(len(seen)), self._is_crowd(len(within))
        return Look(crowd, believed, lambda: seen, severity=self._severity(len(seen)))

    def _measures(self, seconds: float, last: Event | None) -> CrowdingMeasures:
        earlier = last.measures.count if last and isinstance(last.measures, CrowdingMeasures) else 0
        peak = max(self._peak, earlier)
        return CrowdingMeasures(peak, round(seconds, 3), self._density(peak))

    def _calm(self) -> None:
        self._peak = 0

    def _density(self, count: int) -> float | None:
        area = self._zone.area_m2
        return round(count / area, 3) if area else None

    def _is_crowd(self, count: int) -> bool:
        return count >= self._spec.count or (self._density(count) or 0.0) > self._spec.density_per_m2

    def _severity(self, count: int) -> Severity:
        dangerous = (self._density(count) or 0.0) > self._spec.dangerous_density_per_m2
        return max(self._spec.severity, Severity.HIGH, key=lambda s: s.rank) if dangerous else self._spec.severity
