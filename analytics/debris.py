"""incident.debris: a thing lies on a carriageway, and no track explains it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.object_rule import ObjectRule
from analytics.shared import Shared
from analytics.things import NOBODY, Thing
from core.events import Event
from core.measures import DebrisMeasures
from core.scene import Lane
from scenes.rules import DebrisSpec

WAIT_M: Final = 20.0
"""So near to a stop line vehicles wait for its signal."""
WAIT_SHARE: Final = 1 / 3
"""… and uncalibrated within this share of the way along the lane from it."""


class DebrisRule(ObjectRule):
    """One event for each thing that lies on a carriageway."""

    def __init__(self, spec: DebrisSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._signal_ns = round(spec.signal_s * SECOND_NS)
        self._signals = [lane for lane in shared.scene.lanes.values() if lane.stop_line]

    def _meets(self, thing: Thing) -> bool:
        return thing.explained_by == NOBODY

    def _wait_ns(self, thing: Thing) -> int:
        waits = any(self._before_signal(lane, thing) for lane in self._signals)
        return max(self._signal_ns, self._for_ns) if waits else self._for_ns

    def _before_signal(self, lane: Lane, thing: Thing) -> bool:
        end, spot = lane.centreline[-1], thing.spot
        if spot.ground is not None and self._scene.ground is not None:
            metres, valid = self._scene.ground.to_ground(end[None])
            return bool(valid[0]) and float(np.hypot(*(spot.ground - metres[0]))) <= WAIT_M
        length = float(np.hypot(*np.diff(lane.centreline, axis=0).T).sum())
        return float(np.hypot(*(spot.foot - end))) <= WAIT_SHARE * length

    def _measures(self, seconds: float, thing: Thing) -> DebrisMeasures:
        return DebrisMeasures(seconds, round(thing.size, 2), thing.unit)
