"""People on small squares beside the streets: who loiters, gathers, runs, and who only looks like it.

They keep off the carriageway, so that no traffic heeds them: they are added to a recording when it is read, drawn from
its seed, and the simulator knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely

from benchmarks.events.traffic.recording import Area, RecordedLane, Recording
from core.arrays import F64
from core.taxonomy import ObjectClass

SIZE_M: Final = (12.0, 7.0)
BESIDE_M: Final = 2.8
"""Of a square: along the street and away from it; and how far from the carriageway, beyond the pavement."""
FROM_END_M: Final = (20.0, 110.0)
EVERY_M: Final = 22.0
"""From where lanes end at a junction, or begin, to the middles of the first and the last square; between two."""
MOST: Final = 20
SLOT_S: Final = 150.0
"""On each square one act begins in so many seconds."""
PERSON: Final = (0.45, 0.5, 1.65)
WALK_MPS: Final = 1.3
STROLL_MPS: Final = 0.5
ACTS: Final = ("loiter", "loiter", "wait", "crowd", "crowd", "group", "run", "run", "walk")
"""`wait` is a short stay, `group` a small crowd, `walk` crosses as `run` does: none of the three is an event."""


@dataclass(frozen=True, slots=True)
class _Square:
    """Its middle, and unit vectors along the street and away from it."""

    middle: F64
    along: F64
    away: F64

    @property
    def polygon(self) -> F64:
        a, b = self.along * SIZE_M[0] / 2, self.away * SIZE_M[1] / 2
        return np.array([self.middle - a - b, self.middle + a - b, self.middle + a + b, self.middle - a + b])

    def place(self, x: float, y: float) -> F64:
        """A place from -1 to 1 across it, and beyond."""
        return np.asarray(self.middle + self.along * (SIZE_M[0] / 2 * x) + self.away * (SIZE_M[1] / 2 * y), np.float64)


def with_bystanders(recording: Recording) -> Recording:
    """The same recording with squares (areas of kind `square`) and people on them; without room for any, itself."""
    squares = _squares(recording)
    rng = np.random.default_rng((int(recording.about.get("seed", 0)), 7))
    end_s = float(recording.time_s[-1]) if recording.steps else 0.0
    ways = [way for square in squares for way in _play(square, end_s, rng)]
    areas = tuple(Area("square", f"square-{n}", square.polygon) for n, square in enumerate(squares))
    return _added(replace(recording, areas=(*recording.areas, *areas)), ways)


def _squares(recording: Recording) -> list[_Square]:
    taken = [shapely.LineString(x.centreline).buffer(x.width_m / 2 + 1.0) for x in recording.lanes]
    taken += [shapely.Polygon(area.polygon).buffer(1.0) for area in recording.areas]
    found: list[_Square] = []
    outer = {lane.group: lane for lane in reversed(recording.lanes)}.values()
    for from_end_m in np.arange(*FROM_END_M, EVERY_M):
        for lane in outer:
            square = _beside(lane, float(from_end_m))
            shape = shapely.Polygon(square.polygon)
            if len(found) < MOST and not any(shape.intersects(other) for other in taken):
                found.append(square)
                taken.append(shape.buffer(2.0))
    return found


def _beside(lane: RecordedLane, from_end_m: float) -> _Square:
    """At the right of a group's first lane, which is the rightmost."""
    line = shapely.LineString(lane.centreline)
    at = max(line.length - from_end_m, 0.0) if lane.stop_line else min(from_end_m, line.length)
    points = [line.interpolate(max(at - 0.5, 0.0)), line.interpolate(at + 0.5)]
    step = np.array([points[1].x - points[0].x, points[1].y - points[0].y])
    along = step / max(float(np.hypot(*step)), 1e-9)
    away = np.array([along[1], -along[0]])
    here = np.array([(points[0].x + points[1].x) / 2, (points[0].y + points[1].y) / 2])
    return _Square(here + away * (lane.width_m / 2 + BESIDE_M + SIZE_M[1] / 2), along, away)


def _play(square: _Square, end_s: float, rng: np.random.Generator) -> Iterator[F64]:
    """Ways of all people of a square: (K, 3) time, x, y of their corners."""
    bag: list[str] = []
    for start in np.arange(0.0, end_s, SLOT_S):
        bag = bag or [str(name) for name in rng.permutation(ACTS)]
        at_s = float(start + rng.uniform(5, 30))
        match bag.pop():
            case "loiter":
                yield _stay(square, at_s, float(rng.uniform(72, 105)), rng)
            case "wait":
                yield _stay(square, at_s, float(rng.uniform(30, 48)), rng)
            case "crowd":
                yield from _gather(square, at_s, int(rng.integers(12, 17)), rng)
            case "group":
                yield from _gather(square, at_s, int(rng.integers(4, 8)), rng)
            case "run":
                yield _cross(square, at_s, float(rng.uniform(4.3, 5.6)), rng)
            case _:
                yield _cross(square, at_s, float(rng.uniform(1.1, 1.7)), rng)


def _stay(square: _Square, at_s: float, stay_s: float, rng: np.random.Generator) -> F64:
    """Comes over the edge away from the street, strolls about for so long, and goes."""
    places = [square.place(0.0, 1.8), square.place(0.0, 0.9)]
    corners, now = [(at_s, *places[0])], at_s
    now += float(np.hypot(*(places[1] - places[0]))) / WALK_MPS
    corners.append((now, *places[1]))
    until = now + stay_s
    while now < until:
        there = square.place(*rng.uniform(-0.75, 0.75, 2))
        now += max(float(np.hypot(*(there - corners[-1][1:]))) / STROLL_MPS, 1.0)
        corners.append((now, *there))
        now += float(rng.uniform(2, 8))
        corners.append((now, *there))
    gone = square.place(float(rng.uniform(-0.5, 0.5)), 1.8)
    corners.append((now + float(np.hypot(*(gone - corners[-1][1:]))) / WALK_MPS, *gone))
    return np.array(corners)


def _gather(square: _Square, at_s: float, count: int, rng: np.random.Generator) -> Iterator[F64]:
    stay_s = float(rng.uniform(20, 35))
    for n in range(count):
        here = square.place((n % 5 - 2) / 3.2 + rng.uniform(-0.1, 0.1), (n // 5 - 1) / 2.0 + rng.uniform(-0.1, 0.1))
        outside = square.place((n % 5 - 2) / 2.0, 1.9)
        way_s = float(np.hypot(*(here - outside))) / WALK_MPS
        begin = at_s + float(rng.uniform(0, 8))
        leave = at_s + 8 + way_s + stay_s + float(rng.uniform(0, 6))
        corners = [(begin, *outside), (begin + way_s, *here), (leave, *here), (leave + way_s, *outside)]
        yield np.array(corners)


def _cross(square: _Square, at_s: float, speed_mps: float, rng: np.random.Generator) -> F64:
    side, high = float(rng.choice((-1.0, 1.0))), float(rng.uniform(-0.4, 0.6))
    start, end = square.place(-2.2 * side, high), square.place(2.2 * side, high + float(rng.uniform(-0.2, 0.2)))
    return np.array([(at_s, *start), (at_s + float(np.hypot(*(end - start))) / speed_mps, *end)])


def _added(recording: Recording, ways: list[F64]) -> Recording:
    """The recording with a person on each way."""
    first = int(recording.user.max(initial=-1)) + 1
    parts: list[tuple[Any, ...]] = []
    for number, way in enumerate(ways):
        step = np.flatnonzero((recording.time_s >= way[0, 0]) & (recording.time_s <= way[-1, 0]))
        if len(step) < 2:
            continue
        place = np.column_stack([np.interp(recording.time_s[step], way[:, 0], way[:, k]) for k in (1, 2)])
        moved = np.gradient(place, 1 / recording.fps, axis=0)
        parts.append((step, np.full(len(step), first + number), place, moved))
    if not parts:
        return recording
    step, user, place, moved = (np.concatenate(column) for column in zip(*parts, strict=True))
    whole = np.concatenate((recording.step_of_rows(), step))
    order = np.argsort(whole, kind="stable")
    given = {
        "user": user,
        "cls": np.full(len(user), int(ObjectClass.PERSON)),
        "x": place[:, 0],
        "y": place[:, 1],
        "heading": np.arctan2(moved[:, 1], moved[:, 0]),
        "speed": np.hypot(moved[:, 0], moved[:, 1]),
        **{name: np.full(len(user), value) for name, value in zip(("length", "width", "height"), PERSON, strict=True)},
        "lane": np.full(len(user), -1),
    }
    columns: dict[str, Any] = {
        name: np.concatenate((getattr(recording, name), value))[order] for name, value in given.items()
    }
    offsets = np.concatenate(([0], np.cumsum(np.bincount(whole, minlength=recording.steps))))
    return replace(recording, offsets=offsets, **columns)
