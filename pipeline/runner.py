"""The running system: camera threads → batcher → step → findings, in one loop that a reader can hold in the head."""

from __future__ import annotations

import threading
import time
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
from pipeline.budget import Budget
from pipeline.camera import CameraStatus
from pipeline.cameras import CameraPlan, Cameras
from pipeline.clock import Clock
from pipeline.hand_on import Evidence, HandOn
from pipeline.live import LivePictures
from pipeline.losses import LossyStep
from pipeline.observing import ObserverCounters
from pipeline.roster import Roster
from pipeline.second_look.alerts import Alerts
from pipeline.step import Begun, StageTimes, Step, StepResult
from trackers.world import World

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
        scenes: dict[str, Scene] = {}
        self.live = LivePictures(scenes)
        self._hand_on = HandOn(scenes, publish, evidence=evidence, alerts=alerts, tell_frames=tell_frames)
        self._batcher = Batcher(batch_size or max(detector.batch_size, 1), window_s=window_s, max_age_s=max_age_s)
        self._cameras, rules = Cameras(self._batcher), RuleEngine(mutes)
        looks, observed = KnownFirst(CloseUps(detector, scenes)), self._cameras.observed
        self._way = Step(looks, tracker, World(scenes), rules, describer=describer, observed=observed)
        self._step = LossyStep(self._way, self._hand_on.references)
        self._clock = Clock(self._cameras, rules, self._hand_on)
        self._roster = Roster(scenes, self._cameras, rules, self._way, self._hand_on, open_events)
        self._stop = threading.Event()
        self.beat_s = time.monotonic()
        for plan in cameras:
            self._roster.admit(plan)

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
        self._roster.add(plan)

    def remove(self, camera_id: str) -> None:
        """Watch a camera no more and free all that is kept of it. From any thread; done before the next batch."""
        self._roster.remove(camera_id)

    def steps(self, *, most_frames: int | None = None, most_s: float | None = None) -> Iterator[StepResult]:
        """Run, for so many frames at most, and for `most_s` seconds at the longest, whether frames come or not.

        Each result's pixels are given back when the next one is asked for.
        """
        self._clock.start()
        try:
            self._cameras.start()
            yield from self._loop(Budget(most_frames, most_s))
        finally:
            self.live.close()
            self._cameras.close()
            self._clock.close()

    def _loop(self, budget: Budget) -> Iterator[StepResult]:
        begun: Begun | None = None  # a device computes it while the one before it is tracked
        try:
            while not self._stop.is_set() and not budget.late:
                self.beat_s = time.monotonic()
                if begun is None:
                    self._roster.follow()
                batch = self._next(budget, busy=begun is not None)
                before, begun = begun, None if batch is None else self._step.begin(batch)
                if before is not None:
                    yield from self._finish(before)
                elif batch is None and (self._batcher.finished or budget.spent):
                    return
                if begun is not None and begun.ticket.ready:
                    before, begun = begun, None
                    yield from self._finish(before)
                self._clock.tick_when_due()
            if begun is not None:
                before, begun = begun, None
                yield from self._finish(before)
        finally:
            if begun is not None:
                self._step.abandon(begun)

    def _next(self, budget: Budget, *, busy: bool) -> FrameBatch | None:
        if (busy and self._roster.waiting) or budget.spent:
            return None  # orders wait until no batch is in hand
        # What came while the device was busy is enough: waiting for more would leave it idle.
        timeout_s, window_s = (0.0, 0.0) if busy else (POLL_S, None)
        batch = self._batcher.next(timeout_s, window_s=window_s, most=budget.frames_left)
        if batch is not None:
            budget.take(len(batch))
        return batch

    def _finish(self, begun: Begun) -> Iterator[StepResult]:
        try:
            result = self._step.finish(begun)
            if result is not None:
                self._hand_on.result(result)
                self.live.keep(result)
                yield result
        finally:
            begun.frames.release()
