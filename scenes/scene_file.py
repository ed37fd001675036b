"""Scene files: what a person writes about one camera's picture. docs/scenes.md has a drawn example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import shapely
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.arrays import F64
from core.errors import ConfigError
from core.scene import Ground, Label, Lamp, Lane, Line, Preset, Scene, Signal, Zone
from scenes.documents import Document, Location, Problem, ProblemsError, read_document
from scenes.ground import GroundFit, GroundSpec, LensSpec, fit_ground
from scenes.parsing import understand
from scenes.parts import FaultError, Strict
from scenes.place_specs import (
    PLACES,
    LabelSpec,
    LaneGroupSpec,
    LaneSpec,
    LineSpec,
    Name,
    PresetSpec,
    SignalSpec,
    ZoneSpec,
    as_list,
)
from scenes.places import lamps_outside, lanes_beyond, lanes_that_overlap, places_outside, zones_beyond
from scenes.presets import picture_problems, preset_problems
from scenes.rule_parts import known_places
from scenes.rule_places import (
    ids_twice,
    lane_groups_wrong,
    lines_off_lanes,
    measured_twice,
    places_unknown,
    rule_ids_twice,
    signals_wrong,
    unfit,
)
from scenes.rules import RuleSpec


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
    signals: list[SignalSpec] = Field(default_factory=list, description="Traffic signals: their lamps, or their feed")
    lane_groups: list[LaneGroupSpec] = Field(default_factory=list, description="Names of groups of lanes")
    picture: Annotated[list[Path], BeforeValidator(as_list)] = Field(
        default_factory=list,
        description="What a fixed camera saw when this was drawn; or several, by day and by night. It tells a camera "
        "that was moved, also after a restart. Default: its first picture in each run",
    )
    simulated: bool = Field(False, description="Its pictures and traffic are made up: pages say so")
    presets: list[PresetSpec] = Field(
        default_factory=list,
        description="Of a camera that turns: ground, lens, zones, lines, lanes and signals then stand in each of these",
    )
    rules: list[RuleSpec] = Field(default_factory=list, description="What to watch for; docs/events.md has all kinds")

    @property
    def parts(self) -> list[tuple[Location, SceneSpec]]:
        """What has places, and where it stands in the file: each preset as a scene of its own, else the scene."""
        if not self.presets:
            return [((), self)]
        return [(("presets", number), self.seen_from(preset)) for number, preset in enumerate(self.presets)]

    @property
    def known(self) -> dict[str, list[str]]:
        """The ids of its places by kind, as rules name them; an id that stands twice stands here twice."""
        return {
            "zone": [zone.id for zone in self.zones],
            "line": [line.id for line in self.lines],
            "lane": [lane.id for lane in self.lanes],
            "group": list(dict.fromkeys(lane.group or lane.id for lane in self.lanes)),
            "signal": [signal.id for signal in self.signals],
        }

    def seen_from(self, preset: PresetSpec) -> SceneSpec:
        """The scene of a camera that stands at a preset for good."""
        places = {name: getattr(preset, name) for name in PLACES}
        return self.model_copy(update={**places, "presets": []})


class SceneFile(BaseModel):
    """A scene ready for use, with the rules that watch it.

    Attributes:
        fit: what its ground rests on; of a turning camera `preset_fits` has that of each preset.
        warnings: what is allowed, and most likely not meant.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    scene: Scene
    rules: tuple[RuleSpec, ...]
    path: Path | None = None
    fit: GroundFit | None = None
    preset_fits: Mapping[str, GroundFit | None] = Field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    def of(self, preset: str | None) -> SceneFile:
        """The scene of a camera that stands at a preset for good, with the rules that work there; None: a fixed camera.

        Raises:
            ConfigError: it has no such preset, or presets and none is named.
        """
        known = ", ".join(self.scene.presets) or "-"
        if preset is None:
            if self.scene.presets:
                raise ConfigError("error-preset-needed", path=self.path or "", known=known)
            return self
        if preset not in self.scene.presets:
            raise ConfigError("error-preset-unknown", path=self.path or "", name=preset, known=known)
        scene = self.scene.at(preset)
        rules = tuple(rule for rule in self.rules if rule.works_in(known_places(scene)))
        return SceneFile(scene=scene, rules=rules, path=self.path, fit=self.preset_fits.get(preset))


def load_scene(path: Path) -> SceneFile:
    """Read and check a scene file.

    Raises:
        ConfigError: the file cannot be read; `ProblemsError` (a ConfigError) when it has mistakes.
    """
    return scene_of(read_document(path))


def unseen_presets(file: SceneFile, camera_id: str) -> list[Problem]:
    """Presets without a reference picture, which only a camera's own word can tell."""
    if file.path is None or all(preset.pictures for preset in file.scene.presets.values()):
        return []
    document = read_document(file.path)
    return [
        document.problem(("presets", number), "problem-preset-unseen", name=preset.preset_id, camera=camera_id)
        for number, preset in enumerate(file.scene.presets.values())
        if not preset.pictures
    ]


def scene_of(document: Document) -> SceneFile:
    """The scene of a document.

    Raises:
        ProblemsError: it has mistakes.
    """
    read = understand(document, SceneSpec, spare=("rules",))
    if read.spec is None:
        raise ProblemsError(read.problems)
    document, spec = read.document, read.spec
    parts = [(document.inside(*where), part) for where, part in spec.parts]
    known = [part.known for _, part in parts]
    problems = rule_ids_twice(document, spec.rules) + places_unknown(document, spec.rules, known)
    problems += lane_groups_wrong(document, [group.id for group in spec.lane_groups], known)
    problems += unfit(document, spec.rules, [(part.known, part.lanes, part.ground is not None) for _, part in parts])
    if spec.presets:
        problems += [document.problem((n,), "problem-preset-place-outside") for n in PLACES if getattr(spec, n)]
        problems += preset_problems(document, spec.presets, spec.reference_size)
        problems += [document.problem(("picture",), "problem-preset-place-outside")] if spec.picture else []
    problems += picture_problems(document.inside("picture"), spec.picture, spec.reference_size)
    for (here, part), places in zip(parts, known, strict=True):
        problems += ids_twice(here, places)
        problems += signals_wrong(here, part.signals, places)
        problems += [p for p in measured_twice(document, spec.rules, places) if p not in problems]
    if problems:
        raise ProblemsError([*read.problems, *problems])
    problems += read.problems
    fits = _fits(parts, problems)
    scene = _build(spec, fits, document.path.parent)
    scenes = [preset.scene for preset in scene.presets.values()] or [scene]
    warnings: list[Problem] = []
    for (here, _), seen, places in zip(parts, scenes, known, strict=True):
        problems += places_outside(here, seen) + lamps_outside(here, seen) + lanes_beyond(here, seen)
        problems += [p for p in lines_off_lanes(document, spec.rules, seen, places) if p not in problems]
        warnings += zones_beyond(here, seen) + lanes_that_overlap(here, seen)
    if problems:
        raise ProblemsError(problems)
    for (here, _), fit in zip(parts, fits, strict=True):
        warnings += [fault.problem(here) for fault in (fit.remarks if fit else ())]
    return SceneFile(
        scene=scene,
        rules=tuple(spec.rules),
        path=document.path,
        fit=None if scene.presets else fits[0],
        preset_fits=dict(zip(scene.presets, fits, strict=True)) if scene.presets else {},
        warnings=tuple(warnings),
    )


def empty_scene(scene_id: str, width: int, height: int) -> Scene:
    """A scene of which nothing is known but the size of its picture."""
    return Scene(scene_id, 1, (width, height))


def build_scene(spec: SceneSpec, folder: Path = Path()) -> Scene:
    """The scene in arrays; pictures of presets are relative to `folder`.

    Raises:
        FaultError: the ground cannot be what is given (a ValueError).
    """
    return _build(spec, [_fit(part) for _, part in spec.parts], folder)


def _fits(parts: list[tuple[Document, SceneSpec]], before: list[Problem]) -> list[GroundFit | None]:
    """The ground of each part; all that cannot be are told at once, with what was wrong `before`."""
    found: list[GroundFit | None] = []
    problems: list[Problem] = []
    for here, part in parts:
        try:
            found.append(_fit(part))
        except FaultError as error:
            problems.append(error.fault.problem(here))
    if problems:
        raise ProblemsError([*before, *problems])
    return found


def _fit(spec: SceneSpec) -> GroundFit | None:
    if spec.ground is None:
        return None
    origin = None if spec.origin is None else (spec.origin.longitude, spec.origin.latitude)
    lens = None if spec.lens is None else spec.lens.lens(spec.reference_size)
    return fit_ground(spec.ground, spec.reference_size, origin, lens)


def _build(spec: SceneSpec, fits: list[GroundFit | None], folder: Path) -> Scene:
    """`fits`: one for each of the spec's parts."""
    if not spec.presets:
        return replace(_build_part(spec, fits[0]), pictures=tuple(folder / picture for picture in spec.picture))
    origin = None if spec.origin is None else (spec.origin.longitude, spec.origin.latitude)
    presets = {
        preset.id: Preset(
            preset.id,
            _label(preset.name, preset.id),
            _build_part(spec.seen_from(preset), fit),
            tuple(folder / picture for picture in preset.picture),
            preset.token or preset.id,
            preset.position,
        )
        for preset, fit in zip(spec.presets, fits, strict=True)
    }
    return Scene(spec.id, spec.version, spec.reference_size, origin=origin, presets=presets)


def _build_part(spec: SceneSpec, fit: GroundFit | None) -> Scene:
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
        spec.id,
        spec.version,
        spec.reference_size,
        zones,
        lines,
        ground,
        origin,
        lanes,
        groups,
        spec.simulated,
        signals={signal.id: _signal(signal) for signal in spec.signals},
    )


def _signal(spec: SignalSpec) -> Signal:
    lamps = tuple(
        Lamp(lamp.colour, np.array(lamp.corners, np.float64), lamp.arrow or "", tuple(lamp.releases))
        for lamp in spec.lamps
    )
    return Signal(spec.id, _label(spec.name, spec.id), lamps, spec.feed or "", tuple(spec.lanes), spec.line)


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
        spec.stop_line,
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
