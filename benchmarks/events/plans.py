"""What is run, and from what a person asked for on the command line to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from benchmarks.events.block import MADE_UP
from benchmarks.events.traffic.simulate import SCENES
from benchmarks.machine import cores
from core.errors import ConfigError
from scenes.model_specs import InputWidth


@dataclass(frozen=True, slots=True)
class EventsPlan:
    """What is run.

    Attributes:
        scenes: of `benchmarks.events.traffic.simulate.SCENES`; empty: the made-up road alone, which needs no simulator.
        seeds: of traffic, each with cameras of its own. hours: of each scene and seed.
        cameras: over each; staged: that look at each incident besides, squares: that look at squares (`aiming`).
        fps: frames a second of each.
        inputs: widths of the detector's input: chosen for each camera, as exported, or one for all, in pixels.
        level: of all noise. ablate: each noise away and doubled as well. sweep: rules at other thresholds too.
        recordings: folders of recorded traffic in the place of scenes.
        videos: folder with the videos of `labels/crossings.json`; None: real pictures are left out.
        workers: processes.
    """

    scenes: tuple[str, ...] = tuple(SCENES)
    seeds: tuple[int, ...] = (1000, 1001)
    hours: float = 1.0
    cameras: int = 20
    staged: int = 2
    squares: int = 10
    fps: float = 10.0
    inputs: InputWidth = "auto"
    level: float = 1.0
    ablate: bool = False
    sweep: bool = False
    recordings: tuple[str, ...] = ()
    videos: str | None = None
    workers: int = field(default_factory=lambda: len(cores()))


QUICK: Final = EventsPlan(scenes=(), seeds=(), cameras=8, staged=1, recordings=(MADE_UP,), workers=1)


def plan(
    *,
    quick: bool,
    scenes: str | None,
    seeds: str,
    cameras: int | None,
    staged: int | None = None,
    squares: int | None = None,
    hours: float,
    fps: float,
    inputs: InputWidth = "auto",
    level: float,
    ablate: bool,
    sweep: bool,
    traffic: tuple[Path, ...],
    videos: Path | None,
    workers: int | None,
) -> EventsPlan:
    """The plan; `quick` and `traffic` leave scenes and seeds aside.

    Raises:
        ConfigError: there is no such scene, or the seeds are no seeds.
    """
    asked = EventsPlan(hours=hours, fps=fps, inputs=inputs, level=level, ablate=ablate, sweep=sweep)
    if quick:
        asked = replace(QUICK, fps=fps, inputs=inputs, level=level, ablate=ablate, sweep=sweep)
    elif traffic:
        asked = replace(asked, scenes=(), seeds=(), recordings=tuple(str(folder) for folder in traffic))
    else:
        asked = replace(asked, scenes=_scenes(scenes), seeds=_seeds(seeds))
    if videos is not None:
        asked = replace(asked, videos=str(videos))
    if cameras is not None:
        asked = replace(asked, cameras=cameras)
    if staged is not None:
        asked = replace(asked, staged=staged)
    if squares is not None:
        asked = replace(asked, squares=squares)
    return asked if workers is None else replace(asked, workers=workers)


def _scenes(asked: str | None) -> tuple[str, ...]:
    names = tuple(SCENES) if asked is None else tuple(name.strip() for name in asked.split(","))
    for name in names:
        if name not in SCENES:
            raise ConfigError("error-bench-events-scene", name=name, known=", ".join(SCENES))
    return names


def _seeds(asked: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in asked.split(","):
        first, dash, last = part.strip().partition("-")
        try:
            start = int(first)
            found += range(start, int(last) + 1) if dash else [start]
        except ValueError as error:
            raise ConfigError("error-bench-events-seeds", found=asked) from error
    if not found or min(found) < 1:
        raise ConfigError("error-bench-events-seeds", found=asked)
    return tuple(dict.fromkeys(found))
