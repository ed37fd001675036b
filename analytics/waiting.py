"""Who of those who stand on lanes waits: in a queue, for a signal, or for who stands ahead."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.clock import NEVER_NS, SECOND_NS
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.waiting import neighbours
from analytics.past_lanes import PastLanes
from analytics.queues import LaneQueues, QueueState
from analytics.shared import Shared
from analytics.sight import Sight
from analytics.signals import LaneSignals
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M, RIDDEN
from core.arrays import F64, I16, I64, AnyArray, Bool
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.lanes import group_numbers, lane_lengths, lane_starts
from core.taxonomy import ObjectClass
from scenes.rules import QueueSpec

QUEUE_OF: Final = 3
"""Vehicles that stand behind one another wait for something else; fewer may be the obstacle itself."""
QUEUE_OF_AT_END: Final = 2
END_M: Final = 7.6
"""Where the foremost is so near to where the camera sees no further, what they wait for may be out of sight: the space
that a vehicle takes in a queue (HCM: 25 ft)."""
UNSEEN_M: Final = 12.0
"""Who waits for one out of sight stands so near to where the camera sees no further, or half his length beyond a car's
more: a car takes 7.6 m behind a car, and 11 m behind a bus (`core.traffic.SIZES_M`)."""
LONGER_M: Final = np.maximum(LENGTHS_M - LENGTHS_M[ObjectClass.CAR], 0.0) / 2
"""By class, half its length beyond a car's."""
AHEAD: Final = 0.1
"""Share of a gap by which somebody is ahead, and not beside."""
QUEUE: Final = QueueSpec(lane="any")
LATELY_S: Final = 5.0
"""Who waited for somebody lately does so still: he may hide him."""


class Neighbours(NamedTuple):
    """Who queues within a gap of each of K rows, on lanes of its group. Lanes may end aslant: without a ground, ahead
    is who is further along, and nearer to the end.

    Attributes:
        behind: (K) whether one does ahead of it. later: whether one does who did before it did.
        around: how many do, ahead or not, with itself.
    """

    behind: Bool
    later: Bool
    around: I64


class Waiting:
    """Who waits in a queue: for a signal, or for what is ahead of it.

    On the scene's lanes, and where these go on (`analytics.past_lanes`), a vehicle in a queue (`analytics.queues`)
    waits when three or more stand in it, or within a gap of the vehicle on all lanes of its group: a detector sees few
    of those who hide each other, and at a lane's edge a box trembles off it. With `behind` it waits for any one who
    stood within a gap ahead of it, on a lane of its group, before it did. The foremost of a queue, with nobody who
    queues ahead of it on the group's other lanes either, does so only within a gap of a stop line, or near (`UNSEEN_M`)
    to where the camera sees no further: elsewhere it is what the others wait for, but with `behind` a two-wheeler: one
    goes round it. With `signals` two are enough right at the end, and within a gap of a stop line
    (`core.scene.Lane.stop_line`) a vehicle waits by itself. Where the lane's signal is known, that decides: nobody
    waits at a stop line that has long been green (`LaneSignals.released`), and whoever stands there at red does.
    """

    def __init__(self, shared: Shared, *, signals: bool, behind: bool) -> None:
        scene, self._follow = shared.scene, behind
        self._queues, self._clock = shared.queues(QUEUE), shared.clock
        self._followers = TrackTable([("behind_ns", np.int64)])
        self._ends, self._metric = lane_lengths(scene), scene.ground is not None
        self._group, self._starts = group_numbers(scene), lane_starts(scene)
        self._past = PastLanes(scene)
        self._place: tuple[I16, F64] = np.zeros(0, np.int16), np.zeros(0)
        """As `analytics.passing.Passing` knows it, of the last frame."""
        self._at_end_of = QUEUE_OF_AT_END if signals else QUEUE_OF
        self._stop_lines = np.array([signals and lane.stop_line for lane in scene.lanes.values()])
        # The last one is for rows on no lane, which are numbered -1.
        self._view_ends = np.append(np.where(self._stop_lines, np.inf, self._ends), np.inf)
        signalled = {lane for signal in scene.signals.values() for lane in signal.lanes}
        lines = np.array([lane.stop_line or name in signalled for name, lane in scene.lanes.items()], np.bool_)
        near = np.append(np.where(lines, QUEUE.gap_m, UNSEEN_M), QUEUE.gap_m)[:, None]
        self._near = near + LONGER_M if self._metric else np.tile(near / QUEUE.gap_m, len(LONGER_M))
        """What is near to the end of each lane, by class: in metres, or as a share of a gap."""
        self._shown = LaneSignals(scene, shared.signals, shared.clock) if scene.signals else None

    def __len__(self) -> int:
        return max(len(self._queues), len(self._followers))

    def among(self, state: QueueState, sight: Sight, rows: AnyArray, place: tuple[I16, F64]) -> Bool:
        """Which of the rows (K) that rules share wait; `place`: as `analytics.passing.Passing` knows it."""
        self._place = place
        return self.holds(state, sight.view, rows, sight.side[rows])

    def holds(self, state: QueueState, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        """Which of these rows (K) wait; `length` (K) of the longer sides of their boxes, in reference pixels."""
        lane = self._place[0][rows]
        queued = (state.chain[rows] >= 0) | ((view.lane[rows] < 0) & (lane >= 0))
        if not np.count_nonzero(queued):
            return queued
        gap, waiting = self._gap(length), self._stop_lines
        near = self._neighbours(state, rows, gap)
        vehicles, lead = self._queue_of(state, rows)
        foremost = (rows == lead) & ~near.behind
        if self._follow:
            foremost &= ~RIDDEN[view.class_id[rows]]
        at_end = self._at_end(rows, self._nearness(view, rows, gap))
        if self._shown is not None:
            at_end = at_end & ~self._shown.released()[lane]
            waiting = waiting | self._shown.stopped()
        many = np.maximum(near.around, vehicles) >= self._enough(lead, gap)
        alone = at_end & waiting[lane]
        follows = self._follows_lately(queued, near.later, view, rows) if self._follow else False
        return np.asarray(queued & (alone | follows | (many & (~foremost | at_end))), np.bool_)

    def foremost(self, state: QueueState, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        """Which of these rows (K) stand first in their queue, with nobody ahead on the group's other lanes either."""
        first = np.asarray((rows == self._queue_of(state, rows)[1]) & (self._place[0][rows] >= 0), np.bool_)
        if not np.count_nonzero(first):
            return first
        return np.asarray(first & ~self._neighbours(state, rows, self._gap(length)).behind, np.bool_)

    def at_end_of_view(self, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        """Which of these rows (K) are on a lane, near (`UNSEEN_M`) to where the camera sees no further along it.

        What they stand for may be out of sight, unless a known signal has let them go.
        """
        lane, along = self._place
        near = self._nearness(view, rows, self._gap(length))
        found = np.asarray(self._view_ends[lane[rows]] - along[rows] <= near, np.bool_)
        if self._shown is not None:
            found &= ~np.append(self._shown.released(), False)[lane[rows]]
        return found

    def _gap(self, length: AnyArray) -> F64:
        given = np.full(len(length), QUEUE.gap_m) if self._metric else QUEUE.gap_m / CAR_BOX_M * length
        return np.asarray(given, np.float64)

    def _nearness(self, view: StepView, rows: AnyArray, gap: F64) -> F64:
        """How near (K) to the end of its lane each row stands that waits for what is there, or past it."""
        near: F64 = self._near[self._place[0][rows], view.class_id[rows]]
        return near if self._metric else near * gap

    def _at_end(self, rows: AnyArray, gap: F64) -> Bool:
        lane, along = self._place
        return np.asarray(self._ends[lane[rows]] - along[rows] <= gap, np.bool_)

    @staticmethod
    def _queue_of(state: QueueState, rows: AnyArray) -> tuple[I64, I64]:
        """How many stand in the queue of each row (K), and the foremost; who is in none is in one of his own."""
        chain = state.chain[rows]
        many, lead = np.append(state.vehicles, 0)[chain], np.append(state.lead, -1)[chain]
        return many, np.where(lead < 0, rows, lead)

    def _enough(self, lead: AnyArray, gap: F64) -> AnyArray:
        """How many (K) make a queue one that waits, by who is foremost in it."""
        return np.where(self._at_end(lead, gap * (END_M / QUEUE.gap_m)), self._at_end_of, QUEUE_OF)

    def _neighbours(self, state: QueueState, rows: AnyArray, gap: F64) -> Neighbours:
        many = len(rows)
        found = Neighbours(np.empty(many, np.bool_), np.empty(many, np.bool_), np.empty(many, np.int64))
        queues, lanes = (state.chain, state.since_ns), (self._group, self._starts, self._ends)
        neighbours(rows, gap, self._place, queues, lanes, AHEAD, not self._metric, found)
        return found

    def _follows_lately(self, queued: Bool, later: Bool, view: StepView, rows: AnyArray) -> Bool:
        """Which of these rows (K) have somebody ahead who stood before them, or did lately: they may hide him."""
        self._followers.let_go(view, self._clock)
        at, fresh = self._followers.locate(view.track_id[rows], self._clock.run_ns)
        last_ns = self._followers.rows["behind_ns"]
        last_ns[at[fresh | ~queued]] = NEVER_NS
        last_ns[at[later]] = self._clock.run_ns
        return np.asarray(self._clock.run_ns - last_ns[at] <= LATELY_S * SECOND_NS, np.bool_)

    def explain(self, state: QueueState, view: StepView, row: int, length: AnyArray) -> Reasons:
        """Nothing, or that a row waits in a queue."""
        at, gap = np.array([row]), self._gap(length)
        self._place = self._past.on(view, at)[:2]
        if not self.holds(state, view, at, length)[0]:
            return ()
        many, lead = self._queue_of(state, at)
        vehicles = int(max(self._neighbours(state, at, gap).around[0], many[0]))
        enough = int(self._enough(lead, gap)[0])
        if vehicles < enough and self._follow:
            return (reason("waits-behind", False),)
        return (reason("waits-in-queue", False, value=Amount(vehicles), limit=Amount(enough)),)

    @property
    def queues(self) -> LaneQueues:
        """To be brought to each frame."""
        return self._queues
