"""violation.speeding: a vehicle is faster than allowed. An indication, not for fines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.speeds import doubts
from analytics.limits import Limits
from analytics.mean_speed import MeanSpeeds, Way
from analytics.place_rule import NOBODY
from analytics.places import Place
from analytics.queues import KMH_PER_MPS
from analytics.reasons import gone
from analytics.shared import Shared
from analytics.stay_rule import DRIVING, StayRule
from analytics.views import is_in
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import StepView
from core.measures import SpeedingMeasures
from scenes.rules import SpeedingSpec

SURE: Final = 1.0
"""Standard deviations of its speed by which a vehicle is faster: the tolerance of the limit stands for errors, too."""
KNOWN: Final = 3.0
"""Of which a speed is less than so many is not known."""


class SpeedingRule(StayRule):
    """One event for each vehicle that is above the limit over a way, in metres: without a ground nothing is found.

    It is the mean speed over the way that must exceed the limit, by a standard deviation of its own, which is far less
    than that of a speed at one moment; and of lanes with other limits beside it the highest.
    """

    def __init__(self, spec: SpeedingSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(
            spec,
            Place.of(spec, shared),
            shared,
            open_events,
            for_s=0.0,
            reach=1.0,
            swaps=False,
            pace=DRIVING,
        )
        self._limits = Limits(shared.scene, None if spec.limit_kmh is None else spec.limit_kmh / KMH_PER_MPS)
        self._factor, self._over_m = 1.0 + spec.tolerance, spec.over_m
        self._means = MeanSpeeds(shared.clock, round(spec.gap_s * SECOND_NS))
        none = np.zeros(0)
        self._ways, self._rows = Way(none, none, none, none), NOBODY
        self._least, self._speed, self._doubt = none, none, none

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        self._view, self._rows = view, rows
        self._least = self._limits.of(view, rows) * self._factor
        self._speed, self._doubt = self._shared.look(view).speed[rows], np.empty(len(rows))
        doubts(rows, view.velocity, view.velocity_cov, self._doubt)
        # Who is not surely slower may speed, which his way tells; a speed that is not known yet begins none.
        may: Bool = (self._speed > KNOWN * self._doubt) & (self._speed + SURE * self._doubt > self._least)
        may &= view.valid[rows]
        self._ways = self._means.follow(view, rows, may)
        return may

    def _waited(self, stays: AnyArray) -> Bool:
        way = self._ways
        surely = (way.metres >= self._over_m) & (self._speed > self._least)
        surely &= way.speed - SURE * way.doubt > self._least
        for at in np.flatnonzero(surely).tolist():
            row = int(self._rows[at])
            doubt_m = SURE * float(np.sqrt(np.trace(self._view.position_cov[row]) / 2))
            highest = self._limits.highest(self._view, row, doubt_m) * self._factor
            surely[at] = way.speed[at] - SURE * way.doubt[at] > highest
        return is_in(stays["row"], self._rows[surely])

    def _conditions(self, view: StepView, row: int) -> Reasons:
        if not view.valid[row]:
            return (reason("no-metres", False),)
        at = int(np.searchsorted(self._rows, row))
        least, metres = float(self._least[at]), float(self._ways.metres[at])
        if not np.isfinite(least):
            return (reason("limit-unknown", False),)
        speed, doubt = (self._ways.speed, self._ways.doubt) if metres > 0 else (self._speed, self._doubt)
        surely = float(speed[at] - SURE * doubt[at])
        value, limit, about = (Amount(v * KMH_PER_MPS, "km-h") for v in (surely, least, SURE * float(doubt[at])))
        return (reason("speeds", surely > least, value=value, limit=limit, doubt=about),)

    def _progress(self, stay: AnyArray) -> Reasons:
        metres = self._ways.metres[self._rows == stay["row"]]
        return tuple(gone(float(way), self._over_m, self._stays.gap_ns) for way in metres)

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> SpeedingMeasures:
        before = last.measures if last and isinstance(last.measures, SpeedingMeasures) else None
        if row is None:
            return before or SpeedingMeasures(0.0, 0.0, 0.0)
        at, limit = int(np.searchsorted(self._rows, row)), float(self._limits.of(view, np.array([row]))[0])
        speed, way = float(self._ways.speed[at]), float(self._ways.metres[at])
        if before is not None and before.speed_mps - before.limit_mps > speed - limit:
            return before
        return SpeedingMeasures(round(speed, 3), round(limit, 3), round(way, 1))
