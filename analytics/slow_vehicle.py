"""incident.slow_vehicle: a vehicle is far slower than those around it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import NEVER_NS, SECOND_NS
from analytics.free_flow import CAR_BOX_M
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.stay_rule import DRIVING, StayRule
from analytics.track_table import TrackTable
from analytics.vehicles import MOTOR
from analytics.views import class_mask
from core.arrays import F64, I64, AnyArray, Bool, is_in
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.lanes import group_numbers, lane_lengths, lane_starts
from core.measures import SlowVehicleMeasures
from scenes.rules import SlowVehicleSpec

SLOWEST: Final = 0.2
RATIO: Final = 1.08
BINS: Final = 80
"""Speeds from 0.2 to 94 units a second, in steps of 8 %."""


AHEAD_M: Final = 50.0
"""Whoever is as slow so near ahead is what it waits for."""
AS_SLOW: Final = 1.5
"""Times its own speed: who drives so ahead of it is no faster, for this."""
ASIDE_M: Final = 2.5
"""Beyond the drawn lanes, who is ahead and not further aside is on the same lane."""
STEADY: Final = 1.5
"""Times its mean speed since it is slow: who drives faster sets off, or comes out of a jam."""
FAST: Final = 0.6
LATELY_NS: Final = 5 * SECOND_NS
"""Where the camera sees less ahead, others as slow are a jam whose head is out of sight, unless somebody drove so, as a
share of the usual speed, lately. Who had somebody as slow ahead lately has him still while he is out of sight."""
HELD: Final = [("held_ns", np.int64), ("by", np.int64)]
"""Of a track: when it last had somebody as slow ahead, and the track of the nearest."""


class Pace:
    """Median speed of the vehicles that pass on each lane, of about the last `window_s`.

    Each second every vehicle is worth its speed, so that each counts by the way it makes (as at a counting place), and
    who stands does not slow the median. Speeds are in metres, or car boxes, a second.
    """

    def __init__(self, lengths: F64, window_s: float, least: int) -> None:
        self._fades, self._lengths, self._least = math.exp(-1 / window_s), lengths, least
        self._seen = np.zeros((len(lengths), BINS))
        self._second = -1
        self.median: F64 = np.full(len(lengths), np.nan)

    def wants(self, second: int) -> bool:
        """Whether vehicles of a frame count: only the first frame of each second with any does."""
        return second != self._second

    def add(self, second: int, lane: AnyArray, speed: F64) -> None:
        """Vehicles (K) of a frame that counts."""
        self._seen *= self._fades ** min(max(second - self._second, 0), 3_600) if self._second >= 0 else 1.0
        self._second = second
        bins = np.clip(np.log(np.maximum(speed, 1e-9) / SLOWEST) / math.log(RATIO), 0, BINS - 1).astype(np.int64)
        np.add.at(self._seen, (lane, bins), speed)
        self._work_out()

    def _work_out(self) -> None:
        passed = np.cumsum(self._seen, axis=1)
        total = passed[:, -1]
        at: I64 = np.asarray((passed < 0.5 * total[:, None]).sum(axis=1), np.int64)
        known = (total >= self._least * self._lengths) & (total > 0)
        self.median = np.where(known, SLOWEST * RATIO ** (at + 0.5), np.nan)


class SlowVehicleRule(StayRule):
    """One event for each vehicle that moves at less than a share of the usual speed of its lane, with nobody as slow
    ahead of it.
    """

    def __init__(self, spec: SlowVehicleSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place.of(spec, shared)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=2.0, swaps=False, pace=DRIVING)
        scene = shared.scene
        self._metric, self._share = scene.ground is not None, spec.share
        unit = 1.0 if self._metric else CAR_BOX_M
        self._stopped, self._usual = spec.stop_speed_kmh / KMH_PER_MPS / unit, spec.usual_kmh / KMH_PER_MPS / unit
        self._motor = class_mask([c.label for c in MOTOR])
        self._group = group_numbers(scene)
        self._ahead = AHEAD_M if self._metric else np.inf
        lengths, self._starts = lane_lengths(scene), np.append(lane_starts(scene), 0.0)
        self._ends = lengths
        groups = int(self._group.max(initial=-1)) + 1
        self._fast_ns, self._crowd_ns = np.zeros((2, groups), np.int64)
        """When somebody was last fast, and when two were last slow, on each group's lanes."""
        if not self._metric:
            lengths = np.maximum(lengths / 100.0, 1.0)  # about ten cars to a lane: their size in pixels is not known
        self._pace = Pace(lengths, spec.window_s, spec.least_vehicles)
        self._held = TrackTable(HELD)
        self._view: StepView | None = None
        told = [e.measures.usual_mps for e in open_events if isinstance(e.measures, SlowVehicleMeasures)]
        self._told = max((v for v in told if v is not None), default=np.nan)
        """Usual speed of the events that were open before a restart: holds until it is known again."""
        self._usual_mps = self._work_out_usual(0)

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        second, sight = int(view.frame.media_ns // SECOND_NS), self._shared.hear(view)
        self._view = view
        self._held.let_go(view, self._clock)
        if self._pace.wants(second):
            rows = sight.observed(self._motor)
            rows = rows[view.lane[rows] >= 0]
            if len(rows):
                speed = self._speed(view, rows)
                self._pace.add(second, view.lane[rows], speed)
                self._usual_mps = self._work_out_usual(view.now_ns)
                self._look_around(view, rows, speed)
        return super().update(view)

    def _look_around(self, view: StepView, rows: AnyArray, speed: F64) -> None:
        group, usual = self._group[view.lane[rows]], self._usual_of(view, rows)
        crawls = (speed > self._stopped) & (speed < self._share * usual)
        slow = np.bincount(group[crawls], minlength=len(self._fast_ns))
        self._fast_ns[group[speed >= FAST * usual]] = self._clock.run_ns
        self._crowd_ns[slow >= 2] = self._clock.run_ns

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        speed, usual = self._speed(view, rows), self._usual_of(view, rows)
        slow: Bool = (speed > self._stopped) & (speed < self._share * usual) & (usual >= self._usual)
        slow &= view.lane_speed[rows] > 0  # who drives the wrong way is told as such
        if np.count_nonzero(slow):
            slow[slow] = ~self._waits(view, rows[slow])
        return slow

    def _waits(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these (K) are held up, or are where a jam may begin that nobody sees."""
        at, fresh = self._held.locate(view.track_id[rows], self._clock.run_ns)
        self._held.rows["held_ns"][at[fresh]] = NEVER_NS
        others = self._shared.look(view).observed(self._motor)
        ahead = self._ahead_of(view, rows, others)
        held = np.isfinite(ahead).any(axis=1)
        if np.count_nonzero(held):
            state = self._held.rows
            state["by"][at[held]] = view.track_id[others[ahead[held].argmin(axis=1)]]
            state["held_ns"][at[held]] = self._clock.run_ns
        return self._held_lately(view, self._held.rows[at]) | self._in_jam(view, rows)

    def _held_lately(self, view: StepView, state: AnyArray) -> Bool:
        """Of whom these records (K) are: whether he is held up in this frame, or was by who is out of sight now."""
        passed_ns = self._clock.run_ns - state["held_ns"]
        seen = is_in(state["by"], view.track_id[self._shared.look(view).observed(self._motor)])
        return np.asarray((passed_ns == 0) | ((passed_ns < LATELY_NS) & ~seen), np.bool_)

    def _speeds(self, view: StepView, rows: AnyArray) -> F64:
        return self._speed(view, rows)

    def _waited(self, stays: AnyArray) -> Bool:
        """Who has become far faster than he was in the mean, since he is slow, sets off, or comes out of a jam."""
        waited = super()._waited(stays)
        if self._view is None or not np.count_nonzero(waited):
            return waited
        waited &= stays["observed"]
        at = np.flatnonzero(waited)
        seconds = (self._clock.run_ns - stays["since_ns"][at]) / SECOND_NS
        waited[at] = self._speed(self._view, stays["row"][at]) * seconds <= STEADY * stays["way"][at]
        return waited

    def _ahead_of(self, view: StepView, rows: AnyArray, others: AnyArray) -> F64:
        """(K, N) how far ahead of each row others are who are as slow, on lanes of its group or straight on beyond
        these; infinite for those who are not.
        """
        speed, mine = self._speed(view, others), self._speed(view, rows)
        slow = (speed < self._share * self._usual_of(view, others)) | (speed <= AS_SLOW * mine[:, None])
        lane, own = view.lane[others], view.lane[rows][:, None]
        ahead = view.along[others] + self._starts[lane] - (view.along[rows][:, None] + self._starts[own])
        found = slow & (lane >= 0) & (self._group[lane] == self._group[own]) & (ahead > 0) & (ahead <= self._ahead)
        if self._metric:
            beyond, on = self._straight_on(view, rows, others)
            on &= slow & (lane < 0)
            ahead, found = np.where(on, beyond, ahead), found | on
        return np.where(found, ahead, np.inf)

    def _straight_on(self, view: StepView, rows: AnyArray, others: AnyArray) -> tuple[F64, Bool]:
        """(K, N) how far ahead of each row others are, and whether on its line, near, and not coming towards it."""
        heading = view.velocity[rows] / self._speed(view, rows)[:, None]
        away = view.position[others] - view.position[rows][:, None]
        ahead: F64 = np.einsum("knd,kd->kn", away, heading)
        aside = np.abs(away[..., 0] * heading[:, 1:] - away[..., 1] * heading[:, :1])
        alike = heading @ view.velocity[others].T >= -self._stopped
        near = (ahead > 0) & (ahead <= self._ahead) & (aside <= ASIDE_M)
        return ahead, np.asarray(near & alike & view.valid[others], np.bool_)

    def _in_jam(self, view: StepView, rows: AnyArray) -> Bool:
        """Which of these (K) are near to where the camera sees no further, and the others are as slow."""
        lane, since_ns = view.lane[rows], self._clock.run_ns - LATELY_NS
        group = self._group[lane]
        jam = (self._crowd_ns[group] > since_ns) & (self._fast_ns[group] <= since_ns)
        return np.asarray(jam & (self._ends[lane] - view.along[rows] < self._ahead), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        at = np.array([row])
        usual = float(self._usual_of(view, at)[0])
        if np.isnan(usual):
            return (reason("usual-unknown", False),)
        speed = self._said(float(self._speed(view, at)[0]))
        most, stopped, least = self._said(self._share * usual), self._said(self._stopped), self._said(self._usual)
        known = self._held.find(int(view.track_id[row]))
        held_up = bool(view.lane[row] >= 0 and self._in_jam(view, at)[0])
        held_up |= known is not None and bool(self._held_lately(view, known.reshape(1))[0])
        return (
            *((reason("held-up", False),) if held_up else ()),
            reason("usual", usual >= self._usual, value=self._said(usual), limit=least),
            reason("moves", bool(speed.value > stopped.value and view.lane_speed[row] > 0), value=speed, limit=stopped),
            reason("slow", speed.value < most.value, value=speed, limit=most),
        )

    def _said(self, speed: float) -> Amount:
        return Amount(speed * KMH_PER_MPS, "km-h") if self._metric else Amount(speed, "car-lengths-s")

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> SlowVehicleMeasures:
        before = last.measures if last and isinstance(last.measures, SlowVehicleMeasures) else None
        if row is None:
            return SlowVehicleMeasures(
                round(seconds, 3),
                before.share if before else 0.0,
                before.speed_mps if before else None,
                before.usual_mps if before else None,
            )
        rows = np.array([row])
        speed = float(self._speed(view, rows)[0])
        usual = float(self._usual_of(view, rows)[0])
        share = round(speed / usual, 3) if usual > 0 else 0.0
        if not self._metric:
            return SlowVehicleMeasures(round(seconds, 3), share)
        return SlowVehicleMeasures(round(seconds, 3), share, round(speed, 3), round(usual, 3))

    def _usual_of(self, view: StepView, rows: AnyArray) -> F64:
        return np.asarray(self._usual_mps[view.lane[rows]], np.float64)

    def _work_out_usual(self, now_ns: int) -> F64:
        """Of each lane; the last one is for rows on no lane, which are numbered -1."""
        median = np.where(np.isnan(self._pace.median), self._told, self._pace.median)
        unknown = np.flatnonzero(np.isnan(median))
        free = self._shared.free_flow
        median[unknown] = [free.speed(int(lane), now_ns) for lane in unknown]
        return np.append(median, np.nan)

    def _speed(self, view: StepView, rows: AnyArray) -> F64:
        sight = self._shared.look(view)
        return sight.speed[rows] if self._metric else sight.foot_speed[rows] / sight.car_side[rows]
