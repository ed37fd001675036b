"""Who is on foot: neither a thing taken for somebody, nor a rider whose machine nobody sees."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.found_again import LOST_NS
from analytics.kernels.on_foot import (
    AMONG_M,
    PERSON_M,
    SAT_NS,
    WALKED_M,
    WITH_NS,
    among_queues,
    follow_people,
)
from analytics.kernels.riders import sit
from analytics.past_lanes import PastLanes
from analytics.queues import KMH_PER_MPS, LaneQueues
from analytics.records import joined
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.vehicles import RIDDEN
from analytics.views import reference_boxes
from core.arrays import F64, AnyArray, Bool
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.frames import FrameMeta
from core.lanes import group_numbers
from core.scene import Scene
from scenes.rules import QueueSpec

FIELDS: Final = [
    ("first_ns", np.int64),
    ("own_ns", np.int64),
    ("frame", np.int64),
    ("seen", np.int64),
    ("tall", np.int64),
    ("beside_ns", np.int64),
    ("along_ns", np.int64),
    ("among_ns", np.int64),
    ("sat_ns", np.int64),
    ("with_ns", np.int64),
    ("across", np.float64, (2,)),
    ("path", np.float64),
    ("ground", np.float64, (2,)),
    ("foot", np.float32, (2,)),
    ("top", np.float32),
    ("metric", np.bool_),
    ("away_ns", np.int64),
    ("came", np.bool_),
    ("walked", np.bool_),
    ("crossed", np.bool_),
    ("rides", np.bool_),
    ("last_ns", np.int64),
    ("last", np.float64, (2,)),
    ("drift", np.float64, (2,)),
    ("foot_ns", np.int64),
    ("told", np.bool_),
]
"""Of a track: when, under which number ever, and at which frame it began, frames in which it was seen, and as tall
as one stands; until when it was beside the lanes without a break since it began, how long it moved along its lane,
until when it counts as one of those who queue, for how long it has sat on a two-wheeler, more than not, and gone as
that goes; the way in metres that it made across its lane, and the length of all its way; where it began, the upper
edge of its box too, whether in metres; for how long it has been away from there, whether it came away, whether it
walked, whether it came across or from beside the lanes; whether it was ever too fast; when, where and with which
velocity it was last there; for how long it was on foot; whether for long enough (`SURE_NS`), and no other has gone
on as it since."""
QUEUE: Final = QueueSpec(lane="any")
SURE_NS: Final = SECOND_NS
"""Who is found again was on foot for so long, as for an event: in jams the box of a rider seems to walk for a moment,
and the next one in it would be somebody who has walked."""
AMONG_NS: Final = 5 * SECOND_NS
"""Who was among those who queue (`AMONG_M`) counts as one of them for so long after: who stands trembles about the
speed at which one queues."""


class Who(NamedTuple):
    """What those that look like people (K) are.

    Attributes:
        rows: of the view, in order.
        real: no thing: has come away from where it was first seen, or has been there for long.
        on_foot: somebody on foot.
        walkers: (W) the rows of these.
        over: (W) who of these has come across the lanes by the width of one.
    """

    rows: AnyArray
    real: Bool
    on_foot: Bool
    walkers: AnyArray
    over: Bool


NOBODY: Final = Who(np.zeros(0, np.int64), *2 * (np.zeros(0, np.bool_),), np.zeros(0, np.int64), np.zeros(0, np.bool_))


class OnFoot:
    """Tells by what they do which of those that look like people are on foot.

    A rider whose machine the detector misses looks like a person, and so nobody counts who was ever too fast for
    somebody on foot, or faster along his lane than one walks, and has not walked across the lanes since; on lanes, who
    has not walked across or along them, or who stands after he came along them; or who sits on a two-wheeler or is
    among vehicles that queue, and neither walked across nor came from beside the lanes, mostly as tall as one stands
    and by half of his way away from where he began, nor came further than a queue moves up, nearly always so tall. Who
    begins where one on foot was lost goes on as that one. After `still_s` under one number it is somebody in any case,
    but in a queue or on a two-wheeler.

    Args:
        scene: of the camera.
        clock: of the camera.
        queues: where there are lanes in metres, who queues on them.
        wanted: classes that look like people (`views.class_mask`).
        max_speed_kmh, max_along_kmh: faster, or along his lane faster, than this one rides.
        still_s: who does not come away from his place counts only after so long.
    """

    def __init__(
        self,
        scene: Scene,
        clock: CameraClock,
        queues: LaneQueues | None,
        wanted: Bool,
        *,
        max_speed_kmh: float,
        max_along_kmh: float,
        still_s: float,
    ) -> None:
        self._clock, self._queues, self._wanted = clock, queues, wanted
        self._fastest_mps, self._along_mps = max_speed_kmh / KMH_PER_MPS, max_along_kmh / KMH_PER_MPS
        self._still_ns = round(still_s * SECOND_NS)
        self._group, self._past = group_numbers(scene), PastLanes(scene)
        self._matrix: F64 = np.zeros((3, 3)) if scene.ground is None else np.array(scene.ground.matrix, np.float64)
        self._table = TrackTable(FIELDS)
        self._gone: AnyArray = self._table.rows
        self._frame: FrameMeta | None = None
        self._who = NOBODY

    def __len__(self) -> int:
        return len(self._table)

    def update(self, sight: Sight) -> Who:
        """What all are that look like people in a frame, which the clock has heard. Worked out once, whoever asks."""
        if sight.view.frame is not self._frame:
            self._frame, self._who = sight.view.frame, self._look(sight)
        return self._who

    def _look(self, sight: Sight) -> Who:
        view, clock, table = sight.view, self._clock, self._table
        self._let_go(view)
        rows = sight.believed(self._wanted)
        if not len(rows):
            return NOBODY
        at, fresh = table.locate(view.track_id[rows], clock.run_ns)
        picture = sight.boxes, view.foot, view.foot_velocity, view.state, view.heading
        lane, along, lane_speed = self._past.on(view, rows)
        ground = view.position, view.velocity, view.velocity_cov, view.valid, lane, lane_speed
        now = clock.run_ns, clock.step_ns, clock.frames
        limits = self._fastest_mps, self._along_mps, self._still_ns
        who = at, fresh, rows, *sit(rows, sight.believed(RIDDEN), sight.boxes, view.foot_velocity)
        real, walks, crossed, over = follow_people(
            table.rows, self._gone, who, picture, ground, self._matrix, now, limits
        )
        if self._queues is not None and np.count_nonzero(walks):
            chain = self._queues.update(view, clock).chain
            among = among_queues(rows, lane, along, chain, self._group)
            table.rows["among_ns"][at[among]] = clock.run_ns + AMONG_NS
            walks &= crossed | (table.rows["among_ns"][at] < clock.run_ns)
        state = table.rows
        state["foot_ns"][at[walks]] += clock.step_ns
        state["told"][at] |= walks & (state["foot_ns"][at] >= SURE_NS)
        return Who(rows, real, walks, rows[walks], over[walks])

    def _let_go(self, view: StepView) -> None:
        """Who was on foot is remembered for a while: he may go on under another number."""
        ended = self._table.take(view.ended_id)
        if self._clock.new_epoch:
            self._gone = self._gone[:0]
        elif len(ended) or len(self._gone):
            known = joined(self._gone, ended[ended["told"]])
            self._gone = known[known["told"] & (self._clock.run_ns - known["last_ns"] <= LOST_NS)]
        self._table.let_go(view, self._clock)

    def explain(self, view: StepView, row: int, *, riders: bool = False) -> Reasons:
        """That somebody is on foot; else why not. With `riders` only that it is no thing."""
        known = self._table.find(int(view.track_id[row]))
        if known is None:
            return ()
        stays = self._clock.run_ns - known["first_ns"] < self._still_ns
        if riders:
            return (reason("has-not-come", False, limit=Amount(WALKED_M, "m")),) if stays and not known["came"] else ()
        speed, limit = self._speed(view, row), self._fastest_mps
        if bool(known["rides"]) and speed <= limit:
            limit = self._along_mps
        on_foot = reason(
            "on-foot",
            not known["rides"],
            value=Amount(speed * KMH_PER_MPS, "km-h"),
            limit=Amount(limit * KMH_PER_MPS, "km-h"),
        )
        if known["rides"]:
            return (on_foot,)
        if stays and not known["walked"]:
            return on_foot, reason("has-not-walked", False, limit=Amount(WALKED_M, "m"))
        off = view.lane[row] < 0
        if (off and known["with_ns"] >= WITH_NS) or (known["sat_ns"] >= SAT_NS and (off or not known["crossed"])):
            return on_foot, reason("sits-on-machine", False)
        if known["among_ns"] >= self._clock.run_ns and not known["crossed"]:
            return on_foot, reason("among-queue", False, limit=Amount(AMONG_M, "m"))
        return (on_foot,)

    @staticmethod
    def _speed(view: StepView, row: int) -> float:
        """In m/s; by the height of the box where nothing is in metres."""
        if view.valid[row]:
            return float(np.hypot(*view.velocity[row]))
        _, top, _, bottom = reference_boxes(view, slice(row, row + 1))[0].tolist()
        pace: float = float(np.hypot(*view.foot_velocity[row])) / max(bottom - top, 1.0) * PERSON_M
        return pace
