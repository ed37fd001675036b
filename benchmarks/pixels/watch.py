"""A camera as its rules see it: looks at pictures, and the events that come of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.engine import RuleEngine
from core.arrays import U8
from core.events import Event, EventKind, Phase
from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.observations import NOTHING_SEEN, Placement
from core.scene import Scene
from core.tracks import TrackBatch
from models.observers.health import HealthObserver
from pipeline.observing import Observing
from pipeline.sources.surfaces import ArraySurface
from scenes.camera_rules import CAMERA_SPECS

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Alert:
    """An event as it started; `at_s` from the beginning."""

    kind: EventKind
    at_s: float
    until_s: float


class Watch:
    """Watches one camera at a frame a second, with observers and rules as they are by default.

    Attributes:
        placement: as at the last frame.
        cpu_s: computing time of the looks. looks: how many.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._engine = RuleEngine()
        self._engine.add_camera("cam", Scene("bench", 1, size), [spec() for spec in CAMERA_SPECS], live=False)
        self._observing = Observing([HealthObserver()])
        self._events: list[Event] = []
        self.placement = Placement()
        self.cpu_s, self.seconds = 0.0, 0

    @property
    def looks(self) -> int:
        """Taken so far."""
        return self._observing.counters["health"].looks

    def show(self, second: int, picture: Callable[[], U8]) -> None:
        """The picture at a second; it is asked for only when somebody looks."""
        ns = second * SECOND_NS
        meta = FrameMeta("cam", 0, second, ns, ClockSource.FILE, 0, ns, *self._size)
        seen = NOTHING_SEEN
        if second % 2 == 0:
            surface = ArraySurface(picture())
            began = time.thread_time()
            meta = self._observing.look(meta, surface)
            self.cpu_s += time.thread_time() - began
            seen = self._observing.take(meta)
            if seen.health is not None:
                self.placement = seen.health.placement
        self.seconds += 1
        empty = TrackBatch.empty((meta,))
        self._events += self._engine.update(empty, Motion.empty(), [seen]).events

    def failed(self) -> int:
        """Looks and rules that raised."""
        return self._observing.counters["health"].failed + sum(self._engine.failed.values())

    def alerts(self) -> list[Alert]:
        """What was reported so far."""
        ends = {e.event_id: e.at_ns / SECOND_NS for e in self._events if e.phase is Phase.ENDED}
        return [
            Alert(e.kind, e.at_ns / SECOND_NS, ends.get(e.event_id, np.inf))
            for e in self._events
            if e.phase is Phase.STARTED
        ]
