"""Queues on lanes: which vehicles stand in one, and how far it reaches."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.queues import join_queues
from analytics.kernels.stays import box_side
from analytics.reasons import of_class, on_lane, seconds
from analytics.track_table import TrackTable
from analytics.vehicles import CAR_BOXES, LENGTHS_M, by_class, is_vehicle
from analytics.views import believed_rows, reference_scale
from core.arrays import F64, I32, I64, Bool
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.frames import FrameMeta
from core.immutable import immutable
from core.scene import Label, Scene
from scenes.rules import QueueSpec, SpillbackSpec

KMH_PER_MPS: Final = 3.6
FIELDS: Final = [("queued", np.bool_), ("drove", np.bool_), ("first_ns", np.int64), ("since_ns", np.int64)]
"""Of a track: whether it queues, whether it was ever faster than one does, since when it is known, and since when it
queues."""
LATEST_NS: Final = int(np.iinfo(np.int64).max)
KNOWN_NS: Final = SECOND_NS // 2
"""The speed of a newer track is not known yet: it begins at 0."""


@immutable
class QueueState:
    """The queues of one frame, C chains of vehicles on L lanes.

    Attributes:
        metric: lengths are in metres; else in car boxes (`analytics.free_flow`), about the length of a car.
        chain: (M) int32, for each row of the view the chain that it stands in, -1 for none.
        lane: (C) int64.
        vehicles: (C) int64.
        lead: (C) int64, the row of the view that is its foremost vehicle.
        length: (C) float64, from the front of its first vehicle to the rear of its last.
        head, tail: (C) float64, the ways along the lane (`Motion.along`) of these two ends.
        longest: (L) int64, for each lane its longest chain, -1 for none; of two the foremost.
        since_ns: (M) int64, run time at which each row of the view began to queue, 0 for those that do not, `THERE_NS`
            for those whose track begins so.
    """

    metric: bool
    chain: I32
    lane: I64
    vehicles: I64
    lead: I64
    length: F64
    head: F64
    tail: F64
    longest: I64
    since_ns: I64

    def members(self, chains: I64) -> Bool:
        """Which rows of the view (M) stand in one of these chains (K)."""
        chosen = np.zeros(len(self.lane) + 1, np.bool_)
        chosen[chains] = True
        return chosen[self.chain]

    @property
    def length_m(self) -> F64:
        """Length of the longest queue on each lane (L) in metres, 0 without one; NaN where nothing is in metres."""
        if not self.metric:
            return np.full(len(self.longest), np.nan)
        return np.where(self.longest >= 0, np.append(self.length, 0.0)[self.longest], 0.0)

    @property
    def lane_vehicles(self) -> I64:
        """Vehicles in the longest queue on each lane (L)."""
        return np.where(self.longest >= 0, np.append(self.vehicles, 0)[self.longest], 0)


class LaneQueues:
    """Follows who queues on a scene's lanes.

    A vehicle on a lane joins a queue when it is slower than `begin_mps`, and has been known for half a second, and
    leaves when it is faster than `end_mps` (PTV Vissim, queue counters; SUMO's queue output knows one speed, 5 km/h).
    From the foremost such vehicle backwards, those that follow with gaps of at most `gap_m` are one chain; vehicles
    side by side, as motorcycles stand, have no gap. A lane may have several chains: the longest is its queue.

    A gap is measured from the middle of a vehicle to that of the one ahead, less half their usual lengths
    (`core.traffic.SIZES_M`). Speeds are over the ground in
    any direction, so what crosses a lane does not queue on it. Coasting vehicles count: those in a queue hide each
    other. Without a ground, metres are `CAR_BOX_M` to a car box, measured at each vehicle.
    """

    def __init__(self, scene: Scene, begin_mps: float, end_mps: float, gap_m: float) -> None:
        self._metric = scene.ground is not None
        self._lanes = len(scene.lanes)
        unit = 1.0 if self._metric else CAR_BOX_M
        self._limits = (begin_mps / unit, end_mps / unit, gap_m / unit)
        self._wanted = is_vehicle()
        self._boxes, self._lengths = by_class(CAR_BOXES, 1.0), LENGTHS_M / unit
        self._table = TrackTable(FIELDS)
        self._frame: FrameMeta | None = None
        self._state: QueueState | None = None

    @classmethod
    def by(cls, spec: QueueSpec | SpillbackSpec, scene: Scene) -> LaneQueues:
        """As a rule of the scene says."""
        return cls(scene, spec.begin_kmh / KMH_PER_MPS, spec.end_kmh / KMH_PER_MPS, spec.gap_m)

    def __len__(self) -> int:
        return len(self._table)

    def update(self, view: StepView, clock: CameraClock) -> QueueState:
        """The queues at a frame, which `clock` has heard. Several rules may ask: it is worked out once."""
        if self._state is not None and view.frame is self._frame:
            return self._state
        self._frame = view.frame
        self._state = self._at(view, clock)
        return self._state

    def came_ns(self, tracks: I64) -> I64:
        """Run time since when each of these tracks (K) is known, of those that were seen to drive; `LATEST_NS` of
        others.
        """
        if not len(self._table):
            return np.full(len(tracks), LATEST_NS)
        at, there = self._table.where(tracks)
        known = self._table.rows
        return np.where(there & known["drove"][at], known["first_ns"][at], LATEST_NS)

    def _at(self, view: StepView, clock: CameraClock) -> QueueState:
        table = self._table
        table.let_go(view, clock)
        rows = believed_rows(view, self._wanted)
        at, fresh = table.locate(view.track_id[rows], clock.run_ns)
        way = view.lane, view.along, view.velocity, view.foot_velocity
        boxes = view.class_id, view.xyxy, reference_scale(view), self._boxes
        most, every = len(rows), len(view.lane)
        chain, longest = np.full(every, -1, np.int32), np.full(self._lanes, -1, np.int64)
        numbers, ways, since_ns = np.empty((most, 3), np.int64), np.empty((most, 3)), np.zeros(every, np.int64)
        given = self._metric, self._limits, self._lengths, (clock.run_ns, KNOWN_NS)
        queued = np.empty(most, np.int64), np.ones(every), since_ns
        found = chain, numbers, ways, longest
        chains = join_queues(table.rows, at, fresh, rows, way, boxes, *given, queued, found)
        # One after another, as loops over them are compiled for no other kind.
        lane, vehicles, lead = np.ascontiguousarray(numbers[:chains].T)
        length, head, tail = np.ascontiguousarray(ways[:chains].T)
        return QueueState(self._metric, chain, lane, vehicles, lead, length, head, tail, longest, since_ns)

    def explain(self, view: StepView, row: int, state: QueueState, clock: CameraClock) -> Reason:
        """Whether a vehicle on a lane queues; `state`: what `update` said of this view."""
        if self._metric:
            speed, factor, unit = float(np.hypot(*view.velocity[row])), KMH_PER_MPS, "km-h"
        else:
            side = box_side(view.xyxy[row], reference_scale(view), self._boxes, int(view.class_id[row]))
            speed, factor, unit = float(np.hypot(*view.foot_velocity[row])) / side, 1.0, "car-lengths-s"
        queued = bool(state.chain[row] >= 0)
        begin, end = self._limits[:2]
        value, limit = Amount(speed * factor, unit), Amount((end if queued else begin) * factor, unit)
        if not queued and speed < begin:
            known = self._table.find(int(view.track_id[row]))
            known_s = 0.0 if known is None else (clock.run_ns - int(known["first_ns"])) / SECOND_NS
            return reason("queue-new", False, seen=seconds(known_s), limit=Amount(KNOWN_NS / SECOND_NS, "s"))
        return reason("queued", queued, value=value, limit=limit)


def on_queue_lane(view: StepView, row: int, wanted: Bool, watched: Bool, place: str | Label) -> Reasons:
    """Whether a track is a vehicle on one of the lanes (L) of a rule: as far as that holds."""
    kind = of_class(view, row, wanted)
    return (kind, on_lane(view, row, watched, place)) if kind.holds else (kind,)


def queue_unit(scene: Scene) -> str:
    """The unit of lengths of a scene's queues, as events name it."""
    return "car lengths" if scene.ground is None else "m"
