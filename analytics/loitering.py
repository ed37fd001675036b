"""security.loitering: a person stays in a zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.on_foot import KNOWN_NS, WALKED_M
from analytics.places import Place
from analytics.reasons import waited
from analytics.shared import Shared
from analytics.statures import no_person, too_tall
from analytics.stay_rule import HIDDEN_S, WALKING, StayRule
from analytics.track_table import TrackTable
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.measures import LoiteringMeasures
from scenes.rules import LoiteringSpec

FIELDS: Final = [
    ("track", np.int64),
    ("began_ns", np.int64),
    ("place", np.float64, (2,)),
    ("away_ns", np.int64),
    ("came", np.bool_),
]
"""Of a subject: the number under which it is known, since when and where that was first seen; for how long it has been
away from there; whether it ever came away."""


class LoiteringRule(StayRule):
    """One event for each person who stays in the zone: since he came there, as far as he was ever seen to move."""

    def __init__(self, spec: LoiteringSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(
            spec,
            Place(shared, zone=spec.zone),
            shared,
            open_events,
            for_s=spec.for_s,
            reach=1.0,
            swaps=False,
            pace=WALKING,
            hidden_s=HIDDEN_S,
            leaves=True,
        )
        self._still_ns = round(max(spec.still_s, spec.for_s) * SECOND_NS)
        self._who = TrackTable(FIELDS)
        self._view: StepView | None = None

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        self._view = view
        return super().update(view)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        found = np.ones(len(rows), np.bool_)
        at = np.flatnonzero(self._place.there(self._shared.look(view), self._wanted).at)
        found[at] = ~too_tall(view, rows[at], self._shared)
        return found

    def _waited(self, stays: AnyArray) -> Bool:
        """Who has stayed for so long, under the number under which he first came away from his place, and those after
        it; or for far longer where he never did.
        """
        now, who = self._clock.run_ns, self._who
        who.take_unseen(now)
        at, _ = who.locate(np.ascontiguousarray(stays["subject"]), now)
        mine, seen = who.rows[at], stays["observed"] & stays["meets"]
        if self._view is not None and np.count_nonzero(seen):
            mine[seen] = self._moved(mine[seen], stays[seen], self._view)
            who.rows[at] = mine
        stayed_ns = now - np.maximum(mine["began_ns"], stays["since_ns"])
        long = mine["came"] & (stayed_ns >= self._for_ns)
        return np.asarray(long | (now - stays["since_ns"] >= self._still_ns), np.bool_)

    def _moved(self, mine: AnyArray, stays: AnyArray, view: StepView) -> AnyArray:
        """The records of subjects (S) that are seen, at this frame."""
        now, rows = self._clock.run_ns, stays["row"]
        place, unit = self._shared.look(view).people_at(rows)
        fresh = ~mine["came"] & (mine["track"] != stays["track"])
        mine["track"][fresh], mine["began_ns"][fresh], mine["place"][fresh] = stays["track"][fresh], now, place[fresh]
        away = np.hypot(*(place - mine["place"]).T) * unit >= WALKED_M
        mine["away_ns"] = np.where(away, mine["away_ns"] + self._clock.step_ns, 0)
        mine["came"] |= mine["away_ns"] >= KNOWN_NS
        return mine

    def _conditions(self, view: StepView, row: int) -> Reasons:
        return no_person(view, row, self._shared)

    def _progress(self, stay: AnyArray) -> Reasons:
        known = self._who.find(int(stay["subject"]))
        if known is None or not known["came"]:
            return *super()._progress(stay), reason("has-not-come", False, limit=Amount(WALKED_M, "m"))
        since_ns = max(int(known["began_ns"]), int(stay["since_ns"]))
        return waited(self._clock, since_ns, self._for_ns, self._stays.gap_ns, "track")

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> LoiteringMeasures:
        return LoiteringMeasures(dwell_s=round(seconds, 3))
