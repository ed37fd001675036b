"""incident.collision: two road users meet, and one of them comes to an abnormal stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.approaches import BRAKES_MPS2, Approaches
from analytics.clock import SECOND_NS
from analytics.impacts import Impacts
from analytics.kernels.impacts import loss_of
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.stopped_vehicle import StandRule
from analytics.vehicles import RIDDEN
from analytics.views import believed_rows
from analytics.waiting import END_M
from core.arrays import F64, I64, AnyArray, Bool, is_in
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import CollisionMeasures
from core.scene import Scene
from scenes.rules import CollisionSpec

TOGETHER_MPS2: Final = 16.0
"""Two who run into each other lose together more than the two could by braking (8 m/s² each, dry asphalt)."""
EACH_MPS2: Final = 6.0
"""Hardly anybody brakes so for what he sees in time (4 to 5 m/s²)."""
JUMPED_NS: Final = SECOND_NS * 3 // 2
"""Speed is abruptly lost within a second, and rest begins in it: who has rested for longer has jumped."""
SAME_M: Final = 10.0
"""Whoever comes to an abrupt stop so near to one whose event is open has to do with the same collision."""


class CollisionRule(StandRule):
    """One event for a vehicle that has run into another, as how it stopped tells, and stands since; not for both.

    Either it came to where it stands faster than anybody can brake, and touches another that stands
    (`analytics.approaches`), also at a queue or at the end of the view. Or it lost its speed abruptly
    (`analytics.impacts`), touches another, and the two lost more than brakes can take. In metres: without a ground
    nothing is found.
    """

    def __init__(self, spec: CollisionSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._least, self._loss, self._reach = spec.min_speed_kmh / KMH_PER_MPS, spec.deceleration_mps2, spec.reach_m
        self._impacts = Impacts(shared.clock, self._least, self._loss, self._reach)
        self._approaches = Approaches.of(shared, spec.stop_speed_kmh / KMH_PER_MPS)
        self._ends = _lane_ends(shared.scene)
        self._places: dict[int, F64] = {}
        """Where those stand whose events are open."""

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight, open_ = self._shared.look(view), np.zeros(len(rows), np.bool_)
        may = self._impacts.follow(sight, rows)
        if len(self._stays):
            open_ = self._is_open(view, rows)
            may |= open_
        may &= view.valid[rows]
        self._approaches.follow(sight)
        ran = self._approaches.ran_into(view, rows) & view.valid[rows]
        if not np.count_nonzero(may | ran):
            self._standing.follow(view)
            return may
        free = super()._meets(view, rows)
        rests = self._standing.at_rest(sight)[rows]
        ran &= rests
        asked = np.flatnonzero(may & rests & ~open_)
        may &= free & open_
        asked = asked[self._left_m(view, rows[asked]) > END_M] if len(asked) else asked
        if len(asked):
            may[asked] = self._lost_together(view, rows[asked], free[asked])
        return may | ran

    def _lost_together(self, view: StepView, rows: AnyArray, free: Bool) -> Bool:
        """Which of these rows (K), which lost their speed abruptly, touch another, and lost together with it more than
        brakes can take: both of them, apart from all others, or (`free`, K) one that waits for nobody. Riders keep
        hardly more than that from each other in queues: of them, both.
        """
        found, mine = np.zeros(len(rows), np.bool_), self._losses(view.track_id[rows])
        may = np.flatnonzero(mine + self._impacts.hardest > TOGETHER_MPS2)
        if not len(may):
            return found
        near = self._approaches.touching(view, rows[may])
        lost, theirs = mine[may, None], self._losses(view.track_id[near.others])
        hard = near.touch & (lost + theirs > TOGETHER_MPS2)
        both = (hard & (np.minimum(lost, theirs) > EACH_MPS2)).any(axis=1)
        riders = RIDDEN[view.class_id]
        one = (hard & ~(riders[rows[may]][:, None] | riders[near.others])).any(axis=1)
        found[may] = (near.apart & both) | (free[may] & one)
        return found

    def _losses(self, ids: I64) -> F64:
        """How hard (K) these tracks lost their speed as they came to rest: who rested before has not, its number has
        jumped from one who queues to the next.
        """
        losses, abrupt_ns = self._impacts.losses(ids)
        return np.where(self._approaches.rest_ns(ids) >= abrupt_ns - JUMPED_NS, losses, 0.0)

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
        came, hit = self._came(view, row), self._impacts.find(int(view.track_id[row]))
        if came and came[0].holds:
            stands = self._standing.explain(self._shared.look(view), row, settled=True)
            return *came[:1], *stands, *came[1:]
        if hit is None or not hit["hit"]:
            return *came, *self._braking(view, row, hit), *super()._conditions(view, row)
        before, loss = Amount(float(hit["before"]) * KMH_PER_MPS, "km-h"), Amount(float(hit["loss"]), "m-s2")
        lost = reason(
            "hit", True, value=loss, limit=Amount(self._loss, "m-s2"), before=before, others=int(hit["others"])
        )
        stands = self._standing.explain(self._shared.look(view), row, settled=True)
        left_m = float(self._left_m(view, np.array([row]))[0])
        if left_m <= END_M:
            return lost, *stands, reason("view-ends", False, value=Amount(left_m, "m"), limit=Amount(END_M, "m"))
        if not all(item.holds for item in stands):
            return lost, *stands
        waits = super()._conditions(view, row)
        free = all(item.holds for item in waits)
        together = bool(self._lost_together(view, np.array([row]), np.array([free]))[0])
        return lost, *(waits if free or not together else stands), reason("has-met", together)

    def _came(self, view: StepView, row: int) -> Reasons:
        """How hard it had to brake to stand where it does, and whether it touches another; nothing where not asked."""
        known = self._approaches.find(int(view.track_id[row]))
        if known is None or not known["asked"]:
            return ()
        needs, limit = Amount(float(known["needs"]), "m-s2"), Amount(BRAKES_MPS2, "m-s2")
        said = reason("needs-brakes", bool(known["needs"] > BRAKES_MPS2), value=needs, limit=limit)
        return (said, reason("has-met", bool(known["met"]))) if said.holds else (said,)

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
        before, loss, others = 0.0, 0.0, 0
        if row is not None:
            track = int(view.track_id[row])
            hit, came = self._impacts.find(track), self._approaches.find(track)
            if hit is not None and hit["hit"]:
                before, loss, others = float(hit["before"]), float(hit["loss"]), int(hit["others"])
            if came is not None and came["met"]:
                before, loss, others = (
                    max(before, float(came["before"])),
                    max(loss, float(came["needs"])),
                    max(others, 1),
                )
        return CollisionMeasures(round(seconds, 3), round(before, 3), round(loss, 3), others)


def _lane_ends(scene: Scene) -> F64:
    """Where each lane (L, 2) ends, in metres; none where nothing is in metres."""
    ends = [lane.centreline[-1] for lane in scene.lanes.values()]
    if scene.ground is None or not ends:
        return np.zeros((0, 2))
    metres, valid = scene.ground.to_ground(np.array(ends))
    return np.asarray(metres[valid], np.float64)
