"""Matpho's own chain, and its parts alone, each timed over the same frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from core.arrays import F32
from core.frames import FrameMeta, InputSpec, Surface
from models.detector import OnnxDetector
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from pipeline.sources.table import sources_for
from scenes.scene_file import SceneFile, empty_scene, load_scene
from trackers.online import OnlineTracker

INPUT_BYTES: Final = 512 * 2**20
"""Inputs kept for the detector alone take at most so much; a longer clip uses its first frames for it."""
LEAST_INPUTS: Final = 16


@dataclass(frozen=True, slots=True)
class Timed:
    """Work over some frames: wall time, and processor time of all threads of this process."""

    frames: int
    seconds: float
    cpu_seconds: float

    @property
    def ms(self) -> float:
        """Milliseconds a frame."""
        return 1000 * self.seconds / max(self.frames, 1)

    @property
    def cpu_us(self) -> float:
        """Microseconds of processor a frame."""
        return 1e6 * self.cpu_seconds / max(self.frames, 1)


@dataclass(frozen=True, slots=True)
class ChainRun:
    """One play of a clip.

    Attributes:
        objects: detections in all frames.
        stages_ms: milliseconds a frame of each stage, as the system itself counts them.
    """

    timed: Timed
    objects: int
    stages_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clip:
    """The first `frames` frames of a video, with the scene file beside it, if there is one."""

    video: Path
    frames: int
    file: SceneFile | None = None

    @classmethod
    def of(cls, video: Path, frames: int) -> Clip:
        """The clip, its scene read.

        Raises:
            MatphoError: the scene file has mistakes.
        """
        beside = video.with_suffix(".yaml")
        return cls(video, frames, load_scene(beside) if beside.is_file() else None)

    def camera(self, camera_id: str | None = None) -> CameraPlan:
        """The clip as a camera: every frame, no gating."""
        source = sources_for(str(self.video), camera_id=camera_id, start_ns=0)[0]
        if self.file is None:
            return CameraPlan(source, empty_scene(source.camera_id, 1920, 1080))
        return CameraPlan(source, self.file.scene, self.file.rules)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its first picture.

        Raises:
            SourceError: the video cannot be read.
        """
        meta, _ = next(self.pictures())
        return meta.width, meta.height

    def pictures(self) -> Iterator[tuple[FrameMeta, Surface]]:
        """The decoded frames; each is released when the next one is asked for.

        Raises:
            SourceError: the video cannot be read.
        """
        stream = sources_for(str(self.video), start_ns=0)[0].open(0)
        try:
            for number, (meta, surface) in enumerate(stream):
                try:
                    if number >= self.frames:
                        return
                    yield meta, surface
                finally:
                    surface.release()
        finally:
            stream.close()

    def inputs(self, spec: InputSpec) -> list[F32]:
        """What the detector is given for each frame: (1, 3, height, width)."""
        most = max(INPUT_BYTES // (12 * spec.height * spec.width), LEAST_INPUTS)
        found = []
        for number, (_, surface) in enumerate(self.pictures()):
            if number == most:
                break
            slot = np.zeros((1, 3, spec.height, spec.width), np.float32)
            surface.write_into(slot[0], spec)
            found.append(slot)
        return found


def timed(work: Callable[[], int]) -> Timed:
    """Time work that says how many frames it did."""
    began, cpu = time.perf_counter(), time.process_time()
    frames = work()
    return Timed(frames, time.perf_counter() - began, time.process_time() - cpu)


def detector_alone(detector: OnnxDetector, inputs: Sequence[F32]) -> Timed:
    """The graph on ready inputs."""

    def work() -> int:
        for images in inputs:
            detector.infer(images)
        return sum(len(images) for images in inputs)

    return timed(work)


def decoding_alone(clip: Clip) -> Timed:
    """Reading the video, nothing done with it."""
    return timed(lambda: sum(1 for _ in clip.pictures()))


def decoding_and_filling(clip: Clip, spec: InputSpec) -> Timed:
    """Reading the video and scaling each frame into the detector's slot."""
    slot = np.zeros((3, spec.height, spec.width), np.float32)

    def work() -> int:
        frames = 0
        for _, surface in clip.pictures():
            surface.write_into(slot, spec)
            frames += 1
        return frames

    return timed(work)


def chain(detector: OnnxDetector, clip: Clip, cameras: int = 1, at_end: Callable[[], object] | None = None) -> ChainRun:
    """The system on the clip, from opening it to the last frame's findings; a fresh tracker and fresh rules.

    Args:
        cameras: so many of them play the clip at once.
        at_end: called with everything still in place.
    """
    names = [None] if cameras == 1 else [f"camera-{number}" for number in range(cameras)]
    before = detector.timings
    objects = 0

    def work() -> int:
        nonlocal objects
        frames = 0
        for step in pipeline.steps():
            objects += len(step.detections)
            frames += len(step.frames)
            if frames >= clip.frames * cameras:
                if at_end is not None:
                    at_end()
                pipeline.stop()
        return frames

    pipeline = Pipeline(detector, OnlineTracker(), [clip.camera(name) for name in names])
    found = timed(work)
    after = detector.timings
    stages = {"fill": after.preprocess - before.preprocess, "infer": after.infer - before.infer}
    stages["boxes-stage"] = after.postprocess - before.postprocess
    rest = ("frames", "detect", "describe")
    stages |= {name: seconds for name, seconds in asdict(pipeline.times).items() if name not in rest}
    return ChainRun(found, objects, {name: 1000 * s / max(found.frames, 1) for name, s in stages.items()})
