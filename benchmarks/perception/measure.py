"""The whole benchmark, in turns: each round takes the detector alone, decoding alone, our chain and every peer's.

A machine that changes its speed changes all of a round alike, so each ratio is taken within a round, and the median
over rounds is told. All of it runs on one core and in one thread, every frame is inferred, and no motion gate is on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.environments import EnvironmentFailure, find_uv
from benchmarks.machine import cores, one_core
from benchmarks.perception.curves import Load, ProcessLost, batch_curve, cores_curve, memory
from benchmarks.perception.ours import Clip, chain, decoding_alone, decoding_and_filling, detector_alone
from benchmarks.perception.peers import PEERS, Peer, PeerModel, Playing, start
from benchmarks.perception.python_cost import Recording, python_cost, record
from benchmarks.perception.result import BackendFigures, PerceptionResult
from core.arrays import F32
from core.cache import file_hash
from core.errors import ConfigError, MatphoError
from locales import text
from models.backends import AUTO
from models.by_shape import ByShape
from models.detector import OnnxDetector
from models.registry import by_shape, check_model, choose_backend, load_detector

Progress = Callable[[str], object]
WARM_FRAMES = 5


@dataclass(frozen=True, slots=True)
class PerceptionPlan:
    """How much is measured.

    Attributes:
        rounds: of everything; the curves of cores and batches too.
        frames: of the clip in each round.
        batches: images in a call.
        cameras: of the memory curve, with `camera_frames` frames each.
        most_cores: of the cores' curve; None: all that this process may use, 0: no such curve.
    """

    rounds: int = 5
    frames: int = 140
    batches: tuple[int, ...] = (1, 2, 4, 8, 16)
    cameras: tuple[int, ...] = (1, 4, 16)
    camera_frames: int = 10
    most_cores: int | None = None


@dataclass(slots=True)
class _Work:
    """What takes turns; `inputs` for the detectors as they are, `whole_inputs` for their whole inputs."""

    clip: Clip
    detectors: dict[str, OnnxDetector]
    inputs: list[F32]
    whole_inputs: list[F32]
    recording: Recording
    playing: dict[str, Playing] = field(default_factory=dict)


def measure(
    video: Path,
    model: str,
    *,
    backend: str = AUTO,
    trim: bool = False,
    with_peers: bool = False,
    peers: tuple[Peer, ...] = PEERS,
    plan: PerceptionPlan | None = None,
    progress: Progress = lambda _line: None,
) -> PerceptionResult:
    """Run the benchmark.

    Args:
        backend: one of `models.backends.BACKENDS`, or `auto`: each that is installed, of which the fastest stands for
            us beside the peers.
        trim: compute only as much of the input as the clip's pictures cover.

    Raises:
        MatphoError: the video or the model cannot be used, or uv is needed and missing. A peer's failure is in the
            result instead.
    """
    plan = plan or PerceptionPlan()
    uv = find_uv() if with_peers else ""
    clip = Clip.of(video, plan.frames)
    available = cores()
    with one_core(), tempfile.TemporaryDirectory(prefix="matpho-bench-") as folder:
        names = _backends(model, backend, progress)
        work = _loaded(clip, model, names, trim=trim)
        path = check_model(model).path
        assert path is not None  # noqa: S101 a model that is not there was refused above
        result = PerceptionResult(video.name, path.name, file_hash(path), names[0], rounds=plan.rounds, trim=trim)
        with _peers_of(peers if with_peers else (), uv, path, work, result, Path(folder), progress):
            for number in range(plan.rounds):
                progress(text("cli-bench-perception-round", number=number + 1, rounds=plan.rounds))
                _round(work, result, turned=number % 2 == 1)
        result.peers = {name: playing.figures for name, playing in work.playing.items()}
        _curves(work, model, plan, result, progress)
    _cores(Load(model, result.backend), clip, available[: plan.most_cores], result, progress)
    return result


def _backends(model: str, backend: str, progress: Progress) -> list[str]:
    """Those to measure, the one that stands for us first."""
    if backend != AUTO:
        return [backend]
    progress(text("cli-bench-perception-chooses"))
    choice = choose_backend(model, threads=1, max_batch=1)
    able = [trial.backend for trial in choice.trials if trial.problem is None and trial.backend != choice.backend]
    return [choice.backend, *able]


def _loaded(clip: Clip, model: str, names: list[str], *, trim: bool) -> _Work:
    """All that is ours, warm."""
    detectors = {name: load_detector(model, threads=1, backend=name, max_batch=1) for name in names}
    whole = detectors[names[0]].input_spec
    if trim:
        size = clip.size
        shaped = {name: by_shape(detector, threads=1) for name, detector in detectors.items()}
        detectors = {name: d.at(*size) if isinstance(d, ByShape) else d for name, d in shaped.items()}
    inputs = clip.inputs(detectors[names[0]].input_spec)
    if not inputs:
        raise ConfigError("error-bench-no-frames", path=clip.video)
    for detector in detectors.values():
        detector_alone(detector, inputs[:WARM_FRAMES])
        chain(detector, replace(clip, frames=WARM_FRAMES))
    return _Work(clip, detectors, inputs, clip.inputs(whole) if trim else inputs, record(detectors[names[0]], clip))


def _round(work: _Work, result: PerceptionResult, *, turned: bool) -> None:
    """Everything once; `turned` swaps which of the chain and the detector alone goes first."""
    for name, detector in work.detectors.items():
        figures = result.backends.setdefault(name, BackendFigures())
        if not turned:
            figures.alone.append(detector_alone(detector, work.inputs))
        run = chain(detector, work.clip)
        figures.add(run)
        result.frames = run.timed.frames
        if turned:
            figures.alone.append(detector_alone(detector, work.inputs))
    result.decode.append(decoding_alone(work.clip))
    result.decode_and_fill.append(decoding_and_filling(work.clip, next(iter(work.detectors.values())).input_spec))
    result.python.append(python_cost(work.clip, work.recording))
    for name, playing in list(work.playing.items()):
        try:
            playing.round()
        except EnvironmentFailure as error:
            result.failed[name] = str(error)
            work.playing.pop(name).close()


@contextmanager
def _peers_of(
    peers: tuple[Peer, ...],
    uv: str,
    path: Path,
    work: _Work,
    result: PerceptionResult,
    folder: Path,
    progress: Progress,
) -> Iterator[None]:
    """The peers that can be had, started into `work.playing` and ended after."""
    model = PeerModel.of(path) if peers else None
    if peers and model is None:
        result.failed["peers"] = text("cli-bench-perception-no-peer-model", model=path.name)
        progress(result.failed["peers"])
        peers = ()
    core = cores()[0] if len(cores()) == 1 else None
    try:
        for peer in peers:
            assert model is not None  # noqa: S101
            progress(text("cli-bench-tracking-prepares", name=peer.name))
            try:
                work.playing[peer.name] = start(peer, uv, model, work.clip, core, folder / peer.name)
            except EnvironmentFailure as error:
                result.failed[peer.name] = str(error)
                progress(str(error))
        yield
    finally:
        for playing in work.playing.values():
            playing.close()


def _curves(work: _Work, model: str, plan: PerceptionPlan, result: PerceptionResult, progress: Progress) -> None:
    progress(text("cli-bench-perception-batches"))
    for name in work.detectors:
        try:
            result.batches[name] = batch_curve(Load(model, name), work.whole_inputs, plan.batches, plan.rounds)
        except MatphoError as error:
            result.failed[f"{name}, {text('cli-bench-perception-batch')}"] = str(error)
    short = replace(work.clip, frames=plan.camera_frames)
    for cameras in plan.cameras:
        progress(text("cli-bench-perception-memory-of", cameras=cameras))
        try:
            result.memory[cameras] = memory(Load(model, result.backend), short, cameras)
        except BrokenProcessPool:
            result.failed[text("cli-bench-tracking-cameras", cameras=cameras)] = text("error-bench-stopped")


def _cores(load: Load, clip: Clip, available: list[int], result: PerceptionResult, progress: Progress) -> None:
    if not available:
        return
    progress(text("cli-bench-perception-cores-of", cores=len(available)))
    try:
        result.cores = cores_curve(load, clip, available, result.rounds)
    except ProcessLost:
        result.failed[text("cli-bench-perception-cores")] = text("error-bench-stopped")
