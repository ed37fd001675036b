"""How hard those must have braked who stand, by how fast they came to where they do."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.approaches import COLUMNS, PAST, STOOD_NS, follow_approaches, touch_others
from analytics.records import joined
from analytics.shared import Shared
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M, RIDDEN, is_vehicle
from core.arrays import F64, I64, AnyArray, Bool, is_in
from core.findings import StepView
from core.frames import FrameMeta

BEFORE_NS: Final = round(2.5 * SECOND_NS)
AFTER_NS: Final = SECOND_NS * 6 // 10
"""So long before another begins to stand, or after that, somebody may vanish who is that one."""
GONE_NS: Final = BEFORE_NS + STOOD_NS + SECOND_NS
LEAST_MPS: Final = 10 / 3.6
VANISHED_M: Final = 6.0
ASIDE_M: Final = 1.2
"""So far away, at most, and so far aside of where it went."""
NEAR_M, FAR_M, FAR_S = 1.5, 6.0, 0.5
"""How hard one must brake is asked so far before its place: nearer the place's own error tells, further away anybody
can still brake. Who is fast is asked from as far as it comes in half a second."""
SPAN_S, SHORT_S = 0.45, 0.25
"""A speed by foot points is taken over so long, or as frames come where they come more seldom, and not over less than
this."""
LEAST_NEED_MPS: Final = 2.0
LOOKS: Final = 3
"""So many places must tell it, of foot points; tyres give 7 to 8 m/s² on dry asphalt."""
BRAKES_MPS2: Final = 10.0
SURE_M: Final = 0.8
"""A place that is less sure tells nothing."""
FIELDS: Final = [
    ("last_ns", np.int64),
    ("slow_ns", np.int64),
    ("rest_ns", np.int64),
    ("rests", np.bool_),
    ("asked", np.bool_),
    ("met", np.bool_),
    ("needs", np.float64),
    ("before", np.float64),
    ("looks", np.int64),
    ("count", np.int64),
    ("past_ns", np.int64, (PAST,)),
    ("past", np.float32, (PAST * COLUMNS,)),
]
"""When it was last seen and last slow, since when it rests; whether it was asked how hard it had to brake, and whether
it is known to have run into somebody; how hard (m/s²), from which speed (m/s), by how many places; its last places."""


class Touching(NamedTuple):
    """Of rows (K) that stand: which of others (N) stand in touch (K, N), and whether both stand apart from all the rest
    (K).
    """

    touch: Bool
    others: AnyArray
    apart: Bool


class Approaches:
    """Follows tracks until they stand: one for all rules of a camera that define standing alike."""

    def __init__(self, shared: Shared, slow_mps: float) -> None:
        self._clock, self._scene, self._slow = shared.clock, shared.scene, slow_mps
        self._wanted = is_vehicle()
        self._tracks = TrackTable(list(FIELDS))
        self._gone: AnyArray = self._tracks.rows
        self._frame: FrameMeta | None = None
        self._rows: AnyArray = np.zeros(0, np.int64)
        self._at: I64 = np.zeros(0, np.int64)

    @classmethod
    def of(cls, shared: Shared, slow_mps: float) -> Approaches:
        """The one that rules of a camera share."""
        return shared.common((cls, slow_mps), lambda: cls(shared, slow_mps))

    def find(self, track: int) -> AnyArray | None:
        """The record (`FIELDS`) of a track."""
        return self._tracks.find(track)

    def follow(self, sight: Sight) -> None:
        """Bring all vehicles to this frame; asked again at the same frame nothing happens."""
        view, now = sight.view, self._clock.run_ns
        if self._frame is view.frame:
            return
        self._frame = view.frame
        self._let_go(view)
        self._rows = sight.believed(self._wanted)
        self._at, _ = self._tracks.locate(view.track_id[self._rows], now)
        seen = view.state, view.valid, view.foot, view.position, view.velocity, sight.speed
        follow_approaches(self._tracks.rows, self._at, self._rows, seen, now, self._slow)

    def ran_into(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) came to where they stand faster than one can brake, and touch another that stands.

        Of riders only who stands apart from all others: in queues their tracks jump from one to the next.
        """
        mine, at, stood = self._tracks.rows, self._at, self._stood()
        if not np.count_nonzero(stood):
            return np.zeros(len(rows), np.bool_)
        for k in np.flatnonzero(stood & ~mine["asked"][at]).tolist():
            self._ask(view, int(self._rows[k]), int(at[k]))
        hard = stood & (mine["needs"][at] > BRAKES_MPS2) & ~mine["met"][at]
        if np.count_nonzero(hard):
            hits = self._rows[hard]
            near = self.touching(view, hits)
            sure = _unsure(view, hits) <= SURE_M
            enough = mine["looks"][at[hard]] >= np.where(near.apart, 1, LOOKS)
            alone = near.apart | ~RIDDEN[view.class_id[hits]]
            mine["met"][at[hard]] = near.touch.any(axis=1) & sure & enough & alone
        return is_in(rows, self._rows[mine["met"][at]])

    def touching(self, view: StepView, asked: AnyArray) -> Touching:
        """Who of the vehicles that are followed touches these rows (K), and stands as they do."""
        found = np.empty((len(asked), len(self._rows)), np.bool_), np.empty(len(asked), np.bool_)
        seen = view.position, view.position_cov, view.class_id
        touch_others(self._tracks.rows, self._at, self._rows, asked, seen, LENGTHS_M, self._clock.run_ns, found)
        return Touching(found[0], self._rows, found[1])

    def rest_ns(self, ids: I64) -> I64:
        """Since when (K) these tracks rest, run time; now where that is not known."""
        known, now = self._tracks.rows, self._clock.run_ns
        if not len(known):
            return np.full(len(ids), now)
        at, there = self._tracks.where(ids)
        return np.where(there & known["rests"][at], known["rest_ns"][at], now)

    def _stood(self) -> Bool:
        """Which of the vehicles (K) that are followed stand, and have for so long that their places are known."""
        mine, at = self._tracks.rows, self._at
        return np.asarray(mine["rests"][at] & (self._clock.run_ns - mine["rest_ns"][at] >= STOOD_NS), np.bool_)

    def _let_go(self, view: StepView) -> None:
        ended, now = self._tracks.take(view.ended_id), self._clock.run_ns
        if self._clock.new_epoch:
            self._gone = self._gone[:0]
        elif len(ended):
            self._gone = joined(self._gone[now - self._gone["last_ns"] <= GONE_NS], ended[ended["count"] > LOOKS])
        self._tracks.let_go(view, self._clock)

    def _ask(self, view: StepView, row: int, at: int) -> None:
        """How hard a track that stands had to brake; or another that vanished there as it began to stand."""
        mine, here = self._tracks.rows, view.position[row]
        rest_ns = int(mine["rest_ns"][at])
        found = self._needed(mine[at], here, rest_ns + SECOND_NS // 10)
        if found is None:
            gone = joined(self._gone, mine[mine["last_ns"] < self._clock.run_ns])
            since = gone["last_ns"] - rest_ns
            gone = gone[(since <= AFTER_NS) & (since >= -BEFORE_NS) & (gone["id"] != mine["id"][at])]
            others = [self._needed(it, here, int(it["last_ns"])) for it in gone if _left_at(it, here) <= VANISHED_M]
            found = max((it for it in others if it is not None), default=None)
        mine["asked"][at] = True
        mine["needs"][at], mine["before"][at], mine["looks"][at] = found or (0.0, 0.0, 0)

    def _needed(self, track: AnyArray, here: F64, until_ns: int) -> tuple[float, float, int] | None:
        """How hard (m/s²) a track had to brake to stand here, from which speed, by how many places; None where it did
        not come here.

        By its smoothed places and speeds, and by its foot points: what is less of both. A smoothed speed lags, a foot
        point trembles.
        """
        count = int(track["count"])
        order = np.arange(max(0, count - PAST), count) % PAST
        times, past = track["past_ns"][order], track["past"].reshape(PAST, COLUMNS)[order].astype(np.float64)
        within = (times <= until_ns) & (until_ns - times <= BEFORE_NS)
        times, past = (times[within] - until_ns) / SECOND_NS, past[within]
        speed = np.hypot(past[:, 4], past[:, 5])
        if len(times) <= LOOKS or speed.max() < LEAST_MPS:
            return None
        fastest = int(speed.argmax())
        way = past[fastest, 4:6] / speed[fastest]
        before = here - past[fastest, 2:4]
        if before @ way < 0 or abs(before @ np.array([-way[1], way[0]])) > ASIDE_M:
            return None
        far = max(FAR_M, FAR_S * float(speed[fastest]))
        smooth = _hardest((here - past[:, 2:4]) @ way, past[:, 4:6] @ way, far)
        assert self._scene.ground is not None  # noqa: S101
        feet, _ = self._scene.ground.to_ground(past[:, :2])
        left = (here - feet) @ way
        span_s = max(SPAN_S, float(np.median(np.diff(times))))
        first = np.searchsorted(times, times - span_s - 1e-6)
        took = times - times[first]
        some = took >= SHORT_S
        middle, pace = (left + left[first]) / 2, (left[first] - left) / np.maximum(took, SHORT_S)
        by_feet = _hardest(middle[some], pace[some], far)
        return min(smooth[0], by_feet[0]), float(speed[fastest]), by_feet[1]


def _unsure(view: StepView, rows: AnyArray) -> F64:
    """How far (K), in metres, the places of these rows may be wrong: a standard deviation."""
    return np.asarray(np.sqrt(np.trace(view.position_cov[rows], axis1=1, axis2=2)), np.float64)


def _left_at(track: AnyArray, here: F64) -> float:
    """How far (m) from here a track was seen last as it moved."""
    if not track["count"]:
        return np.inf
    last = int((track["count"] - 1) % PAST)
    return float(np.hypot(*(track["past"].reshape(PAST, COLUMNS)[last, 2:4] - here)))


def _hardest(left: F64, speed: F64, far: float) -> tuple[float, int]:
    """The median of what one must brake (m/s²) with such a way left (N) at such speeds (N), of how many places."""
    told = (left >= NEAR_M) & (left <= far) & (speed > LEAST_NEED_MPS)
    if not np.count_nonzero(told):
        return 0.0, 0
    return float(np.median(speed[told] ** 2 / (2 * left[told]))), int(np.count_nonzero(told))
