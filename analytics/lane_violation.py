"""violation.lane: a lane that is closed to a class, or a forbidden turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.arrivals import Arrivals
from analytics.clock import SECOND_NS
from analytics.episodes import NOTHING
from analytics.instant_rule import InstantRule
from analytics.places import Place
from analytics.reasons import WAYS, seconds
from analytics.shared import Shared
from analytics.stay_rule import DRIVING, StayRule
from analytics.track_table import TrackTable
from core.arrays import AnyArray, Bool
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.measures import LaneMeasures
from scenes.rules import LaneViolationSpec


class ClosedLaneRule(StayRule):
    """One event for each vehicle of these classes on the lane, for which it has been there before it was seen, too."""

    def __init__(self, spec: LaneViolationSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        place = Place(shared, lane=spec.lane, group=spec.group)
        super().__init__(spec, place, shared, open_events, for_s=spec.for_s, reach=1.0, swaps=False, pace=DRIVING)
        self._arrivals = Arrivals(shared.clock, round(spec.gap_s * SECOND_NS))

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        sight = self._shared.hear(view)
        rows = sight.observed(self._wanted)
        self._arrivals.follow(sight, rows, self._place.holds(view, rows))
        return super().update(view)

    def _waited(self, stays: AnyArray) -> Bool:
        stays["since_ns"] = np.minimum(stays["since_ns"], self._arrivals.since_ns(stays["track"]))
        return super()._waited(stays)

    def _meets(self, view: StepView, rows: AnyArray) -> Bool:
        return np.ones(len(rows), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        return ()

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> LaneMeasures:
        return LaneMeasures("closed_lane", round(seconds, 3))


class ForbiddenTurnRule(InstantRule):
    """One event for each track that crosses the entry and then the exit."""

    def __init__(self, spec: LaneViolationSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._entry_name = spec.entry
        self._entry, self._exit = (
            shared.lines.watch(shared.scene.lines[str(name)], spec.hysteresis_px, self._wanted)
            for name in (spec.entry, spec.exit)
        )
        self._within_ns = round(spec.within_s * SECOND_NS)
        self._came = TrackTable([("entry_ns", np.int64), ("left_ns", np.int64)])

    def _found(self, view: StepView) -> Findings:
        findings, clock, came, lines = NOTHING, self._clock, self._came, self._shared.lines
        came.let_go(view, clock)
        entered = np.array(lines.at(view, self._entry), np.int64).reshape(-1, 2)
        if len(entered):
            at, _ = came.locate(view.track_id[entered[:, 0]], clock.run_ns)
            # One who comes back over the entry has not entered.
            came.rows["entry_ns"][at] = np.where(entered[:, 1] > 0, clock.run_ns, -self._within_ns - 1)
        for row, way_out in lines.at(view, self._exit):
            if way_out > 0:
                findings += self._turned(view, row)
                gone = came.row(int(view.track_id[row]))
                if gone is not None:
                    came.rows["left_ns"][gone] = clock.run_ns
        return findings

    def _turned(self, view: StepView, row: int) -> Findings:
        known = self._came.find(int(view.track_id[row]))
        if known is None or known["left_ns"] > known["entry_ns"]:
            return NOTHING  # who has gone out has to enter again
        lasted_ns = self._clock.run_ns - int(known["entry_ns"])
        if lasted_ns > self._within_ns:
            return NOTHING
        return self._event(view, row, LaneMeasures("forbidden_turn", round(lasted_ns / SECOND_NS, 3)))

    def _conditions(self, view: StepView, row: int) -> Reasons:
        known = self._came.find(int(view.track_id[row]))
        if known is None or known["entry_ns"] < 0 or known["entry_ns"] < known["left_ns"] < self._clock.run_ns:
            return self._shared.lines.explain(view, row, self._entry)[0]
        lasted_ns = self._clock.run_ns - int(known["entry_ns"])
        longest, lasted = Amount(self._within_ns / SECOND_NS, "s"), seconds(lasted_ns / SECOND_NS)
        came = reason("came-in", True, entry=self._entry_name)
        in_time = reason("turn-time", lasted_ns <= self._within_ns, value=lasted, limit=longest)
        side, crossed = self._shared.lines.explain(view, row, self._exit)
        way = (reason("direction", crossed > 0, way=WAYS[crossed]),) if crossed else ()
        return came, in_time, *side, *way


def lane_violation_rule(
    spec: LaneViolationSpec, shared: Shared, open_events: Sequence[Event]
) -> ClosedLaneRule | ForbiddenTurnRule:
    """The rule for a closed lane, or for a forbidden turn, where the spec names an entry."""
    return (ClosedLaneRule if spec.entry is None else ForbiddenTurnRule)(spec, shared, open_events)
