"""security.abandoned_object and environment.littering: a thing was left, and who left it is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analytics.clock import SECOND_NS
from analytics.object_rule import SURE, UNSURE, ObjectRule
from analytics.shared import Shared
from analytics.things import NOBODY, Thing
from analytics.views import class_mask
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.measures import AbandonedObjectMeasures, LitteringMeasures
from scenes.rules import AbandonedObjectSpec, LitteringSpec

STAYS_NS: Final = 10 * SECOND_NS
"""Who is by a thing for so long looks after it."""


class LeftBehindRule(ObjectRule):
    """One event for each thing whose owner is away."""

    def __init__(self, spec: AbandonedObjectSpec | LitteringSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._away_m, self._owners = spec.away_m, class_mask(spec.owners)

    def _owner(self, thing: Thing) -> tuple[float, int, int] | None:
        mine = (near for near in thing.near if near[0] <= self._away_m and self._owners[near[2]])
        return next(mine, None)

    def _owner_away_m(self, thing: Thing) -> float | None:
        """Metres to where the owner is now; None while he is not seen."""
        owner, now = self._owner(thing), self._things.trails.now
        mine = now[now["id"] == (NOBODY if owner is None else owner[1])]
        return float(self._things.trails.away_m(mine, thing.spot)[0]) if len(mine) else None

    def _meets(self, thing: Thing) -> bool:
        away_m = self._owner_away_m(thing)
        return thing.explained_by == NOBODY and (away_m is None or away_m > self._away_m)

    def _began_ns(self, thing: Thing) -> int:
        owner, rows = self._owner(thing), self._things.trails.rows
        mine = rows[rows["id"] == (NOBODY if owner is None else owner[1])]
        by_it = mine["ns"][self._things.trails.away_m(mine, thing.spot) <= self._away_m]
        return max(super()._began_ns(thing), int(by_it[-1]) if len(by_it) else 0)

    def _conditions(self, thing: Thing) -> Reasons:
        away_m = self._owner_away_m(thing)
        if away_m is None:
            return super()._conditions(thing)
        away = reason("owner-away", away_m > self._away_m, value=Amount(away_m, "m"), limit=Amount(self._away_m, "m"))
        return *super()._conditions(thing), away


class AbandonedObjectRule(LeftBehindRule):
    """Somebody else may stay by the object, and look after it; nobody need have been seen to leave it."""

    def __init__(self, spec: AbandonedObjectSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._owned = spec.owned

    def _meets(self, thing: Thing) -> bool:
        if not super()._meets(thing) or (self._owned and self._owner(thing) is None):
            return False
        trails = self._things.trails
        return not trails.stayed_by(thing.spot, self._away_m, STAYS_NS, self._clock.run_ns, self._owners)

    def _confidence(self, owned: bool) -> float:
        return SURE if owned else UNSURE

    def _measures(self, seconds: float, thing: Thing) -> AbandonedObjectMeasures:
        owner = self._owner(thing)
        return AbandonedObjectMeasures(seconds, round(thing.size, 2), thing.unit, None if owner is None else owner[1])


class LitteringRule(LeftBehindRule):
    """Only what somebody was seen to leave."""

    def _meets(self, thing: Thing) -> bool:
        return self._owner(thing) is not None and super()._meets(thing)

    def _measures(self, seconds: float, thing: Thing) -> LitteringMeasures:
        owner = self._owner(thing)
        assert owner is not None  # noqa: S101
        return LitteringMeasures(seconds, round(thing.size, 2), thing.unit, owner[1])
