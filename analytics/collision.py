"""incident.collision: two road users meet, and one of them comes to an abnormal stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.impacts import SHORTEST_S, follow_speeds
from analytics.queues import KMH_PER_MPS
from analytics.records import joined
from analytics.shared import Shared
from analytics.stopped_vehicle import END_M, StandRule
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M
from analytics.views import CONFIRMED, believed_rows, class_mask
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import CollisionMeasures
from core.scene import Scene
from scenes.rules import CollisionSpec

ROAD_USERS: Final = ("person", "vehicle")
IMPACT: Final = 2.0
"""Times the deceleration asked for: nobody brakes so (9 m/s² is what dry asphalt gives), it has hit something."""
TOGETHER_NS: Final = 15 * SECOND_NS
"""The other one has stopped abruptly at most so long before."""
RIMS_M: Final = 2.0
"""Long ones, whose middles are far from their rims, are in reach when their usual lengths leave at most this."""
CLOSER_M: Final = 2.0
"""Two have met who have come closer by this; rider and machine, or two side by side, stop as far apart as they were."""
VANISHED_NS: Final = 3 * SECOND_NS
ASIDE_M: Final = 1.5
OVERSHOOT_S: Final = 0.4
"""Who begins at rest where another vanished at most so long ago is that one: so far aside of its way, at most. At an
impact a track goes on for so long, at its speed, before it is given up."""
SAME_M: Final = 10.0
"""Whoever comes to an abrupt stop so near to one whose event is open has to do with the same collision."""
RESTED_NS: Final = 30 * SECOND_NS
RESTED_M: Final = 2.0
"""Who begins at rest so near to where another rested, seen last at most so long ago, is that one."""
FIELDS: Final = [
    ("fast", np.float64),
    ("fast_ns", np.int64),
    ("fast_at", np.float64, (2,)),
    ("fast_way", np.float64, (2,)),
    ("last_ns", np.int64),
    ("last_at", np.float64, (2,)),
    ("last_way", np.float64, (2,)),
    ("hit", np.bool_),
    ("abrupt_ns", np.int64),
    ("hit_ns", np.int64),
    ("hit_at", np.float64, (2,)),
    ("hit_way", np.float64, (2,)),
    ("before", np.float64),
    ("loss", np.float64),
    ("others", np.int64),
    ("met", np.bool_),
    ("guessed", np.bool_),
]
HIT: Final = ("hit", "abrupt_ns", "hit_ns", "hit_at", "hit_way", "before", "loss", "others", "met", "guessed")
"""Highest speed of the last second, when, where and with which velocity; when it was last seen, where
and with which velocity. Of who lost its speed abruptly: when it last did, from when, where and which velocity on; its
speed before, hardest deceleration, others in reach, whether any of these moved otherwise, and whether it is guessed
from one that vanished."""


class CollisionRule(StandRule):
    """One event for a vehicle that lost its speed abruptly, has met another, and stands since; not for the other, too.

    Another is met when it stands in reach and lost its speed abruptly, too, and the two have come closer; or, by one
    that loses its speed harder than anybody brakes, when it was in reach and moved otherwise. Tracks often break at an
    impact: who begins at rest where somebody fast vanished is taken for that one. Who waits in a queue has not
    collided, nor has who stops where the camera sees no further: what for is out of sight. In metres: without a ground
    nothing is found.
    """

    def __init__(
        self, spec: CollisionSpec, scene: Scene, camera_id: str, open_events: Sequence[Event], shared: Shared
    ) -> None:
        super().__init__(spec, scene, camera_id, open_events, shared)
        self._least, self._loss, self._reach = spec.min_speed_kmh / KMH_PER_MPS, spec.deceleration_mps2, spec.reach_m
        self._users, self._ends = class_mask(ROAD_USERS), _lane_ends(scene)
        self._tracks = TrackTable(list(FIELDS))
        self._gone: AnyArray = self._tracks.rows
        self._places: dict[int, F64] = {}
        """Where those stand whose events are open."""

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        clock, table = self._clock, self._tracks
        self._let_go(view)
        at, fresh = table.locate(view.track_id[rows], clock.run_ns)
        some_hit = self._follow(view, rows, at, fresh)
        open_, may = np.zeros((2, len(rows)), np.bool_)
        if some_hit:
            may |= table.rows["hit"][at]
        if len(self._stays):
            open_ = self._is_open(view, rows)
            may |= open_
        may &= view.valid[rows]
        if not np.count_nonzero(may):
            if self._waits is not None:
                self._state = self._waits.queues.update(view, clock)
            return may
        may &= super()._meets(view, rows)
        asked = np.flatnonzero(may & ~open_)
        may[asked] &= self._left_m(view, rows[asked]) > END_M
        asked = asked[may[asked]]
        if len(asked):
            may[asked] = self._met(view, rows, at, asked)
        return may

    def _is_open(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) are of an event that is open."""
        stays = self._stays.rows
        found = np.isin(view.track_id[rows], stays["track"][stays["open"]])
        if stays["lost"].any():
            found |= self._stays.left_at(self._shared.look(view).boxes[rows])
        return found

    def _waited(self, stays: AnyArray) -> Bool:
        """Two who have met are one collision: whose event is open, or due first."""
        due = super()._waited(stays) & stays["meets"] & stays["observed"]
        alive = set(stays["subject"].tolist())
        places = {subject: place for subject, place in self._places.items() if subject in alive}
        for index in np.flatnonzero(due & ~stays["open"]).tolist():
            known, subject = self._tracks.find(int(stays["track"][index])), int(stays["subject"][index])
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

    def _let_go(self, view: StepView) -> None:
        """Tracks that have ended lately are remembered: trackers often give up at an impact."""
        ended = self._tracks.take(view.ended_id)
        if self._clock.new_epoch:
            self._gone = self._gone[:0]
        elif len(ended):
            self._gone = joined(self._gone[self._lately(self._gone, self._clock.run_ns)], ended)
        self._tracks.let_go(view, self._clock)

    def _lately(self, tracks: AnyArray, now_ns: int) -> Bool:
        """Which of these records (T) are of tracks seen so lately that who begins at rest may be one of them."""
        rests = np.hypot(*tracks["last_way"].T) < self._least
        return np.asarray(now_ns - tracks["last_ns"] <= np.where(rests, RESTED_NS, VANISHED_NS), np.bool_)

    def _follow(self, view: StepView, rows: AnyArray, at: AnyArray, fresh: Bool) -> bool:
        """Bring what is known of these rows (K) to this frame; whether any has lost its speed abruptly."""
        speed = self._shared.look(view).speed
        if np.count_nonzero(fresh):
            begun = fresh & (view.state[rows] == CONFIRMED) & view.valid[rows] & (speed[rows] < self._least)
            self._inherit(view, rows[begun], at[begun])
        seen = view.state, view.valid, view.position, view.velocity, speed
        abrupt, loss = np.empty(len(rows), np.bool_), np.empty(len(rows))
        limits, now = (self._least, self._loss), self._clock.run_ns
        hits, before = follow_speeds(self._tracks.rows, at, fresh, rows, seen, now, limits, (abrupt, loss))
        if hits:
            self._note(view, rows[abrupt], at[abrupt], loss[abrupt])
        return hits + before > 0

    def _note(self, view: StepView, rows: AnyArray, at: AnyArray, loss: F64) -> None:
        """These (K) lose their speed abruptly: who is in reach, and does any of these move otherwise?"""
        mine = self._tracks.rows
        others = believed_rows(view, self._users)
        others = others[view.valid[others]]
        near = self._near(view, rows, others) & (rows[:, None] != others)
        unlike = _far(mine["fast_way"][at], view.velocity[others], self._least)
        unlike &= _far(view.velocity[rows], view.velocity[others], self._least)
        met = (near & unlike).any(axis=1)
        new = at[~mine["hit"][at]]
        for field in ("ns", "at", "way"):
            mine[f"hit_{field}"][new] = mine[f"fast_{field}"][new]
        for field in ("before", "loss", "others", "met", "guessed"):
            mine[field][new] = 0
        mine["hit"][at], mine["abrupt_ns"][at] = True, self._clock.run_ns
        for field, value in (("before", mine["fast"][at]), ("loss", loss), ("others", near.sum(axis=1)), ("met", met)):
            mine[field][at] = np.maximum(mine[field][at], value)

    def _inherit(self, view: StepView, rows: AnyArray, at: AnyArray) -> None:
        """These rows (K) begin at rest: as one that rested there, or where one vanished that was fast."""
        if not len(rows):
            return
        mine, now = self._tracks.rows, self._clock.run_ns
        gone = joined(self._gone, mine[mine["last_ns"] < now])
        gone = gone[self._lately(gone, now)]
        pace = np.hypot(*gone["last_way"].T)
        for row, new in zip(rows, at, strict=True):
            away = view.position[row] - gone["last_at"]
            far = np.hypot(*away.T)
            rested = np.flatnonzero((pace < self._least) & (far <= RESTED_M))
            if len(rested):
                same = gone[rested[far[rested].argmin()]]
                for field in HIT:
                    mine[field][new] = same[field]
                continue
            along = (away * gone["last_way"]).sum(axis=1) / np.maximum(pace, self._least)
            across = np.sqrt(np.maximum(far**2 - along**2, 0.0))
            fits = (pace >= self._least) & (across <= ASIDE_M)
            fits &= (along >= -OVERSHOOT_S * pace) & (along <= pace**2 / (2 * self._loss))
            if fits.any():
                chosen = int(np.where(fits, far, np.inf).argmin())
                self._carry_over(gone[chosen], float(pace[chosen]), float(along[chosen]), int(new))

    def _carry_over(self, gone: AnyArray, before: float, along: float, new: int) -> None:
        """A track in the record `new` is what vanished with a speed and stopped so far along its way."""
        mine = self._tracks.rows
        for field in ("ns", "at", "way"):
            mine[f"hit_{field}"][new] = gone[f"last_{field}"]
        # From where it was last seen it has come so far at most, and lost its speed in SHORTEST_S at least.
        mine["before"][new], mine["loss"][new] = before, before / max(2 * along / before, SHORTEST_S)
        mine["hit"][new], mine["guessed"][new], mine["abrupt_ns"][new] = True, True, self._clock.run_ns

    def _near(self, view: StepView, a: AnyArray, b: AnyArray) -> Bool:
        """Which of these rows (K) and those (N) are in reach of each other (K, N)."""
        rims = (LENGTHS_M[view.class_id[a]][:, None] + LENGTHS_M[view.class_id[b]]) / 2 + RIMS_M
        return ~_far(view.position[a], view.position[b], np.maximum(rims, self._reach))

    def _met(self, view: StepView, rows: AnyArray, at: AnyArray, asked: AnyArray) -> Bool:
        """Who of these (A numbers of rows), who stand after they lost their speed abruptly, has met another."""
        mine, now = self._tracks.rows, self._clock.run_ns
        me = at[asked]
        stands = self._shared.look(view).slower_than(self._slow_mps, self._slow_lengths)[rows]
        partner = np.flatnonzero(mine["hit"][at] & stands & view.valid[rows])
        you = at[partner]
        here, there = view.position[rows[asked]], view.position[rows[partner]]
        first = np.minimum(mine["hit_ns"][me][:, None], mine["hit_ns"][you])
        apart = _was(mine, me, first, 0) - _was(mine, you, first, 1) - (here[:, None] - there)
        both = self._near(view, rows[asked], rows[partner]) & (np.hypot(apart[..., 0], apart[..., 1]) >= CLOSER_M)
        both &= (asked[:, None] != partner) & (now - mine["hit_ns"][you] <= TOGETHER_NS)
        both &= ~(mine["guessed"][me][:, None] & mine["guessed"][you])
        found: Bool = both.any(axis=1) | (mine["met"][me] & (mine["loss"][me] > IMPACT * self._loss))
        return found

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not view.valid[row]:
            return (reason("no-metres", False),)
        hit = self._tracks.find(int(view.track_id[row]))
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
        rows = self._shared.look(view).believed(self._wanted)
        rows = np.array([r for r in rows.tolist() if self._tracks.row(int(view.track_id[r])) is not None])
        at = np.array([self._tracks.row(int(view.track_id[r])) for r in rows.tolist()])
        return met, *stands, reason("has-met", bool(self._met(view, rows, at, np.flatnonzero(rows == row))[0]))

    def _braking(self, view: StepView, row: int, known: AnyArray | None) -> Reasons:
        """What is missing to a hit."""
        users = believed_rows(view, self._users)
        others = users[view.valid[users] & (users != row)]
        fast, loss = 0.0, 0.0
        if known is not None:
            fast, since_ns = float(known["fast"]), self._clock.run_ns - known["fast_ns"]
            loss = float(_loss(fast - np.hypot(*view.velocity[row]), since_ns))
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
        hit = None if row is None else self._tracks.find(int(view.track_id[row]))
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


def _was(mine: AnyArray, at: AnyArray, when_ns: AnyArray, axis: int) -> AnyArray:
    """Where tracks (K along an axis of `when_ns`) were as they began to lose their speed, or before that."""
    ago = np.expand_dims(mine["hit_ns"][at], 1 - axis) - when_ns
    there, way = (np.expand_dims(mine[field][at], 1 - axis) for field in ("hit_at", "hit_way"))
    return np.asarray(there - way * (ago / SECOND_NS)[..., None])


def _far(a: F64, b: F64, most: float | F64) -> Bool:
    """Which vectors (K, 2) and (N, 2) are further apart (K, N)."""
    away = a[:, None] - b
    return np.asarray(np.hypot(away[..., 0], away[..., 1]) > most, np.bool_)


def _loss(lost: AnyArray, in_ns: AnyArray) -> F64:
    """How fast a speed (K, m/s) was lost, in m/s²."""
    return np.asarray(lost / np.maximum(in_ns / SECOND_NS, SHORTEST_S), np.float64)
