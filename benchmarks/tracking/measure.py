"""The whole benchmark: scores, frame rate, cost, and the same for other packages' trackers."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.environments import SCORING, Environment, EnvironmentFailure, find_uv
from benchmarks.machine import one_core
from benchmarks.tracking import ours
from benchmarks.tracking.data import Clip, load
from benchmarks.tracking.peers import PEERS, Peer, Task, play
from benchmarks.tracking.references import oracle, truth_as_detections
from benchmarks.tracking.scaling import SEED, Live, ScalingPlan, cost, live_tracks, scene, walkers
from benchmarks.tracking.scoring import Board, Scores, score
from core.machine import cpu_model
from locales import text

STRIDES: Final = (1, 2, 4, 8)
REPEATS: Final = 3
ORACLE: Final = "oracle"
TRUTH: Final = "truth"
Progress = Callable[[str], object]


@dataclass(slots=True)
class TrackingResult:
    """All figures; a tracker that failed stands in `failed` with the reason and nowhere else.

    Attributes:
        data: name, frames and detections of each sequence.
        scores: by stride, the figures of `benchmarks.tracking.scoring.Scores`.
        truth: the figures with true boxes as detections.
        ms: by tracker, milliseconds a frame over the data, the best of `REPEATS` of each sequence.
        scaling: by tracker, by cameras in a batch, by objects: milliseconds a frame.
        versions: by tracker, of its packages and its Python.
    """

    data: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[int, Scores] = field(default_factory=dict)
    truth: Scores = field(default_factory=dict)
    ms: dict[str, float] = field(default_factory=dict)
    scaling: dict[str, dict[int, dict[int, float]]] = field(default_factory=dict)
    live: Live | None = None
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    plan: ScalingPlan = field(default_factory=ScalingPlan)


@dataclass(frozen=True, slots=True)
class _Work:
    """The clips of each stride, and the boards they are scored on; both empty without data."""

    strides: dict[int, list[Clip]]
    truth: list[Clip]
    boards: dict[int | str, Board]

    def sets(self) -> Iterator[tuple[int | str, list[Clip]]]:
        yield from self.strides.items()
        yield TRUTH, self.truth


def measure(
    data: Path | None,
    *,
    with_peers: bool = False,
    peers: tuple[Peer, ...] = PEERS,
    plan: ScalingPlan | None = None,
    progress: Progress = lambda _line: None,
) -> TrackingResult:
    """Run the benchmark on one core; without data, only the cost of made-up scenes.

    Raises:
        ConfigError: the data cannot be used.
        EnvironmentFailure: uv or TrackEval are needed and cannot be had. A peer's failure is in the result instead.
    """
    result = TrackingResult(plan=plan or ScalingPlan())
    clips = [] if data is None else load(data)
    uv = find_uv() if clips or with_peers else ""
    if clips:
        progress(text("cli-bench-tracking-prepares", name="trackeval"))
        Environment(uv, SCORING).prepare()
    with _folder() as folder:
        work = _lay_out(clips, folder)
        result.data = [{"name": c.name, "frames": c.frames, "fps": c.fps, "detections": len(c.score)} for c in clips]
        with one_core():
            _play_ours(work, result, progress)
        for peer in peers if with_peers else ():
            _play_peer(peer, uv, work, result, folder, progress)
        if clips:
            progress(text("cli-bench-tracking-scores"))
            found = dict(zip(work.boards, score(list(work.boards.values()), uv, folder), strict=True))
            result.truth = found.pop(TRUTH)
            result.scores = {int(stride): scores for stride, scores in found.items()}
    return result


def as_dict(result: TrackingResult) -> dict[str, Any]:
    """JSON values, rounded to what was measured, with what is needed to measure them again."""
    machine = {
        "processor": cpu_model(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    whole = asdict(result) | {"machine": machine, "seed": SEED, "strides": STRIDES, "repeats": REPEATS}
    rounded: dict[str, Any] = _rounded(whole)
    return rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, (list, tuple)) else value


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="matpho-bench-") as name:
        yield Path(name)


def _lay_out(clips: list[Clip], folder: Path) -> _Work:
    if not clips:
        return _Work({}, [], {})
    strides = {stride: [clip.every(stride) for clip in clips] for stride in STRIDES}
    work = _Work(strides, [truth_as_detections(clip) for clip in clips], {})
    for name, part in work.sets():
        work.boards[name] = Board(folder / f"board-{name}", part)
    for stride, part in strides.items():
        for clip in part:
            work.boards[stride].add_rows(ORACLE, clip, oracle(clip))
        work.boards[stride].add(ORACLE)
    return work


def _play_ours(work: _Work, result: TrackingResult, progress: Progress) -> None:
    for name, clips in work.sets():
        for clip in clips:
            progress(f"{ours.NAME}: {_label(clip, name)}")
            ours.write_rows(clip, work.boards[name])
        if clips:
            work.boards[name].add(ours.NAME)
    if work.strides:
        result.ms[ours.NAME] = _mean_ms({c.name: ours.time_clip(c, REPEATS) for c in work.strides[1]}, work.strides[1])
    plan = result.plan
    table = result.scaling.setdefault(ours.NAME, {})
    for cameras in plan.cameras:
        for objects in plan.objects:
            progress(text("cli-bench-tracking-scaling", name=ours.NAME, objects=objects, cameras=cameras))
            batches = scene(objects, cameras, plan.warm + plan.timed(cameras))
            table.setdefault(cameras, {})[objects] = cost(batches, plan.warm, plan.rounds)
    progress(text("cli-bench-tracking-scaling", name=ours.NAME, objects=plan.live[1], cameras=plan.live[0]))
    try:
        result.live = live_tracks(plan)
    except BrokenProcessPool:
        cameras, objects = plan.live
        result.failed[f"{ours.NAME} {cameras} × {objects}"] = text("error-bench-stopped")
    result.versions[ours.NAME] = {"python": platform.python_version()}


def _play_peer(peer: Peer, uv: str, work: _Work, result: TrackingResult, folder: Path, progress: Progress) -> None:
    clips = {_label(clip, name): (name, clip) for name, part in work.sets() for clip in part}
    tasks = [
        Task(label, clip, work.boards[name].file(peer.name, clip), REPEATS if name == 1 else 1)
        for label, (name, clip) in clips.items()
    ]
    plan = result.plan
    made = {n: text("cli-bench-tracking-objects", objects=n) for n in plan.objects}
    tasks += [Task(made[n], walkers(n, plan.warm + plan.frames), None, plan.rounds, plan.warm) for n in plan.objects]
    progress(text("cli-bench-tracking-prepares", name=peer.name))
    try:
        Environment(uv, peer.requirements).prepare()
        own = folder / peer.name
        own.mkdir()
        with one_core():
            played = play(peer, uv, tasks, own, progress)
    except EnvironmentFailure as error:
        result.failed[peer.name] = str(error)
        progress(str(error))
        return
    result.versions[peer.name] = played.versions
    result.scaling[peer.name] = {1: {n: sorted(played.ms[made[n]])[plan.rounds // 2] for n in plan.objects}}
    for board in work.boards.values():
        board.add(peer.name)
    if work.strides:
        first = work.strides[1]
        result.ms[peer.name] = _mean_ms({c.name: played.ms[_label(c, 1)] for c in first}, first)


def _label(clip: Clip, name: int | str) -> str:
    if name == TRUTH:
        return text("cli-bench-tracking-truth-of", name=clip.name)
    return clip.name if name == 1 else text("cli-bench-tracking-stride-of", name=clip.name, stride=name)


def _mean_ms(found: dict[str, list[float]], clips: list[Clip]) -> float:
    return sum(min(found[c.name]) * c.frames for c in clips) / sum(c.frames for c in clips)
