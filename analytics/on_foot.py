"""Who is on foot: neither a thing taken for somebody, nor a rider whose machine nobody sees."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.track_table import TrackTable
from analytics.views import COASTING, CONFIRMED, reference_boxes
from core.arrays import F64, AnyArray, Bool
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.lanes import group_numbers
from scenes.rules import QueueSpec

FIELDS: Final = [
    ("first_ns", np.int64),
    ("frame", np.int64),
    ("seen", np.int64),
    ("along_ns", np.int64),
    ("among_ns", np.int64),
    ("across", np.float64, (2,)),
    ("ground", np.float64, (2,)),
    ("foot", np.float32, (2,)),
    ("metric", np.bool_),
    ("away_ns", np.int64),
    ("came", np.bool_),
    ("walked", np.bool_),
    ("rides", np.bool_),
]
"""Of a track: when and at which frame it began, frames in which it was seen, how long it moved along its lane, until
when it counts as one of those who queue, the way in metres that it made across its lane; where it began, whether in
metres; for how long it has been away from there, whether it came away, whether it walked; whether it was ever too
fast."""
QUEUE: Final = QueueSpec(lane="any")
KNOWN_NS: Final = 3 * SECOND_NS // 10
"""The speed of a newer track is not known yet (`trackers.world.HOLD_S`); who is away from his place for a shorter time
may be a thing whose track somebody who passed had for a moment."""
PERSON_M: Final = 1.7
"""Where the scene is not calibrated: height of a person's box."""
WALKED_M: Final = 1.0
"""Who has come so far from where he was first seen is no thing that a detector takes for somebody."""
SEEN: Final = 0.5
"""Share of the frames since then in which somebody must have been seen: riders in a row lend a track a box each."""
ACROSS: Final = 0.7
LEAST_MPS: Final = 0.5
SURE_MPS: Final = 1.0
"""From here on a speed is believed even where it does not tell its heading: far boxes tremble."""
ACROSS_M: Final = 1.5
ALONG_NS: Final = 2 * SECOND_NS
"""On a lane, somebody walks who has come so far across it, faster than this, with less than this share of his speed
along it; or moved along it for so long, as a rider also does who stops. A box that jumps from one rider to the next and
back has come nowhere."""
AMONG_M: Final = 10.0
AMONG_NS: Final = 5 * SECOND_NS
"""So near to a vehicle that queues on his lanes somebody is likely one of those who wait: a rider; and for so long
after, for who stands trembles about the speed at which one queues."""


class Who(NamedTuple):
    """What some that look like people (K) are.

    Attributes:
        real: no thing: has come away from where it was first seen, or has been there for long.
        on_foot: somebody on foot.
    """

    real: Bool
    on_foot: Bool


class OnFoot:
    """Tells by what they do which of those that look like people are on foot.

    A rider whose machine the detector misses looks like a person, and so nobody counts who was ever too fast for
    somebody on foot, or faster along his lane than one walks; on lanes, who has not walked across or along them, or who
    stands after he came along them; or who is among vehicles that queue and did not walk across. After `still_s` it
    is somebody in any case, but in a queue.

    Args:
        shared: with the camera's other rules.
        max_speed_kmh, max_along_kmh: faster, or along his lane faster, than this one rides.
        still_s: who does not come away from his place counts only after so long.
    """

    def __init__(self, shared: Shared, *, max_speed_kmh: float, max_along_kmh: float, still_s: float) -> None:
        scene = shared.scene
        self._shared, self._clock = shared, shared.clock
        self._fastest_mps, self._along_mps = max_speed_kmh / KMH_PER_MPS, max_along_kmh / KMH_PER_MPS
        self._still_ns = round(still_s * SECOND_NS)
        self._queues = shared.queues(QUEUE) if scene.lanes and scene.ground is not None else None
        self._group = group_numbers(scene)
        self._table = TrackTable(FIELDS)

    def __len__(self) -> int:
        return len(self._table)

    def update(self, view: StepView, rows: AnyArray) -> Who:
        """What these rows (K) are, all that look like people in a frame that the clock has heard."""
        clock, table = self._clock, self._table
        table.let_go(view, clock)
        at, fresh = table.locate(view.track_id[rows], clock.run_ns)
        mine, valid, foot = table.rows[at], view.valid[rows], view.foot[rows]
        ground, metric = view.position[rows], valid & (view.lane[rows] >= 0)
        mine["first_ns"][fresh], mine["frame"][fresh] = clock.run_ns, clock.frames
        mine["ground"][fresh], mine["foot"][fresh], mine["metric"][fresh] = ground[fresh], foot[fresh], valid[fresh]
        speed, along = self._speed(view, rows), view.lane_speed[rows]
        mine["rides"] |= (speed > self._fastest_mps) | (metric & (along > self._along_mps))
        moves = (speed > LEAST_MPS) & (np.isfinite(view.heading[rows]) | (speed > SURE_MPS))
        crosses = metric & moves & (np.abs(along) < ACROSS * speed)
        mine["across"] += np.where(crosses[:, None], view.velocity[rows] * (clock.step_ns / SECOND_NS), 0.0)
        mine["along_ns"] += np.where(metric & ~crosses & moves, clock.step_ns, 0)
        away = np.hypot(*(ground - mine["ground"]).T)
        by_box = np.hypot(*(foot - mine["foot"]).T) / self._heights(view, rows) * PERSON_M
        crossed = np.hypot(*mine["across"].T) >= ACROSS_M
        walks = crossed | (mine["along_ns"] >= ALONG_NS)
        gone = np.where(valid & mine["metric"], away, by_box) >= WALKED_M
        mine["away_ns"] = np.where(gone, mine["away_ns"] + clock.step_ns, 0)
        mine["came"] |= mine["away_ns"] >= KNOWN_NS
        mine["walked"] |= np.where(metric, gone & walks, mine["came"])
        if np.count_nonzero(fresh):
            self._inherit(view, rows, mine, fresh)
        mine["seen"] += view.state[rows] == CONFIRMED
        lasted_ns = clock.run_ns - mine["first_ns"]
        still = lasted_ns >= self._still_ns
        often = mine["seen"] >= SEEN * (clock.frames - mine["frame"] + 1)
        sure = (lasted_ns >= KNOWN_NS) & often & ~mine["rides"] & (mine["walked"] | still)
        sure &= crossed | ~metric | moves | still
        if np.count_nonzero(sure):
            mine["among_ns"][self._among(view, rows)] = clock.run_ns + AMONG_NS
            sure &= crossed | (mine["among_ns"] < clock.run_ns)
        table.rows[at] = mine
        return Who(np.asarray(mine["came"] | still, np.bool_), np.asarray(sure, np.bool_))

    def explain(self, view: StepView, row: int, *, riders: bool = False) -> Reasons:
        """That somebody is on foot; else why not. With `riders` only that it is no thing."""
        known = self._table.find(int(view.track_id[row]))
        if known is None:
            return ()
        stays = self._clock.run_ns - known["first_ns"] < self._still_ns
        if riders:
            return (reason("has-not-come", False, limit=Amount(WALKED_M, "m")),) if stays and not known["came"] else ()
        at = np.array([row])
        speed, limit = self._speed(view, at)[0], self._fastest_mps
        if bool(known["rides"]) and speed <= limit:
            limit = self._along_mps
        on_foot = reason(
            "on-foot",
            not known["rides"],
            value=Amount(float(speed) * KMH_PER_MPS, "km-h"),
            limit=Amount(limit * KMH_PER_MPS, "km-h"),
        )
        if known["rides"]:
            return (on_foot,)
        if stays and not known["walked"]:
            return on_foot, reason("has-not-walked", False, limit=Amount(WALKED_M, "m"))
        if np.hypot(*known["across"]) < ACROSS_M and known["among_ns"] >= self._clock.run_ns:
            return on_foot, reason("among-queue", False, limit=Amount(AMONG_M, "m"))
        return (on_foot,)

    def _inherit(self, view: StepView, rows: AnyArray, mine: AnyArray, fresh: Bool) -> None:
        """Beside lanes, who begins within a height of where somebody who came is believed, unseen, has come too.

        On lanes riders in a row would lend each other what each of them did.
        """
        lost = (view.state[rows] == COASTING) & mine["came"]
        begun = np.flatnonzero(fresh & (view.lane[rows] < 0))
        if not len(begun) or not np.count_nonzero(lost):
            return
        away = view.foot[rows[begun]][:, None] - view.foot[rows[lost]][None]
        near = np.hypot(away[..., 0], away[..., 1]) <= self._heights(view, rows[lost])
        for what in ("came", "walked"):
            mine[what][begun] |= (near & mine[what][lost]).any(axis=1)

    def _among(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) are on lanes, near a vehicle that queues on lanes of the same group."""
        if self._queues is None:
            return np.zeros(len(rows), np.bool_)
        chain = self._queues.update(view, self._clock).chain
        waits = np.flatnonzero(chain >= 0)
        group = np.where(view.lane >= 0, self._group[view.lane], -1)
        beside = group[rows][:, None] == group[waits]
        near = np.abs(view.along[rows][:, None] - view.along[waits]) <= AMONG_M
        found: Bool = (beside & near).any(axis=1) & (view.lane[rows] >= 0)
        return found

    def _speed(self, view: StepView, rows: AnyArray) -> F64:
        """Speeds (K) in m/s; by the height of each box where nothing is in metres."""
        by_box = np.hypot(*view.foot_velocity[rows].T) / self._heights(view, rows) * PERSON_M
        speed: F64 = np.where(view.valid[rows], np.hypot(*view.velocity[rows].T), by_box)
        return speed

    @staticmethod
    def _heights(view: StepView, rows: AnyArray) -> AnyArray:
        boxes = reference_boxes(view, rows)
        high: AnyArray = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        return high
