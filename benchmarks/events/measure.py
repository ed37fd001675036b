"""The whole benchmark: traffic, cameras, noise, motion and rules, scored by kind; what each noise costs."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.events import measured, turning
from benchmarks.events.aiming import SQUARES, STAGED, staged
from benchmarks.events.block import MADE_UP, Block, CameraResult, load, run_block
from benchmarks.events.counting import Counted, count
from benchmarks.events.kinds import ELSEWHERE, KINDS, rule_of
from benchmarks.events.noise import NOISES, Levels
from benchmarks.events.plans import EventsPlan
from benchmarks.events.scoring import Score
from benchmarks.events.sweep import curves, together
from benchmarks.events.traffic.seeds import TUNING, is_held
from benchmarks.events.traffic.simulate import FORMAT, SCENES, simulate
from benchmarks.machine import machine
from core.cache import cache_folder
from core.errors import ConfigError
from locales import text
from models.registry import DEFAULT_MODEL

Progress = Callable[[str], object]

BLOCK: Final = 10
"""Cameras that run together: what is kept on disk when a run is cut."""
HOUR_S: Final = 3600.0
DOUBLE: Final = 2.0
TRACKS: Final = "perfect_tracks"
PERFECT: Final = "perfect"
MEASURED: Final = "measured"


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Of one choice of noise: scores by kind of incident, and measurements."""

    kinds: dict[str, Score]
    measurements: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """At cameras that look at what is staged.

    Attributes:
        kinds: scores by kind, of those that these cameras look for.
        incidents: that were staged; looked_at: at how many of them any camera could look.
        cameras: how many camera views of incidents, while these happen; seconds: watched by all together.
        square_cameras, square_seconds: the same of squares, all the time.
    """

    kinds: dict[str, Score]
    incidents: int
    looked_at: int
    cameras: int
    seconds: float
    square_cameras: int
    square_seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class EventsResult:
    """All figures.

    Attributes:
        figures: at the plan's level, of cameras put up anywhere; staged: of those that look at what is staged.
        noises: by name of a variant (`perfect_tracks`, `perfect`, `measured`, then each
            noise away and doubled); empty without ablation.
        curves: by kind, a point for each threshold; empty without a sweep.
        counted: crossings on real videos.
        cameras: how many camera views; seconds: watched by all together; held: whether no seed was for tuning.
    """

    plan: EventsPlan
    figures: Figures
    staged: Staged
    noises: dict[str, Figures]
    curves: dict[str, list[dict[str, Any]]]
    counted: list[Counted]
    cameras: int
    seconds: float
    frames: int
    held: bool


def measure(plan: EventsPlan, progress: Progress = lambda _line: None) -> EventsResult:
    """Run the benchmark; what an earlier run finished is taken from the cache.

    Raises:
        EnvironmentFailure: the simulator is needed and cannot be had.
        ConfigError: a recording cannot be read.
    """
    recordings = list(traffic(plan, progress))
    first, looking = anywhere(plan, recordings), aimed(plan, recordings)
    variants = _variants(plan, recordings) if plan.ablate else {}
    done = run([*first, *looking, *(b for blocks in variants.values() for b in blocks)], plan.workers, progress)
    results = _of(done, first)
    return EventsResult(
        plan,
        figures_of(results),
        _staged({block: done[block] for block in looking}),
        {name: figures_of(_of(done, blocks)) for name, blocks in variants.items()},
        curves(results, _of(done, looking)) if plan.sweep else {},
        count(Path(plan.videos), (DEFAULT_MODEL,), progress) if plan.videos else [],
        len(results),
        sum(r.seconds for r in results),
        sum(r.frames for r in results),
        bool(recordings) and all(is_held(seed) for _, seed in recordings),
    )


def traffic(plan: EventsPlan, progress: Progress) -> Iterator[tuple[str, int]]:
    """Folders of recordings with the seed of their cameras; those not yet there are simulated."""
    for folder in plan.recordings:
        yield folder, _seed_of(folder)
    for name in plan.scenes:
        for seed in plan.seeds:
            seconds = plan.hours * HOUR_S
            out = cache_folder("traffic") / f"{name}-{FORMAT}.{SCENES[name]().version}-{seed}-{seconds:g}"
            progress(text("cli-bench-events-traffic", scene=name, seed=seed, hours=f"{plan.hours:g}"))
            simulate(name, seed, seconds, out, progress)
            yield str(out), seed


def _seed_of(folder: str) -> int:
    """With which a recording was made: cameras over it are the same, whoever names it."""
    if folder == MADE_UP:
        return TUNING.start
    path = Path(folder) / "traffic.json"
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["seed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError("error-bench-events-recording", path=folder, reason=str(error)) from error


def _blocks(
    plan: EventsPlan,
    recordings: Sequence[tuple[str, int]],
    levels: Levels,
    *,
    tracks: bool = False,
    sweep: bool = False,
    squares: bool = False,
) -> Iterator[Block]:
    cameras = plan.squares if squares else plan.cameras
    for folder, seed in recordings:
        for first in range(0, cameras, BLOCK):
            last = min(first + BLOCK, cameras)
            yield Block(folder, seed, first, last, levels, plan.fps, tracks, sweep, plan.inputs, squares=squares)


def anywhere(plan: EventsPlan, recordings: Sequence[tuple[str, int]]) -> list[Block]:
    """Cameras put up anywhere, at the plan's level of noise."""
    return [*_blocks(plan, recordings, Levels.all(plan.level), sweep=plan.sweep)]


def aimed(plan: EventsPlan, recordings: Sequence[tuple[str, int]]) -> list[Block]:
    """At the plan's level of noise, a block for each incident, and those of the cameras at squares."""
    return [block for recording in recordings for block in _aimed(plan, *recording)]


def _aimed(plan: EventsPlan, folder: str, seed: int) -> Iterator[Block]:
    levels = Levels.all(plan.level)
    for incident in staged(load(folder)) if plan.staged else ():
        yield Block(folder, seed, 0, plan.staged, levels, plan.fps, False, plan.sweep, plan.inputs, incident)
    yield from _blocks(plan, [(folder, seed)], levels, sweep=plan.sweep, squares=True)


def _staged(done: dict[Block, list[CameraResult]]) -> Staged:
    at_incidents = [block for block in done if not block.squares]
    results, on_squares = _of(done, at_incidents), _of(done, [block for block in done if block.squares])
    kinds = (*(STAGED if at_incidents else ()), *(SQUARES if on_squares else ()))
    return Staged(
        {kind: together(kind, on_squares if kind in SQUARES else results) for kind in kinds},
        len(at_incidents),
        sum(bool(done[block]) for block in at_incidents),
        len(results),
        sum(r.seconds for r in results),
        len(on_squares),
        sum(r.seconds for r in on_squares),
    )


def _variants(plan: EventsPlan, recordings: Sequence[tuple[str, int]]) -> dict[str, list[Block]]:
    measured_levels = Levels()
    found = {
        TRACKS: list(_blocks(plan, recordings, Levels.all(0.0), tracks=True)),
        PERFECT: list(_blocks(plan, recordings, Levels.all(0.0))),
        MEASURED: list(_blocks(plan, recordings, measured_levels)),
    }
    for noise in NOISES:
        for name, level in (("without", 0.0), ("doubled", DOUBLE)):
            found[f"{name}_{noise}"] = list(_blocks(plan, recordings, measured_levels.but(noise, level)))
    return found


def run(
    blocks: Sequence[Block], workers: int, progress: Progress, *, keep_tracks: bool = False
) -> dict[Block, list[CameraResult]]:
    """The results of each block, by so many processes; `keep_tracks`: see `run_block`."""
    wanted = list(dict.fromkeys(blocks))
    done: dict[Block, list[CameraResult]] = {}
    if workers <= 1 or len(wanted) == 1:
        for block in wanted:
            done[block] = run_block(block, keep_tracks=keep_tracks)
            progress(_said(block, len(done), len(wanted)))
        return done
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(wanted)), mp_context=context) as pool:
        running = {pool.submit(run_block, block, keep_tracks=keep_tracks): block for block in wanted}
        for future in as_completed(running):
            done[running[future]] = future.result()
            progress(_said(running[future], len(done), len(wanted)))
    return done


def _said(block: Block, number: int, of: int) -> str:
    name = block.recording.rsplit("/", 1)[-1]
    if block.incident is not None:
        return text("cli-bench-events-block-staged", number=number, of=of, recording=name, incident=block.incident)
    said = "cli-bench-events-block-squares" if block.squares else "cli-bench-events-block"
    return text(said, number=number, of=of, recording=name, first=block.first, last=block.last - 1)


def _of(done: dict[Block, list[CameraResult]], blocks: Sequence[Block]) -> list[CameraResult]:
    return [result for block in blocks for result in done[block]]


def figures_of(results: Sequence[CameraResult]) -> Figures:
    """Scores and measurements of all cameras together."""
    kinds = {kind: together(kind, results) for kind in KINDS}
    measurements = measured.figures([pair for r in results for pair in r.minutes])
    turns = [turn for r in results for turn in r.turns]
    junctions = {
        "turns": turning.figures([turn for turn in turns if turn.all_ways]),
        "turns_in_part": turning.figures([turn for turn in turns if not turn.all_ways]),
    }
    return Figures(kinds, measurements | junctions)


def as_dict(result: EventsResult) -> dict[str, Any]:
    """JSON values, with what is needed to measure them again; recordings by their names alone."""
    names = tuple(Path(folder).name for folder in result.plan.recordings)
    return {
        "plan": {**asdict(replace(result.plan, workers=0, recordings=names)), "workers": None},
        "machine": machine(),
        "held_seeds": result.held,
        "camera_views": result.cameras,
        "camera_days": result.seconds / 86_400,
        "frames": result.frames,
        **_said_figures(result.figures),
        "staged": {
            "incidents": result.staged.incidents,
            "looked_at": result.staged.looked_at,
            "camera_views": result.staged.cameras,
            "camera_days": result.staged.seconds / 86_400,
            "square_views": result.staged.square_cameras,
            "square_days": result.staged.square_seconds / 86_400,
            "kinds": {kind: _kind(kind, found) for kind, found in result.staged.kinds.items()},
        },
        "noises": {name: _said_figures(found) for name, found in result.noises.items()},
        "curves": result.curves,
        "counts_on_videos": [item.figures() for item in result.counted],
        "kinds_without_incidents": list(ELSEWHERE),
    }


def _said_figures(found: Figures) -> dict[str, Any]:
    return {
        "kinds": {kind: _kind(kind, score) for kind, score in found.kinds.items()},
        "measurements": found.measurements,
    }


def _kind(kind: str, found: Score) -> dict[str, Any]:
    """A kind without a rule has incidents and nothing else."""
    figures, rule = found.figures(), rule_of(kind)
    if rule is None:
        figures = {
            name: value if name in ("incidents", "distinct_incidents") else None for name, value in figures.items()
        }
    return {"rule": rule, **figures}
