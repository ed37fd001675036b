"""What a person would draw for a virtual camera: lanes, zones, lines, ground; and which rules watch there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from benchmarks.events.cameras import Camera, calibrated, junctions_of, recorded
from benchmarks.events.kinds import KINDS, Road, road_of, specs_for
from benchmarks.events.traffic.recording import RecordedLane, Recording
from core.arrays import F64
from core.scene import Label, Lane, Line, Scene, Zone
from scenes.rules import AnyRuleSpec, MeasureSpec

PICKED_PX: Final = 1.5
"""Standard deviation with which a person picks the points that the ground is fitted to."""
LEAST_LANE_M: Final = 12.0
LEAST_LANE_S: Final = 1.2
"""Of a lane that is drawn: so long, and so long to drive over at its limit. Of shorter ones nobody expects figures."""
LEAST_ZONE_M2: Final = 12.0
LEAST_SQUARE: Final = 0.5
"""Share of a square that is seen, from which somebody would have it watched."""
KERB_M: Final = 0.3
"""Kept between a crossing and the carriageway beside it, and between lanes and what stands beside them."""
LEAST_LINE_M: Final = 4.0
OVER_M: Final = 0.5
"""A line is drawn so far over the edges of its lanes: riders keep to the edge, and boxes tremble."""
LEAST_SPILL_M: Final = 20.0
"""Of lanes seen, from which a counting line, and a line that a queue may spill back over, are drawn."""
SPILL_AT: Final = 0.25
"""Where that line is: share of what is seen, from upstream."""
ENTRY_M: Final = 2.0
EXIT_M: Final = 6.0
"""Lines of turning movements: before the stop line, and behind the start of the lanes that leave the junction."""
LEAST_GATE: Final = 0.9
"""Share of such a line that the picture has: over less of it nobody would count a junction's movements."""
NEAR_JUNCTION_M: Final = 25.0
"""Lanes that begin so near to the middle of a junction leave it."""
ARMS: Final = 4
"""Of each junction here: who sees the entries and exits of so many sees all ways in and out."""
GRID: Final = (48, 27)
"""Places of the picture at which it is asked what is not road."""


@dataclass(frozen=True, slots=True, eq=False)
class LaneView:
    """What a camera sees of a lane: metres `start_m` to `end_m` along the recorded centreline; `index` of that lane."""

    index: int
    start_m: float
    end_m: float
    to_stop_line: bool


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A camera's scene.

    Attributes:
        lanes: by lane id of the scene.
        groups: what it sees of the lanes of each group. marks: by group, metres along its lanes of the line that a
            queue spills back over. lines: (2, 2) metres by line id, from the right end to the left as one drives.
        entries, exits: the ids of those where a junction begins and ends.
        areas: zones in metres, by zone id; `seen`: the ground in which it watches at all.
        free: (M, 2) pixels of ground that is not road.
    """

    camera: Camera
    scene: Scene
    rules: tuple[AnyRuleSpec, ...]
    lanes: Mapping[str, LaneView]
    groups: Mapping[str, list[LaneView]]
    marks: Mapping[str, float]
    lines: Mapping[str, F64]
    entries: frozenset[str]
    exits: frozenset[str]
    areas: Mapping[str, Any]
    seen: Any
    free: F64


def build_view(
    recording: Recording,
    camera: Camera,
    *,
    picked_px: float = PICKED_PX,
    seed: int = 0,
    sweep: bool = False,
    kinds: Iterable[str] | None = None,
) -> View:
    """Draw the scene of a camera. With `picked_px` above 0 its ground has the error of points picked by hand.

    `sweep`: with further copies of rules at other thresholds; `kinds`: of its rules (`rules_of`).
    """
    seen = camera.seen_ground() & recorded(recording)
    ground = calibrated(camera, picked_px, np.random.default_rng((seed, 4)))
    lanes: dict[str, Lane] = {}
    views: dict[str, LaneView] = {}
    strips: dict[str, list[Any]] = {}
    for index, lane in enumerate(recording.lanes):
        found = _lane(camera, lane, seen)
        if found is None:
            continue
        strip, line, polygon, centreline = found
        whole = shapely.LineString(lane.centreline)
        start, end = whole.project(shapely.Point(line.coords[0])), whole.project(shapely.Point(line.coords[-1]))
        metres, valid = ground.to_ground(centreline)
        length = float(np.linalg.norm(np.diff(metres, axis=0), axis=1).sum()) if valid.all() else None
        free_flow = recording.free_flow_mps.get(lane.group)
        label, stops = Label(lane.lane_id, lane.lane_id), lane.stop_line and end > whole.length - 0.5
        lanes[lane.lane_id] = Lane(
            lane.lane_id, label, polygon, centreline, lane.group, lane.speed_limit_mps, free_flow, length, stops
        )
        views[lane.lane_id] = LaneView(index, start, end, stops)
        strips.setdefault(lane.group, []).append(strip)
    areas = _areas(recording, strips, seen)
    zones = {name: Zone(name, Label(name, name), _pixels(camera, area)) for name, area in areas.items()}
    groups = {name: [v for v in views.values() if _group(recording, v) == name] for name in strips}
    places = _places(recording, groups)
    drawn = {
        name: _across([recording.lanes[v.index] for v in groups[group_of(name)]], at, seen)
        for name, at in places.items()
    }
    over = {name: line for name, line in drawn.items() if line is not None} | _gates(recording, camera)
    lines = {name: Line(name, Label(name, name), *camera.project_ground(line)[0]) for name, line in over.items()}
    scene = Scene(camera.camera_id, 1, (camera.width, camera.height), zones, lines, ground, (105.85, 21.03), lanes)
    road = shapely.union_all([shapely.LineString(x.centreline).buffer(x.width_m / 2 + 1.0) for x in recording.lanes])
    return View(
        camera,
        scene,
        rules_of(scene, road_of(recording.name), sweep=sweep, kinds=kinds),
        views,
        groups,
        {group_of(name): places[name] for name in lines if name.startswith("spill-")},
        over,
        frozenset(name for name in lines if name.startswith("in-")),
        frozenset(name for name in lines if name.startswith("out-")),
        areas,
        seen,
        _free(camera, road),
    )


def rules_of(
    scene: Scene, road: Road = "street", *, sweep: bool = False, kinds: Iterable[str] | None = None
) -> tuple[AnyRuleSpec, ...]:
    """The rules that watch a scene, with their defaults: those of `kinds.KINDS`, and measurements of lanes, counting
    lines and turning movements; or of these `kinds` alone, which find the same without the others.

    Zones and lines are named for what is watched there, and the group of lanes: `lanes-…` all of these, `road-…`
    carriageway without bus stops, `walk-…` carriageway on which nobody may walk, `spill-…` a line that no queue should
    reach, `count-…` where vehicles are counted, `in-…` and `out-…` where they enter and leave a junction. With `sweep`,
    copies of rules at other thresholds (`kinds.SWEEP`).
    """
    if kinds is not None:
        return tuple(spec for kind in kinds for spec in specs_for(kind, scene, road, sweep=sweep))
    rules = [spec for kind in KINDS for spec in specs_for(kind, scene, road, sweep=sweep)]
    if scene.lanes:
        rules.append(MeasureSpec(lanes="all", classes=["vehicle"], road=road))
    rules += [MeasureSpec(line=line, classes=["vehicle"]) for line in scene.lines if line.startswith("count-")]
    entries = [line for line in scene.lines if line.startswith("in-")]
    exits = [line for line in scene.lines if line.startswith("out-")]
    if entries and exits:
        all_ways = len(entries) == len(exits) == ARMS
        rules.append(MeasureSpec(entries=entries, exits=exits, all_ways=all_ways, classes=["vehicle"]))
    return tuple(rules)


def group_of(line: str) -> str:
    """The group of lanes that a line crosses."""
    return line.partition("-")[2]


def _places(recording: Recording, groups: Mapping[str, Sequence[LaneView]]) -> dict[str, float]:
    """Where lines are drawn, in metres along the lanes of their group, by line id."""
    found: dict[str, float] = {}
    for group, lanes in groups.items():
        start, end = max(v.start_m for v in lanes), min(v.end_m for v in lanes)
        if end - start < LEAST_LINE_M:
            continue
        found[f"count-{group}"] = (start + end) / 2
        if end - start >= LEAST_SPILL_M:
            found[f"spill-{group}"] = start + SPILL_AT * (end - start)
    return found


def _gates(recording: Recording, camera: Camera) -> dict[str, F64]:
    """Lines over which one comes into a junction and leaves it, by line id: those of which the picture has most."""
    found: dict[str, F64] = {}
    seen = camera.seen_ground(reach_m=camera.reach_m(camera.gate_px)) & recorded(recording)
    junctions = junctions_of(recording)
    for group in dict.fromkeys(lane.group for lane in recording.lanes):
        lanes = [lane for lane in recording.lanes if lane.group == group]
        length = float(min(shapely.length(shapely.LineString(lane.centreline)) for lane in lanes))
        begins = np.linalg.norm(junctions - lanes[0].centreline[0], axis=1).min(initial=np.inf)
        places = {"in": length - ENTRY_M} if all(lane.stop_line for lane in lanes) else {}
        places |= {"out": EXIT_M} if begins <= NEAR_JUNCTION_M else {}
        for name, at_m in places.items():
            part = _across(lanes, at_m, seen)
            if part is not None and np.linalg.norm(part[1] - part[0]) >= LEAST_GATE * _width(lanes):
                found[f"{name}-{group}"] = part
    return found


def _width(lanes: Sequence[RecordedLane]) -> float:
    return sum(lane.width_m for lane in lanes) + 2 * OVER_M


def _group(recording: Recording, view: LaneView) -> str:
    return recording.lanes[view.index].group


def _lane(camera: Camera, lane: RecordedLane, seen: Any) -> tuple[Any, Any, F64, F64] | None:
    """The part that is seen: strip and centreline in metres, polygon and centreline in pixels; None for too little."""
    whole = shapely.LineString(lane.centreline)
    strip = _largest(whole.buffer(lane.width_m / 2, cap_style="flat") & seen)
    if strip is None:
        return None
    line = _longest(whole & strip)
    if line is None or line.length < max(LEAST_LANE_M, LEAST_LANE_S * lane.speed_limit_mps):
        return None
    if whole.project(shapely.Point(line.coords[0])) > whole.project(shapely.Point(line.coords[-1])):
        line = line.reverse()
    # Ends that the picture's edge cuts aslant: the lane ends where its middle does.
    strip = _largest(strip & line.buffer(lane.width_m / 2 + 0.01, cap_style="flat"))
    return None if strip is None else (strip, line, _pixels(camera, strip), _line_pixels(camera, line))


def _areas(recording: Recording, strips: Mapping[str, Sequence[Any]], seen: Any) -> dict[str, Any]:
    """Zones in metres: all lanes of a group, carriageway without bus stops, carriageway without crossings, crossings,
    squares.
    """
    marked: dict[str, list[Any]] = {}
    for area in recording.areas:
        marked.setdefault(area.kind, []).append(shapely.Polygon(area.polygon))
    stops = shapely.union_all(marked.get("bus_stop", [])).buffer(1.0)
    crossings = shapely.union_all(marked.get("crossing", []))
    found: dict[str, Any] = {}
    for group, parts in strips.items():
        road = shapely.union_all([part.buffer(0.02) for part in parts])
        if (whole := _largest(road)) is not None:
            found[f"lanes-{group}"] = whole
        if (zone := _largest(road - stops)) is not None and zone.area >= LEAST_ZONE_M2:
            found[f"road-{group}"] = zone
        for number, piece in enumerate(_pieces(road - crossings.buffer(KERB_M))):
            found[f"walk-{group}-{number}"] = piece
    for number, piece in enumerate(_pieces(crossings & seen)):
        found[f"crossing-{number}"] = piece
    for number, square in enumerate(marked.get("square", [])):
        piece = _largest(square & seen)
        if piece is not None and piece.area >= LEAST_SQUARE * square.area:
            found[f"square-{number}"] = piece
    return {name: shapely.Polygon(area.exterior).simplify(0.05) for name, area in found.items()}


def _across(lanes: Sequence[RecordedLane], at_m: float, seen: Any) -> F64 | None:
    """Across all these lanes, at a place along them, and a little over their edges, as far as the picture goes: right
    end, left end (2, 2) in metres; None where it ends before.
    """
    ends = []
    for lane in lanes:
        whole = shapely.LineString(lane.centreline)
        a, b = whole.interpolate(at_m), whole.interpolate(at_m + 0.5)
        angle = math.atan2(b.y - a.y, b.x - a.x)
        aside = np.array((-math.sin(angle), math.cos(angle))) * (lane.width_m / 2 + OVER_M)
        ends += [(angle, np.array((a.x, a.y)) - aside), (angle, np.array((a.x, a.y)) + aside)]
    left = np.array((-math.sin(ends[0][0]), math.cos(ends[0][0])))
    places = sorted((point for _, point in ends), key=lambda point: float(point @ left))
    part = _longest(shapely.LineString((places[0], places[-1])) & seen)
    return None if part is None else np.array((part.coords[0], part.coords[-1]))


def _free(camera: Camera, road: Any) -> F64:
    """Pixels of ground, up to 150 m away, that is not road."""
    x, y = np.meshgrid(*((np.arange(n) + 0.5) / n for n in GRID))
    pixels = np.column_stack((x.ravel() * camera.width, y.ravel() * camera.height))
    metres, valid = camera.ground().to_ground(pixels)
    near = valid & (np.hypot(metres[:, 0] - camera.x, metres[:, 1] - camera.y) < 150.0)
    free = near & ~shapely.contains_xy(road, metres[:, 0], metres[:, 1])
    return pixels[free]


def _pixels(camera: Camera, polygon: Any) -> F64:
    return camera.project_ground(np.array(polygon.simplify(0.02).exterior.coords[:-1]))[0]


def _line_pixels(camera: Camera, line: Any) -> F64:
    return camera.project_ground(np.array(line.coords))[0]


def _pieces(shape: Any) -> list[Any]:
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if isinstance(part, shapely.Polygon) and part.area >= LEAST_ZONE_M2]


def _largest(shape: Any) -> Any | None:
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, shapely.Polygon) and part.area > 0]
    return max(parts, key=lambda part: part.area) if parts else None


def _longest(shape: Any) -> Any | None:
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, shapely.LineString) and part.length]
    return max(parts, key=lambda part: part.length) if parts else None
