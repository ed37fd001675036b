"""security.intrusion: somebody is in a closed zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.on_foot import Who
from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.places import Place
from analytics.reasons import of_class, seen
from analytics.schedule import Schedule
from analytics.shared import Shared
from analytics.views import CONFIRMED, class_mask
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Reasons, reason
from core.findings import StepView
from core.measures import IntrusionMeasures
from core.taxonomy import TWO_WHEELERS, ObjectClass
from scenes.rules import IntrusionSpec, PedestrianSpec

PERSON: Final = int(ObjectClass.PERSON)


class IntrusionRule(PlaceRule):
    """One event for a zone, however many tracks are inside and whatever their numbers."""

    def __init__(self, spec: IntrusionSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._wanted = class_mask(spec.classes)
        self._place = Place(shared, zone=spec.zone)
        self._closed = Schedule(spec.hours, spec.days, spec.timezone)
        walks = PedestrianSpec.model_fields
        limits = walks["max_speed_kmh"].default, walks["max_along_kmh"].default, spec.still_s
        self._on_foot = shared.on_foot(("person",), *limits)
        self._riders = bool(self._wanted[[int(item) for item in TWO_WHEELERS]].any())
        self._peak = 0

    def __len__(self) -> int:
        return len(self._on_foot)

    def _look(self, view: StepView) -> Look:
        sight = self._shared.look(view)
        who = self._on_foot.update(sight)
        if not self._closed.holds(view.now_ns):
            return NOTHING_THERE
        rows, at, many = self._place.there(sight, self._wanted)
        if not many:
            return NOTHING_THERE
        within = rows[at & self._counts(view, rows, who)] if len(who.rows) else rows[at]
        if not len(within):
            return NOTHING_THERE
        if not len(self._episodes):
            # Somebody at the edge keeps an event, but not the wait for one: he may never have been inside.
            within = within[self._place.surely(view, within)]
        there = within[view.state[within] == CONFIRMED]
        self._peak = max(self._peak, len(there))
        return Look(len(there) > 0, len(within) > 0, lambda: there)

    def _counts(self, view: StepView, rows: AnyArray, who: Who) -> Bool:
        """Which of these rows (K) are somebody: no things, and where only people are asked for, no riders."""
        people = view.class_id[rows] == PERSON
        found = np.ones(len(rows), np.bool_)
        if np.count_nonzero(people):
            found[people] = who.real if self._riders else who.on_foot
        return found

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not self._closed.holds(view.now_ns):
            return (reason("hours", False),)
        who: Reasons = ()
        if view.class_id[row] == PERSON and self._wanted[PERSON]:
            who = self._on_foot.explain(view, row, riders=self._riders)
        place = *self._place.explain(view, row), *self._place.at_edge(view, row)
        return of_class(view, row, self._wanted), *seen(view, row), *who, *place

    def _measures(self, seconds: float, last: Event | None) -> IntrusionMeasures:
        earlier = last.measures.count if last and isinstance(last.measures, IntrusionMeasures) else 0
        return IntrusionMeasures(max(self._peak, earlier), round(seconds, 3))

    def _calm(self) -> None:
        self._peak = 0
