"""The whole chain beside its two limits, the detector alone and decoding alone: on one core, in one run.

The three are measured in turns, round after round, so that a machine that changes its speed changes all of them. Each
rate and each ratio is the median of the rounds, a ratio taken within its round. The detector alone is `session.run` on
the very inputs that the chain gave it.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from core.arrays import F32
from core.frames import FrameMeta, Surface
from core.scene import Scene
from locales import text
from models.registry import load_detector
from pipeline.runner import CameraPlan, Pipeline
from pipeline.sources.table import sources_for
from pipeline.step import StageTimes
from scenes.scene_file import SceneFile, empty_scene, load_scene
from trackers.online import OnlineTracker


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """Frames a second, medians over the rounds; stages in milliseconds a frame of the last round.

    Attributes:
        chain_over_detector: rate of the whole chain over the detector's alone; 1 is the limit.
        chain_over_decode: the same over decoding alone.
        objects: mean detections a frame.
    """

    video: str
    model: str
    device: str
    processor: str
    frames: int
    objects: float
    chain_fps: float
    detector_fps: float
    decode_fps: float
    chain_over_detector: float
    chain_over_decode: float
    stages_ms: dict[str, float]


def measure(video: Path, model: str, *, rounds: int, frames: int, scene: Path | None = None) -> PipelineResult:
    """Run the benchmark, on one core.

    Raises:
        MatphoError: the video or the model cannot be used.
    """
    beside = scene or video.with_suffix(".yaml")
    file = load_scene(beside) if beside.is_file() else None
    with one_core():
        detector = load_detector(model, threads=1, max_batch=1)
        inputs = _inputs(video, frames, detector.input_spec.height, detector.input_spec.width, detector.input_spec)
        _timed_detector(detector.infer, inputs[:5])
        chain, alone, decode = [], [], []
        for _ in range(rounds):
            alone.append(_timed_detector(detector.infer, inputs))
            decode.append(_timed_decode(video, frames))
            fps, times, objects = _timed_chain(video, model, file, frames)
            chain.append(fps)
    chain_fps, detector_fps, decode_fps = map(statistics.median, (chain, alone, decode))
    stages = {k: 1000 * v / times.frames for k, v in asdict(times).items() if k != "frames"}
    return PipelineResult(
        video.name,
        detector.name,
        detector.device,
        platform.processor() or platform.machine(),
        len(inputs),
        objects,
        chain_fps,
        detector_fps,
        decode_fps,
        statistics.median(c / d for c, d in zip(chain, alone, strict=True)),
        statistics.median(c / d for c, d in zip(chain, decode, strict=True)),
        stages,
    )


def as_dict(result: PipelineResult) -> dict[str, Any]:
    """JSON values, rounded to what was measured."""
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(result).items()} | {
        "stages_ms": {k: round(v, 3) for k, v in result.stages_ms.items()}
    }


def table(result: PipelineResult) -> Table:
    """The figures as a person reads them."""
    shown = Table(
        title=f"{result.video}, {result.model}, {result.device}, 1 core, {result.objects:.1f} objects a frame"
    )
    for name in ("", "fps", "ms", text("cli-bench-ratio")):
        shown.add_column(name, justify="left" if not name else "right")
    for name, fps, ratio in (
        (text("cli-bench-chain"), result.chain_fps, 1.0),
        (text("cli-bench-detector"), result.detector_fps, result.chain_over_detector),
        (text("cli-bench-decode"), result.decode_fps, result.chain_over_decode),
    ):
        shown.add_row(name, f"{fps:.1f}", f"{1000 / fps:.2f}", f"{ratio:.3f}")
    for name, milliseconds in result.stages_ms.items():
        shown.add_row(f"  {name}", "", f"{milliseconds:.3f}", "")
    return shown


@contextmanager
def one_core() -> Iterator[None]:
    """All threads started inside share one core, where the system lets us choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _frames(video: Path, most: int) -> Iterator[tuple[FrameMeta, Surface]]:
    stream = sources_for(str(video), start_ns=0)[0].open(0)
    try:
        for number, (meta, surface) in enumerate(stream):
            if number >= most:
                surface.release()
                return
            yield meta, surface
            surface.release()
    finally:
        stream.close()


def _inputs(video: Path, most: int, height: int, width: int, spec: Any) -> list[F32]:
    found = []
    for _, surface in _frames(video, most):
        slot = np.zeros((1, 3, height, width), np.float32)
        surface.write_into(slot[0], spec)
        found.append(slot)
    return found


def _timed_detector(infer: Callable[[F32], object], inputs: list[F32]) -> float:
    began = time.perf_counter()
    for image in inputs:
        infer(image)
    return len(inputs) / (time.perf_counter() - began)


def _timed_decode(video: Path, frames: int) -> float:
    began = time.perf_counter()
    count = sum(1 for _ in _frames(video, frames))
    return count / (time.perf_counter() - began)


def _timed_chain(video: Path, model: str, file: SceneFile | None, most: int) -> tuple[float, StageTimes, float]:
    source = sources_for(str(video), start_ns=0)[0]
    scene: Scene = empty_scene(source.camera_id, 1920, 1080) if file is None else file.scene
    plan = CameraPlan(source, scene, () if file is None else file.rules)
    pipeline = Pipeline(load_detector(model, threads=1, max_batch=1), OnlineTracker(), [plan])
    objects = count = 0
    began = time.perf_counter()
    for step in pipeline.steps():
        objects += len(step.detections)
        count += len(step.frames)
        if count >= most:
            pipeline.stop()
    return count / (time.perf_counter() - began), pipeline.times, objects / max(count, 1)
