"""A scene proposed from tracks: lanes with their directions, lines, and areas of people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import shapely

from core.arrays import F64, AnyArray
from core.errors import ConfigError
from core.scene import Ground
from scenes.suggestion.lanes import LaneFound, covered, lanes_of
from scenes.suggestion.lines import gates, line_across, stop_station
from scenes.suggestion.movements import Movement, movements
from scenes.suggestion.paths import vehicle_paths
from scenes.suggestion.plane import Plane
from scenes.suggestion.walkers import Area, busy_areas
from scenes.track_table import TrackTable

Direction = Literal["away", "towards", "left", "right"]

MOST_OVERLAP: Final = 0.3
"""Share of a lane that may lie within lanes of directions with more traffic: more, and it is a turn across them."""
SAME_GATE_M: Final = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One direction of traffic as proposed: its lanes and lines in pixels.

    Attributes:
        direction: as seen in the picture.
        tracks: that go this way; stopped: of them, how many waited at the stop line.
        lines: by kind (`entry`, `stop`, `exit`), start and end (2, 2), driving on crosses forward.
    """

    direction: Direction
    tracks: int
    lanes: list[LaneFound]
    lines: dict[str, F64] = field(default_factory=dict)
    stopped: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Suggestion:
    """All that tracks suggest.

    Attributes:
        metric: whether it was found in metres, or in pixels with a rough scale.
        vehicles: whose ways were used; lone: of them, in no direction that others take too.
    """

    ways: list[Way]
    areas: list[Area]
    metric: bool
    vehicles: int
    lone: int


def suggest(table: TrackTable, ground: Ground | None) -> Suggestion:
    """What the tracks of a camera suggest.

    Args:
        ground: reference pixels of the table's size to metres; None: in pixels.

    Raises:
        ConfigError: neither vehicles nor people show a place that several use.
    """
    plane = Plane.of(table, ground)
    paths = vehicle_paths(table, plane)
    groups = movements(paths, plane)
    ways: list[Way] = []
    taken: shapely.Geometry = shapely.Polygon()
    marks: dict[str, list[tuple[F64, F64]]] = {"entry": [], "exit": []}
    for group in groups:
        stop = stop_station(group, plane)
        stations = covered(group)
        stations = stations if stop is None else stations[stations <= stop[0]]
        lanes = lanes_of(group, plane, table.size, stations)
        if not all(_free(lane, taken) for lane in lanes):
            lanes = lanes_of(group, plane, table.size, _clear_of(group, stations, plane, taken))
            lanes = [lane for lane in lanes if _free(lane, taken)]
        taken = shapely.union_all([taken, *(shapely.Polygon(lane.polygon).buffer(0) for lane in lanes)])
        way = Way(_direction(group, plane), len(group.paths), lanes, {}, 0 if stop is None else stop[1])
        _add_lines(way, group, plane, table.size, stop, marks)
        if way.lanes or way.lines:
            ways.append(way)
    areas = busy_areas(table)
    if not ways and not areas:
        raise ConfigError("error-suggest-nothing", tracks=len(np.unique(table.track_id)), vehicles=len(paths))
    return Suggestion(ways, areas, plane.metric, len(paths), len(paths) - sum(len(g.paths) for g in groups))


def _free(lane: LaneFound, taken: shapely.Geometry) -> bool:
    polygon = shapely.Polygon(lane.polygon).buffer(0)
    return bool(polygon.area > 0 and (polygon & taken).area < MOST_OVERLAP * polygon.area)


def _clear_of(group: Movement, stations: AnyArray, plane: Plane, taken: shapely.Geometry) -> AnyArray:
    """The longest part of a direction's line outside of what other lanes take: what leads to a junction or from it."""
    off = ~shapely.contains_xy(taken, plane.pixels(group.line[stations]))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], off.astype(np.int8), [0]))))
    runs = [stations[a:b] for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]
    return max(runs, key=len, default=stations[:0])


def _add_lines(
    way: Way,
    group: Movement,
    plane: Plane,
    size: tuple[int, int],
    stop: tuple[int, int] | None,
    marks: dict[str, list[tuple[F64, F64]]],
) -> None:
    ends = gates(group)
    stations = {} if ends is None else {"entry": ends[0], "exit": ends[1]}
    if stop is not None and way.lanes:
        stations["stop"] = stop[0]
    for kind, station in stations.items():
        here, ahead = group.line[station], np.array([group.normal[station, 1], -group.normal[station, 0]])
        # Directions that share their beginning or their end share its line.
        known = marks.get(kind, [])
        unit = float(plane.unit(here[None])[0])
        if any(np.linalg.norm(here - p) < SAME_GATE_M * unit and h @ ahead > 0.85 for p, h in known):
            continue
        line = line_across(group, plane, size, station)
        if line is not None:
            way.lines[kind] = np.array(line)
            known.append((here, ahead))


def _direction(group: Movement, plane: Plane) -> Direction:
    start, end = plane.pixels(group.line[[0, -1]])
    x, y = end - start
    # Perspective shortens what goes away: half as far up counts as much as aside.
    if abs(y) * 2 > abs(x):
        return "away" if y < 0 else "towards"
    return "left" if x < 0 else "right"
