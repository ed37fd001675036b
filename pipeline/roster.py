"""Who is watched: cameras join and leave while the system runs, without touching the others."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from analytics.engine import RuleEngine
from core.events import Event
from core.scene import Scene
from pipeline.cameras import CameraPlan, Cameras
from pipeline.hand_on import HandOn
from pipeline.step import Step


class Roster:
    """Brings a camera into all that keeps something of it, and takes it out again.

    `add` and `remove` may be called from any thread; what they ask for is done by the loop, in `follow`.

    Args:
        scenes: of the cameras that are watched now; kept up to date.
        open_events: events of a camera that were open when the system last stopped.
    """

    def __init__(
        self,
        scenes: dict[str, Scene],
        cameras: Cameras,
        rules: RuleEngine,
        step: Step,
        hand_on: HandOn,
        open_events: Callable[[str], Sequence[Event]],
    ) -> None:
        self._scenes, self._cameras, self._rules, self._step = scenes, cameras, rules, step
        self._hand_on, self._open_events = hand_on, open_events
        self._orders: deque[Callable[[], None]] = deque()

    @property
    def waiting(self) -> bool:
        """Whether something was asked for that is not done."""
        return len(self._orders) > 0

    def add(self, plan: CameraPlan) -> None:
        """Ask for one more camera."""
        self._orders.append(lambda: self.admit(plan, start=True))

    def remove(self, camera_id: str) -> None:
        """Ask that a camera is watched no more and all that is kept of it freed."""
        self._orders.append(lambda: self._dismiss(camera_id))

    def follow(self) -> None:
        """Do what was asked for.

        Raises:
            MatphoError: one of this name is watched already.
        """
        while self._orders:
            self._orders.popleft()()

    def admit(self, plan: CameraPlan, *, start: bool = False) -> None:
        """Watch a camera, from the loop's thread.

        Raises:
            MatphoError: one of this name is watched already.
        """
        camera = self._cameras.add(plan)
        name, live = plan.camera_id, plan.source.live
        self._scenes[name] = plan.scene
        self._rules.add_camera(name, plan.scene, plan.rules, self._open_events(name), live=live)
        if start:
            camera.start()

    def _dismiss(self, camera_id: str) -> None:
        if not self._cameras.remove(camera_id):
            return
        self._hand_on.findings(self._rules.remove_camera(camera_id, time.time_ns()))
        self._step.forget(camera_id)
        self._scenes.pop(camera_id, None)
        self._hand_on.forget(camera_id)
