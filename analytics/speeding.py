"""violation.speeding: a vehicle is faster than allowed. An indication, not for fines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.stay_rule import StayRule
from core.arrays import F32, F64, AnyArray, Bool
from core.events import Event, SpeedingMeasures
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.scene import Scene
from scenes.rules import SpeedingSpec

SURE: Final = 2.0
"""Standard deviations of its speed by which a vehicle is faster: 2.3 % of equal errors exceed them."""


class SpeedingRule(StayRule):
    """One event for each vehicle that is above the limit over a way, in metres: without a ground nothing is found."""

    def __init__(self, spec: SpeedingSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> None:
        super().__init__(spec, Place.of(spec, scene), camera_id, open_events, for_s=0.0, reach=3.0, swaps=False)
        given = None if spec.limit_kmh is None else spec.limit_kmh / KMH_PER_MPS
        limits = [given if given is not None else lane.speed_limit_mps for lane in scene.lanes.values()]
        # The last one is for rows on no lane, which are numbered -1.
        self._limits = np.array([np.inf if v is None else v for v in [*limits, given]])
        self._factor, self._over_m = 1.0 + spec.tolerance, spec.over_m
        self._speed: F64 = np.zeros(0)

    def _meets(self, view: StepView, rows: AnyArray, boxes: F32) -> Bool:
        self._speed, sure = _speeds(view, rows)
        return np.asarray(view.valid[rows] & (sure > self._limits[view.lane[rows]] * self._factor), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not view.valid[row]:
            return (reason("no-metres", False),)
        _, sure = _speeds(view, np.array([row]))
        limit, speed = float(self._limits[view.lane[row]] * self._factor), float(sure[0])
        if not np.isfinite(limit):
            return (reason("no-limit", False),)
        amounts = {"value": Amount(speed * KMH_PER_MPS, "km-h"), "limit": Amount(limit * KMH_PER_MPS, "km-h")}
        known = self._stays.of_track(int(view.track_id[row]))
        way = 0.0 if known is None else float(known["way"])
        metres = {"value": Amount(way, "m", grows=True), "limit": Amount(self._over_m, "m")}
        return reason("fast", speed > limit, **amounts), reason("way", way >= self._over_m, **metres)

    def _speeds(self, view: StepView, rows: AnyArray) -> F64:
        return self._speed

    def _waited(self, stays: AnyArray) -> Bool:
        return np.asarray(stays["way"] >= self._over_m, np.bool_)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> SpeedingMeasures:
        before = last.measures if last and isinstance(last.measures, SpeedingMeasures) else None
        known = None if row is None else self._stays.of_track(int(view.track_id[row]))
        if row is None or known is None:
            return before or SpeedingMeasures(0.0, 0.0, 0.0)
        way = float(known["way"])
        lasted_s = (self._clock.run_ns - int(known["since_ns"])) / SECOND_NS
        limit = float(self._limits[view.lane[row]])
        return SpeedingMeasures(round(way / lasted_s if lasted_s > 0 else 0.0, 3), round(limit, 3), round(way, 1))


def _speeds(view: StepView, rows: AnyArray) -> tuple[F64, F64]:
    """Speeds (K), and what they are at least, m/s."""
    velocity, spread = view.velocity[rows], view.velocity_cov[rows]
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    way = velocity / np.maximum(speed, 1e-9)[:, None]
    error = np.sqrt(np.maximum(np.einsum("ki,kij,kj->k", way, spread, way), 0.0))
    return speed, np.asarray(speed - SURE * error, np.float64)
