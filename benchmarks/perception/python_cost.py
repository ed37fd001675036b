"""What the system itself costs: everything but decoding and the graph, on detections recorded from the clip.

Many cameras run through the real pipeline, each with a thread of its own: reading, batching, tracking, motion on the
ground, the scene's rules. A frame carries no pixels, and the detector answers with what it saw before. Compiled inner
loops count too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from benchmarks.perception.ours import Clip, Timed, timed
from core.arrays import F32, I16, I64, U8, offsets_of
from core.detections import DetectionBatch
from core.frames import Affine, FrameBatch, FrameMeta, InputSpec
from core.protocols import Detector, FrameStream
from models.tickets import Done
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from trackers.online import OnlineTracker

CAMERAS: Final = 16
"""In one batch, as on a device that computes many frames at once."""
ROUNDS: Final = 4
"""Times the clip is repeated, so that starting and ending weigh little."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A clip's frames, and the detections of each: boxes (n, 4), scores and classes (n)."""

    frames: tuple[FrameMeta, ...]
    detections: tuple[tuple[F32, F32, I16], ...]


def record(detector: Detector, clip: Clip) -> Recording:
    """What a detector sees in a clip."""
    frames, found = [], []
    for meta, surface in clip.pictures():
        batch = detector.detect(FrameBatch((meta,), (surface,)))
        frames.append(meta)
        found.append((batch.xyxy, batch.score, batch.class_id))
    return Recording(tuple(frames), tuple(found))


def python_cost(clip: Clip, recording: Recording) -> Timed:
    """Run the recording through the pipeline as `CAMERAS` cameras at once."""
    whole = clip.camera()
    frames = _repeated(recording.frames)
    plans = [replace(whole, source=_Source(f"camera-{number}", frames)) for number in range(CAMERAS)]

    def work() -> int:
        return sum(len(step.frames) for step in pipeline.steps())

    pipeline = Pipeline(_Recorded(recording), OnlineTracker(), _named(plans))
    return timed(work)


def _named(plans: Sequence[CameraPlan]) -> list[CameraPlan]:
    return [replace(plan, scene=replace(plan.scene, scene_id=plan.camera_id)) for plan in plans]


def _repeated(frames: Sequence[FrameMeta]) -> list[FrameMeta]:
    """The clip over and over, with times that go on rising."""
    step = (frames[-1].media_ns - frames[0].media_ns) // max(len(frames) - 1, 1) or 40_000_000
    found = []
    for seq in range(ROUNDS * len(frames)):
        meta = frames[seq % len(frames)]
        found.append(replace(meta, seq=seq, media_ns=seq * step, captured_ns=seq * step))
    return found


class _Nothing:
    """A frame without pixels."""

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        raise NotImplementedError

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        raise NotImplementedError

    def sample(self, x: I64, y: I64) -> U8:
        raise NotImplementedError

    def grey(self, width: int, height: int) -> U8:
        raise NotImplementedError

    def to_host(self) -> U8:
        raise NotImplementedError

    def release(self) -> None:
        """Nothing."""


class _Source:
    """A file's frames, as fast as they are taken."""

    live = False

    def __init__(self, camera_id: str, frames: Sequence[FrameMeta]) -> None:
        self.camera_id = camera_id
        self._frames = [replace(meta, camera_id=camera_id) for meta in frames]

    def open(self, epoch: int) -> FrameStream:
        """The frames."""
        return _Stream(self._frames)


class _Stream:
    def __init__(self, frames: Sequence[FrameMeta]) -> None:
        self._frames = frames

    def __iter__(self) -> Iterator[tuple[FrameMeta, _Nothing]]:
        nothing = _Nothing()
        return ((meta, nothing) for meta in self._frames)

    def close(self) -> None:
        """Nothing to close."""


class _Recorded:
    """A detector that answers with a recording."""

    input_spec = InputSpec(32, 32)
    batch_size = CAMERAS

    def __init__(self, recording: Recording) -> None:
        self._found = recording.detections

    def submit(self, frames: FrameBatch) -> Done:
        """`detect`, at once."""
        return Done(self.detect(frames))

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """What was seen in these frames."""
        found = [self._found[meta.seq % len(self._found)] for meta in frames.frames]
        xyxy, score, class_id = (np.concatenate(column) for column in zip(*found, strict=True))
        return DetectionBatch(frames.frames, offsets_of([len(one[1]) for one in found]), xyxy, score, class_id)
