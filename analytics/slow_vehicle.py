"""incident.slow_vehicle: a vehicle is far slower than those around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.held_up import HeldUp
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.shared import Shared
from analytics.stay_rule import DRIVING, StayRule
from analytics.usual import UsualSpeeds, unit_m
from core.arrays import F64, AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.measures import SlowVehicleMeasures
from scenes.rules import SlowVehicleSpec

STEADY: Final = 1.5
"""Times its mean speed since it is slow: who drives faster sets off, or comes out of a jam."""


class SlowVehicleRule(StayRule):
    """One event for each vehicle that moves at less than a share of the usual speed of its lane, with nobody as slow
    ahead of it.
    """

    def __init__(self, spec: SlowVehicleSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place.of(spec, shared)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=2.0, swaps=False, pace=DRIVING)
        scene = shared.scene
        self._metric, self._share = scene.ground is not None, spec.share
        unit = KMH_PER_MPS * unit_m(scene)
        self._stopped, self._least = spec.stop_speed_kmh / unit, spec.usual_kmh / unit
        told = [e.measures.usual_mps for e in open_events if isinstance(e.measures, SlowVehicleMeasures)]
        # The usual speed of events that were open before a restart holds until it is known again.
        before = max((v for v in told if v is not None), default=np.nan)
        self._usual = UsualSpeeds(scene, shared.free_flow, spec.window_s, spec.least_vehicles, before)
        self._held_up = HeldUp(scene, shared.clock, self._usual, self._share, self._stopped)
        self._view: StepView | None = None

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        sight = self._shared.hear(view)
        self._view = view
        self._held_up.see(sight, self._usual.see(sight))
        return super().update(view)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        speed, usual = self._speeds(view, rows), self._usual.of(view, rows)
        slow: Bool = (speed > self._stopped) & (speed < self._share * usual) & (usual >= self._least)
        slow &= view.lane_speed[rows] > 0  # who drives the wrong way is told as such
        if np.count_nonzero(slow):
            slow[slow] = ~self._held_up.holds(self._shared.look(view), rows[slow])
        return slow

    def _speeds(self, view: StepView, rows: AnyArray) -> F64:
        return self._usual.speeds(self._shared.look(view), rows)

    def _waited(self, stays: AnyArray) -> Bool:
        """Who has become far faster than he was in the mean, since he is slow, sets off, or comes out of a jam."""
        waited = super()._waited(stays)
        if self._view is None or not np.count_nonzero(waited):
            return waited
        waited &= stays["observed"]
        at = np.flatnonzero(waited)
        seconds = (self._clock.run_ns - stays["since_ns"][at]) / SECOND_NS
        waited[at] = self._speeds(self._view, stays["row"][at]) * seconds <= STEADY * stays["way"][at]
        return waited

    def _conditions(self, view: StepView, row: int) -> Reasons:
        at = np.array([row])
        usual = float(self._usual.of(view, at)[0])
        if np.isnan(usual):
            return (reason("usual-unknown", False),)
        speed = self._said(float(self._speeds(view, at)[0]))
        most, stopped, least = self._said(self._share * usual), self._said(self._stopped), self._said(self._least)
        held_up = self._held_up.was(self._shared.look(view), row)
        return (
            *((reason("held-up", False),) if held_up else ()),
            reason("usual", usual >= self._least, value=self._said(usual), limit=least),
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
        speed = float(self._speeds(view, rows)[0])
        usual = float(self._usual.of(view, rows)[0])
        share = round(speed / usual, 3) if usual > 0 else 0.0
        if not self._metric:
            return SlowVehicleMeasures(round(seconds, 3), share)
        return SlowVehicleMeasures(round(seconds, 3), share, round(speed, 3), round(usual, 3))
