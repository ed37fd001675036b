"""How fast vehicles usually drive on each lane."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.free_flow import CAR_BOX_M, FreeFlow
from analytics.sight import Sight
from analytics.vehicles import MOTOR
from analytics.views import class_mask
from core.arrays import F64, I64, AnyArray
from core.findings import StepView
from core.lanes import lane_lengths
from core.scene import Scene

SLOWEST: Final = 0.2
RATIO: Final = 1.08
BINS: Final = 80
"""Speeds from 0.2 to 94 units a second, in steps of 8 %."""


NOBODY: Final = np.zeros(0, np.int64)


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


class UsualSpeeds:
    """The usual speed of each lane: the median of those who passed (`Pace`), or the free-flow speed where too few did.

    Args:
        scene: of the camera.
        free_flow: of its lanes.
        window_s, least: as in `Pace`.
        told: where the median is not known yet, this; NaN: the free-flow speed.
    """

    def __init__(self, scene: Scene, free_flow: FreeFlow, window_s: float, least: int, told: float) -> None:
        self._metric, self._free_flow, self._told = scene.ground is not None, free_flow, told
        lengths = lane_lengths(scene)
        if not self._metric:
            lengths = np.maximum(lengths / 100.0, 1.0)  # about ten cars to a lane: their size in pixels is not known
        self._pace = Pace(lengths, window_s, least)
        self._motor = class_mask([c.label for c in MOTOR])
        self._usual = self._work_out(0)

    def see(self, sight: Sight) -> AnyArray:
        """The rows (K) of a frame that were taken into account: once a second those of motor vehicles on lanes."""
        view = sight.view
        second = int(view.frame.media_ns // SECOND_NS)
        if not self._pace.wants(second):
            return NOBODY
        rows = sight.observed(self._motor)
        rows = rows[view.lane[rows] >= 0]
        if len(rows):
            self._pace.add(second, view.lane[rows], self.speeds(sight, rows))
            self._usual = self._work_out(view.now_ns)
        return rows

    def speeds(self, sight: Sight, rows: AnyArray) -> F64:
        """Of these rows (K), in metres, or car boxes, a second."""
        return sight.speed[rows] if self._metric else sight.foot_speed[rows] / sight.car_side[rows]

    def of(self, view: StepView, rows: AnyArray) -> F64:
        """The usual speeds of the lanes of these rows (K), as `speeds`; NaN off lanes, and where none is known."""
        return np.asarray(self._usual[view.lane[rows]], np.float64)

    def _work_out(self, now_ns: int) -> F64:
        """Of each lane; the last one is for rows on no lane, which are numbered -1."""
        median = np.where(np.isnan(self._pace.median), self._told, self._pace.median)
        unknown = np.flatnonzero(np.isnan(median))
        median[unknown] = [self._free_flow.speed(int(lane), now_ns) for lane in unknown]
        return np.append(median, np.nan)


def unit_m(scene: Scene) -> float:
    """The unit in which these speeds are told: metres, or car boxes."""
    return 1.0 if scene.ground is not None else CAR_BOX_M
