"""The running system: camera threads → batcher → step → findings, in one loop that a reader can hold in the head."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

import structlog

from analytics.engine import RuleEngine
from core.arrays import U8
from core.errors import MatphoError
from core.events import Event, Record
from core.findings import EvidenceRequest, Findings
from core.frames import MOVING, FrameBatch, FrameMeta, Surface
from core.mutes import Mutes
from core.observations import NOTHING_SEEN, Observations
from core.protocols import Describer, Detector, Source, Tracker
from core.scene import Scene
from models.close_ups import CloseUps
from models.known import KnownFirst
from pipeline.batcher import Batcher, DropPolicy, Inlet
from pipeline.camera import Camera, CameraStatus
from pipeline.frame_tracks import frame_tracks
from pipeline.health import HealthLog
from pipeline.live import LivePictures
from pipeline.observing import MakeObserver, ObserverCounters, Observing
from pipeline.placing import placed_picture
from pipeline.second_look.alerts import Alerts
from pipeline.second_look.crops import crop_of
from pipeline.step import Begun, StageTimes, Step, StepResult
from pipeline.viewpoint import MakeViewpoint, ViewMarker
from scenes.rules import AnyRuleSpec
from trackers.world import World

log = structlog.get_logger()

TICK_S: Final = 1.0
"""How often rules hear the clock."""
POLL_S: Final = 0.2
"""Longest wait for a batch before the loop looks at its orders and the clock again."""
MOST_LOST_BATCHES: Final = 5
"""Batches that the detector may fail on in a row before the system gives up, to be started again by its supervisor."""


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
    """

    source: Source
    scene: Scene
    rules: tuple[AnyRuleSpec, ...] = ()
    fps: float | None = None
    still_fps: float | None = None
    priority: float = 1.0
    viewpoint: MakeViewpoint | None = None
    observers: tuple[MakeObserver, ...] = ()

    @property
    def camera_id(self) -> str:
        """The camera's identifier."""
        return self.source.camera_id


class Evidence(Protocol):
    """Keeps pictures; never blocks and never raises for a full disk."""

    def offer(self, request: EvidenceRequest, picture: Callable[[], U8], scene: Scene | None) -> bool:
        """Ask for a picture of an event; `picture` gives (height, width, 3) BGR, at once. False: dropped."""
        ...

    def reference(self, camera_id: str, view: str, picture: U8) -> None:
        """Keep a camera's first picture, of a turning camera the first in each view."""
        ...


@dataclass(frozen=True, slots=True)
class _Running:
    plan: CameraPlan
    camera: Camera
    inlet: Inlet
    observing: Observing | None = None


class Pipeline:
    """Watches cameras until they end or `stop` is called.

    Args:
        detector: finds objects; called by the loop's thread alone.
        tracker: joins them; the same.
        publish: takes records away; must not block (`sinks.fan_out.FanOut.publish`).
        describer: says what they look like before they are joined, None to go by place alone.
        evidence: keeps pictures, None to keep none.
        alerts: what `publish` belongs to, where events get a second look: it is asked before they are published.
        tell_frames: publish the tracks of each frame too.
        open_events: events of a camera that were open when the system last stopped.
        mutes: what people want to hear nothing of; may change at any time.
        window_s, max_age_s, batch_size: see `pipeline.batcher.Batcher`; the batch is the detector's unless given.

    Attributes:
        beat_s: when the loop last turned (monotonic), which it does several times a second.
        live: what the cameras show now.
    """

    def __init__(
        self,
        detector: Detector,
        tracker: Tracker,
        cameras: Sequence[CameraPlan],
        *,
        describer: Describer | None = None,
        publish: Callable[[Sequence[Record]], None] = lambda _records: None,
        evidence: Evidence | None = None,
        alerts: Alerts | None = None,
        tell_frames: bool = False,
        open_events: Callable[[str], Sequence[Event]] = lambda _camera_id: (),
        mutes: Mutes | None = None,
        batch_size: int | None = None,
        window_s: float = 0.01,
        max_age_s: float = 2.0,
    ) -> None:
        self._scenes: dict[str, Scene] = {}
        self.live = LivePictures(self._scenes)
        self._rules = RuleEngine(mutes)
        looks, world = KnownFirst(CloseUps(detector, self._scenes)), World(self._scenes)
        self._step = Step(looks, tracker, world, self._rules, describer=describer, observed=self._observed)
        self._publish, self._evidence, self._open_events = publish, evidence, open_events
        self._alerts = alerts
        self._batcher = Batcher(batch_size or max(detector.batch_size, 1), window_s=window_s, max_age_s=max_age_s)
        self._running: dict[str, _Running] = {}
        self._pictured: set[tuple[str, str]] = set()
        self._health = HealthLog()
        self._tell_frames = tell_frames
        self._orders: deque[Callable[[], None]] = deque()
        self._stop = threading.Event()
        self._lost_frames = 0
        self._lost_in_a_row = 0
        self._deadline: float | None = None
        self._next_tick = 0.0
        self.beat_s = time.monotonic()
        for plan in cameras:
            self._add(plan)

    @property
    def times(self) -> StageTimes:
        """Seconds spent in each stage so far."""
        return self._step.times

    @property
    def lost_frames(self) -> int:
        """Frames that the detector failed on."""
        return self._lost_frames

    def status(self) -> list[CameraStatus]:
        """How each camera is doing; `dropped` counts losses on the way to the detector too."""
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

    def stop(self) -> None:
        """End soon, from any thread or a signal handler."""
        self._stop.set()

    def add(self, plan: CameraPlan) -> None:
        """Watch one more camera, without touching the others. From any thread; done before the next batch."""
        self._orders.append(lambda: self._add(plan, start=True))

    def remove(self, camera_id: str) -> None:
        """Watch a camera no more and free all that is kept of it. From any thread; done before the next batch."""
        self._orders.append(lambda: self._remove(camera_id))

    def steps(self, *, most_s: float | None = None) -> Iterator[StepResult]:
        """Run, for `most_s` seconds at the longest, whether frames come or not.

        Each result's pixels are given back when the next one is asked for.
        """
        self._deadline = None if most_s is None else time.monotonic() + most_s
        self._next_tick = time.monotonic() + TICK_S
        try:
            for running in list(self._running.values()):
                running.camera.start()
            yield from self._loop()
        finally:
            self._close()

    def _loop(self) -> Iterator[StepResult]:
        begun: Begun | None = None  # a device computes it while the one before it is tracked
        try:
            while not self._stop.is_set() and not self._late():
                self.beat_s = time.monotonic()
                if begun is None:
                    self._follow_orders()
                batch = self._next(busy=begun is not None)
                before, begun = begun, None if batch is None else self._begin(batch)
                if before is not None:
                    yield from self._finish(before)
                elif batch is None and self._batcher.finished:
                    return
                if begun is not None and begun.ticket.ready:
                    before, begun = begun, None
                    yield from self._finish(before)
                self._tick_when_due()
            if begun is not None:
                before, begun = begun, None
                yield from self._finish(before)
        finally:
            if begun is not None:
                self._abandon(begun)

    def _follow_orders(self) -> None:
        while self._orders:
            self._orders.popleft()()

    def _next(self, *, busy: bool) -> FrameBatch | None:
        if busy and self._orders:
            return None  # they wait until no batch is in hand
        # What came while the device was busy is enough: waiting for more would leave it idle.
        return self._batcher.next(0.0, window_s=0.0) if busy else self._batcher.next(POLL_S)

    def _tick_when_due(self) -> None:
        if time.monotonic() >= self._next_tick:
            self._next_tick = time.monotonic() + TICK_S
            self._tick()

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _tick(self) -> None:
        statuses = self.status()
        for status in statuses:
            if status.error:
                self._rules.source_said(status.camera_id, status.error)
        self._hand_over(self._rules.tick(time.time_ns()), None)
        self._tell_health(statuses)

    def _tell_health(self, statuses: Sequence[CameraStatus]) -> None:
        told = self._health.update(statuses, time.time_ns(), self._rules.faults)
        if told:
            self._publish(told)

    def _begin(self, batch: FrameBatch) -> Begun | None:
        begun = None
        try:
            self._keep_reference_pictures(batch)
            begun = self._step.begin(batch)
        except MatphoError:
            raise
        except Exception as error:  # noqa: BLE001 a model's runtime raises errors of its own: the batch is lost, not the system
            self._lose(batch, error)
        finally:
            if begun is None:
                batch.release()
        return begun

    def _finish(self, begun: Begun) -> Iterator[StepResult]:
        batch = begun.frames
        try:
            try:
                result = self._step.finish(begun)
            except MatphoError:
                raise
            except Exception as error:  # noqa: BLE001 as above
                self._lose(batch, error)
                return
            self._lost_in_a_row = 0
            self._hand_over(result.findings, batch)
            self.live.keep(result)
            if self._tell_frames:
                self._publish(frame_tracks(result.tracks, result.motion, self._scenes))
            yield result
        finally:
            batch.release()

    def _abandon(self, begun: Begun) -> None:
        """Wait until the device reads a batch no more, and give its pixels back: nobody asks for its result."""
        try:
            begun.ticket.collect()
        except Exception as error:  # noqa: BLE001 as above
            self._lose(begun.frames, error)
        finally:
            begun.frames.release()

    def _lose(self, batch: FrameBatch, error: Exception) -> None:
        self._lost_frames += len(batch)
        self._lost_in_a_row += 1
        cameras = sorted({frame.camera_id for frame in batch.frames})
        log.error("batch_lost", cameras=cameras, frames=len(batch), error=str(error), exc_info=error)
        if self._lost_in_a_row >= MOST_LOST_BATCHES:
            reason = f"{type(error).__name__}: {error}"
            raise MatphoError("error-detector-failing", count=self._lost_in_a_row, reason=reason) from error

    def _hand_over(self, findings: Findings, batch: FrameBatch | None) -> None:
        surfaces = {} if batch is None else dict(zip(batch.frames, batch.surfaces, strict=True))
        if self._alerts is not None:
            for request in findings.evidence:
                surface, scene = surfaces.get(request.frame), self._scenes.get(request.frame.camera_id)
                seen = None if surface is None or scene is None else partial(crop_of, request, surface, scene)
                self._alerts.ask(request.event, seen)
        if findings.records:
            self._publish(findings.records)
        if self._evidence is None:
            return
        for request in findings.evidence:
            surface = surfaces.get(request.frame)
            if surface is not None:
                scene = self._scenes.get(request.frame.camera_id)
                picture = partial(placed_picture, request.frame, surface)
                self._evidence.offer(request, picture, scene and scene.at(request.frame.view))

    def _observed(self, frame: FrameMeta) -> Observations:
        running = self._running.get(frame.camera_id)
        return NOTHING_SEEN if running is None or running.observing is None else running.observing.take(frame)

    def _keep_reference_pictures(self, batch: FrameBatch) -> None:
        if self._evidence is None:
            return
        surface: Surface
        for frame, surface in zip(batch.frames, batch.surfaces, strict=True):
            key = frame.camera_id, "" if frame.view == MOVING else frame.view
            if key not in self._pictured:
                self._pictured.add(key)
                self._evidence.reference(*key, surface.to_host())

    def _add(self, plan: CameraPlan, *, start: bool = False) -> None:
        camera_id, live = plan.camera_id, plan.source.live
        if camera_id in self._running:
            raise MatphoError("error-camera-twice", camera=camera_id)
        policy = DropPolicy.NEWEST if live else DropPolicy.WAIT
        inlet = self._batcher.inlet(camera_id, policy, weight=plan.priority)
        self._scenes[camera_id] = plan.scene
        self._rules.add_camera(camera_id, plan.scene, plan.rules, self._open_events(camera_id), live=live)
        marker = None if plan.viewpoint is None else ViewMarker(plan.viewpoint())
        made = [observer for make in plan.observers if (observer := make()) is not None]
        observing = Observing(made) if made else None
        camera = Camera(plan.source, inlet, fps=plan.fps, still_fps=plan.still_fps, marker=marker, observing=observing)
        self._running[camera_id] = _Running(plan, camera, inlet, observing)
        if start:
            camera.start()

    def _remove(self, camera_id: str) -> None:
        running = self._running.pop(camera_id, None)
        if running is None:
            return
        running.camera.stop()
        self._batcher.remove(camera_id)
        self._hand_over(self._rules.remove_camera(camera_id, time.time_ns()), None)
        self._step.forget(camera_id)
        self._scenes.pop(camera_id, None)
        self._pictured = {key for key in self._pictured if key[0] != camera_id}

    def _close(self) -> None:
        self.live.close()
        for running in self._running.values():
            running.camera.stop()
            running.inlet.close()
        for running in self._running.values():
            running.camera.join(2.0)
        self._batcher.close()
        self._hand_over(self._rules.close(time.time_ns()), None)
        self._tell_health(self.status())
