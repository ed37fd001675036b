"""Scene files: what a person writes about one camera's picture. docs/scenes.md has a drawn example."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from core.arrays import F64
from core.lanes import crossed_at
from core.scene import Ground, Label, Lane, Line, Scene, Zone
from scenes.documents import Document, Problem, ProblemsError, nearest, parse, read_document
from scenes.ground import GroundFit, GroundSpec, LensSpec, fit_ground
from scenes.parts import FaultError, Point, Strict
from scenes.places import lanes_beyond, lanes_that_overlap, places_outside, zones_beyond
from scenes.rule_parts import Carriageway
from scenes.rules import CollisionSpec, MeasureSpec, RuleSpec, SpeedingSpec, SpillbackSpec

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An identifier: letters, digits, `_`, `.`, `-`; it appears in paths, keys and topics."""


class LabelSpec(Strict):
    """A name in both languages of the operators."""

    en: str = Field(description="English name")
    vi: str = Field(description="Vietnamese name")


def _both(value: Any) -> Any:
    return {"en": value, "vi": value} if isinstance(value, str) else value


TwoNames = Annotated[LabelSpec, BeforeValidator(_both)]


def _simple_polygon(points: list[Point]) -> list[Point]:
    if len(points) < 3:
        raise PydanticCustomError("problem-polygon-points", "too few points", {"count": len(points)})
    polygon = shapely.Polygon(points)
    if not polygon.is_valid:
        reason = shapely.is_valid_reason(polygon)
        raise PydanticCustomError("problem-polygon-crosses", "crosses itself", {"where": reason.partition("[")[2][:-1]})
    if polygon.area <= 0:
        raise PydanticCustomError("problem-polygon-flat", "no area", {})
    return points


class ZoneSpec(Strict):
    """An area of the picture."""

    id: Name = Field(description="Identifier, unique among zones and lines of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    polygon: Annotated[list[Point], AfterValidator(_simple_polygon)] = Field(
        description="Corners [x, y] in reference pixels, at least 3, in order, not crossing itself"
    )
    zoom: bool = Field(
        False,
        description="Look at it a second time, enlarged: for objects too small in the whole picture. One more image",
    )


class LineSpec(Strict):
    """A directed line. From its left to its right, seen by a walker from start to end, is `forward`."""

    id: Name = Field(description="Identifier, unique among zones and lines of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    start: Point = Field(description="[x, y] in reference pixels")
    end: Point = Field(description="[x, y] in reference pixels")

    @model_validator(mode="after")
    def _has_length(self) -> LineSpec:
        if self.start == self.end:
            raise PydanticCustomError("problem-line-flat", "no length", {})
        return self


class LaneSpec(Strict):
    """One lane of a carriageway."""

    id: Name = Field(description="Identifier, unique among zones, lines and lanes of the scene")
    name: TwoNames | None = Field(None, description="Name that operators see; a string or {en, vi}. Default: the id")
    polygon: Annotated[list[Point], AfterValidator(_simple_polygon)] = Field(
        description="Corners [x, y] in reference pixels, between its markings"
    )
    centreline: list[Point] = Field(
        min_length=2,
        description="Its middle [x, y] in reference pixels, in driving direction; it ends at the stop line, if any",
    )
    group: Name | None = Field(
        None, description="Lanes of one group are judged together: one direction of a carriageway. Default: the id"
    )
    speed_limit_kmh: float | None = Field(None, gt=0, description="Speed limit")
    free_flow_kmh: float | None = Field(None, gt=0, description="Mean speed of undisturbed traffic; default: learnt")

    @model_validator(mode="after")
    def _goes_on(self) -> LaneSpec:
        if any(a == b for a, b in pairwise(self.centreline)):
            raise PydanticCustomError("problem-centreline-stands", "two equal points", {})
        return self


class LaneGroupSpec(Strict):
    """A name for a group of lanes."""

    id: Name = Field(description="The `group` of lanes of the scene")
    name: TwoNames = Field(description="Name that operators see; a string or {en, vi}")


class OriginSpec(Strict):
    """Where the metres start on Earth (WGS 84)."""

    longitude: float = Field(ge=-180, le=180, description="Degrees east")
    latitude: float = Field(ge=-90, le=90, description="Degrees north")


class SceneSpec(Strict):
    """One camera's scene: its zones and lines, its ground, its rules."""

    id: Name = Field(description="Identifier of the scene")
    version: int = Field(1, ge=1, description="Raise it with each change")
    reference_size: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]] = Field(
        description="[width, height] of the picture that all pixel coordinates here refer to"
    )
    origin: OriginSpec | None = Field(None, description="Where metres (0, 0) lie on Earth")
    ground: GroundSpec | None = Field(None, description="From the picture to metres; without it rules use pixels")
    lens: LensSpec | None = Field(None, description="Distortion of the lens, where straight things look bent")
    zones: list[ZoneSpec] = Field(default_factory=list, description="Areas of the picture")
    lines: list[LineSpec] = Field(default_factory=list, description="Directed lines in the picture")
    lanes: list[LaneSpec] = Field(default_factory=list, description="Lanes of carriageways, for measured traffic")
    lane_groups: list[LaneGroupSpec] = Field(default_factory=list, description="Names of groups of lanes")
    simulated: bool = Field(False, description="Its pictures and traffic are made up: pages say so")
    rules: list[RuleSpec] = Field(default_factory=list, description="What to watch for; docs/events.md has all kinds")


class SceneFile(BaseModel):
    """A scene ready for use, with the rules that watch it.

    Attributes:
        fit: what its ground rests on.
        warnings: what is allowed, and most likely not meant.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    scene: Scene
    rules: tuple[RuleSpec, ...]
    path: Path | None = None
    fit: GroundFit | None = None
    warnings: tuple[Problem, ...] = ()


def load_scene(path: Path) -> SceneFile:
    """Read and check a scene file.

    Raises:
        ConfigError: the file cannot be read; `ProblemsError` (a ConfigError) when it has mistakes.
    """
    return scene_of(read_document(path))


def scene_of(document: Document) -> SceneFile:
    """The scene of a document.

    Raises:
        ProblemsError: it has mistakes.
    """
    spec = parse(document, SceneSpec)
    problems = _names(document, spec) + _places(document, spec) + _unfit(document, spec)
    if problems:
        raise ProblemsError(problems)
    try:
        fit = _fit(spec)
    except FaultError as error:
        raise ProblemsError([error.fault.problem(document)]) from error
    scene = _build(spec, fit)
    problems = places_outside(document, scene) + lanes_beyond(document, scene) + _off_lanes(document, spec, scene)
    if problems:
        raise ProblemsError(problems)
    warnings = zones_beyond(document, scene) + lanes_that_overlap(document, scene)
    warnings += [fault.problem(document) for fault in (fit.remarks if fit else ())]
    return SceneFile(scene=scene, rules=tuple(spec.rules), path=document.path, fit=fit, warnings=tuple(warnings))


def empty_scene(scene_id: str, width: int, height: int) -> Scene:
    """A scene of which nothing is known but the size of its picture."""
    return Scene(scene_id, 1, (width, height))


def build_scene(spec: SceneSpec) -> Scene:
    """The scene in arrays.

    Raises:
        FaultError: the ground cannot be what is given (a ValueError).
    """
    return _build(spec, _fit(spec))


def _fit(spec: SceneSpec) -> GroundFit | None:
    if spec.ground is None:
        return None
    origin = None if spec.origin is None else (spec.origin.longitude, spec.origin.latitude)
    lens = None if spec.lens is None else spec.lens.lens(spec.reference_size)
    return fit_ground(spec.ground, spec.reference_size, origin, lens)


def _build(spec: SceneSpec, fit: GroundFit | None) -> Scene:
    ground = None if fit is None else fit.ground
    zones = {}
    for zone in spec.zones:
        polygon = np.array(zone.polygon, np.float64)
        zones[zone.id] = Zone(zone.id, _label(zone.name, zone.id), polygon, _area(ground, polygon), zone.zoom)
    lines = {
        line.id: Line(
            line.id, _label(line.name, line.id), np.array(line.start, np.float64), np.array(line.end, np.float64)
        )
        for line in spec.lines
    }
    origin = None if spec.origin is None else (spec.origin.longitude, spec.origin.latitude)
    if fit is not None:
        origin = fit.origin
    lanes = {lane.id: _lane(lane, ground) for lane in spec.lanes}
    groups = {group.id: _label(group.name, group.id) for group in spec.lane_groups}
    return Scene(
        spec.id, spec.version, spec.reference_size, zones, lines, ground, origin, lanes, groups, spec.simulated
    )


def _lane(spec: LaneSpec, ground: Ground | None) -> Lane:
    centreline = np.array(spec.centreline, np.float64)
    length_m = None
    if ground is not None:
        metres, valid = ground.to_ground(centreline)
        length_m = float(np.linalg.norm(np.diff(metres, axis=0), axis=1).sum()) if valid.all() else None
    return Lane(
        spec.id,
        _label(spec.name, spec.id),
        np.array(spec.polygon, np.float64),
        centreline,
        spec.group or spec.id,
        _mps(spec.speed_limit_kmh),
        _mps(spec.free_flow_kmh),
        length_m,
    )


def _mps(kmh: float | None) -> float | None:
    return None if kmh is None else kmh / 3.6


def _label(name: LabelSpec | None, fallback: str) -> Label:
    return Label(fallback, fallback) if name is None else Label(name.en, name.vi)


def _area(ground: Ground | None, polygon: F64) -> float | None:
    if ground is None:
        return None
    metres, valid = ground.to_ground(polygon)
    return float(shapely.Polygon(metres).area) if bool(valid.all()) else None


def _names(document: Document, spec: SceneSpec) -> list[Problem]:
    """Zones, lines, lanes and rules with an id that another has."""
    found: list[Problem] = []
    seen: set[str] = set()
    found += _named_twice(document, spec)
    groups: tuple[tuple[Literal["zones", "lines", "lanes"], list[str]], ...] = (
        ("zones", [z.id for z in spec.zones]),
        ("lines", [line.id for line in spec.lines]),
        ("lanes", [lane.id for lane in spec.lanes]),
    )
    for group, ids in groups:
        for number, name in enumerate(ids):
            if name in seen:
                found.append(document.problem((group, number, "id"), "problem-id-twice", name=name))
            seen.add(name)
    rule_ids: set[str] = set()
    for number, rule in enumerate(spec.rules):
        if rule.rule_id in rule_ids:
            found.append(document.problem(("rules", number), "problem-id-twice", name=rule.rule_id))
        rule_ids.add(rule.rule_id)
    return found + _measured_twice(document, spec)


def _named_twice(document: Document, spec: SceneSpec) -> list[Problem]:
    ids = [group.id for group in spec.lane_groups]
    return [
        document.problem(("lane_groups", number, "id"), "problem-id-twice", name=name)
        for number, name in enumerate(ids)
        if name in ids[:number]
    ]


def _measured_twice(document: Document, spec: SceneSpec) -> list[Problem]:
    """A measurement names its place, not its rule: two of one place could not be told apart."""
    found: list[Problem] = []
    taken: dict[str, str] = {}
    for number, rule in enumerate(spec.rules):
        if not isinstance(rule, MeasureSpec):
            continue
        lanes = [lane.id for lane in spec.lanes] if rule.lanes == "all" else rule.lanes or []
        turns = [f"{entry} → {leave}" for entry in rule.entries or [] for leave in rule.exits or []]
        places = [*lanes, *turns] if lanes or turns else [rule.place]
        for name in places:
            if name in taken:
                twice = document.problem(("rules", number), "problem-measure-taken", name=name, rule=taken[name])
                found.append(twice)
                break
            taken[name] = rule.rule_id
    return found


def _off_lanes(document: Document, spec: SceneSpec, scene: Scene) -> list[Problem]:
    found = []
    for number, rule in enumerate(spec.rules):
        if isinstance(rule, SpillbackSpec) and np.isnan(crossed_at(scene, scene.lines[rule.line], rule.group)).all():
            found.append(document.problem(("rules", number, "line"), "problem-line-off-lanes", line=rule.line))
    return found


def _unfit(document: Document, spec: SceneSpec) -> list[Problem]:
    """Rules that cannot find anything in this scene."""
    found = []
    for number, rule in enumerate(spec.rules):
        at = ("rules", number)
        if isinstance(rule, Carriageway) and not (rule.zone or rule.lane or rule.group or spec.lanes):
            found.append(document.problem(at, "problem-rule-no-lanes"))
        if isinstance(rule, (CollisionSpec, SpeedingSpec)) and spec.ground is None:
            found.append(document.problem(at, "problem-rule-needs-ground"))
        if isinstance(rule, SpeedingSpec) and rule.limit_kmh is None:
            lanes = [lane for lane in spec.lanes if rule.lane in (None, lane.id)]
            lanes = [lane for lane in lanes if rule.group in (None, lane.group or lane.id)]
            if all(lane.speed_limit_kmh is None for lane in lanes):
                found.append(document.problem(at, "problem-rule-no-limit"))
    return found


def _unknown_place(document: Document, where: tuple[str | int, ...], name: str, known: list[str]) -> Problem:
    near = nearest(name, known)
    message = "problem-place-unknown-near" if near else "problem-place-unknown"
    return document.problem(where, message, name=name, near=near or "", known=", ".join(known) or "-")


def _places(document: Document, spec: SceneSpec) -> list[Problem]:
    zones, lines, lanes = ([part.id for part in parts] for parts in (spec.zones, spec.lines, spec.lanes))
    lane_groups = list(dict.fromkeys(lane.group or lane.id for lane in spec.lanes))
    found = [
        _unknown_place(document, ("lane_groups", number, "id"), group.id, lane_groups)
        for number, group in enumerate(spec.lane_groups)
        if group.id not in lane_groups
    ]
    for number, rule in enumerate(spec.rules):
        one = [("zone", zones), ("line", lines), ("lane", lanes), ("group", lane_groups)]
        one += [("entry", lines), ("exit", lines)]
        several = [("lanes", lanes), ("entries", lines), ("exits", lines), ("except_zones", zones)]
        for field, known in one + several:
            named = getattr(rule, field, None)
            if field == "lanes" and named == "all":
                if not lanes:
                    found.append(document.problem(("rules", number, field), "problem-measure-no-lanes"))
                continue
            wrong = [n for n in ([named] if isinstance(named, str) else named or []) if n not in known]
            found += [_unknown_place(document, ("rules", number, field), name, known) for name in wrong]
    return found
