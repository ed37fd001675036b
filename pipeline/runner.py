"""The running system: camera threads → batcher → step → findings, in one loop that a reader can hold in the head."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from analytics.engine import RuleEngine
from core.events import Event
from core.frames import FrameBatch
from core.mutes import Mutes
from core.protocols import Describer, Detector, Tracker
from core.records import Record
from core.scene import Scene
from models.close_ups import CloseUps
from models.known import KnownFirst
from pipeline.batcher import Batcher
from pipeline.camera import CameraStatus
from pipeline.cameras import CameraPlan, Cameras
from pipeline.hand_on import Evidence, HandOn
from pipeline.health import HealthLog
from pipeline.live import LivePictures
from pipeline.losses import LossyStep
from pipeline.observing import ObserverCounters
from pipeline.second_look.alerts import Alerts
from pipeline.step import Begun, StageTimes, Step, StepResult
from trackers.world import World

TICK_S: Final = 1.0
"""How often rules hear the clock."""
POLL_S: Final = 0.2
"""Longest wait for a batch before the loop looks at its orders and the clock again."""


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
        self._hand_on = HandOn(self._scenes, publish, evidence=evidence, alerts=alerts, tell_frames=tell_frames)
        self._batcher = Batcher(batch_size or max(detector.batch_size, 1), window_s=window_s, max_age_s=max_age_s)
        self._cameras = Cameras(self._batcher)
        self._rules, self._open_events = RuleEngine(mutes), open_events
        looks, world = KnownFirst(CloseUps(detector, self._scenes)), World(self._scenes)
        observed = self._cameras.observed
        self._way = Step(looks, tracker, world, self._rules, describer=describer, observed=observed)
        self._step = LossyStep(self._way, self._hand_on.references)
        self._health = HealthLog()
        self._orders: deque[Callable[[], None]] = deque()
        self._stop = threading.Event()
        self._deadline: float | None = None
        self._frames_left: int | None = None
        self._next_tick = 0.0
        self.beat_s = time.monotonic()
        for plan in cameras:
            self._add(plan)

    @property
    def times(self) -> StageTimes:
        """Seconds spent in each stage so far."""
        return self._way.times

    @property
    def lost_frames(self) -> int:
        """Frames that the detector failed on."""
        return self._step.lost_frames

    def status(self) -> list[CameraStatus]:
        """How each camera is doing; `dropped` counts losses on the way to the detector too."""
        return self._cameras.status()

    def observers(self) -> dict[str, dict[str, ObserverCounters]]:
        """What observers did so far, by camera and name."""
        return self._cameras.observers()

    def stop(self) -> None:
        """End soon, from any thread or a signal handler."""
        self._stop.set()

    def add(self, plan: CameraPlan) -> None:
        """Watch one more camera, without touching the others. From any thread; done before the next batch."""
        self._orders.append(lambda: self._add(plan, start=True))

    def remove(self, camera_id: str) -> None:
        """Watch a camera no more and free all that is kept of it. From any thread; done before the next batch."""
        self._orders.append(lambda: self._remove(camera_id))

    def steps(self, *, most_frames: int | None = None, most_s: float | None = None) -> Iterator[StepResult]:
        """Run, for so many frames at most, and for `most_s` seconds at the longest, whether frames come or not.

        Each result's pixels are given back when the next one is asked for.
        """
        self._deadline = None if most_s is None else time.monotonic() + most_s
        self._frames_left = most_frames
        self._next_tick = time.monotonic() + TICK_S
        try:
            self._cameras.start()
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
                before, begun = begun, None if batch is None else self._step.begin(batch)
                if before is not None:
                    yield from self._finish(before)
                elif batch is None and (self._batcher.finished or self._frames_left == 0):
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
                self._step.abandon(begun)

    def _follow_orders(self) -> None:
        while self._orders:
            self._orders.popleft()()

    def _next(self, *, busy: bool) -> FrameBatch | None:
        if (busy and self._orders) or self._frames_left == 0:
            return None  # orders wait until no batch is in hand
        # What came while the device was busy is enough: waiting for more would leave it idle.
        timeout_s, window_s = (0.0, 0.0) if busy else (POLL_S, None)
        batch = self._batcher.next(timeout_s, window_s=window_s, most=self._frames_left)
        if batch is not None and self._frames_left is not None:
            self._frames_left -= len(batch)
        return batch

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
        self._hand_on.findings(self._rules.tick(time.time_ns()))
        self._tell_health(statuses)

    def _tell_health(self, statuses: Sequence[CameraStatus]) -> None:
        told = self._health.update(statuses, time.time_ns(), self._rules.faults)
        if told:
            self._hand_on.publish(told)

    def _finish(self, begun: Begun) -> Iterator[StepResult]:
        try:
            result = self._step.finish(begun)
            if result is not None:
                self._hand_on.result(result)
                self.live.keep(result)
                yield result
        finally:
            begun.frames.release()

    def _add(self, plan: CameraPlan, *, start: bool = False) -> None:
        camera = self._cameras.add(plan)
        name, live = plan.camera_id, plan.source.live
        self._scenes[name] = plan.scene
        self._rules.add_camera(name, plan.scene, plan.rules, self._open_events(name), live=live)
        if start:
            camera.start()

    def _remove(self, camera_id: str) -> None:
        if not self._cameras.remove(camera_id):
            return
        self._hand_on.findings(self._rules.remove_camera(camera_id, time.time_ns()))
        self._way.forget(camera_id)
        self._scenes.pop(camera_id, None)
        self._hand_on.forget(camera_id)

    def _close(self) -> None:
        self.live.close()
        self._cameras.close()
        self._hand_on.findings(self._rules.close(time.time_ns()))
        self._tell_health(self.status())
