"""Speeds of made-up cars beside their true ones, and beside those of a straight line through the last second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from benchmarks.motion.film import LASTING, QUICK, BoxNoise, Film, Speed, camera, film, scene
from core.arrays import F64
from core.geometry import project
from core.tracks import TrackBatch
from trackers.world import World

RATES: Final = (2.0, 5.0, 10.0, 25.0)
STOPPED_MPS: Final = 3 / 3.6
"""Below it a vehicle is stopped (`incident.stopped_vehicle`)."""
BRAKES_AT_S: Final = 3.0
Follow = Callable[[Film], tuple[F64, F64]]
"""Positions (T, N, 2) and velocities (T, N, 2) of a film."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of all cars and frames after their first two seconds.

    Attributes:
        still_kmh, still_worst_kmh: speed read of a standing car, median and 95th percentile.
        steady_mps: error of the speed at a constant 8 m/s, root mean square.
        early_mps: the same, about a second after a car was first seen.
        steady_m: error of the position, root mean square.
        braking_mps: error of the speed from the first braking at 4 m/s² until half a second after the stop.
        stop_s, stop_slow_s: from when a braking car is slower than 3 km/h until it reads so; median, 90th percentile.
    """

    still_kmh: float
    still_worst_kmh: float
    steady_mps: float
    early_mps: float
    steady_m: float
    braking_mps: float
    stop_s: float
    stop_slow_s: float


def estimate(shown: Film) -> tuple[F64, F64]:
    """What the world stage says."""
    world = World({"film": scene()})
    found = [world.locate(batch) for batch in shown.batches]
    return np.array([m.position for m in found]), np.array([m.velocity for m in found])


def line(shown: Film, memory_s: float = 0.5) -> tuple[F64, F64]:
    """Unsmoothed foot points, and slopes of straight lines through them whose weights fade with `memory_s`."""
    boxes = np.array([batch.xyxy for batch in shown.batches], np.float64)
    feet = np.stack(((boxes[:, :, 0] + boxes[:, :, 2]) / 2, boxes[:, :, 3]), axis=2)
    back = np.asarray(np.linalg.inv(camera()), np.float64)
    places = np.array([project(back, frame)[0] for frame in feet])
    slopes = np.zeros_like(places)
    for k in range(1, len(places)):
        age = shown.times[: k + 1] - shown.times[k]
        weight = np.exp(age / memory_s)
        off = age - (weight @ age) / weight.sum()
        slopes[k] = np.tensordot(weight * off, places[: k + 1], 1) / ((weight * off) @ off + 0.0025)
    return places, slopes


def accuracy(follow: Follow, fps: float, noise: BoxNoise, cars: int = 60, seed: int = 0) -> Accuracy:
    """Cars that stand, go on steadily, and brake to a stop."""

    def speeds(speed: Speed, seconds: float) -> tuple[Film, F64, F64]:
        shown = film(speed, seconds, fps, cars, noise, seed)
        places, velocities = follow(shown)
        return shown, places, np.linalg.norm(velocities, axis=2)

    shown, _, still = speeds(np.zeros_like, 10)
    still = still[shown.times > 2] * 3.6
    shown, places, read = speeds(lambda t: np.full_like(t, 8.0), 6)
    off, late = read - 8.0, shown.times > 2
    near = (shown.times >= 0.95) & (shown.times < 1.8)
    away = np.linalg.norm(places - shown.places, axis=2)
    shown, _, braking = speeds(lambda t: np.clip(12.0 - 4.0 * (t - BRAKES_AT_S), 0.0, 12.0), 12)
    stands_at = BRAKES_AT_S + 3.0
    part = (shown.times > BRAKES_AT_S) & (shown.times <= stands_at + 0.5)
    waits = [_first(shown.times, row, stands_at) for row in braking.T]
    return Accuracy(
        float(np.median(still)),
        float(np.quantile(still, 0.95)),
        _rms(off[late]),
        _rms(off[near]),
        _rms(away[late]),
        _rms((braking - shown.speed[:, None])[part]),
        float(np.median(waits)),
        float(np.quantile(waits, 0.9)),
    )


def cost(tracks: int = 100, lanes: int = 12, frames: int = 300) -> float:
    """Milliseconds a frame of the world stage, the median, for steady tracks on so many lanes."""
    shown = film(np.zeros_like, frames / 25, 25, tracks, QUICK)
    world = World({"film": scene(lanes)})
    return float(np.median([_timed(world, batch) for batch in shown.batches])) * 1e3


def measure(rates: Sequence[float] = RATES) -> dict[str, Any]:
    """All of it, as JSON values."""
    noises = {"quick": QUICK, "lasting": LASTING}
    ways: dict[str, Follow] = {"matpho": estimate, "line": line}
    found = {
        f"{name} {noise} {rate:g}": asdict(accuracy(way, rate, noises[noise]))
        for noise in noises
        for rate in rates
        for name, way in ways.items()
    }
    return {"accuracy": found, "cost_ms": {"100 tracks, 12 lanes": cost(), "100 tracks": cost(lanes=0)}}


def _first(times: F64, speeds: F64, stands_at: float) -> float:
    slow = np.flatnonzero((times > stands_at - 1) & (speeds < STOPPED_MPS))
    return float(times[slow[0]] - (stands_at - STOPPED_MPS / 4)) if len(slow) else float("inf")


def _rms(values: F64) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _timed(world: World, batch: TrackBatch) -> float:
    began = time.perf_counter()
    world.locate(batch)
    return time.perf_counter() - began
