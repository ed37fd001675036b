"""security.crowding: too many people in a zone, or too close together."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.headcount import Headcount
from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.places import Place
from analytics.reasons import in_zone, of_class, seen
from analytics.shared import Shared
from analytics.views import CONFIRMED, class_mask
from core.events import Event, Severity
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.measures import CrowdingMeasures
from scenes.rules import CrowdingSpec


class CrowdingRule(PlaceRule):
    """One event for a zone while it is crowded, by number or, where its area is known, by density.

    Those count who are seen, and those who were a moment ago and are hidden since (`analytics.headcount`). Where enough
    were counted, it stays crowded while so many are known: who is found where one of them was may be another, who
    stands behind or before him, and nobody was seen to leave.
    """

    def __init__(self, spec: CrowdingSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._spec = spec
        self._wanted = class_mask(spec.classes)
        self._zone = shared.scene.zones[spec.zone]
        self._number, self._place = shared.zone(spec.zone), Place(shared, zone=spec.zone)
        self._people = Headcount(shared.clock)
        self._count = self._peak = 0

    def __len__(self) -> int:
        return len(self._people)

    def _look(self, view: StepView) -> Look:
        sight = self._shared.look(view)
        rows, at, many = self._place.there(sight, self._wanted)
        if not many and not len(self._people):
            self._count = 0
            return NOTHING_THERE
        within = rows[at]
        there = within[view.state[within] == CONFIRMED]
        seen = sight.observed(self._wanted)
        self._people.follow(sight, seen, sight.inside[self._number][seen])
        self._count = len(there)
        if self._is_crowd(len(self._people)):
            self._count += self._people.unseen()
        self._peak = max(self._peak, self._count)
        if not len(within):
            return NOTHING_THERE
        crowd, believed = self._is_crowd(self._count), self._is_crowd(max(len(within), len(self._people)))
        return Look(crowd, crowd or believed, lambda: there, severity=self._severity(self._count))

    def _conditions(self, view: StepView, row: int) -> Reasons:
        inside = bool(self._shared.look(view).inside[self._number, row])
        mine = of_class(view, row, self._wanted), *seen(view, row), in_zone(view, row, self._zone, inside)
        return *mine, self._crowd()

    def _crowd(self) -> Reason:
        count, density = self._count, self._density(self._count)
        people = {"place": self._zone.label, "value": Amount(count), "limit": Amount(self._spec.count)}
        if density is None:
            return reason("crowd", self._is_crowd(count), **people)
        among = Amount(density, "per-m2"), Amount(self._spec.density_per_m2, "per-m2")
        return reason("crowd-density", self._is_crowd(count), **people, density=among[0], most=among[1])

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
