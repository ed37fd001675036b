"""The straight way of a frame: one batch from pixels to findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from core.detections import DetectionBatch
from core.findings import Findings
from core.frames import FrameBatch, FrameMeta
from core.motion import Motion
from core.observations import NOTHING_SEEN, Observations
from core.protocols import Describer, Detector, Ticket, Tracker
from core.tracks import TrackBatch
from pipeline.placing import placed

T = TypeVar("T")


class World(Protocol):
    """Brings tracks to the ground."""

    def locate(self, tracks: TrackBatch) -> Motion:
        """The motion of each track."""
        ...

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera that is gone."""
        ...


class Rules(Protocol):
    """All rules of all cameras."""

    def update(self, tracks: TrackBatch, motion: Motion, observations: Sequence[Observations]) -> Findings:
        """What a batch shows; `observations`: one for each of its frames."""
        ...


@dataclass(frozen=True, slots=True)
class StepResult:
    """Everything known of one batch. `frames` holds pixels only until the next step is asked for."""

    frames: FrameBatch
    detections: DetectionBatch
    tracks: TrackBatch
    motion: Motion
    findings: Findings


@dataclass(frozen=True, slots=True)
class Begun:
    """A batch that the detector has in hand."""

    frames: FrameBatch
    ticket: Ticket


@dataclass(slots=True)
class StageTimes:
    """Seconds spent in each stage, summed over all batches."""

    detect: float = 0.0
    describe: float = 0.0
    track: float = 0.0
    locate: float = 0.0
    rules: float = 0.0
    frames: int = 0

    @property
    def total(self) -> float:
        """Seconds of the whole way."""
        return self.detect + self.describe + self.track + self.locate + self.rules


@dataclass(slots=True)
class Step:
    """Detector → describer, if any → tracker → world → rules, each answering with a type of its own.

    `observed`: what observers have told up to a frame.
    """

    detector: Detector
    tracker: Tracker
    world: World
    rules: Rules
    times: StageTimes = field(default_factory=StageTimes)
    describer: Describer | None = None
    observed: Callable[[FrameMeta], Observations] = lambda _frame: NOTHING_SEEN

    def __call__(self, frames: FrameBatch) -> StepResult:
        """Take a batch the whole way. Surfaces are read, not released."""
        return self.finish(self.begin(frames))

    def begin(self, frames: FrameBatch) -> Begun:
        """Hand a batch to the detector."""
        ticket, self.times.detect = _timed(self.times.detect, self.detector.submit, frames)
        return Begun(frames, ticket)

    def finish(self, begun: Begun) -> StepResult:
        """Take a batch the rest of its way. Batches are finished in the order they were begun."""
        times, frames = self.times, begun.frames
        started = time.perf_counter()
        detections = begun.ticket.collect()
        times.detect += time.perf_counter() - started
        if self.describer is not None:
            look = partial(self.describer.describe, frames)
            detections, times.describe = _timed(times.describe, look, detections)
        detections = placed(detections)
        tracks, times.track = _timed(times.track, self.tracker.update, detections)
        motion, times.locate = _timed(times.locate, self.world.locate, tracks)
        started = time.perf_counter()
        findings = self.rules.update(tracks, motion, [self.observed(frame) for frame in frames.frames])
        times.rules += time.perf_counter() - started
        times.frames += len(frames)
        return StepResult(frames, detections, tracks, motion, findings)

    def forget(self, camera_id: str) -> None:
        """Free what is kept of a camera that is gone."""
        self.tracker.forget(camera_id)
        self.world.forget(camera_id)


A = TypeVar("A")


def _timed(so_far: float, stage: Callable[[A], T], value: A) -> tuple[T, float]:
    started = time.perf_counter()
    answer = stage(value)
    return answer, so_far + time.perf_counter() - started
