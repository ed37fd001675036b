"""incident.wrong_way: a vehicle drives against the direction of its lane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.clock import SECOND_NS
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.headings import head
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.reasons import gone, waited
from analytics.shared import Shared
from analytics.stay_rule import DRIVING, StayRule
from analytics.track_table import TrackTable
from analytics.views import is_in
from core.arrays import F64, I64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import Measures, WrongWayMeasures
from scenes.rules import WrongWaySpec

RIGHT_WAY_NS = SECOND_NS
"""Who was seen to drive the right way for so long has come from it."""


class WrongWayRule(StayRule):
    """One event for each vehicle that heads against its lane, for a time and a way.

    Who was seen to drive the right way before may overtake or turn round: that is waited for longer. Way and speed are
    over the ground; without one in car boxes (`vehicles.CAR_BOXES`), of `CAR_BOX_M` each.
    """

    def __init__(self, spec: WrongWaySpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place.of(spec, shared)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=2.0, swaps=False, pace=DRIVING)
        self._metric = shared.scene.ground is not None
        self._least = spec.min_speed_kmh / KMH_PER_MPS
        self._against = math.cos(math.radians(spec.angle_deg))
        self._way, self._overtaking_ns = spec.min_way_m, round(spec.overtaking_s * SECOND_NS)
        self._came = TrackTable([("right_ns", np.int64)])
        self._speed: F64 = np.zeros(0)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        sight = self._shared.look(view)
        if self._metric:
            pace, unit = sight.speed, np.ones(len(view.lane))
        else:
            pace, unit = sight.foot_speed.astype(np.float64), CAR_BOX_M / sight.car_side
        seen = view.lane, view.lane_speed, view.valid | (not self._metric), pace, unit
        self._speed, right, wrong = np.empty(len(rows)), np.empty(len(rows), np.bool_), np.empty(len(rows), np.bool_)
        head(rows, seen, self._least, self._against, (self._speed, right, wrong))
        self._remember(view, rows[right])
        return wrong

    def _speeds(self, view: StepView, rows: AnyArray) -> F64:
        return self._speed

    def _waited(self, stays: AnyArray) -> Bool:
        now, wanted = self._clock.run_ns, self._wanted_ns(stays)
        return np.asarray((now - stays["since_ns"] >= wanted) & (stays["way"] >= self._way), np.bool_)

    def _wanted_ns(self, stays: AnyArray) -> I64:
        """How long (S) they must drive so: longer if they were seen to drive the right way before."""
        turned = is_in(stays["track"], self._came.rows["id"][self._came.rows["right_ns"] >= RIGHT_WAY_NS])
        return np.where(turned, max(self._overtaking_ns, self._for_ns), self._for_ns)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if view.lane[row] < 0:
            return (reason("no-lane", False, place="all"),)
        if self._metric and not view.valid[row]:
            return (reason("no-metres", False),)
        at = np.array([row])
        pace = float(np.hypot(*(view.velocity if self._metric else view.foot_velocity)[row]))
        speed = pace * float(self._unit(view, at)[0])
        share = float(np.clip(view.lane_speed[row] / max(pace, 1e-9), -1.0, 1.0))
        angle, most = (Amount(math.degrees(math.acos(v)), "degrees") for v in (share, self._against))
        value, least = Amount(speed * KMH_PER_MPS, "km-h"), Amount(self._least * KMH_PER_MPS, "km-h")
        drives = reason("drives", speed >= self._least, value=value, limit=least)
        return drives, reason("against", share < self._against, value=angle, limit=most)

    def _progress(self, stay: AnyArray) -> Reasons:
        gap_ns, wanted_ns = self._stays.gap_ns, int(self._wanted_ns(stay.reshape(1))[0])
        lasted = waited(self._clock, int(stay["since_ns"]), wanted_ns, gap_ns, "track")
        return *lasted, gone(float(stay["way"]), self._way, gap_ns)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> WrongWayMeasures:
        if not self._metric:
            return WrongWayMeasures(round(seconds, 3))
        if row is None:
            before = last.measures if last and isinstance(last.measures, WrongWayMeasures) else WrongWayMeasures(0.0)
            return WrongWayMeasures(round(seconds, 3), before.way_m, before.speed_mps)
        return WrongWayMeasures(round(seconds, 3), None, round(float(np.hypot(*view.velocity[row])), 3))

    def _so_far(self, measures: Measures, stay: AnyArray) -> Measures:
        assert isinstance(measures, WrongWayMeasures)  # noqa: S101
        return replace(measures, way_m=round(float(stay["way"]), 1)) if self._metric else measures

    def _unit(self, view: StepView, rows: AnyArray) -> F64:
        """Metres of each row (K) to a unit of its velocity."""
        if self._metric:
            return np.ones(len(rows))
        return np.asarray(CAR_BOX_M / self._shared.look(view).car_side[rows], np.float64)

    def _remember(self, view: StepView, rows: AnyArray) -> None:
        clock, table = self._clock, self._came
        table.let_go(view, clock)
        if len(rows):
            at, _ = table.locate(view.track_id[rows], clock.run_ns)
            table.rows["right_ns"][at] += clock.step_ns
