"""What a camera looks at: places in its picture, and the way from the picture to the ground."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.arrays import F64, AnyArray, Bool, frozen
from core.frames import MOVING
from core.geometry import project
from core.lens import Lens
from core.signals import LampColour

SAME_SHAPE = 0.02
"""Pictures whose sides' ratios differ by more are of another shape: 1920 × 1088 for 1080 is the same one."""
METRES_PER_DEGREE = 111_194.93
"""Length of one degree of a great circle on the mean Earth sphere (radius 6,371,008.8 m, IUGG)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name in the two languages of the operators."""

    en: str
    vi: str


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """An area of the picture: a simple `polygon` (K, 2) float64 in reference pixels; `area_m2` is None uncalibrated.

    `zoom`: the detector looks at it a second time, enlarged.
    """

    zone_id: str
    label: Label
    polygon: F64
    area_m2: float | None = None
    zoom: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A directed line `start` → `end` in reference pixels.

    Someone who crosses from its left to its right, as seen in the picture by a walker from start to end, crosses
    `forward`.
    """

    line_id: str
    label: Label
    start: F64
    end: F64


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One lane of a carriageway, between its markings.

    Attributes:
        polygon: (K, 2) float64 in reference pixels, a simple polygon.
        centreline: (P, 2) float64 in reference pixels, P ≥ 2: its middle in driving direction, up to the stop line
            where there is one.
        group: lanes of one group are judged together (one direction of a carriageway).
        speed_limit_mps: None when unknown.
        free_flow_mps: mean speed of undisturbed traffic; None: to be learnt.
        length_m: of the centreline on the ground; None uncalibrated, or where part of it lies beyond the horizon.
        stop_line: whether it ends at the stop line of a signal.
    """

    lane_id: str
    label: Label
    polygon: F64
    centreline: F64
    group: str
    speed_limit_mps: float | None = None
    free_flow_mps: float | None = None
    length_m: float | None = None
    stop_line: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """One lamp of a signal.

    Attributes:
        polygon: (K, 2) float64 in reference pixels.
        arrow: empty for a full lamp; else the name of a green arrow, which adds to what the full lamps show.
        releases: lanes, and lines of exit, that may be used while the arrow is lit, whatever the full lamps show.
    """

    colour: LampColour
    polygon: F64
    arrow: str = ""
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """A signal that governs one approach, or one movement of it.

    Attributes:
        lamps: as they show in the picture; none where a controller tells its state.
        feed: the name under which a controller tells its state; empty: by its lamps.
        lanes: that end at its stop line.
        line: id of the stop line, crossed forward by who drives on; None: across the ends of its lanes.
    """

    signal_id: str
    label: Label
    lamps: tuple[Lamp, ...] = ()
    feed: str = ""
    lanes: tuple[str, ...] = ()
    line: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Reference pixels to metres east and north of the scene's origin, on flat ground.

    Attributes:
        matrix: (3, 3) float64, scaled so that the homogeneous coordinate is positive below the horizon; of pixels
            without the lens's distortion.
        error_m: median error of a position in metres, as fitted; 0 when unknown.
        lens: None where straight things look straight.
    """

    matrix: F64
    error_m: float
    lens: Lens | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", frozen(self.matrix, np.float64, (3, 3), "matrix"))

    def to_ground(self, points: AnyArray) -> tuple[F64, Bool]:
        """Points (N, 2) in reference pixels to metres (N, 2), and where that holds (N)."""
        if self.lens is None:
            return project(self.matrix, points)
        straight, held = self.lens.straighten(points)
        metres, below = project(self.matrix, straight)
        return np.where(held[:, None], metres, 0.0), held & below

    def to_picture(self, metres: AnyArray) -> tuple[F64, Bool]:
        """Points (N, 2) in metres to reference pixels (N, 2), and which of them lie before the camera (N).

        What lies before it may still lie outside the picture.
        """
        # The homogeneous coordinate of the way back is the inverse of that of the way there, and positive with it.
        pixels, before = project(np.asarray(np.linalg.inv(self.matrix), np.float64), metres)
        if self.lens is None:
            return pixels, before
        bent, held = self.lens.bend(pixels)
        return bent, before & held


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One camera's scene.

    Attributes:
        version: rises with each change by a person.
        reference_size: (width, height) of the picture that all pixel coordinates refer to.
        origin: longitude and latitude (degrees, WGS 84) of the metres' origin, None when unknown.
        lanes: in the order in which `Motion.lane` counts them.
        groups: names of groups of lanes, of those that have one.
        simulated: its pictures and traffic are made up; pages say so.
        pictures: files that show what a fixed camera saw when its places were drawn: by day, by night.
        presets: of a camera that turns; then zones, lines, lanes, signals and ground are theirs, and empty here.
        signals: by id, in the order of the file.
    """

    scene_id: str
    version: int
    reference_size: tuple[int, int]
    zones: Mapping[str, Zone] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    ground: Ground | None = None
    origin: tuple[float, float] | None = None
    lanes: Mapping[str, Lane] = field(default_factory=dict)
    groups: Mapping[str, Label] = field(default_factory=dict)
    simulated: bool = False
    presets: Mapping[str, Preset] = field(default_factory=dict)
    pictures: tuple[Path, ...] = ()
    signals: Mapping[str, Signal] = field(default_factory=dict)

    def label(self, place_id: str) -> Label | None:
        """The name of a zone, line, lane, signal or group of lanes; None of any other."""
        places = self.zones, self.lines, self.lanes, self.signals
        place = next((found[place_id] for found in places if place_id in found), None)
        return self.groups.get(place_id) if place is None else place.label

    def at(self, view: str) -> Scene:
        """What the camera sees in a view (`FrameMeta.view`): a preset's scene, else this one, which has no places when
        the camera has presets. A fixed camera that was turned away (`MOVING`) sees nothing that is known.
        """
        preset = self.presets.get(view)
        if preset is not None:
            return preset.scene
        if view == MOVING and not self.presets:
            return Scene(self.scene_id, self.version, self.reference_size, simulated=self.simulated)
        return self

    def has_shape(self, size: tuple[int, int]) -> bool:
        """Whether a picture (width, height) has the shape of the scene's, within `SAME_SHAPE`; of any size."""
        ratio = size[0] * self.reference_size[1] / (size[1] * self.reference_size[0])
        return abs(ratio - 1) <= SAME_SHAPE

    def geographic(self, east_m: float, north_m: float) -> tuple[float, float] | None:
        """Longitude and latitude of a point in metres from the origin (local tangent plane), None without an origin."""
        if self.origin is None:
            return None
        longitude, latitude = self.origin
        return (
            longitude + east_m / (METRES_PER_DEGREE * math.cos(math.radians(latitude))),
            latitude + north_m / METRES_PER_DEGREE,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Preset:
    """A position to which a turning camera comes back.

    Attributes:
        scene: what it sees there; it has no presets of its own.
        pictures: files that show it: by day, by night.
        token: the camera's own name of the preset (ONVIF), empty when it is not known.
        position: pan, tilt, zoom in the camera's own units (ONVIF: -1 to 1, -1 to 1, 0 to 1), None when not known.
    """

    preset_id: str
    label: Label
    scene: Scene
    pictures: tuple[Path, ...] = ()
    token: str = ""
    position: tuple[float, float, float] | None = None
