"""Made-up vehicles before a pinhole camera, their boxes as uncertain as a detector's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, offsets_of
from core.frames import ClockSource, FrameMeta
from core.scene import Ground, Label, Lane, Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackBatch, TrackState
from core.traffic import SIZES_M

SIZE: Final = (1280, 720)
FOCAL: Final = 1000.0
HEIGHT_M: Final = 8.0
PITCH: Final = math.radians(20.0)
CAR_M: Final = (2.2, 1.65)
"""Width and height of its box."""
SECOND: Final = 1_000_000_000
Speed = Callable[[F64], F64]


@dataclass(frozen=True, slots=True)
class BoxNoise:
    """Errors of a box's edges, in shares of its longer side.

    Attributes:
        quick: new in each frame.
        slow: fading with `fade_s`: a box that stays too wide for a while.
    """

    quick: float
    slow: float
    fade_s: float = 0.6


QUICK: Final = BoxNoise(0.045, 0.0)
LASTING: Final = BoxNoise(0.015, 0.035)
"""As the shipped detector's, tracked, on PETS09-S2L1: foot points off by 0.046 across and 0.040 upright (standard
deviation, 4,269 boxes), errors alike by 0.9 and 0.8 after a frame, by 0.5 and 0.4 after a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """T frames of N cars.

    Attributes:
        times: (T) seconds.
        speed: (T) true speed of all, m/s.
        places: (T, N, 2) true positions of their middles in metres.
    """

    times: F64
    speed: F64
    places: F64
    batches: tuple[TrackBatch, ...]


def camera() -> F64:
    """Metres to pixels (3, 3): level, looking north."""
    sin, cos = math.sin(PITCH), math.cos(PITCH)
    turn = np.array([[1.0, 0, 0], [0, -sin, -cos], [0, cos, -sin]])
    inner = np.array([[FOCAL, 0, SIZE[0] / 2], [0, FOCAL, SIZE[1] / 2], [0, 0, 1]])
    return np.asarray(inner @ np.column_stack((turn[:, :2], turn @ (0, 0, -HEIGHT_M))), np.float64)


def scene(lanes: int = 0) -> Scene:
    """What the camera sees, with so many lanes side by side."""
    back = np.linalg.inv(camera())
    ground = Ground(np.asarray(back * np.sign(back[2] @ (SIZE[0] / 2, SIZE[1] - 1, 1.0)), np.float64), 0.0)
    found = {}
    for number in range(lanes):
        x = 2.5 * (number - lanes / 2)
        edges = np.array([(x, 12.0), (x + 2.5, 12.0), (x + 2.5, 60.0), (x, 60.0)])
        middle = np.array([(x + 1.25, y) for y in (60.0, 45.0, 30.0, 12.0)])
        name = f"lane-{number}"
        polygon, centreline = ground.to_picture(edges)[0], ground.to_picture(middle)[0]
        found[name] = Lane(name, Label(name, name), polygon, centreline, "all", length_m=48.0)
    return Scene("film", 1, SIZE, ground=ground, lanes=found)


def film(speed: Speed, seconds: float, fps: float, cars: int, noise: BoxNoise, seed: int = 0) -> Film:
    """Cars 10 to 65 m away that go straight, each its own way, all with one speed over time."""
    rng = np.random.default_rng(seed)
    times, fine = np.arange(0, seconds, 1 / fps), np.arange(0, seconds + 1e-3, 1e-3)
    way = np.cumsum(speed(fine)) * 1e-3
    # Across the view, or towards the camera and away from it, but never to its foot.
    angle = rng.uniform(-np.pi / 3, np.pi / 3, cars) + np.pi * rng.integers(0, 2, cars)
    middle = np.column_stack((rng.uniform(-6, 6, cars), rng.uniform(30, 45, cars)))
    gone = np.interp(times, fine, way) - way[-1] / 2
    heading = np.column_stack((np.cos(angle), np.sin(angle)))
    places = middle + gone[:, None, None] * heading
    return Film(times, speed(times), places, tuple(_boxes(times, near_ends(places, heading), noise, rng)))


def near_ends(places: F64, heading: F64) -> F64:
    """Where lower edges of boxes stand (T, N, 2), below the middles by half a footprint's depth, by heading (N, 2).

    Rows of the picture of a camera that looks north tell how far north something is.
    """
    away = places / np.linalg.norm(places, axis=-1, keepdims=True)
    along = np.abs(heading[..., 1:])
    length, width = SIZES_M[ObjectClass.CAR]
    half = (along * length + np.sqrt(1 - along**2) * width) / 2
    return np.asarray(places - away * half / away[..., 1:], np.float64)


def _boxes(times: F64, places: F64, noise: BoxNoise, rng: np.random.Generator) -> Iterator[TrackBatch]:
    cars = places.shape[1]
    ids, slow = np.arange(1, cars + 1), rng.standard_normal((cars, 2)) * noise.slow
    step = times[1] - times[0] if len(times) > 1 else 1.0
    kept = math.exp(-step / noise.fade_s)
    for number, time in enumerate(times):
        seen = np.column_stack((places[number], np.ones(cars))) @ camera().T
        foot, depth = seen[:, :2] / seen[:, 2:], seen[:, 2]
        wide, high = (FOCAL * side / depth for side in CAR_M)
        slow = kept * slow + math.sqrt(1 - kept**2) * noise.slow * rng.standard_normal((cars, 2))
        error = slow + noise.quick * rng.standard_normal((cars, 2))
        x, y = (foot + error * np.maximum(wide, high)[:, None]).T
        at = round(time * SECOND)
        yield TrackBatch(
            (FrameMeta("film", 0, number, at, ClockSource.FILE, 0, at, *SIZE),),
            offsets_of([cars]),
            np.column_stack((x - wide / 2, y - high, x + wide / 2, y)).astype(np.float32),
            np.full(cars, 0.9, np.float32),
            np.full(cars, ObjectClass.CAR, np.int16),
            ids,
            np.full(cars, TrackState.CONFIRMED, np.uint8),
            np.arange(cars, dtype=np.int32),
            offsets_of([0]),
            np.zeros(0, np.int64),
        )
