"""Time a frame of motion, measurements and rules at a busy junction, beside another package's zones and lines."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from analytics.engine import RuleEngine
from analytics.measure import MeasureRule
from benchmarks.environments import Environment, Progress, find_uv
from benchmarks.junction.rules import event_rules
from benchmarks.junction.traffic import drive, measures, scene
from benchmarks.machine import machine, one_core, resident_mib
from core.findings import StepView
from core.motion import Motion
from core.tracks import TrackBatch
from scenes.rules import MeasureSpec
from trackers.world import World

TRACKS: Final = 100
WARM: Final = 100
FRAMES: Final = 1_000
STANDING: Final = 0.5
"""Share of the vehicles that stand in a jam."""
PEER: Final = ("supervision==0.26.1", "numpy>=2")
T = TypeVar("T")
R = TypeVar("R")
LIMITS_MS: Final = {"motion and measurements": 0.3, "rules": 0.5}


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a frame, median and 99th percentile, of processor time on one core."""

    median_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident MiB after a tenth of the track updates, and after all of them."""

    updates: int
    early_mib: float
    late_mib: float
    tracks: int


@dataclass(frozen=True, slots=True)
class Result:
    """All of it; `peer`: zones and lines of supervision alone, on the same boxes."""

    tracks: int
    costs: dict[str, Cost]
    memory: Memory | None
    peer: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"limits_ms": LIMITS_MS, "machine": machine()}


def measure(
    *, tracks: int = TRACKS, frames: int = FRAMES, updates: int = 0, with_peer: bool = False, progress: Progress = print
) -> Result:
    """Everything, on one core.

    Args:
        updates: track updates over which memory is watched; 0: not.

    Raises:
        EnvironmentFailure: the peer could not be installed or failed.
    """
    environment = Environment(find_uv(), PEER) if with_peer else None
    if environment is not None:
        progress(" ".join(PEER))
        environment.prepare()
    with one_core():
        costs = timed(tracks, frames)
        peer = beside(environment, tracks, frames) if environment is not None else None
        memory = watch(tracks, updates, progress) if updates else None
    return Result(tracks, costs, memory, peer)


def timed(tracks: int, frames: int) -> dict[str, Cost]:
    """Each part over the same frames."""
    place = scene()
    world = World({"junction": place})
    batches = list(islice(drive(tracks), WARM + frames))
    located, motions = _each(batches, world.locate)
    views = [StepView.of(batch, motion, 0, place) for batch, motion in zip(batches, motions, strict=True)]
    specs = [spec for spec in measures() if isinstance(spec, MeasureSpec)]
    measured, _ = _each(views, MeasureRule(specs, place, "junction").update)
    ruled = _ruled(batches, motions)
    jam = list(islice(drive(tracks, standing=STANDING), WARM + frames))
    jammed = _ruled(jam, [world.locate(batch) for batch in jam])
    both = [a + b for a, b in zip(located, measured, strict=True)]
    parts = {"motion": located, "measurements": measured, "motion and measurements": both, "rules": ruled}
    parts["rules in a jam"] = jammed
    return {name: _cost(times[WARM:]) for name, times in parts.items()}


def _ruled(batches: Sequence[TrackBatch], motions: Sequence[Motion]) -> list[float]:
    place, engine = scene(), RuleEngine()
    engine.add_camera("junction", place, event_rules(place))
    ruled, _ = _each(list(zip(batches, motions, strict=True)), lambda pair: engine.update(*pair))
    assert not engine.failed  # noqa: S101
    return ruled


def beside(environment: Environment, tracks: int, frames: int) -> dict[str, Any]:
    """The peer's zones and lines on the same boxes."""
    place = scene()
    batches = list(islice(drive(tracks), WARM + frames))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        xyxy, ids, kinds = (np.array([getattr(b, name) for b in batches]) for name in ("xyxy", "track_id", "class_id"))
        np.savez(folder / "tracks.npz", xyxy=xyxy, track_id=ids, class_id=kinds)
        job = {
            "tracks": str(folder / "tracks.npz"),
            "zones": [zone.polygon.tolist() for zone in place.zones.values()],
            "lines": [[line.start.tolist(), line.end.tolist()] for line in place.lines.values()],
            "warm": WARM,
            "answer": str(folder / "answer.json"),
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        environment.run("run_supervision_places.py", folder / "job.json")
        found: dict[str, Any] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    return found


def watch(tracks: int, updates: int, progress: Progress) -> Memory:
    """Memory of motion, measurements and rules over so many track updates."""
    place = scene()
    world, engine = World({"junction": place}), RuleEngine()
    engine.add_camera("junction", place, [*measures(), *event_rules(place)])
    frames, early, last = max(updates // tracks, 10), 0.0, 0
    for number, batch in enumerate(islice(drive(tracks), frames)):
        engine.update(batch, world.locate(batch))
        if number == frames // 10:
            early = resident_mib()
        if number % (frames // 10) == 0:
            progress(f"{number * tracks:,} / {updates:,}")
        last = int(batch.track_id[-1])
    assert not engine.failed  # noqa: S101
    return Memory(frames * tracks, early, resident_mib(), last)


def _each(items: Sequence[T], call: Callable[[T], R]) -> tuple[list[float], list[R]]:
    times, found = [], []
    for item in items:
        began = time.thread_time()
        result = call(item)
        times.append(time.thread_time() - began)
        found.append(result)
    return times, found


def _cost(seconds: Sequence[float]) -> Cost:
    return Cost(float(np.median(seconds)) * 1e3, float(np.quantile(seconds, 0.99)) * 1e3)
