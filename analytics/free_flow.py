"""The speed of undisturbed traffic on each lane, learnt from the traffic by hour of day."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.stays import follow_stays
from analytics.track_table import TrackTable
from analytics.vehicles import CAR_BOXES, MOTOR, by_class, pcu_table
from analytics.views import class_mask, observed_rows, reference_scale
from core.arrays import F64, AnyArray
from core.findings import StepView
from core.frames import FrameMeta
from core.scene import Scene

LEAST_VEHICLES: Final = 30
"""Of an hour of day, or of all hours, before they say anything."""
MOST_VEHICLES: Final = 20_000
"""Remembered for each hour; at the bound each counts half, so that what is newer counts more."""
MODERATE_FLOW_PCUPH: Final = 1_000.0
"""Of a lane; the Highway Capacity Manual (2010) measures free-flow speed at flows up to this."""
JAM_DENSITY_PCUPKM: Final = 28.0
"""Denser than at capacity (HCM: upper limit of level E): traffic is congested, whatever its flow."""
UNDISTURBED: Final = 0.75
"""Of the 85th percentile: who is slower was held up (DATEX II calls traffic below three quarters slow)."""
FADING_S: Final = 60.0
"""Time constant in which flow and mean speed of a lane are forgotten, for the two limits above."""
CAR_BOX_M: Final = 4.0
"""About the length of a car in the unit of uncalibrated scenes; only for the limit of density."""
SHORTEST_NS: Final = SECOND_NS
"""A shorter stay on a lane says nothing of speed."""

SLOWEST: Final = 0.2
RATIO: Final = 1.04
BINS: Final = 160
"""Speeds from 0.2 to 106 units a second in steps of 4 %, between which quantiles are interpolated."""
HOUR_NS: Final = 3_600 * SECOND_NS
ALL_DAY: Final = 24

FIELDS: Final = [
    ("lane", np.int16),
    ("class_id", np.int16),
    ("first_ns", np.int64),
    ("last_ns", np.int64),
    ("along", np.float64),
    ("length", np.float64),
]


class FreeFlow:
    """Free-flow speeds of a scene's lanes.

    What the scene file says holds. Else it is the mean speed of undisturbed vehicles: the median of those at least
    three quarters as fast as the 85th percentile, among motor vehicles that left the lane at moderate flow, in this
    hour of day (UTC) if it had `LEAST_VEHICLES`, else at any time. Before that it is the speed limit; without one it
    is unknown. Histograms of fixed size hold what was learnt; it is learnt anew after a restart.

    Speeds are in metres a second; in a scene without a ground in car boxes a second, the longer side of a vehicle's own
    box divided by that of its class (`vehicles.CAR_BOXES`), so that perspective cancels where it is moderate. Speeds to
    compare with must be measured in the same way.
    """

    def __init__(self, scene: Scene) -> None:
        lanes = list(scene.lanes.values())
        self._metric = scene.ground is not None
        unknown = math.nan
        given = [lane.free_flow_mps if self._metric else None for lane in lanes]
        limits = [lane.speed_limit_mps if self._metric else None for lane in lanes]
        self._given = [unknown if v is None else v for v in given]
        self._limits = [unknown if v is None else v for v in limits]
        self._seen = np.zeros((len(lanes), ALL_DAY + 1, BINS), np.uint32)
        self._learnt: dict[tuple[int, int], float] = {}
        self._stays = TrackTable(list(FIELDS))
        self._frame: FrameMeta | None = None
        self._motor = class_mask([c.label for c in MOTOR])
        self._boxes, self._pcu = by_class(CAR_BOXES, 1.0), pcu_table()
        self._recent = np.zeros((len(lanes), 3))
        self._recent_ns = np.zeros(len(lanes), np.int64)

    def __len__(self) -> int:
        return len(self._stays)

    @property
    def metric(self) -> bool:
        """Whether speeds are in metres a second; else in car boxes a second."""
        return self._metric

    def update(self, view: StepView, clock: CameraClock) -> None:
        """Learn from a frame. One that was learnt from already is passed over: several rules may share this."""
        if view.frame is self._frame or not len(self._given):
            return
        self._frame = view.frame
        if clock.new_epoch or clock.lost:
            self._stays.take_all()
        gone = self._stays.take(view.ended_id), self._stays.take_unseen(clock.run_ns)
        for ended in gone:
            if len(ended):
                self._learn(ended, view.now_ns)
        rows = observed_rows(view, self._motor)
        if not len(rows):
            return
        at, fresh = self._stays.locate(view.track_id[rows], clock.run_ns)
        boxes = view.class_id, view.xyxy, reference_scale(view), self._boxes
        lanes = view.lane, view.along
        ended = follow_stays(self._stays.rows, at, fresh, rows, lanes, boxes, self._metric, clock.run_ns)
        if len(ended):
            self._learn(ended, view.now_ns)

    def add(self, lane: int, wall_ns: int, speeds: AnyArray) -> None:
        """Count mean speeds (K) of vehicles on a lane that were not held up by others; unusable ones are left out."""
        values = np.asarray(speeds, np.float64)
        values = values[np.isfinite(values) & (values > SLOWEST)]
        if not len(values):
            return
        bins = np.minimum(np.log(values / SLOWEST) / math.log(RATIO), BINS - 1).astype(np.int64)
        for hour in (_hour(wall_ns), ALL_DAY):
            seen = self._seen[lane, hour]
            np.add.at(seen, bins, 1)
            if seen.sum() > MOST_VEHICLES:
                seen //= 2
            self._learnt.pop((lane, hour), None)

    def speed(self, lane: int, wall_ns: int) -> float:
        """Free-flow speed of a lane at a time of day (UTC); NaN while it is unknown."""
        if not math.isnan(self._given[lane]):
            return self._given[lane]
        for hour in (_hour(wall_ns), ALL_DAY):
            value = self._learnt.get((lane, hour))
            if value is None:
                value = self._learnt[lane, hour] = undisturbed(self._seen[lane, hour])
            if not math.isnan(value):
                return value
        return self._limits[lane]

    def _learn(self, stays: AnyArray, wall_ns: int) -> None:
        for stay in stays:
            lane, lasted_ns, length = int(stay["lane"]), int(stay["last_ns"] - stay["first_ns"]), float(stay["length"])
            if lane < 0 or lasted_ns < SHORTEST_NS or length <= 0:
                continue
            seconds = lasted_ns / SECOND_NS
            if self._is_moderate(lane, int(stay["last_ns"]), float(self._pcu[stay["class_id"]]), length, seconds):
                self.add(lane, wall_ns, np.array([length / seconds]))

    def _is_moderate(self, lane: int, run_ns: int, pcu: float, length: float, seconds: float) -> bool:
        recent, passed_s = self._recent[lane], max(run_ns - self._recent_ns[lane], 0) / SECOND_NS
        self._recent_ns[lane] = max(run_ns, self._recent_ns[lane])
        recent *= math.exp(-passed_s / FADING_S)
        recent += pcu, pcu * length, pcu * seconds
        flow = recent[0] / FADING_S
        density = flow * recent[2] / recent[1] / (1.0 if self._metric else CAR_BOX_M)
        return bool(flow * 3_600 <= MODERATE_FLOW_PCUPH and density * 1_000 <= JAM_DENSITY_PCUPKM)


def undisturbed(seen: AnyArray) -> float:
    """Mean speed of undisturbed vehicles in a histogram (BINS); NaN for fewer than `LEAST_VEHICLES`."""
    if seen.sum() < LEAST_VEHICLES:
        return math.nan
    first = int(_place(_quantile(seen.astype(np.float64), 0.85) * UNDISTURBED))
    return _quantile(np.where(np.arange(BINS) < first, 0.0, seen), 0.5)


def _quantile(seen: F64, share: float) -> float:
    passed = np.cumsum(seen)
    wanted = share * passed[-1]
    at = int(np.searchsorted(passed, wanted))
    return float(SLOWEST * RATIO ** (at + (wanted - (passed[at] - seen[at])) / max(seen[at], 1.0)))


def _place(speed: float) -> float:
    return min(max(math.log(speed / SLOWEST) / math.log(RATIO), 0.0), BINS - 1)


def _hour(wall_ns: int) -> int:
    return int(wall_ns // HOUR_NS % 24)
