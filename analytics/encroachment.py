"""environment.encroachment: goods, stalls or parked vehicles take up a pavement or a carriageway."""

from __future__ import annotations

from typing import Final

from analytics.object_rule import ObjectRule
from analytics.things import NOBODY, Thing
from core.measures import EncroachmentMeasures
from core.taxonomy import VEHICLES, ObjectClass

ALIVE: Final = frozenset({int(ObjectClass.PERSON), int(ObjectClass.ANIMAL)})


class EncroachmentRule(ObjectRule):
    """One event for each thing that is there and is nobody."""

    def _meets(self, thing: Thing) -> bool:
        return thing.explained_by not in ALIVE

    def _began_ns(self, thing: Thing) -> int:
        return thing.since_ns if thing.explained_by != NOBODY else super()._began_ns(thing)

    def _measures(self, seconds: float, thing: Thing) -> EncroachmentMeasures:
        what = "vehicle" if thing.explained_by in VEHICLES else "goods"
        return EncroachmentMeasures(seconds, what, round(thing.size, 2), thing.unit)
