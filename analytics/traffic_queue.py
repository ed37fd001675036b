"""traffic.queue: vehicles queue on a lane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.free_flow import CAR_BOX_M
from analytics.place_rule import NOTHING_THERE, Look, PlaceRule
from analytics.queues import QueueState, on_queue_lane, queue_unit
from analytics.shared import Shared
from analytics.signals import LaneSignals
from analytics.vehicles import is_vehicle
from analytics.views import CONFIRMED
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.lanes import watched_lanes
from core.measures import QueueMeasures
from scenes.rules import QueueSpec


class QueueRule(PlaceRule):
    """One event for a lane, or a group of lanes, while the longest queue on any of them is long enough."""

    def __init__(self, spec: QueueSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, for_s=spec.for_s, gap_s=spec.gap_s, clear_s=spec.clear_s)
        scene = shared.scene
        self._mine = watched_lanes(scene, lane=spec.lane, group=spec.group)
        self._queues = shared.queues(spec)
        self._unit = queue_unit(scene)
        self._least = spec.min_length_m / (1.0 if scene.ground is not None else CAR_BOX_M)
        self._least_vehicles = spec.min_vehicles or np.inf
        self._length = self._longest = 0.0
        self._most = 0
        self._place, self._wanted = spec.place, is_vehicle()
        self._shown = LaneSignals(scene, shared.signals, shared.clock) if spec.except_red and scene.signals else None
        self._state: QueueState | None = None

    def _look(self, view: StepView) -> Look:
        state = self._state = self._queues.update(view, self._clock)
        if not len(state.lane):
            self._length = 0.0
            return NOTHING_THERE
        longest = state.longest[self._mine]
        queues = longest[longest >= 0]
        if not len(queues):
            self._length = 0.0
            return NOTHING_THERE
        self._length, vehicles = float(state.length[queues].max()), state.vehicles[queues]
        self._longest, self._most = max(self._longest, self._length), max(self._most, int(vehicles.sum()))
        holds = self._length >= self._least or int(vehicles.max()) >= self._least_vehicles
        rows = lambda: np.flatnonzero(state.members(queues) & (view.state == CONFIRMED))  # noqa: E731
        if holds and self._shown is not None and self._shown.stopped()[state.lane[queues]].all():
            return Look(False, True, rows, known=False)
        return Look(holds, holds, rows)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        said, state = on_queue_lane(view, row, self._wanted, self._mine, self._place), self._state
        if state is None or not said[-1].holds:
            return said
        queued = self._queues.explain(view, row, state, self._clock)
        return (*said, queued, self._long(state, int(state.chain[row]))) if queued.holds else (*said, queued)

    def _long(self, state: QueueState, chain: int) -> Reason:
        length, vehicles = float(state.length[chain]), int(state.vehicles[chain])
        holds = length >= self._least or vehicles >= self._least_vehicles
        unit = "m" if state.metric else "car-lengths"
        least = {"limit": Amount(self._least, unit), "vehicles": Amount(vehicles)}
        return reason("queue-long", holds, value=Amount(length, unit), **least)

    def _measures(self, seconds: float, last: Event | None) -> QueueMeasures:
        earlier = last.measures if last and isinstance(last.measures, QueueMeasures) else None
        longest = max(self._longest, earlier.longest if earlier else 0.0)
        most = max(self._most, earlier.vehicles if earlier else 0)
        return QueueMeasures(round(self._length, 2), round(longest, 2), most, round(seconds, 3), self._unit)

    def _calm(self) -> None:
        self._longest, self._most = 0.0, 0
