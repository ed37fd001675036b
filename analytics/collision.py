"""incident.collision: two road users meet, and one of them comes to an abnormal stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.approaches import BRAKES_MPS2, LASTING_MPS2, TOGETHER_MPS2, Approaches
from analytics.clock import SECOND_NS
from analytics.kernels.approaches import STOOD_NS
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.standing import stands_reason
from analytics.stay_rule import HIDDEN_S, StayRule
from analytics.views import believed_rows, class_mask, is_in
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.measures import CollisionMeasures
from scenes.rules import CollisionSpec

ROAD_USERS: Final = ("person", "vehicle")
SAME_M: Final = 10.0
"""Whoever comes to an abnormal stop so near to one whose event is open has to do with the same collision."""


class CollisionRule(StayRule):
    """One event for a vehicle that stands where it has met another, as how fast they came tells; not for both
    (`analytics.approaches`). In metres: without a ground nothing is found.
    """

    def __init__(self, spec: CollisionSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place.of(spec, shared)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=0.5, swaps=True, hidden_s=HIDDEN_S)
        self._slow, self._reach = spec.stop_speed_kmh / KMH_PER_MPS, spec.reach_m
        least = spec.min_speed_kmh / KMH_PER_MPS
        self._approaches = Approaches.of(shared, self._slow, least, spec.deceleration_mps2)
        self._users = class_mask(ROAD_USERS)
        self._places: dict[int, F64] = {}
        """Where those stand whose events are open."""

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight = self._shared.look(view)
        met = self._approaches.met(sight, rows)
        if len(self._stays):
            met |= self._is_open(view, rows)
        if not np.count_nonzero(met):
            return met
        return np.asarray(met & view.valid[rows] & sight.slower_than(self._slow, 0.0)[rows], np.bool_)

    def _is_open(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) are of an event that is open."""
        stays = self._stays.rows
        found = is_in(view.track_id[rows], stays["track"][stays["open"]])
        if stays["lost"].any():
            found |= self._stays.left_at(self._shared.look(view).boxes[rows])
        return found

    def _waited(self, stays: AnyArray) -> Bool:
        """Two who have met are one collision: whose event is open, or due first."""
        stays["since_ns"] = self._approaches.stood_on(stays["track"], stays["since_ns"])
        due = super()._waited(stays) & stays["meets"] & stays["observed"]
        alive = set(stays["subject"].tolist())
        places = {subject: place for subject, place in self._places.items() if subject in alive}
        fresh = np.flatnonzero(due & ~stays["open"]).tolist()
        known = {index: self._approaches.find(int(stays["track"][index])) for index in fresh}
        # Of the two the one that came too fast.
        for index in sorted(fresh, key=lambda index: -_needs(known[index])):
            record, subject = known[index], int(stays["subject"][index])
            place = np.full(2, np.nan) if record is None else record["place"]
            if any(np.hypot(*(place - other)) <= SAME_M for who, other in places.items() if who != subject):
                due[index] = False
            else:
                places[subject] = place.copy()
        self._places = places
        return np.asarray(due, np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not view.valid[row]:
            return (reason("no-metres", False),)
        said = stands_reason(self._shared.look(view), row, self._slow)
        known = self._approaches.find(int(view.track_id[row]))
        if not said.holds:
            return (said,)
        if known is None or not known["asked"]:
            stood_s = 0.0 if known is None else (self._clock.run_ns - known["rest_ns"]) / SECOND_NS
            limit = Amount(STOOD_NS / SECOND_NS, "s")
            return said, reason("settles", False, value=Amount(float(stood_s), "s"), limit=limit)
        came = self._came(known)
        return (came, said, reason("has-met", bool(known["met"]))) if came.holds else (came, said)

    def _came(self, known: AnyArray) -> Reason:
        """Whether it, or the one it has met, or both of them, came faster than one can brake; or stand on in touch, one
        having braked hard.
        """
        needs, theirs = float(known["needs"]), float(known["theirs"])
        if known["lasts"]:
            name, value, limit = "stood-on", max(needs, theirs), LASTING_MPS2
        elif not known["met"] or needs > BRAKES_MPS2:
            name, value, limit = "needs-brakes", needs, BRAKES_MPS2
        elif theirs > BRAKES_MPS2:
            name, value, limit = "other-needs-brakes", theirs, BRAKES_MPS2
        else:
            name, value, limit = "both-need-brakes", needs + theirs, TOGETHER_MPS2
        return reason(name, value > limit, value=Amount(value, "m-s2"), limit=Amount(limit, "m-s2"))

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> CollisionMeasures:
        if last is not None and isinstance(last.measures, CollisionMeasures):
            was = last.measures
            return CollisionMeasures(round(seconds, 3), was.speed_mps, was.deceleration_mps2, was.others)
        known = None if row is None else self._approaches.find(int(view.track_id[row]))
        if row is None or known is None:
            return CollisionMeasures(round(seconds, 3), 0.0, 0.0, 0)
        users = believed_rows(view, self._users)
        away = view.position[users[view.valid[users]]] - view.position[row]
        others = max(int(np.count_nonzero(np.hypot(*away.T) <= self._reach)) - 1, 1)
        hardest = max(float(known["needs"]), float(known["theirs"]))
        return CollisionMeasures(round(seconds, 3), round(float(known["before"]), 3), round(hardest, 3), others)


def _needs(record: AnyArray | None) -> float:
    """How hard one had to brake (`analytics.approaches.FIELDS`), m/s²; 0 where nothing is known."""
    return 0.0 if record is None else float(record["needs"])
