"""Memory over a long run of cameras: the slope that a leak would have."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from rich.table import Table

from benchmarks.machine import resident_mib
from core.errors import ConfigError
from core.events import Event
from core.protocols import Source
from models.registry import load_detector
from pipeline.cameras import CameraPlan
from pipeline.runner import Pipeline
from pipeline.sources.table import sources_for
from scenes.rules import CameraDownSpec
from scenes.scene_file import empty_scene
from trackers.online import OnlineTracker

WARM_UP: Final = 0.2
"""Share of the run left out of the slope: caches fill and the allocator finds its size."""


@dataclass(frozen=True, slots=True)
class SoakResult:
    """What a run did to memory.

    Attributes:
        slope_mib_per_hour: least-squares slope of resident memory after the warm-up; `slope_error`: its standard error.
        resident_mib: first, last and largest resident memory after the warm-up.
    """

    seconds: float
    cameras: int
    frames: int
    dropped: int
    reconnects: int
    events: int
    slope_mib_per_hour: float
    slope_error: float
    resident_mib: tuple[float, float, float]


def measure(
    uris: Sequence[str],
    *,
    seconds: float,
    every_s: float,
    fps: float | None = None,
    progress: Callable[[str], object] = lambda _line: None,
) -> SoakResult:
    """Watch sources, files as looping cameras at their own pace, and sample resident memory.

    Raises:
        MatphoError: a source cannot be used, or the run is too short for a slope.
    """
    if seconds < 5 * every_s:
        raise ConfigError("error-soak-short", seconds=seconds, every=every_s)
    sources: list[Source] = []
    for uri in uris:
        sources += sources_for(uri, loop=True, realtime=True, start_ns=time.time_ns())
    plans = [CameraPlan(s, empty_scene(s.camera_id, 1920, 1080), (CameraDownSpec(),), fps) for s in sources]
    events: list[str] = []

    def publish(records: Sequence[object]) -> None:
        events.extend(record.event_id for record in records if isinstance(record, Event))

    pipeline = Pipeline(load_detector(), OnlineTracker(), plans, publish=publish)
    samples: list[tuple[float, float]] = []
    frames, began, due = 0, time.monotonic(), 0.0
    for step in pipeline.steps(most_s=seconds):
        frames += len(step.frames)
        now = time.monotonic() - began
        if now >= due:
            due += every_s
            samples.append((now, resident_mib()))
            progress(f"{now:7.0f} s  {frames:9d} frames  {samples[-1][1]:8.1f} MiB")
    statuses = pipeline.status()
    slope, error = _slope([s for s in samples if s[0] >= WARM_UP * seconds])
    kept = [m for t, m in samples if t >= WARM_UP * seconds] or [resident_mib()]
    return SoakResult(
        time.monotonic() - began,
        len(plans),
        frames,
        sum(s.dropped for s in statuses),
        sum(s.reconnects for s in statuses),
        len(set(events)),
        slope,
        error,
        (kept[0], kept[-1], max(kept)),
    )


def as_dict(result: SoakResult) -> dict[str, Any]:
    """JSON values."""
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(result).items()}


def table(result: SoakResult) -> Table:
    """The figures as a person reads them."""
    shown = Table(show_header=False)
    for name, value in as_dict(result).items():
        shown.add_row(name, str(value))
    return shown


def _slope(samples: list[tuple[float, float]]) -> tuple[float, float]:
    hours = np.array([t / 3600 for t, _ in samples])
    memory = np.array([m for _, m in samples])
    if len(samples) < 3:
        return 0.0, float("inf")
    centred = hours - hours.mean()
    spread = float((centred**2).sum())
    slope = float((centred * memory).sum()) / spread
    rest = memory - memory.mean() - slope * centred
    return slope, float(np.sqrt((rest**2).sum() / (len(samples) - 2) / spread))
