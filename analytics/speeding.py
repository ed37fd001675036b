"""violation.speeding: a vehicle is faster than allowed. An indication, not for fines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.reasons import gone
from analytics.shared import Shared
from analytics.stay_rule import DRIVING, StayRule
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import SpeedingMeasures
from core.scene import Scene
from scenes.rules import SpeedingSpec

SURE: Final = 2.0
"""Standard deviations of its speed by which a vehicle is faster: 2.3 % of equal errors exceed them."""


class SpeedingRule(StayRule):
    """One event for each vehicle that is above the limit over a way, in metres: without a ground nothing is found."""

    def __init__(
        self, spec: SpeedingSpec, scene: Scene, camera_id: str, open_events: Sequence[Event], shared: Shared
    ) -> None:
        super().__init__(
            spec,
            Place.of(spec, shared),
            camera_id,
            open_events,
            shared,
            for_s=0.0,
            reach=1.0,
            swaps=False,
            pace=DRIVING,
        )
        given = None if spec.limit_kmh is None else spec.limit_kmh / KMH_PER_MPS
        limits = [given if given is not None else lane.speed_limit_mps for lane in scene.lanes.values()]
        # The last one is for rows on no lane, which are numbered -1.
        self._limits = np.array([np.inf if v is None else v for v in [*limits, given]])
        self._factor, self._over_m = 1.0 + spec.tolerance, spec.over_m
        self._speed: F64 = np.zeros(0)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        self._speed = np.hypot(view.velocity[rows, 0], view.velocity[rows, 1])
        least = self._limits[view.lane[rows]] * self._factor
        return np.asarray(view.valid[rows] & (self._speed - SURE * _doubt(view, rows) > least), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        limit = float(self._limits[view.lane[row]])
        if not view.valid[row]:
            return (reason("no-metres", False),)
        if not np.isfinite(limit):
            return (reason("limit-unknown", False),)
        speed, doubt = float(np.hypot(*view.velocity[row])), SURE * float(_doubt(view, np.array([row]))[0])
        value, least, about = (Amount(v * KMH_PER_MPS, "km-h") for v in (speed - doubt, limit * self._factor, doubt))
        return (reason("speeds", value.value > least.value, value=value, limit=least, doubt=about),)

    def _progress(self, stay: AnyArray) -> Reasons:
        return (gone(float(stay["way"]), self._over_m, self._stays.gap_ns),)

    def _speeds(self, view: StepView, rows: AnyArray) -> F64:
        return self._speed

    def _waited(self, stays: AnyArray) -> Bool:
        return np.asarray(stays["way"] >= self._over_m, np.bool_)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> SpeedingMeasures:
        before = last.measures if last and isinstance(last.measures, SpeedingMeasures) else None
        if row is None:
            return before or SpeedingMeasures(0.0, 0.0, 0.0)
        known = self._stays.rows[self._stays.rows["track"] == view.track_id[row]]
        way = float(known["way"][0])
        lasted_s = (self._clock.run_ns - int(known["since_ns"][0])) / SECOND_NS
        limit = float(self._limits[view.lane[row]])
        return SpeedingMeasures(round(way / lasted_s if lasted_s > 0 else 0.0, 3), round(limit, 3), round(way, 1))


def _doubt(view: StepView, rows: AnyArray) -> F64:
    """Standard deviations (K) of speeds, in m/s."""
    velocity, spread = view.velocity[rows], view.velocity_cov[rows]
    way = velocity / np.maximum(np.hypot(velocity[:, 0], velocity[:, 1]), 1e-9)[:, None]
    return np.asarray(np.sqrt(np.maximum(np.einsum("ki,kij,kj->k", way, spread, way), 0.0)), np.float64)
