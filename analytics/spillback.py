"""traffic.spillback: a queue reaches a line, such as the junction behind or the end of a ramp."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.place_rule import Look, PlaceRule
from analytics.queues import LaneQueues, queue_unit
from analytics.views import CONFIRMED
from core.events import Event, SpillbackMeasures
from core.findings import StepView
from core.lanes import crossed_at
from core.scene import Scene
from scenes.rules import SpillbackSpec


class SpillbackRule(PlaceRule):
    """One event for a line while a queue that begins downstream of it reaches back to it, on any of its lanes.

    Raises:
        KeyError: no lane's centreline crosses the line.
    """

    def __init__(self, spec: SpillbackSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> None:
        super().__init__(spec, camera_id, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        self._line_at = crossed_at(scene, scene.lines[spec.line], spec.group)
        if np.isnan(self._line_at).all():
            raise KeyError(spec.line)
        self._queues = LaneQueues.by(spec, scene)
        self._unit = queue_unit(scene)
        self._length, self._vehicles = 0.0, 0

    def _look(self, view: StepView) -> Look:
        state = self._queues.update(view, self._clock)
        at = self._line_at[state.lane]
        reaching = np.flatnonzero((state.tail <= at) & (at <= state.head))
        if not len(reaching):
            return Look(False, False, lambda: reaching)
        self._length, self._vehicles = float(state.length[reaching].max()), int(state.vehicles[reaching].sum())
        return Look(True, True, lambda: np.flatnonzero(state.members(reaching) & (view.state == CONFIRMED)))

    def _measures(self, seconds: float, last: Event | None) -> SpillbackMeasures:
        return SpillbackMeasures(round(self._length, 2), self._vehicles, round(seconds, 3), self._unit)

    def _calm(self) -> None:
        self._length, self._vehicles = 0.0, 0
