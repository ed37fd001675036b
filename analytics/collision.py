"""incident.collision: two road users meet, and one of them comes to an abnormal stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.impacts import Impacts
from analytics.kernels.impacts import loss_of
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.stopped_vehicle import StandRule
from analytics.views import believed_rows
from analytics.waiting import END_M
from core.arrays import F64, AnyArray, Bool, is_in
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import CollisionMeasures
from core.scene import Scene
from scenes.rules import CollisionSpec

SAME_M: Final = 10.0
"""Whoever comes to an abrupt stop so near to one whose event is open has to do with the same collision."""


class CollisionRule(StandRule):
    """One event for a vehicle that lost its speed abruptly, has met another, and stands since; not for the other, too.

    Another is met when it stands in reach and lost its speed abruptly, too, and the two have come closer; or, by one
    that loses its speed harder than anybody brakes, when it was in reach and moved otherwise, or stands there
    (`analytics.impacts`). Who waits in a queue has not collided, nor has who stops where the camera sees no further:
    what for is out of sight. In metres: without a ground nothing is found.
    """

    def __init__(self, spec: CollisionSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._least, self._loss, self._reach = spec.min_speed_kmh / KMH_PER_MPS, spec.deceleration_mps2, spec.reach_m
        self._impacts = Impacts(shared.clock, self._least, self._loss, self._reach)
        self._ends = _lane_ends(shared.scene)
        self._places: dict[int, F64] = {}
        """Where those stand whose events are open."""

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight, open_ = self._shared.look(view), np.zeros(len(rows), np.bool_)
        at, may = self._impacts.follow(sight, rows)
        if len(self._stays):
            open_ = self._is_open(view, rows)
            may |= open_
        may &= view.valid[rows]
        if not np.count_nonzero(may):
            self._standing.follow(view)
            return may
        may &= super()._meets(view, rows)
        asked = np.flatnonzero(may & ~open_)
        may[asked] &= self._left_m(view, rows[asked]) > END_M
        asked = asked[may[asked]]
        if len(asked):
            rests = self._standing.at_rest(sight)[rows]
            met = self._impacts.met(view, rows, at, asked, rests)
            may[asked] = met | self._impacts.struck(view, rows, at, asked, rests)
        return may

    def _is_open(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) are of an event that is open."""
        stays = self._stays.rows
        found = is_in(view.track_id[rows], stays["track"][stays["open"]])
        if stays["lost"].any():
            found |= self._stays.left_at(self._shared.look(view).boxes[rows])
        return found

    def _waited(self, stays: AnyArray) -> Bool:
        """Two who have met are one collision: whose event is open, or due first."""
        due = super()._waited(stays) & stays["meets"] & stays["observed"]
        alive = set(stays["subject"].tolist())
        places = {subject: place for subject, place in self._places.items() if subject in alive}
        for index in np.flatnonzero(due & ~stays["open"]).tolist():
            known, subject = self._impacts.find(int(stays["track"][index])), int(stays["subject"][index])
            place = np.full(2, np.nan) if known is None else known["last_at"]
            if any(np.hypot(*(place - other)) <= SAME_M for who, other in places.items() if who != subject):
                due[index] = False
            else:
                places[subject] = place.copy()
        self._places = places
        return np.asarray(due, np.bool_)

    def _left_m(self, view: StepView, rows: AnyArray) -> F64:
        """How far (K) from the nearest place where the camera sees no further along a lane; infinite without lanes."""
        away = view.position[rows][:, None] - self._ends
        return np.asarray(np.hypot(away[..., 0], away[..., 1]).min(axis=1, initial=np.inf), np.float64)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not view.valid[row]:
            return (reason("no-metres", False),)
        hit = self._impacts.find(int(view.track_id[row]))
        if hit is None or not hit["hit"]:
            return *self._braking(view, row, hit), *super()._conditions(view, row)
        before, loss = Amount(float(hit["before"]) * KMH_PER_MPS, "km-h"), Amount(float(hit["loss"]), "m-s2")
        met = reason(
            "hit", True, value=loss, limit=Amount(self._loss, "m-s2"), before=before, others=int(hit["others"])
        )
        stands = super()._conditions(view, row)
        left_m = float(self._left_m(view, np.array([row]))[0])
        if left_m <= END_M:
            return met, *stands, reason("view-ends", False, value=Amount(left_m, "m"), limit=Amount(END_M, "m"))
        if not all(item.holds for item in stands):
            return met, *stands
        sight = self._shared.look(view)
        rows, at = self._impacts.at(view, sight.believed(self._wanted))
        asked = view, rows, at, np.flatnonzero(rows == row), self._standing.at_rest(sight)[rows]
        has_met = self._impacts.met(*asked) | self._impacts.struck(*asked)
        return met, *stands, reason("has-met", bool(has_met.any()))

    def _braking(self, view: StepView, row: int, known: AnyArray | None) -> Reasons:
        """What is missing to a hit."""
        users = believed_rows(view, self._impacts.users)
        others = users[view.valid[users] & (users != row)]
        fast, loss = 0.0, 0.0
        if known is not None:
            fast, since_ns = float(known["fast"]), self._clock.run_ns - int(known["fast_ns"])
            loss = loss_of(fast - float(np.hypot(*view.velocity[row])), since_ns)
        away = np.hypot(*(view.position[others] - view.position[row]).T).min() if len(others) else np.inf
        speeds = (Amount(v * KMH_PER_MPS, "km-h") for v in (fast, self._least))
        losses = Amount(loss, "m-s2"), Amount(self._loss, "m-s2")
        said = (
            reason("was-fast", fast >= self._least, **dict(zip(("value", "limit"), speeds, strict=True))),
            reason("brakes", loss > self._loss, value=losses[0], limit=losses[1]),
        )
        if not len(others):
            return *said, reason("alone", False)
        return *said, reason(
            "others-near", away <= self._reach, value=Amount(away, "m"), limit=Amount(self._reach, "m")
        )

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> CollisionMeasures:
        if last is not None and isinstance(last.measures, CollisionMeasures):
            was = last.measures
            return CollisionMeasures(round(seconds, 3), was.speed_mps, was.deceleration_mps2, was.others)
        hit = None if row is None else self._impacts.find(int(view.track_id[row]))
        if hit is None:
            return CollisionMeasures(round(seconds, 3), 0.0, 0.0, 0)
        return CollisionMeasures(
            round(seconds, 3), round(float(hit["before"]), 3), round(float(hit["loss"]), 3), int(hit["others"])
        )


def _lane_ends(scene: Scene) -> F64:
    """Where each lane (L, 2) ends, in metres; none where nothing is in metres."""
    ends = [lane.centreline[-1] for lane in scene.lanes.values()]
    if scene.ground is None or not ends:
        return np.zeros((0, 2))
    metres, valid = scene.ground.to_ground(np.array(ends))
    return np.asarray(metres[valid], np.float64)
