"""Where cameras stand and which way their roads run: what linking knows beside the events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.arrays import F64
from core.events import Event
from core.geometry import distance
from core.scene import METRES_PER_DEGREE, Scene

VIEW_M: Final = 60.0
"""A camera's own position stands for a thing in its picture that has none: things are about so far away."""
BESIDE_LANE: Final = 1.0
"""Longer sides of its box: so far off a lane something is still of that lane's carriageway, on its shoulder."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Site:
    """One camera.

    Attributes:
        position: longitude and latitude of the camera, from the inventory; None when unknown.
        neighbours: cameras that see the same road, or the road before or behind.
        groups: the group of lanes that a place belongs to, by view and place.
        headings: where traffic of a group goes, as a unit vector east and north, by view and group.
        scenes: what the camera sees, by view.
    """

    camera_id: str
    position: Point | None = None
    neighbours: frozenset[str] = frozenset()
    groups: Mapping[tuple[str, str], str] = field(default_factory=dict)
    headings: Mapping[tuple[str, str], Point] = field(default_factory=dict)
    scenes: Mapping[str, Scene] = field(default_factory=dict)

    @classmethod
    def of(cls, camera_id: str, scene: Scene, position: Point | None = None, neighbours: Iterable[str] = ()) -> Site:
        """What a camera's scene says."""
        groups: dict[tuple[str, str], str] = {}
        headings: dict[tuple[str, str], Point] = {}
        scenes = {"": scene, **{name: preset.scene for name, preset in scene.presets.items()}}
        for view, seen in scenes.items():
            groups |= {(view, place): group for place, group in _groups(seen).items()}
            headings |= {(view, group): heading for group, heading in _headings(seen).items()}
        return cls(camera_id, position, frozenset(neighbours) - {camera_id}, groups, headings, scenes)

    def group_of(self, event: Event) -> str:
        """The group of lanes that an event lies on: of its place, else of the lane where it began; empty: unknown."""
        named, scene = self.groups.get((event.view, event.zone)), self.scenes.get(event.view)
        if named is not None or scene is None or not scene.lanes or event.box is None:
            return named or ""
        foot, size = _foot(event, event.box, scene), max(event.box[2] - event.box[0], event.box[3] - event.box[1])
        away, group = min((distance(foot, lane.polygon), lane.group) for lane in scene.lanes.values())
        return group if away <= BESIDE_LANE * size else ""


def metres_between(one: Point, other: Point) -> Point:
    """The way from one longitude, latitude to another, in metres east and north (plane; right to 1 % within 50 km)."""
    shrink = math.cos(math.radians((one[1] + other[1]) / 2))
    return METRES_PER_DEGREE * shrink * (other[0] - one[0]), METRES_PER_DEGREE * (other[1] - one[1])


def _foot(event: Event, box: tuple[float, float, float, float], scene: Scene) -> F64:
    """Where an event stands in reference pixels (2): by its coordinates, else the middle of its box's lower edge."""
    if event.position is not None and scene.origin is not None and scene.ground is not None:
        pixels, before = scene.ground.to_picture(np.array([metres_between(scene.origin, event.position)]))
        if before[0]:
            return np.asarray(pixels[0], np.float64)
    return np.array([(box[0] + box[2]) / 2, box[3]])


def _groups(scene: Scene) -> dict[str, str]:
    """Lanes and groups themselves, and lines that lie on lanes of one group alone."""
    found = {lane.lane_id: lane.group for lane in scene.lanes.values()}
    found |= {lane.group: lane.group for lane in scene.lanes.values()}
    for line in scene.lines.values():
        crossed = {
            lane.group
            for lane in scene.lanes.values()
            if any(
                _cross(line.start, line.end, lane.centreline[k], lane.centreline[k + 1])
                for k in range(len(lane.centreline) - 1)
            )
        }
        if len(crossed) == 1:
            found[line.line_id] = crossed.pop()
    return found


def _headings(scene: Scene) -> dict[str, Point]:
    if scene.ground is None or scene.origin is None:
        return {}
    ways: dict[str, list[np.ndarray]] = {}
    for lane in scene.lanes.values():
        ends, known = scene.ground.to_ground(lane.centreline[[0, -1]])
        if known.all():
            ways.setdefault(lane.group, []).append(ends[1] - ends[0])
    found = {}
    for group, steps in ways.items():
        east, north = np.sum(steps, axis=0).tolist()
        length = math.hypot(east, north)
        if length > 1.0:
            found[group] = east / length, north / length
    return found


def _cross(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> bool:
    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
