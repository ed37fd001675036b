"""traffic.congestion: traffic is far slower than it could be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.paces import add_paces
from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.queues import KMH_PER_MPS
from analytics.reasons import of_class, on_lane, seen
from analytics.shared import Shared
from analytics.sight import CARS, Sight
from analytics.views import class_mask
from core.arrays import F64, AnyArray
from core.events import RANKS, Event, Severity
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.lanes import watched_lanes
from core.measures import CongestionMeasures
from scenes.rules import CongestionSpec

LEVELS: Final = ("heavy", "slow", "queuing", "stationary")
LIMITS: Final = (0.90, 0.75, 0.25, 0.10)
"""Shares of free-flow speed below which each level begins (DATEX II, AbnormalTrafficTypeEnum)."""
AT_LEAST: Final = {"queuing": Severity.MEDIUM, "stationary": Severity.HIGH}
ACROSS_MPS: Final = 1.0
"""Slower than this, what looks like another direction than the lane's may be noise."""
KNOWN: Final = 0.5
"""Of the window that must have been watched for its mean to say something."""


class PaceWindow:
    """Space-mean speed (Edie 1963: distance travelled over time spent) of the last seconds, in buckets of a second.

    Attributes:
        share: of the free-flow speed that the same vehicles would have had on their lanes; NaN while it is unknown.
        speed, free: both, in metres or car boxes a second.
        most: vehicles at once in the window.
    """

    def __init__(self, window_s: float) -> None:
        self._sums = np.zeros((max(round(window_s), 1), 5))
        self._second = 0
        self.share = self.speed = self.free = np.nan
        self.most = 0

    def clear(self) -> None:
        """Nothing is known of the last seconds."""
        self._sums[:] = 0.0
        self.share, self.most = np.nan, 0

    def turn(self, run_ns: int) -> bool:
        """To the second of this moment; whether it is a new one: the means are then of the seconds before it."""
        second = run_ns // SECOND_NS
        passed = second - self._second
        if passed <= 0:
            return False
        self._work_out()
        size = len(self._sums)
        for number in range(min(passed, size)):
            self._sums[(second - number) % size] = 0.0
        self._second = second
        return True

    @property
    def now(self) -> F64:
        """The bucket (5) of this second: time watched, then of the vehicles distance, time and distance at free-flow
        speed, and how many at once; a frame adds to it.
        """
        bucket: F64 = self._sums[self._second % len(self._sums)]
        return bucket

    def _work_out(self) -> None:
        watched, distance, time, free = self._sums[:, :4].sum(axis=0).tolist()
        self.most = int(self._sums[:, 4].max())
        known = watched >= KNOWN * len(self._sums) and time > 0
        self.share = max(distance / free, 0.0) if known else np.nan
        self.speed, self.free = (max(distance / time, 0.0), free / time) if known else (np.nan, np.nan)
        if watched >= KNOWN * len(self._sums) and time == 0:
            self.share = np.inf  # an empty road


class Levels:
    """Which levels traffic has entered: each after `for_ns` below its limit, left after `clear_ns` above it."""

    def __init__(self, for_ns: int, clear_ns: int) -> None:
        self._for_ns, self._clear_ns = for_ns, clear_ns
        self._inside = [False] * len(LIMITS)
        self._turned_ns: list[int | None] = [None] * len(LIMITS)

    def enter(self, level: str | None) -> None:
        """Be in this level, or in none."""
        worst = -1 if level is None else LEVELS.index(level)
        self._inside = [number <= worst for number in range(len(LIMITS))]
        self.wait_anew()

    def wait_anew(self) -> None:
        """What was waited for starts anew."""
        self._turned_ns = [None] * len(LIMITS)

    def update(self, share: float, run_ns: int) -> None:
        """The share of free-flow speed now."""
        for number, limit in enumerate(LIMITS):
            below = share < limit
            if below == self._inside[number]:
                self._turned_ns[number] = None
                continue
            since_ns = self._turned_ns[number]
            if since_ns is None:
                since_ns = self._turned_ns[number] = run_ns
            if run_ns - since_ns >= (self._for_ns if below else self._clear_ns):
                self._inside[number], self._turned_ns[number] = below, None

    def worst(self, least: int) -> int:
        """The worst level entered, as its place in `LEVELS`; at least this."""
        return max([least, *(number for number, inside in enumerate(self._inside) if inside)])


class CongestionRule(PlaceRule):
    """One event for a group of lanes while it is congested, through all its levels."""

    def __init__(self, spec: CongestionSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        window_s, for_s, clear_s = spec.times_s
        super().__init__(spec, shared, open_events, for_s=for_s, gap_s=0.0, clear_s=clear_s)
        scene = shared.scene
        self._spec, self._metric = spec, scene.ground is not None
        self._wanted = class_mask(spec.classes)
        self._watched = watched_lanes(scene, group=spec.group)
        self._mine = np.flatnonzero(self._watched)
        self._flow = shared.free_flow
        lanes = [lane for lane in scene.lanes.values() if lane.group == spec.group]
        self._learns = not self._metric or any(lane.free_flow_mps is None for lane in lanes)
        self._free = np.full(len(scene.lanes), np.nan)
        self._across = ACROSS_MPS / (1.0 if self._metric else CAR_BOX_M)
        self._window = PaceWindow(window_s)
        self._least = LEVELS.index(spec.from_level)
        self._levels = Levels(round(for_s * SECOND_NS), round(clear_s * SECOND_NS))
        for event in sorted(open_events, key=lambda e: e.started_ns):
            if isinstance(event.measures, CongestionMeasures):
                self._levels.enter(event.measures.level)
        self._share, self._most = np.nan, 0
        self._there: AnyArray = self._mine[:0]

    def __len__(self) -> int:
        return len(self._flow)

    def _look(self, view: StepView) -> Look:
        clock, window = self._clock, self._window
        if self._learns:
            self._flow.update(view, clock)
        if clock.lost:
            window.clear()
            self._share = np.nan
            self._levels.wait_anew()
        if window.turn(clock.run_ns) or clock.frames == 1:
            for lane in self._mine.tolist():
                self._free[lane] = self._flow.speed(lane, view.now_ns)
            self._judge()
        there = self._there = self._add(self._shared.look(view))
        known, congested = not math.isnan(self._share), self._share < LIMITS[self._least]
        self._most = max(self._most, len(there))
        if not congested and not len(self._episodes):
            return NOTHING_THERE
        level = LEVELS[self._levels.worst(self._least)]
        severity = max(self._spec.severity, AT_LEAST.get(level, Severity.LOWEST), key=RANKS.__getitem__)
        return Look(congested, congested, lambda: there, known, severity)

    def _add(self, sight: Sight) -> AnyArray:
        view, rows = sight.view, sight.observed(self._wanted)
        way = view.lane, view.lane_speed, view.velocity, view.foot_velocity
        boxes = view.class_id, view.xyxy, sight.scale, CARS
        step_s = self._clock.step_ns / SECOND_NS
        counts = np.empty(len(rows), np.bool_)
        some = add_paces(rows, way, boxes, self._metric, self._across, self._free, step_s, (counts, self._window.now))
        return rows[counts] if some else rows[:0]

    def _judge(self) -> None:
        window = self._window
        self._share = np.inf if window.most < self._spec.least_vehicles else window.share
        if np.isnan(window.share) or np.isnan(self._free[self._mine]).all():
            self._share = np.nan
        else:
            self._levels.update(self._share, self._clock.run_ns)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        said: Reasons = (of_class(view, row, self._wanted), *seen(view, row))
        if all(item.holds for item in said):
            said = *said, on_lane(view, row, self._watched, self._spec.group)
        if not all(item.holds for item in said):
            return said
        lane = int(view.lane[row])
        if np.isnan(self._free[lane]):
            return *said, reason("free-flow-unknown", False)
        said = *said, reason("pace", None, value=self._pace(view, row), limit=self._speed(float(self._free[lane])))
        if row not in self._there:
            return *said, reason("across-lane", False)
        most, least = Amount(self._window.most), Amount(self._spec.least_vehicles)
        return *said, reason("vehicles-at-once", most.value >= least.value, value=most, limit=least), self._slow()

    def _slow(self) -> Reason:
        window, limit = self._window, LIMITS[self._least]
        if not np.isfinite(window.share):
            return reason("share-unknown", False)
        value, most = Amount(100 * window.share, "percent"), Amount(100 * limit, "percent")
        speeds = {"speed": self._speed(window.speed), "free": self._speed(window.free)}
        return reason("share", window.share < limit, value=value, limit=most, **speeds)

    def _pace(self, view: StepView, row: int) -> Amount:
        if self._metric:
            return self._speed(float(view.lane_speed[row]))
        side = float(self._shared.look(view).car_side[row])
        return self._speed(float(view.lane_speed[row]) / side)

    def _speed(self, value: float) -> Amount:
        return Amount(value * KMH_PER_MPS, "km-h") if self._metric else Amount(value, "car-lengths-s")

    def _measures(self, seconds: float, last: Event | None) -> CongestionMeasures:
        earlier = last.measures if last and isinstance(last.measures, CongestionMeasures) else None
        window, level = self._window, LEVELS[self._levels.worst(self._least)]
        most = max(self._most, earlier.vehicles if earlier else 0)
        share, speed, free = (None if np.isnan(v) else round(v, 3) for v in (window.share, window.speed, window.free))
        if share is None or not np.isfinite(share):
            share = earlier.share if earlier else 0.0
        unit = "m/s" if self._metric else "car lengths/s"
        speeds = (speed, free) if self._metric else (None, None)
        return CongestionMeasures(level, share, most, round(seconds, 3), *speeds, unit)

    def _calm(self) -> None:
        self._most = 0
        self._levels.enter(None)
