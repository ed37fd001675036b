"""Who stands where he has met another, by how fast they came to where they stand."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.braking import LOOKS, Braking, braking
from analytics.clock import SECOND_NS
from analytics.kernels.approaches import COLUMNS, PAST, STOOD_NS, follow_approaches, pair_up, touch_others
from analytics.records import joined
from analytics.shared import Shared
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M, RIDDEN, is_vehicle
from analytics.views import is_in
from core.arrays import I64, AnyArray, Bool
from core.findings import StepView
from core.frames import FrameMeta

BRAKES_MPS2: Final = 9.0
"""Nobody brakes harder: tyres give 7 to 8 m/s² on dry asphalt, and tracks make it up to 8.5 of ordinary stops."""
TOGETHER_MPS2: Final = 14.0
"""Nor do two who stop one close behind the other, each as hard as tyres allow."""
LASTING_MPS2: Final = TOGETHER_MPS2 / 2
"""Of two who stand on in touch, with nobody near them, one braked harder than this, which nobody does to queue up."""
GONE_NS: Final = 4 * SECOND_NS
AFTER_NS: Final = SECOND_NS * 6 // 10
VANISHED_M: Final = 6.0
"""Who vanished so long before another was seen for the first time, or after that, and so far from there at most, may be
that one: tracks break at an impact."""
SURE_M: Final = 0.8
"""A place that is less sure tells nothing."""
FIELDS: Final = [
    ("first_ns", np.int64),
    ("last_ns", np.int64),
    ("slow_ns", np.int64),
    ("rest_ns", np.int64),
    ("rests", np.bool_),
    ("asked", np.bool_),
    ("met", np.bool_),
    ("lasts", np.bool_),
    ("needs", np.float64),
    ("before", np.float64),
    ("looks", np.int64),
    ("way", np.float64, (2,)),
    ("by", np.int64),
    ("crowded", np.bool_),
    ("theirs", np.float64),
    ("place", np.float64, (2,)),
    ("count", np.int64),
    ("past_ns", np.int64, (PAST,)),
    ("past", np.float32, (PAST * COLUMNS,)),
]
"""When it was first and last seen, and last slow; since when it rests; whether it was asked how it came there, is known
to have met another, is by having stood on in touch with it, and had others around it; how hard it had to brake
(`Braking`), and whom it has met; where it stands; its last places."""


class Touching(NamedTuple):
    """Of some (K) that stand: which of all that are followed (N) stand in touch (K, N), and whether both stand apart
    from all the rest (K).
    """

    touch: Bool
    apart: Bool


class Approaches:
    """Follows vehicles until they stand, in metres: one for all rules of a camera that define standing alike.

    Args:
        shared: with the camera's other rules.
        slow_mps: slower than this one stands.
        least_mps: whoever has met another came at least as fast.
        each_mps2: of two who together came too fast each had to brake harder than this.
    """

    def __init__(self, shared: Shared, slow_mps: float, least_mps: float, each_mps2: float) -> None:
        self._clock, self._ground = shared.clock, shared.scene.ground
        self._slow, self._least, self._each = slow_mps, least_mps, each_mps2
        self._wanted = is_vehicle()
        self._tracks = TrackTable(list(FIELDS))
        self._gone: AnyArray = self._tracks.rows
        self._frame: FrameMeta | None = None
        self._rows: AnyArray = np.zeros(0, np.int64)
        self._at: I64 = np.zeros(0, np.int64)

    @classmethod
    def of(cls, shared: Shared, slow_mps: float, least_mps: float, each_mps2: float) -> Approaches:
        """The one that rules of a camera share."""
        limits = slow_mps, least_mps, each_mps2
        return shared.common((cls, *limits), lambda: cls(shared, *limits))

    def find(self, track: int) -> AnyArray | None:
        """The record (`FIELDS`) of a track."""
        return self._tracks.find(track)

    def met(self, sight: Sight, rows: AnyArray) -> Bool:
        """Which of these rows (K) stand where they have met another; all vehicles are brought to this frame."""
        if self._frame is not sight.view.frame:
            self._frame = sight.view.frame
            self._follow(sight)
        return is_in(rows, self._rows[self._tracks.rows["met"][self._at]])

    def touching(self, view: StepView, asked: I64) -> Touching:
        """Who of the vehicles that are followed touches these of them (K), and stands as they do."""
        found = np.empty((len(asked), len(self._rows)), np.bool_), np.empty(len(asked), np.bool_)
        seen = view.position, view.position_cov, view.class_id
        touch_others(self._tracks.rows, self._at, self._rows, asked, seen, LENGTHS_M, self._clock.run_ns, found)
        return Touching(*found)

    def partners(self, view: StepView, asked: I64) -> I64:
        """With whom of those followed each of these (K) has stood in touch for long, nobody else near; -1: nobody."""
        found = np.empty(len(asked), np.int64)
        seen = view.position, view.class_id
        pair_up(self._tracks.rows, self._at, self._rows, asked, seen, LENGTHS_M, self._clock.run_ns, found)
        return found

    def stood_on(self, tracks: I64, since_ns: I64) -> I64:
        """Run time since when each of these tracks (K) rests, of those that have met another by standing on in touch
        with it; of others `since_ns` (K).
        """
        if not len(self._tracks):
            return since_ns
        at, there = self._tracks.where(tracks)
        known = self._tracks.rows[at]
        return np.where(there & known["lasts"], np.minimum(known["rest_ns"], since_ns), since_ns)

    def _follow(self, sight: Sight) -> None:
        view, now = sight.view, self._clock.run_ns
        self._let_go(view)
        self._rows = sight.believed(self._wanted)
        self._at, _ = self._tracks.locate(view.track_id[self._rows], now)
        seen = view.state, view.valid, view.foot, view.position, view.velocity, sight.speed
        follow_approaches(self._tracks.rows, self._at, self._rows, seen, now, self._slow)
        mine, at = self._tracks.rows, self._at
        stood = mine["rests"][at] & (now - mine["rest_ns"][at] >= STOOD_NS)
        if np.count_nonzero(stood):
            for k in np.flatnonzero(stood & ~mine["asked"][at]).tolist():
                self._ask(view, int(self._rows[k]), int(at[k]))
            hard = np.flatnonzero(stood & (mine["needs"][at] > LASTING_MPS2) & ~mine["met"][at])
            if len(hard):
                self._judge(view, hard)
                self._stand_on(view, hard)

    def _judge(self, view: StepView, hard: I64) -> None:
        """Whom of those that are followed these (K) have met: they touch, and one came faster than one can brake, or
        both, apart from all others, faster than two can.

        Of riders only who stands apart: in queues their tracks jump from one to the next.
        """
        mine, at, rows = self._tracks.rows, self._at, self._rows[hard]
        known, theirs = mine[at[hard]], mine["needs"][at]
        near = self.touching(view, hard)
        mine["crowded"][at[hard]] |= ~near.apart
        apart = ~mine["crowded"][at[hard]]
        sure = np.sqrt(np.trace(view.position_cov[rows], axis1=1, axis2=2)) <= SURE_M
        one = (known["needs"] > BRAKES_MPS2) & (known["looks"] >= np.where(apart, 1, LOOKS))
        one &= apart | (~RIDDEN[view.class_id[rows]] & (known["by"] == known["id"]))
        both = (known["needs"][:, None] + theirs > TOGETHER_MPS2) & (theirs > self._each) & apart[:, None]
        both &= known["by"][:, None] != mine["by"][at]
        for k, other in np.argwhere(near.touch & sure[:, None] & (one[:, None] | both)).tolist():
            self._meet(int(at[hard[k]]), int(at[other]))

    def _stand_on(self, view: StepView, hard: I64) -> None:
        """Of two who stand on in touch one of these (K) braked harder than anybody does to queue up: they have met."""
        mine, at = self._tracks.rows, self._at
        hard = hard[~mine["met"][at[hard]]]
        partner = self.partners(view, hard)
        for one, other in zip(at[hard[partner >= 0]].tolist(), at[partner[partner >= 0]].tolist(), strict=True):
            self._meet(one, other)
            mine["lasts"][one] = mine["lasts"][other] = True

    def _meet(self, one: int, other: int) -> None:
        mine = self._tracks.rows
        for a, b in ((one, other), (other, one)):
            mine["met"][a], mine["theirs"][a] = True, mine["needs"][b]
            mine["before"][a] = max(mine["before"][a], mine["before"][b])

    def _ask(self, view: StepView, row: int, at: int) -> None:
        """How hard a track that stands had to brake; or one that vanished where it was first seen."""
        assert self._ground is not None  # noqa: S101
        mine, here = self._tracks.rows, view.position[row]
        found = braking(mine[at], here, self._ground, self._least, gone=False)
        if found is None:
            gone = joined(self._gone, mine[mine["last_ns"] < self._clock.run_ns])
            since = gone["last_ns"] - mine["first_ns"][at]
            gone = gone[(since <= AFTER_NS) & (since >= -GONE_NS) & (gone["id"] != mine["id"][at])]
            near = (it for it in gone if _left_at(it, here) <= VANISHED_M)
            each = (braking(it, here, self._ground, self._least, gone=True) for it in near)
            found = max((it for it in each if it is not None), default=Braking())
        mine["asked"][at], mine["place"][at] = True, here
        for field, value in zip(Braking._fields, found, strict=True):
            mine[field][at] = value

    def _let_go(self, view: StepView) -> None:
        """Tracks that have ended lately are remembered."""
        ended, now = self._tracks.take(view.ended_id), self._clock.run_ns
        if self._clock.new_epoch:
            self._gone = self._gone[:0]
        elif len(ended):
            lately = now - self._gone["last_ns"] <= GONE_NS + STOOD_NS + SECOND_NS
            self._gone = joined(self._gone[lately], ended[ended["count"] > LOOKS])
        self._tracks.let_go(view, self._clock)


def _left_at(track: AnyArray, here: AnyArray) -> float:
    """How far (m) from here a track was seen last as it moved."""
    if not track["count"]:
        return np.inf
    last = int((track["count"] - 1) % PAST)
    return float(np.hypot(*(track["past"].reshape(PAST, COLUMNS)[last, 2:4] - here)))
