"""Cameras that look at what is staged: at an incident while it happens, at squares beside the street all the time.

Cameras put up anywhere see few incidents: of a breakdown somewhere on the roads of a scene one in five. How often one
is found that a camera does see cannot be told from these few, so each has cameras of its own besides. On a square
one act follows another (`traffic.bystanders`), events and what only looks like them by turns. They are chosen by where
it happens alone, never by what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import shapely

from benchmarks.events.cameras import LEAST_LANE_M, STYLES, TRIES, Camera, draw_camera, recorded
from benchmarks.events.kinds import KINDS, road_of
from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import LEAST_SQUARE

BEFORE_S: Final = 90.0
AFTER_S: Final = 30.0
"""So long before it begins, and after it has ended, they watch: rules know the traffic, and false ends are seen."""
STAGED: Final = tuple(k for k, how in KINDS.items() if how.condition is not None and not how.condition.every)
"""Kinds that are staged one by one, or come of these, as illegal parking does of a breakdown."""
SQUARES: Final = tuple(k for k, how in KINDS.items() if how.zones == "square-")
"""Kinds that people on squares bring about."""
LONGEST_S: Final = 240.0
"""After it began, at most: who drives the wrong way and is stuck then stands there for minutes."""
SEEN: Final = 0.7
SEEN_S: Final = 20.0
"""Share of the way of who is in it, of which the camera sees the ground, or seconds of it: who crawls does so for
200 m and more."""
ASIDE_M: Final = 15.0
"""What happens is not in the middle of the picture: up to so far along the lane from there."""


def staged(recording: Recording) -> list[int]:
    """The numbers of the incidents that cameras can be aimed at."""
    return [number for number, incident in enumerate(recording.incidents) if incident.kind in STAGED]


def aim_cameras(recording: Recording, incident: int, count: int, seed: int) -> tuple[Camera, ...]:
    """So many different cameras that see the ground on which an incident happens, drawn as `place_cameras` does.

    Fewer where no place was found for one, as where it happens at the end of what is recorded.
    """
    about = recording.incidents[incident]
    its = recording.rows_of(about)
    way = np.column_stack((recording.x[its], recording.y[its])).astype(np.float64)
    if not len(way):
        return ()
    enough = min(SEEN * len(way), SEEN_S * recording.fps * len(about.users))

    def sees(_spot: int, seen: Any, lane: Any) -> bool:
        drawn = shapely.length(lane & seen) >= LEAST_LANE_M
        return bool(drawn and shapely.contains_xy(seen, way).sum() >= enough)

    spots, drawn = [shapely.Point(place) for place in way], _Drawing(recording)
    found = []
    for number in range(count):
        rng = np.random.default_rng((seed, incident, number, 3))
        name = f"{recording.name}-{seed}-staged-{incident:02d}-{number}"
        found.append(drawn.camera(name, spots, sees, rng))
    return tuple(camera for camera in found if camera is not None)


def window(recording: Recording, incident: int) -> tuple[int, int]:
    """First and last (not included) step for which these cameras watch."""
    about = recording.incidents[incident]
    until_s = min(about.end_s, about.start_s + LONGEST_S) + AFTER_S
    first, last = np.searchsorted(recording.time_s, (about.start_s - BEFORE_S, until_s))
    return int(first), int(last)


def square_cameras(recording: Recording, count: int, seed: int) -> tuple[Camera, ...]:
    """So many different cameras, each of which sees a whole square, and one that none before it sees as long as such
    a one is found; drawn as `aim_cameras` does. Squares beside it that it sees too are watched as well.

    Fewer where no place was found for one; none where there are no squares.
    """
    squares = [shapely.Polygon(area.polygon) for area in recording.areas if area.kind == "square"]
    found: list[Camera] = []
    fresh, drawn = squares, _Drawing(recording)
    for number in range(count):
        rng = np.random.default_rng((seed, number, 5))
        name = f"{recording.name}-{seed}-squares-{number:02d}"
        camera = drawn.at_one(name, fresh, rng) or drawn.at_one(name, squares, rng)
        if camera is not None:
            seen = camera.seen_ground()
            fresh = [square for square in fresh if (square & seen).area < LEAST_SQUARE * square.area]
            found.append(camera)
    return tuple(found)


class _Drawing:
    """Draws cameras at the lanes of a recording until one sees what it is to see."""

    def __init__(self, recording: Recording) -> None:
        self._lines = [shapely.LineString(lane.centreline) for lane in recording.lanes]
        self._ground, self._style = recorded(recording), STYLES[road_of(recording.name)]

    def camera(
        self, name: str, spots: Sequence[Any], sees: Callable[[int, Any, Any], bool], rng: np.random.Generator
    ) -> Camera | None:
        """At a lane near one of these points, where `sees` says yes to its number, the ground in view and the lane."""
        for _ in range(TRIES if len(spots) and self._lines else 0):
            spot = int(rng.integers(len(spots)))
            here = spots[spot]
            line = min(self._lines, key=here.distance)
            along = float(np.clip(line.project(here) + rng.uniform(-ASIDE_M, ASIDE_M), 0.0, line.length))
            camera = draw_camera(name, line, along, self._style, rng)
            if sees(spot, camera.seen_ground() & self._ground, line):
                return camera
        return None

    def at_one(self, name: str, squares: Sequence[Any], rng: np.random.Generator) -> Camera | None:
        """One that sees the whole of one of these squares."""
        middles = [square.centroid for square in squares]
        return self.camera(name, middles, lambda spot, seen, _lane: bool(seen.covers(squares[spot])), rng)
