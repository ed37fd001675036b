"""What the rules of one camera have in common: worked out once a frame, whoever asks first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from analytics.clock import CameraClock
from analytics.crossings import Crossings
from analytics.free_flow import FreeFlow
from analytics.fronts import Fronts
from analytics.late_crossings import Crossed
from analytics.on_foot import QUEUE, OnFoot
from analytics.queues import LaneQueues
from analytics.sight import Sight, Zones
from analytics.signals import Signals
from analytics.things import Things
from analytics.views import class_mask
from core.arrays import Bool
from core.findings import StepView
from core.scene import Scene
from scenes.rules import QueueSpec, SpillbackSpec

Common = TypeVar("Common")


class Shared:
    """The time of the camera, what its frames show, crossings of lines and stop lines, queues, free-flow speeds, things
    left behind.

    Rules say which zones and lines they watch before the first frame.

    Attributes:
        clock: has heard the frame that a rule is shown, and each tick.
        lines: crossings of all watched lines.
        free_flow: of the scene's lanes.
        signals: what they show, and have shown lately.
        crossed: who has crossed their stop lines lately.
    """

    def __init__(self, scene: Scene, camera_id: str) -> None:
        self.scene, self.camera_id, self.clock = scene, camera_id, CameraClock()
        self.lines = Crossings(self.clock)
        self.free_flow = FreeFlow(scene)
        self.signals = Signals(self.clock)
        self.crossed = Crossed(self.clock)
        self._common: dict[Hashable, Any] = {}
        self._numbers: dict[str, int] = {}
        self._zones = Zones([])
        self._sight: Sight | None = None
        self._things: Things | None = None

    @property
    def things(self) -> Things:
        """What lies about, from now on followed."""
        if self._things is None:
            self._things = Things(self.scene)
        return self._things

    def fronts(self, wanted: Bool) -> Fronts:
        """When vehicles of these classes (a mask by `views.class_mask`) cross stop lines: one for all rules of them."""
        return self.common((Fronts, wanted.tobytes()), lambda: Fronts(self.clock, self.lines, wanted))

    def common(self, key: Hashable, make: Callable[[], Common]) -> Common:
        """What all rules have in common that ask by one key: made for the first of them."""
        if key not in self._common:
            self._common[key] = make()
        found: Common = self._common[key]
        return found

    def zone(self, zone_id: str) -> int:
        """The number of a zone, from now on watched, in `Sight.inside`.

        Raises:
            KeyError: the scene has no such zone.
        """
        if zone_id not in self._numbers:
            self._zones = Zones([self.scene.zones[name].polygon for name in (*self._numbers, zone_id)])
            self._numbers[zone_id] = len(self._numbers)
        return self._numbers[zone_id]

    def hear(self, view: StepView) -> Sight:
        """A frame has come: each rule says so, and the first moves the clock."""
        sight = self._sight
        if sight is None or (sight.view is not view and sight.view.frame is not view.frame):
            self.clock.frame(view.frame)
            self.signals.hear(view)
            sight = self._sight = self.look(view)
            if self._things is not None:
                self._things.hear(sight, self.clock)
        return sight

    def look(self, view: StepView) -> Sight:
        """What a frame shows, whether or not it was heard."""
        if self._sight is not None and self._sight.view.frame is view.frame:
            return self._sight
        return Sight(view, self._zones)

    def queues(self, spec: QueueSpec | SpillbackSpec) -> LaneQueues:
        """The queues as a rule of the scene defines them; rules that define them alike share them."""
        limits = spec.begin_kmh, spec.end_kmh, spec.gap_m
        return self.common((LaneQueues, *limits), lambda: LaneQueues.by(spec, self.scene))

    def on_foot(self, classes: Sequence[str], max_speed_kmh: float, max_along_kmh: float, still_s: float) -> OnFoot:
        """Who of these classes is on foot; rules that define it alike share it."""
        limits = {"max_speed_kmh": max_speed_kmh, "max_along_kmh": max_along_kmh, "still_s": still_s}
        queues = self.queues(QUEUE) if self.scene.lanes and self.scene.ground is not None else None
        return self.common(
            (OnFoot, *classes, *limits.values()),
            lambda: OnFoot(self.scene, self.clock, queues, class_mask(classes), **limits),
        )
