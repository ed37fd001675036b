"""Cameras that look at what is staged, while it happens.

Cameras put up anywhere see few incidents: of a breakdown somewhere on the roads of a scene one in five. How often one
is found that a camera does see cannot be told from these few, so each has cameras of its own besides. They are chosen
by where it happens alone, never by what comes out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from benchmarks.events.cameras import LEAST_LANE_M, STYLES, TRIES, Camera, draw_camera, recorded
from benchmarks.events.kinds import KINDS, road_of
from benchmarks.events.traffic.recording import Recording

BEFORE_S: Final = 90.0
AFTER_S: Final = 30.0
"""So long before it begins, and after it has ended, they watch: rules know the traffic, and false ends are seen."""
STAGED: Final = tuple(k for k, how in KINDS.items() if how.condition is not None and not how.condition.every)
"""Kinds that are staged one by one, or come of these, as illegal parking does of a breakdown."""
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
    lines = [shapely.LineString(lane.centreline) for lane in recording.lanes]
    if not len(way) or not lines:
        return ()
    ground, found = recorded(recording), []
    enough = min(SEEN * len(way), SEEN_S * recording.fps * len(about.users))
    for number in range(count):
        rng = np.random.default_rng((seed, incident, number, 3))
        name = f"{recording.name}-{seed}-staged-{incident:02d}-{number}"
        for _ in range(TRIES):
            here = shapely.Point(way[rng.integers(len(way))])
            line = min(lines, key=here.distance)
            along = float(np.clip(line.project(here) + rng.uniform(-ASIDE_M, ASIDE_M), 0.0, line.length))
            camera = draw_camera(name, line, along, STYLES[road_of(recording.name)], rng)
            seen = camera.seen_ground() & ground
            drawn = shapely.length(line & seen) >= LEAST_LANE_M
            if drawn and shapely.contains_xy(seen, way).sum() >= enough:
                found.append(camera)
                break
    return tuple(found)


def window(recording: Recording, incident: int) -> tuple[int, int]:
    """First and last (not included) step for which these cameras watch."""
    about = recording.incidents[incident]
    until_s = min(about.end_s, about.start_s + LONGEST_S) + AFTER_S
    first, last = np.searchsorted(recording.time_s, (about.start_s - BEFORE_S, until_s))
    return int(first), int(last)
