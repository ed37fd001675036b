"""What the rules of one camera have in common: worked out once a frame, whoever asks first."""

from __future__ import annotations

from analytics.free_flow import FreeFlow
from analytics.queues import LaneQueues
from core.scene import Scene
from scenes.rules import QueueSpec, SpillbackSpec


class Shared:
    """Free-flow speeds, and queues by what counts as one, of a scene's lanes."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._queues: dict[tuple[float, float, float], LaneQueues] = {}
        self.free_flow = FreeFlow(scene)

    def queues(self, spec: QueueSpec | SpillbackSpec) -> LaneQueues:
        """The queues as a rule of the scene defines them; rules that define them alike share them."""
        limits = spec.begin_kmh, spec.end_kmh, spec.gap_m
        if limits not in self._queues:
            self._queues[limits] = LaneQueues.by(spec, self._scene)
        return self._queues[limits]
