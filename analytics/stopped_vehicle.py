"""incident.stopped_vehicle and violation.illegal_parking: a vehicle stands still where it should not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.passing import Passing
from analytics.places import Place
from analytics.queues import KMH_PER_MPS, QueueState
from analytics.shared import Shared
from analytics.sight import CUT, Sight
from analytics.stay_rule import StayRule
from analytics.views import class_mask, longer_sides, reference_boxes
from analytics.waiting import HIDDEN_S, Waiting
from core.arrays import I64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.measures import StoppedVehicleMeasures
from scenes.rules import CollisionSpec, IllegalParkingSpec, StoppedVehicleSpec

METRES, LENGTHS = "m/s", "box lengths/s"
PASSED: Final = 2.0
"""So many vehicles (`analytics.passing.WEIGHTS`) go past who stands by himself, and not past a queue that stands."""
LONGEST_S: Final = 90.0
"""Longer than this hardly a red phase lasts (cycles are of 60 to 120 s, Highway Capacity Manual)."""
LARGE: Final = class_mask(["bus", "truck"])
"""Where these stand of whom the picture's edge hides a part is not known to a lane: for `LONGEST_S` they may be at
their stop, or in a queue, on another."""
CREEPS: Final = 3.0
"""Times the speed below which one stands: boxes at the picture's edge tremble so much."""
NOBODY: Final = np.zeros(0, np.int64)
ALONE_S: Final = 10.0
"""Who has stood for so long while nobody queued ahead of him, or around him, is no part of what comes to stand later:
queues grow from their head backwards."""


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
        view = sight.view
        cut = sight.cut[rows] & LARGE[view.class_id[rows]]
        if not len(self._cut) and not np.count_nonzero(cut):
            return NOBODY
        cut &= sight.stands(self._slow_mps, self._slow_lengths)[rows]
        if len(self._cut):
            creeps = sight.slower_than(CREEPS * self._slow_mps, CREEPS * self._slow_lengths)[rows]
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
