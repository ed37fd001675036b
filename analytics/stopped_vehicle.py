"""incident.stopped_vehicle and violation.illegal_parking: a vehicle stands still where it should not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.queues import THERE_NS
from analytics.passing import Passing
from analytics.places import Place
from analytics.queues import KMH_PER_MPS, LaneQueues, QueueState
from analytics.shared import Shared
from analytics.sight import CUT, Sight
from analytics.signals import LaneSignals
from analytics.stay_rule import StayRule
from analytics.views import class_mask, longer_sides, reference_boxes
from core.arrays import F64, I64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.lanes import group_numbers, lane_lengths, lane_starts
from core.measures import StoppedVehicleMeasures
from scenes.rules import CollisionSpec, IllegalParkingSpec, QueueSpec, StoppedVehicleSpec

METRES, LENGTHS = "m/s", "box lengths/s"
QUEUE_OF: Final = 3
"""Vehicles that stand behind one another wait for something else; fewer may be the obstacle itself."""
QUEUE_OF_AT_END: Final = 2
END_M: Final = 7.6
"""Where the foremost is so near to where the camera sees no further, what they wait for may be out of sight: the space
that a vehicle takes in a queue (HCM: 25 ft)."""
PASSED: Final = 2.0
"""So many vehicles (`analytics.passing.WEIGHTS`) go past who stands by himself, and not past a queue that stands."""
LONGEST_S: Final = 90.0
"""Longer than this hardly a red phase lasts (cycles are of 60 to 120 s, Highway Capacity Manual)."""
AHEAD: Final = 0.1
"""Share of a gap by which somebody is ahead, and not beside."""
LARGE: Final = class_mask(["bus", "truck"])
"""Where these stand of whom the picture's edge hides a part is not known to a lane: for `LONGEST_S` they may be at
their stop, or in a queue, on another."""
CREEPS: Final = 3.0
"""Times the speed below which one stands: boxes at the picture's edge tremble so much."""
QUEUE: Final = QueueSpec(lane="any")
NOBODY: Final = np.zeros(0, np.int64)
ALONE_S: Final = 10.0
"""Who has stood for so long while nobody queued ahead of him, or around him, is no part of what comes to stand later:
queues grow from their head backwards."""
HIDDEN_S: Final = 10.0
"""Others who pass hide who stands for longer than a track lasts: as long as he has stood, and so long at most, he is
taken to stand there still."""


class Waiting:
    """Who waits in a queue: for a signal, or for what is ahead of it.

    On the scene's lanes, a vehicle in a queue (`analytics.queues`) waits when three or more stand in it, or within a
    gap of the vehicle on all lanes of its group: a detector sees few of those who hide each other. With `behind` it
    waits for any one who stood within a gap ahead of it, on a lane of its group, before it did. The foremost of a
    queue, with nobody who queues ahead of it on the group's other lanes either, does so only within a gap of the end of
    the lane, be that a stop line or where the camera sees no further: elsewhere it is what the others wait for. With
    `signals` two are enough right at the end, and within a gap of a stop line (`core.scene.Lane.stop_line`) a vehicle
    waits by itself. Where the lane's signal is known, that decides: nobody waits at a stop line that has long been
    green (`LaneSignals.released`), and whoever stands there at red does.
    """

    def __init__(self, shared: Shared, *, signals: bool, behind: bool) -> None:
        scene, self._follow = shared.scene, behind
        self._queues, self._signals = shared.queues(QUEUE), signals
        self._ends, self._metric = lane_lengths(scene), scene.ground is not None
        self._group, self._starts = group_numbers(scene), np.append(lane_starts(scene), 0.0)
        self._at_end_of = QUEUE_OF_AT_END if signals else QUEUE_OF
        self._stop_lines = np.array([signals and lane.stop_line for lane in scene.lanes.values()])
        # The last one is for rows on no lane, which are numbered -1.
        self._view_ends = np.append(np.where(self._stop_lines, np.inf, self._ends), np.inf)
        self._shown = LaneSignals(scene, shared.signals, shared.clock) if scene.signals else None

    def __len__(self) -> int:
        return len(self._queues)

    def among(self, state: QueueState, sight: Sight, rows: AnyArray) -> Bool:
        """Which of the rows (K) that rules share wait; found once for all of these."""
        key = self._signals, self._follow, id(rows)
        if key not in sight.waits:
            sight.waits[key] = self.holds(state, sight.view, rows, sight.side[rows])
        return sight.waits[key]

    def holds(self, state: QueueState, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        """Which of these rows (K) wait; `length` (K) of the longer sides of their boxes, in reference pixels."""
        chain = state.chain[rows]
        queued = chain >= 0
        if not np.count_nonzero(queued):
            return queued
        gap = self._gap(length)
        foremost = self.foremost(state, view, rows, length)
        lane, waiting = view.lane[rows], self._stop_lines
        at_end = self._at_end(view, rows, gap)
        if self._shown is not None:
            at_end = at_end & ~self._shown.released()[lane]
            waiting = waiting | self._shown.stopped()
        many = self._together(state, view, rows, gap) >= self._enough(state, view, rows, gap)
        alone = at_end & waiting[lane]
        follows = self._follows(state, view, rows, gap)
        return np.asarray(queued & (alone | follows | (many & (~foremost | at_end))), np.bool_)

    def foremost(self, state: QueueState, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        """Which of these rows (K) stand first in their queue, with nobody ahead on the group's other lanes either."""
        queued = state.chain[rows] >= 0
        if not np.count_nonzero(queued):
            return queued
        first = queued & (rows == state.lead[state.chain[rows]])
        return np.asarray(first & ~self._behind(state, view, rows, self._gap(length)), np.bool_)

    def at_end_of_view(self, view: StepView, rows: AnyArray, length: AnyArray) -> Bool:
        """Which of these rows (K) are on a lane, within a gap of where the camera sees no further along it.

        What they stand for may be out of sight, unless a known signal has let them go.
        """
        found = np.asarray(self._view_ends[view.lane[rows]] - view.along[rows] <= self._gap(length), np.bool_)
        if self._shown is not None:
            found &= ~np.append(self._shown.released(), False)[view.lane[rows]]
        return found

    def _way(self, view: StepView) -> F64:
        """How far along the lanes of its group each row (M) is."""
        return np.asarray(view.along + self._starts[view.lane], np.float64)

    def _gap(self, length: AnyArray) -> F64:
        gap: F64 = np.full(len(length), QUEUE.gap_m) if self._metric else QUEUE.gap_m / CAR_BOX_M * length
        return gap

    def _at_end(self, view: StepView, rows: AnyArray, gap: F64) -> Bool:
        return np.asarray(self._ends[view.lane[rows]] - view.along[rows] <= gap, np.bool_)

    def _enough(self, state: QueueState, view: StepView, rows: AnyArray, gap: F64) -> AnyArray:
        """How many (K) make the queue of each row one that waits."""
        lead = state.lead[state.chain[rows]]
        last = self._at_end(view, lead, gap * (END_M / QUEUE.gap_m))
        return np.where(last & (state.chain[rows] >= 0), self._at_end_of, QUEUE_OF)

    def _together(self, state: QueueState, view: StepView, rows: AnyArray, gap: AnyArray) -> I64:
        """How many (K) stand in the queue of each row, or so near to it on the lanes of its group."""
        standing = np.flatnonzero(state.chain >= 0)
        group, way = np.where(view.lane >= 0, self._group[view.lane], -1), self._way(view)
        near = np.abs(way[standing] - way[rows][:, None]) <= gap[:, None]
        beside = (near & (group[standing] == group[rows][:, None])).sum(axis=1)
        return np.asarray(np.maximum(beside, state.vehicles[state.chain[rows]]), np.int64)

    def _follows(self, state: QueueState, view: StepView, rows: AnyArray, gap: F64) -> Bool:
        """Which of these rows (K) wait for somebody who stood ahead before they did."""
        if not self._follow:
            return np.zeros(len(rows), np.bool_)
        return self._behind(state, view, rows, gap, earlier=True)

    def _behind(self, state: QueueState, view: StepView, rows: AnyArray, gap: F64, *, earlier: bool = False) -> Bool:
        """Which of these rows (K) have somebody who queues on a lane of their group ahead of them, within a gap;
        `earlier`: and did so before they did.

        Lanes of a group may begin, or end, aslant: without a ground, ahead is who is further along, and nearer to the
        end.
        """
        queued = np.flatnonzero(state.chain >= 0)
        lane, other = view.lane[rows], view.lane[queued]
        group = np.append(self._group, -1)
        beside = (group[other] == group[lane][:, None]) & (group[lane] >= 0)[:, None]
        way, least = self._way(view), AHEAD * gap[:, None]
        ahead = way[queued] - way[rows][:, None]
        found: Bool = beside & (ahead >= least) & (ahead <= gap[:, None])
        if not self._metric:
            left = self._ends[lane] - view.along[rows]
            found &= left[:, None] - self._ends[other] + view.along[queued] >= least
        if earlier:
            # Whose track begins at rest stood before: as the one ahead he came first, as the one behind last.
            since = state.since_ns[rows]
            found &= state.since_ns[queued] <= np.where(since == THERE_NS, np.iinfo(np.int64).max, since)[:, None]
        return np.asarray(found.any(axis=1), np.bool_)

    def explain(self, state: QueueState, view: StepView, row: int, length: AnyArray) -> Reasons:
        """Nothing, or that a row waits in a queue."""
        if not self.holds(state, view, np.array([row]), length)[0]:
            return ()
        at, gap = np.array([row]), self._gap(length)
        vehicles, enough = int(self._together(state, view, at, gap)[0]), int(self._enough(state, view, at, gap)[0])
        if vehicles < enough and self._follows(state, view, at, gap)[0]:
            return (reason("waits-behind", False),)
        return (reason("waits-in-queue", False, value=Amount(vehicles), limit=Amount(enough)),)

    @property
    def queues(self) -> LaneQueues:
        """To be brought to each frame."""
        return self._queues


class StandRule(StayRule):
    """One event for each vehicle at rest that does not wait in a queue."""

    def __init__(
        self,
        spec: StoppedVehicleSpec | IllegalParkingSpec | CollisionSpec,
        shared: Shared,
        open_events: Sequence[Event],
    ) -> None:
        place = Place.of(spec, shared)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=0.5, swaps=True, hidden_s=HIDDEN_S)
        scene = shared.scene
        self._slow_mps = spec.stop_speed_kmh / KMH_PER_MPS
        self._slow_lengths = 0.0 if isinstance(spec, CollisionSpec) else spec.stop_speed_lengths_per_s
        signals = not isinstance(spec, IllegalParkingSpec)
        behind = isinstance(spec, StoppedVehicleSpec)
        self._waits = Waiting(shared, signals=signals, behind=behind) if scene.lanes else None
        self._state: QueueState | None = None

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight = self._shared.look(view)
        stands = sight.stands(self._slow_mps, self._slow_lengths)[rows]
        if self._waits is None:
            return stands
        state = self._state = self._waits.queues.update(view, self._clock)
        if not np.count_nonzero(stands):
            return stands
        goes = ~self._waits.among(state, sight, rows)
        if len(self._stays):
            goes |= self._stays.of(self._settled(), view.track_id[rows], sight.boxes[rows])
        return stands & goes

    def _settled(self) -> Bool:
        """Which subjects (S) do not begin to wait because others come to stand around them."""
        return np.asarray(self._stays.rows["open"], np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        length = longer_sides(reference_boxes(view, np.array([row])))
        stands = self._stands(view, row, float(length[0]), CUT if self._shared.look(view).cut[row] else 1.0)
        settled = view.track_id[row] in self._stays.rows["track"][self._settled()]
        if settled or self._waits is None or self._state is None:
            return (stands,)
        return stands, *self._waits.explain(self._state, view, row, length)

    def _stands(self, view: StepView, row: int, length: float, share: float) -> Reason:
        if view.valid[row]:
            limit, unit = self._slow_mps * KMH_PER_MPS * share, "km-h"
            speed = float(np.hypot(*view.velocity[row])) * KMH_PER_MPS
        else:
            limit, unit = self._slow_lengths * share, "box-lengths-s"
            speed = float(np.hypot(*view.foot_velocity[row])) / length
        return reason("stands", speed < limit, value=Amount(speed, unit), limit=Amount(limit, unit))


class StoppedVehicleRule(StandRule):
    """Measured in metres where the ground is known and in box lengths where not; for both kinds."""

    def __init__(
        self, spec: StoppedVehicleSpec | IllegalParkingSpec, shared: Shared, open_events: Sequence[Event]
    ) -> None:
        super().__init__(spec, shared, open_events)
        scene = shared.scene
        self._passing = Passing(scene, shared.clock) if scene.lanes else None
        self._parks = isinstance(spec, IllegalParkingSpec)
        self._held_back: I64 = NOBODY
        self._cut: I64 = NOBODY

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        meets = super()._meets(view, rows)
        if not self._parks:
            self._cut = self._cut_off(self._shared.look(view), rows)
        if self._passing is not None:
            self._held_back, freed = self._for_the_unseen(self._passing, self._shared.look(view), rows)
            if len(freed):
                meets |= np.isin(rows, freed)
        return meets

    def _cut_off(self, sight: Sight, rows: AnyArray) -> I64:
        """The tracks of large vehicles that the picture's edge cut as they stood, until they drive on."""
        view, limits = sight.view, np.array((self._slow_mps, self._slow_lengths))
        cut = sight.cut[rows] & LARGE[view.class_id[rows]] & sight.stands(*limits.tolist())[rows]
        if len(self._cut):
            creeps = sight.slower_than(*(CREEPS * limits).tolist())[rows]
            cut |= creeps & np.isin(view.track_id[rows], self._cut)
        return view.track_id[rows[cut]]

    def _for_the_unseen(self, passing: Passing, sight: Sight, rows: AnyArray) -> tuple[I64, AnyArray]:
        """The tracks that may wait for what the camera does not see, and the rows of those that certainly do not.

        They stand within a gap of where it sees no further along their lane, and nothing tells that they do not wait:
        neither does the traffic go past them (`PASSED`), nor have they stood longer than one waits (`LONGEST_S`). The
        foremost of a queue past which the traffic goes is what the others wait for.
        """
        assert self._waits is not None and self._state is not None  # noqa: S101
        view = sight.view
        here = rows[sight.stands(self._slow_mps, self._slow_lengths)[rows]]
        if not len(here):
            return NOBODY, NOBODY
        at_end, off = self._waits.at_end_of_view(view, here, sight.side[here]), view.lane[here] < 0
        if len(passing) and np.count_nonzero(off):
            # Right at the end of its lane a vehicle trembles off it.
            at_end |= off & passing.knows(view.track_id[here])
        here = here[at_end]
        if not len(here):
            return NOBODY, NOBODY
        passed, seconds = passing.update(sight, here)
        freed = here[passed >= PASSED]
        if len(freed):
            freed = freed[self._waits.foremost(self._state, view, freed, sight.side[freed])]
        return view.track_id[here[(passed < PASSED) & (self._parks | (seconds < LONGEST_S))]], freed

    def _settled(self) -> Bool:
        stays, now_ns = self._stays.rows, self._clock.run_ns
        alone = (now_ns - stays["since_ns"] >= ALONE_S * SECOND_NS) & ~np.isin(stays["track"], self._held_back)
        return super()._settled() | (alone & self._stays.alive(now_ns))

    def _waited(self, stays: AnyArray) -> Bool:
        """Who may wait for what nobody sees starts no event, nor for long who may stand elsewhere; but who parks stands
        for longer than a queue does.
        """
        waited = super()._waited(stays)
        if not self._parks and len(self._held_back):
            waited &= ~np.isin(stays["track"], self._held_back)
        if len(self._cut):
            briefly = self._clock.run_ns - stays["since_ns"] < LONGEST_S * SECOND_NS
            waited &= ~(briefly & np.isin(stays["track"], self._cut))
        return waited

    def _conditions(self, view: StepView, row: int) -> Reasons:
        said, stay = super()._conditions(view, row), self._stays.of_track(int(view.track_id[row]))
        opened = stay is not None and bool(stay["open"])
        if self._parks or opened or not all(item.holds for item in said):
            return said
        if view.track_id[row] in self._cut:
            return *said, reason("cut-off", False, longest=Amount(LONGEST_S, "s"))
        if view.track_id[row] not in self._held_back:
            return said
        return *said, reason("for-the-unseen", False, limit=Amount(PASSED), longest=Amount(LONGEST_S, "s"))

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> StoppedVehicleMeasures:
        unit = LENGTHS
        if row is not None:
            unit = METRES if view.valid[row] else LENGTHS
        elif last is not None and isinstance(last.measures, StoppedVehicleMeasures):
            unit = last.measures.unit
        return StoppedVehicleMeasures(stopped_s=round(seconds, 3), unit=unit)
