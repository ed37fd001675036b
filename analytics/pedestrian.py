"""incident.pedestrian_on_carriageway: somebody is on foot on a carriageway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.places import Place
from analytics.reasons import of_class, seen
from analytics.shared import Shared
from analytics.views import CONFIRMED, class_mask, is_in
from core.arrays import AnyArray
from core.events import Event
from core.explanation import Reasons
from core.findings import StepView
from core.measures import PedestrianMeasures
from scenes.rules import PedestrianSpec


class PedestrianRule(PlaceRule):
    """One event for a carriageway, however many people are on it; who is on foot, `analytics.on_foot` tells."""

    def __init__(self, spec: PedestrianSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._wanted = class_mask(spec.classes)
        self._place = Place.of(spec, shared)
        self._on_foot = shared.on_foot(spec.classes, spec.max_speed_kmh, spec.max_along_kmh, spec.still_s)
        self._peak = 0
        self._lost: AnyArray = np.zeros(0, np.int64)
        """The tracks of those who were last seen well inside, and not since."""

    def __len__(self) -> int:
        return len(self._on_foot)

    def _look(self, view: StepView) -> Look:
        who = self._on_foot.update(self._shared.look(view))
        if not len(who.walkers):
            return NOTHING_THERE._replace(known=not len(self._lost))
        at = self._place.holds(view, who.walkers)
        within = who.walkers[at]
        if len(within) and not len(self._episodes):
            # Somebody at the edge keeps an event, but not the wait for one: he may stand on the pavement. Who has come
            # over a lane is on the carriageway: there the zone ends where the camera sees no further.
            within = within[who.over[at] | self._place.surely(view, within)]
        there = within[view.state[within] == CONFIRMED]
        self._peak = max(self._peak, len(there))
        self._remember(view, who.walkers, within)
        return Look(len(there) > 0, len(within) > 0, lambda: there, known=not len(self._lost))

    def _remember(self, view: StepView, walkers: AnyArray, within: AnyArray) -> None:
        """Nobody leaves a carriageway but over its edge: who is no longer found amid it is hidden."""
        if len(within):
            amid = self._place.surely(view, within) & ~self._shared.look(view).cut[within]
            self._lost = view.track_id[within[amid]]
        elif len(self._lost):
            self._lost = self._lost[~is_in(self._lost, view.track_id[walkers])]

    def _conditions(self, view: StepView, row: int) -> Reasons:
        return (
            of_class(view, row, self._wanted),
            *seen(view, row),
            *self._on_foot.explain(view, row),
            *self._place.explain(view, row),
            *(() if len(self._episodes) else self._place.at_edge(view, row)),
        )

    def _measures(self, seconds: float, last: Event | None) -> PedestrianMeasures:
        earlier = last.measures.count if last and isinstance(last.measures, PedestrianMeasures) else 0
        return PedestrianMeasures(max(self._peak, earlier), round(seconds, 3))

    def _calm(self) -> None:
        self._peak, self._lost = 0, self._lost[:0]
