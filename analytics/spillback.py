"""traffic.spillback: a queue reaches a line, such as the junction behind or the end of a ramp."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.queues import QueueState, on_queue_lane, queue_unit
from analytics.shared import Shared
from analytics.vehicles import is_vehicle
from analytics.views import CONFIRMED
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.lanes import crossed_at
from core.measures import SpillbackMeasures
from scenes.rules import SpillbackSpec

REACHES_M: Final = 2.0
KEEPS_M: Final = 5.0
"""A queue whose last vehicle that is seen stands so near before a line reaches it, and one that did still does so long:
a motorcycle's length, and one with the gaps around it, since those behind are hidden by others now and then."""


class SpillbackRule(PlaceRule):
    """One event for a line while a queue that begins downstream of it reaches back to it, on any of its lanes.

    Raises:
        KeyError: no lane's centreline crosses the line.
    """

    def __init__(self, spec: SpillbackSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        scene = shared.scene
        self._line_at = crossed_at(scene, scene.lines[spec.line], spec.group)
        if np.isnan(self._line_at).all():
            raise KeyError(spec.line)
        self._queues = shared.queues(spec)
        self._unit = queue_unit(scene)
        self._reaches, self._keeps = (REACHES_M, KEEPS_M) if scene.ground is not None else (0.0, 0.0)
        self._length, self._vehicles = 0.0, 0
        self._line, self._wanted = scene.lines[spec.line], is_vehicle()
        self._state: QueueState | None = None

    def _look(self, view: StepView) -> Look:
        state = self._state = self._queues.update(view, self._clock)
        if not len(state.lane):
            return NOTHING_THERE
        at = self._line_at[state.lane]
        short = np.where(at <= state.head, state.tail - at, np.inf)
        near = np.flatnonzero(short <= self._keeps)
        if not len(near):
            return NOTHING_THERE
        self._length, self._vehicles = float(state.length[near].max()), int(state.vehicles[near].sum())
        there = bool(short[near].min() <= self._reaches)
        return Look(there, True, lambda: np.flatnonzero(state.members(near) & (view.state == CONFIRMED)))

    def _conditions(self, view: StepView, row: int) -> Reasons:
        crossed = ~np.isnan(self._line_at)
        said, state = on_queue_lane(view, row, self._wanted, crossed, self._line.label), self._state
        if state is None or not said[-1].holds:
            return said
        queued = self._queues.explain(view, row, state, self._clock)
        return (*said, queued, self._at_line(state, int(state.chain[row]))) if queued.holds else (*said, queued)

    def _at_line(self, state: QueueState, chain: int) -> Reason:
        at, unit = float(self._line_at[state.lane[chain]]), "m" if state.metric else "px"
        short, head = float(state.tail[chain]) - at, float(state.head[chain]) - at
        if head < 0:
            return reason("queue-behind", False, line=self._line.label, value=Amount(-head, unit))
        return reason("queue-reaches", short <= self._reaches, line=self._line.label, value=Amount(abs(short), unit))

    def _measures(self, seconds: float, last: Event | None) -> SpillbackMeasures:
        return SpillbackMeasures(round(self._length, 2), self._vehicles, round(seconds, 3), self._unit)

    def _calm(self) -> None:
        self._length, self._vehicles = 0.0, 0
