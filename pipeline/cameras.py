"""The cameras of a running system: the thread of each, its way into the batches, what observes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import MatphoError
from core.frames import FrameMeta
from core.observations import NOTHING_SEEN, Observations
from core.protocols import Source
from core.scene import Scene
from pipeline.batcher import Batcher, DropPolicy, Inlet
from pipeline.camera import Camera, CameraStatus
from pipeline.observing import MakeObserver, ObserverCounters, Observing
from pipeline.viewpoint import MakeViewpoint, ViewMarker
from scenes.model_specs import InputWidth
from scenes.rules import AnyRuleSpec


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """One camera to watch.

    Attributes:
        source: its frames.
        scene: its places.
        rules: what to look for.
        fps, still_fps: the most frames a second, in general and while nothing moves; None: all.
        priority: when there are too many frames, cameras get turns in the ratio of their priorities.
        viewpoint: says where the camera looks, if its scene has presets.
        observers: look at its pictures at their own rates.
        input: width of the detector's input for its pictures; None: as the model says.
    """

    source: Source
    scene: Scene
    rules: tuple[AnyRuleSpec, ...] = ()
    fps: float | None = None
    still_fps: float | None = None
    priority: float = 1.0
    viewpoint: MakeViewpoint | None = None
    observers: tuple[MakeObserver, ...] = ()
    input: InputWidth | None = None

    @property
    def camera_id(self) -> str:
        """The camera's identifier."""
        return self.source.camera_id


@dataclass(frozen=True, slots=True)
class _Running:
    camera: Camera
    inlet: Inlet
    observing: Observing | None = None


class Cameras:
    """The cameras that feed a batcher. Changed by the loop's thread alone; asked from any."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher
        self._running: dict[str, _Running] = {}

    def add(self, plan: CameraPlan) -> Camera:
        """A camera that is not started yet.

        Raises:
            MatphoError: one of this name is watched already.
        """
        camera_id = plan.camera_id
        if camera_id in self._running:
            raise MatphoError("error-camera-twice", camera=camera_id)
        policy = DropPolicy.NEWEST if plan.source.live else DropPolicy.WAIT
        inlet = self._batcher.inlet(camera_id, policy, weight=plan.priority)
        marker = None if plan.viewpoint is None else ViewMarker(plan.viewpoint())
        made = [observer for make in plan.observers if (observer := make()) is not None]
        observing = Observing(made) if made else None
        camera = Camera(plan.source, inlet, fps=plan.fps, still_fps=plan.still_fps, marker=marker, observing=observing)
        self._running[camera_id] = _Running(camera, inlet, observing)
        return camera

    def remove(self, camera_id: str) -> bool:
        """Watch a camera no more; whether there was one."""
        running = self._running.pop(camera_id, None)
        if running is None:
            return False
        running.camera.stop()
        self._batcher.remove(camera_id)
        return True

    def start(self) -> None:
        """Start them all."""
        for running in list(self._running.values()):
            running.camera.start()

    def close(self, timeout_s: float = 2.0) -> None:
        """Stop them all, and wait for each no longer than that."""
        running = list(self._running.values())
        for one in running:
            one.camera.stop()
            one.inlet.close()
        for one in running:
            one.camera.join(timeout_s)
        self._batcher.close()

    def status(self) -> list[CameraStatus]:
        """How each is doing; `dropped` counts losses on the way to the detector too."""
        queues = self._batcher.counters
        found = []
        for status in [running.camera.status() for running in list(self._running.values())]:
            queue = queues.get(status.camera_id)
            found.append(status if queue is None else replace(status, dropped=status.dropped + queue.dropped))
        return found

    def observers(self) -> dict[str, dict[str, ObserverCounters]]:
        """What observers did so far, by camera and name."""
        return {
            name: dict(one.observing.counters) for name, one in list(self._running.items()) if one.observing is not None
        }

    def observed(self, frame: FrameMeta) -> Observations:
        """What observers have told up to a frame."""
        running = self._running.get(frame.camera_id)
        return NOTHING_SEEN if running is None or running.observing is None else running.observing.take(frame)
