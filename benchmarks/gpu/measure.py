"""`matpho bench gpu`: NVDEC alone, the detector alone, the whole chain, and how many cameras that makes.

Also a script of its own: `python -m benchmarks.gpu.measure VIDEO… --model FILE --json FILE`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.machine import machine, versions
from core.errors import MatphoError
from core.frames import FrameBatch, FrameMeta, Surface
from locales import text
from models.registry import DEFAULT_MODEL, load_detector
from pipeline.sources.table import sources_for

RATES: Final = (5, 10, 30)
"""Frames analysed in a second of each camera; decoding is always of all 30."""
CAMERA_FPS: Final = 30


@dataclass(frozen=True, slots=True)
class GpuPlan:
    """How much is measured.

    Attributes:
        seconds: of each measurement.
        streams: decoded at once; enough to keep all engines of NVDEC busy.
        batches: images in a call.
    """

    seconds: float = 8.0
    streams: int = 16
    batches: tuple[int, ...] = (1, 2, 4, 8, 16, 32)


@dataclass(slots=True)
class GpuResult:
    """Frames a second; `reason` where there is nothing to measure on.

    Attributes:
        decode, chain: by video, decoder alone and everything.
        detector: by images in a call, pictures on the device already.
        cameras: by video, then by frames analysed in a second: 30-fps cameras carried.
    """

    device: str
    model: str
    gpu: str = ""
    reason: str | None = None
    decode: dict[str, float] = field(default_factory=dict)
    detector: dict[int, float] = field(default_factory=dict)
    chain: dict[str, float] = field(default_factory=dict)
    cameras: dict[str, dict[int, float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        best = max(self.detector.values(), default=0.0)
        ratios = {
            video: {"chain_over_decode": chain / self.decode[video], "chain_over_detector": chain / best}
            for video, chain in self.chain.items()
            if self.decode.get(video) and best
        }
        return {**asdict(self), "ratios": ratios, "machine": machine(), "versions": versions()}


def why_not(device: str) -> str | None:
    """Why nothing can be measured here; None where it can."""
    try:
        torch = import_module("torch")
        import_module("triton")
    except ImportError as error:
        return text("error-gpu-torch-missing", name=device, reason=str(error).partition("\n")[0])
    if not torch.cuda.is_available():
        return text("cli-bench-gpu-none")
    return None


def measure(videos: Sequence[Path], model: str, device: str = "cuda:0", plan: GpuPlan | None = None) -> GpuResult:
    """All figures; a machine without a GPU gets none, with the reason."""
    plan = plan or GpuPlan()
    result = GpuResult(device, model, reason=why_not(device))
    if result.reason is not None:
        return result
    result.gpu = str(import_module("torch").cuda.get_device_name(device))
    detector = load_detector(model, backend=_backend(model), device=device, max_batch=max(plan.batches))
    for video in videos:
        try:
            _one(video, detector, result, plan)
        except (MatphoError, RuntimeError) as error:
            result.failed[video.name] = str(error)
    return result


def _backend(model: str) -> str:
    return "torch" if model.endswith(".pt") else "onnxruntime"


def _one(video: Path, detector: Any, result: GpuResult, plan: GpuPlan) -> None:
    result.decode[video.name] = decoding(video, result.device, plan)
    if not result.detector:
        result.detector = detecting(video, detector, result.device, plan)
    result.chain[video.name] = chain(video, detector, result.device, plan)
    best = max(result.detector.values())
    result.cameras[video.name] = {
        rate: min(result.decode[video.name] / CAMERA_FPS, best / rate, _carried(result, video.name, rate))
        for rate in RATES
    }


def _carried(result: GpuResult, video: str, rate: int) -> float:
    """Where every frame is analysed the measured chain decides."""
    return result.chain[video] / CAMERA_FPS if rate == CAMERA_FPS else float("inf")


def frames(video: Path, device: str) -> Iterator[tuple[FrameMeta, Surface]]:
    """A video again and again, decoded on the device."""
    stream = sources_for(str(video), start_ns=0, loop=True, device=device)[0].open(0)
    try:
        yield from stream
    finally:
        stream.close()


def decoding(video: Path, device: str, plan: GpuPlan) -> float:
    """Frames a second of all streams together, nothing done with them."""
    counts = [0] * plan.streams
    over = threading.Event()

    def play(number: int) -> None:
        for _, surface in frames(video, device):
            surface.release()
            counts[number] += 1
            if over.is_set():
                return

    threads = [threading.Thread(target=play, args=(number,), daemon=True) for number in range(plan.streams)]
    for thread in threads:
        thread.start()
    time.sleep(plan.seconds / 4)
    before, began = sum(counts), time.perf_counter()
    time.sleep(plan.seconds)
    rate = (sum(counts) - before) / (time.perf_counter() - began)
    over.set()
    for thread in threads:
        thread.join()
    return rate


def detecting(video: Path, detector: Any, device: str, plan: GpuPlan) -> dict[int, float]:
    """Frames a second by images in a call, two calls in hand, the same pictures again and again."""
    most = max(plan.batches)
    kept = list(itertools.islice(frames(video, device), most))
    found = {}
    for size in plan.batches:
        batch = FrameBatch(tuple(meta for meta, _ in kept[:size]), tuple(surface for _, surface in kept[:size]))
        for _ in range(3):
            detector.detect(batch)
        began, done = time.perf_counter(), 0
        before = detector.submit(batch)
        while time.perf_counter() - began < plan.seconds / len(plan.batches):
            now = detector.submit(batch)
            before.collect()
            before, done = now, done + size
        before.collect()
        found[size] = (done + size) / (time.perf_counter() - began)
    for _, surface in kept:
        surface.release()
    return found


def chain(video: Path, detector: Any, device: str, plan: GpuPlan) -> float:
    """Frames a second through the running system: every frame of every stream, with tracking."""
    from core.scene import Scene
    from pipeline.cameras import CameraPlan
    from pipeline.runner import Pipeline
    from scenes.scene_file import empty_scene
    from trackers.online import OnlineTracker

    cameras = []
    for number in range(plan.streams):
        source = sources_for(str(video), camera_id=f"camera-{number}", start_ns=0, loop=True, device=device)[0]
        scene: Scene = empty_scene(source.camera_id, 1920, 1080)
        cameras.append(CameraPlan(source, scene))
    pipeline = Pipeline(detector, OnlineTracker(), cameras)
    warm, began, done = time.perf_counter() + plan.seconds / 4, 0.0, 0
    for step in pipeline.steps():
        now = time.perf_counter()
        if began == 0.0 and now > warm:
            began = now
        elif began:
            done += len(step.frames)
            if now - began > plan.seconds:
                pipeline.stop()
                return done / (now - began)
    return float(np.nan)


def main() -> None:
    """As a script, for a machine that has the checkout alone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--streams", type=int, default=16)
    parser.add_argument("--json", type=Path, required=True)
    asked = parser.parse_args()
    result = measure(asked.videos, asked.model, asked.device, GpuPlan(asked.seconds, asked.streams))
    asked.json.write_text(json.dumps(result.as_dict(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
