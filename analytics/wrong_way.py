"""incident.wrong_way: a vehicle drives against the direction of its lane."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analytics.clock import SECOND_NS
from analytics.free_flow import CAR_BOX_M
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.stay_rule import StayRule
from analytics.track_table import TrackTable
from analytics.vehicles import CAR_BOXES, by_class
from analytics.views import reference_boxes
from core.arrays import F32, F64, AnyArray, Bool
from core.events import Event, WrongWayMeasures
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.scene import Scene
from scenes.rules import WrongWaySpec

RIGHT_WAY_NS = SECOND_NS
"""Who was seen to drive the right way for so long has come from it."""


class WrongWayRule(StayRule):
    """One event for each vehicle that heads against its lane, for a time and a way.

    Who was seen to drive the right way before may overtake or turn round: that is waited for longer. Way and speed are
    over the ground; without one in car boxes (`vehicles.CAR_BOXES`), of `CAR_BOX_M` each.
    """

    def __init__(self, spec: WrongWaySpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> None:
        place = Place.of(spec, scene)
        super().__init__(spec, place, camera_id, open_events, for_s=spec.for_s, reach=2.0, swaps=False)
        self._metric = scene.ground is not None
        self._least = spec.min_speed_kmh / KMH_PER_MPS
        self._against = math.cos(math.radians(spec.angle_deg))
        self._way, self._overtaking_ns = spec.min_way_m, round(spec.overtaking_s * SECOND_NS)
        self._boxes = by_class(CAR_BOXES, 1.0)
        self._came = TrackTable([("right_ns", np.int64)])
        self._speed: F64 = np.zeros(0)

    def _meets(self, view: StepView, rows: AnyArray, boxes: F32) -> Bool:
        velocity = view.velocity if self._metric else view.foot_velocity
        speed, along = np.hypot(velocity[rows, 0], velocity[rows, 1]), view.lane_speed[rows]
        share = along / np.maximum(speed, 1e-9)
        self._speed = speed * self._unit(view, rows, boxes)
        on = (view.lane[rows] >= 0) & (view.valid[rows] | (not self._metric)) & (self._speed >= self._least)
        self._remember(view, rows[on & (share > -self._against)])
        return np.asarray(on & (share < self._against), np.bool_)

    def _speeds(self, view: StepView, rows: AnyArray) -> F64:
        return self._speed

    def _waited(self, stays: AnyArray) -> Bool:
        now = self._clock.run_ns
        turned = np.isin(stays["track"], self._came.rows["id"][self._came.rows["right_ns"] >= RIGHT_WAY_NS])
        wanted = np.where(turned, max(self._overtaking_ns, self._for_ns), self._for_ns)
        return np.asarray((now - stays["since_ns"] >= wanted) & (stays["way"] >= self._way), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        velocity = view.velocity if self._metric else view.foot_velocity
        rows, pace = np.array([row]), float(np.hypot(*velocity[row]))
        unit = float(self._unit(view, rows, reference_boxes(view, rows))[0]) * KMH_PER_MPS
        share = min(max(float(view.lane_speed[row]) / max(pace, 1e-9), -1.0), 1.0)
        angle, limit = math.degrees(math.acos(share)), math.degrees(math.acos(self._against))
        known = self._stays.of_track(int(view.track_id[row]))
        way = 0.0 if known is None else float(known["way"])
        least = Amount(self._least * KMH_PER_MPS, "km-h")
        return (
            reason("moves", pace * unit >= least.value, value=Amount(pace * unit, "km-h"), limit=least),
            reason("against", angle > limit, value=Amount(angle, "deg"), limit=Amount(limit, "deg")),
            reason("way", way >= self._way, value=Amount(way, "m", grows=True), limit=Amount(self._way, "m")),
        )

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> WrongWayMeasures:
        if not self._metric:
            return WrongWayMeasures(round(seconds, 3))
        if row is None:
            before = last.measures if last and isinstance(last.measures, WrongWayMeasures) else WrongWayMeasures(0.0)
            return WrongWayMeasures(round(seconds, 3), before.way_m, before.speed_mps)
        known = self._stays.of_track(int(view.track_id[row]))
        way = None if known is None else round(float(known["way"]), 1)
        speed = round(float(np.hypot(*view.velocity[row])), 3)
        return WrongWayMeasures(round(seconds, 3), way, speed)

    def _unit(self, view: StepView, rows: AnyArray, boxes: F32) -> F64:
        """Metres of each row (K) to a unit of its velocity."""
        if self._metric:
            return np.ones(len(rows))
        side = np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1), 1.0)
        return np.asarray(CAR_BOX_M * self._boxes[view.class_id[rows]] / side, np.float64)

    def _remember(self, view: StepView, rows: AnyArray) -> None:
        clock, table = self._clock, self._came
        if clock.new_epoch:
            table.take_all()
        table.take(view.ended_id)
        table.take_unseen(clock.run_ns)
        if len(rows):
            at, _ = table.locate(view.track_id[rows], clock.run_ns)
            table.rows["right_ns"][at] += clock.step_ns
