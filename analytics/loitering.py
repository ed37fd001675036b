"""security.loitering: a person stays in a zone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.places import Place
from analytics.shared import Shared
from analytics.stay_rule import WALKING, StayRule
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Reasons
from core.findings import StepView
from core.measures import LoiteringMeasures
from scenes.rules import LoiteringSpec


class LoiteringRule(StayRule):
    """One event for each person who stays in the zone."""

    def __init__(self, spec: LoiteringSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place(shared, zone=spec.zone)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=1.0, swaps=False, pace=WALKING)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        return np.ones(len(rows), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        return ()

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> LoiteringMeasures:
        return LoiteringMeasures(dwell_s=round(seconds, 3))
