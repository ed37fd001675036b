"""One run from start to end: opens what a plan names, steps, and closes everything in order."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, Final

import structlog

from core.errors import ConfigError
from core.mutes import Mutes
from core.off_rules import OffRule
from core.protocols import Sink
from incidents.follow import Follower
from matpho.desk_watch import DeskWatch
from matpho.detectors import detectors_of, together
from matpho.feed_watch import FeedWatch
from matpho.kept_pictures import KeptPictures
from matpho.linking import follower_of, wait_stored
from matpho.plan import Plan
from matpho.run_log import RunLog
from matpho.storing import open_fan_out, open_store
from matpho.summary import RunSummary, off_dict, run_dict
from models.appearance.load import load_describer
from pipeline.camera import CameraStatus
from pipeline.runner import Pipeline
from pipeline.second_look.alerts import Alerts
from pipeline.step import StepResult
from trackers.online import OnlineTracker

log = structlog.get_logger()

CLOSE_S: Final = 10.0
"""Longest wait at the end for sinks to take what is left."""


def keep_for_good() -> None:
    """What this process holds by now it holds to its end: the collector of garbage, which stops all threads for 80 ms
    while it walks through that, passes it over from now on. Only for a process that does nothing else.
    """
    gc.collect()
    gc.freeze()


class Session:
    """A run of a plan.

    Use as a context manager; iterate `steps()`. Leaving it drains the sinks, within `CLOSE_S`, and stores the summary,
    unless `keep_run` is false.

    Args:
        number, of: this process among those that share the plan's cameras; each has an outbox of its own.

    Attributes:
        store: None where the plan has none.
        undelivered: after the end, how many records each sink did not take.

    Raises (on entering):
        MatphoError: the model, the store or a required sink cannot be used.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        extra_sinks: Sequence[Sink] = (),
        keep_run: bool = True,
        number: int = 0,
        of: int = 1,
    ) -> None:
        if not plan.cameras:
            raise ConfigError("error-no-cameras")
        self.plan = plan
        self.summary = RunSummary()
        self.undelivered: dict[str, int] = {}
        self._extra, self._keep_run = tuple(extra_sinks), keep_run
        self._number, self._of = number, of
        self._stack = ExitStack()
        self._opened = False
        self._feeds: FeedWatch | None = None
        self._follower: Follower | None = None

    def __enter__(self) -> Session:
        with ExitStack() as stack:
            self._open(stack)
            self._opened = True
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def steps(self, *, most_frames: int | None = None, most_s: float | None = None) -> Iterator[StepResult]:
        """Run, until the sources end, `stop` is called, or a bound is reached."""
        for result in self.pipeline.steps(most_frames=most_frames, most_s=most_s):
            self.summary.add(result)
            yield result

    def stop(self) -> None:
        """End soon; from any thread or a signal handler."""
        self.pipeline.stop()

    def status(self) -> list[CameraStatus]:
        """How each camera is doing."""
        return self.pipeline.status()

    @property
    def off(self) -> tuple[OffRule, ...]:
        """Rules that are off, or judge without a signal whose feed is silent; at this moment, or at the end."""
        return (*self.plan.off, *self.silent)

    @property
    def silent(self) -> tuple[OffRule, ...]:
        """Those of `off` whose feed is silent."""
        return () if self._feeds is None else self._feeds.silent

    def as_dict(self) -> dict[str, Any]:
        """The summary as JSON values, with cameras and sinks."""
        self.summary.wall_s = self._log.wall_s
        self.summary.lost = self.pipeline.lost_frames
        observers = self.pipeline.observers()
        more: dict[str, Any] = {
            "sinks": {name: asdict(counters) for name, counters in self._fan_out.counters().items()},
            "inputs": self._inputs,
            "second_look": asdict(self._alerts.counts),
            "observers": {
                camera: {name: asdict(one) for name, one in by_name.items()} for camera, by_name in observers.items()
            },
            "second_models": self.plan.second_models.as_dict(),
        }
        if self._follower is not None:
            more["incidents"] = self._follower.counts()
        if self.plan.signals is not None:
            ages = {} if self._feeds is None else self._feeds.ages_s(time.time_ns())
            more["signal_feeds"] = self.plan.signals.counts() | {"age_s": ages}
        return run_dict(self.summary.counts, self._log.started_ns, self.status()) | more | off_dict(self.off)

    def _open(self, stack: ExitStack) -> None:
        """Whatever is opened later is closed earlier."""
        plan = self.plan
        detectors = detectors_of(plan)
        self._inputs = {camera: detector.input_spec.width for camera, detector in detectors.items()}
        describer = load_describer(plan.tracking.appearance, threads=plan.model.threads)
        self.store = None if plan.store is None else open_store(plan.store, stack)
        self._fan_out = open_fan_out(plan, self.store, self._extra, stack, number=self._number, of=self._of)
        self._log = RunLog(self.store if self._keep_run else None)
        stack.callback(self._finish)
        stack.callback(self._drain)
        self._link(stack)
        self._alerts = Alerts(self._fan_out.publish, plan.second_look())
        stack.callback(self._alerts.close)
        plan.open_feeds(stack, self._of)
        mutes = self._hear_people(stack)
        plan.second_models.open(stack)
        self._log.goes_on(self.off)
        self._watch_feeds(stack)
        scenes, store = {camera.camera_id: camera.scene for camera in plan.cameras}, self.store
        rules = {camera.camera_id: camera.rules for camera in plan.cameras}
        self.pipeline = Pipeline(
            together(detectors),
            OnlineTracker(scenes=scenes),
            plan.cameras,
            describer=describer,
            publish=self._alerts.publish,
            evidence=None if plan.evidence is None else KeptPictures(plan.evidence, scenes, rules, store, stack),
            alerts=self._alerts,
            mutes=mutes,
            tell_frames=plan.frame_tracks,
            open_events=lambda camera_id: () if store is None else store.events.open_of(camera_id),
            batch_size=plan.batch.size,
            window_s=plan.batch.window_ms / 1000,
            max_age_s=plan.batch.max_age_s,
        )
        self.summary.times = self.pipeline.times

    def _link(self, stack: ExitStack) -> None:
        """Link incidents, where no supervisor does it for several processes."""
        if self.store is None or self._of > 1:
            return
        self._follower = follower_of(self.plan, self.store, self._fan_out.publish)
        stack.callback(self._follower.close)
        stack.callback(wait_stored, self._fan_out)
        self._follower.start()

    def _hear_people(self, stack: ExitStack) -> Mutes:
        """What they mute in the store, kept up to date; their verdicts go to the alerts."""
        mutes = Mutes()
        if self.store is not None:
            cameras = [camera.camera_id for camera in self.plan.cameras]
            desk = DeskWatch(self.store, mutes, cameras, self._alerts.judge, self._fan_out.publish)
            desk.start()
            stack.callback(desk.close)
        return mutes

    def _watch_feeds(self, stack: ExitStack) -> None:
        if self.plan.signals is None:
            return
        told = self._log.goes_on
        self._feeds = FeedWatch(self.plan.signals, self.plan.cameras, self._log.started_ns, lambda: told(self.off))
        self._feeds.start()
        stack.callback(self._feeds.close)

    def _finish(self) -> None:
        if self._opened:  # else there is nothing to say, and whoever opened it hears why
            self._log.ended(self.as_dict())

    def _drain(self) -> None:
        self.undelivered = dict(self._fan_out.close(CLOSE_S))
        for name, count in self.undelivered.items():
            if count:
                log.warning("records_not_delivered", sink=name, records=count)
