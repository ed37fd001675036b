"""What a camera looks at: places in its picture, and the way from the picture to the ground."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.arrays import F64, AnyArray, Bool, frozen
from core.geometry import project

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
    """

    lane_id: str
    label: Label
    polygon: F64
    centreline: F64
    group: str
    speed_limit_mps: float | None = None
    free_flow_mps: float | None = None
    length_m: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Reference pixels to metres east and north of the scene's origin, on flat ground.

    Attributes:
        matrix: (3, 3) float64, scaled so that the homogeneous coordinate is positive below the horizon.
        error_m: median error of a position in metres, as fitted.
    """

    matrix: F64
    error_m: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", frozen(self.matrix, np.float64, (3, 3), "matrix"))

    def to_ground(self, points: AnyArray) -> tuple[F64, Bool]:
        """Points (N, 2) in reference pixels to metres (N, 2), and where that holds (N)."""
        return project(self.matrix, points)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One camera's scene.

    Attributes:
        version: rises with each change by a person.
        reference_size: (width, height) of the picture that all pixel coordinates refer to.
        origin: longitude and latitude (degrees, WGS 84) of the metres' origin, None when unknown.
        lanes: in the order in which `Motion.lane` counts them.
    """

    scene_id: str
    version: int
    reference_size: tuple[int, int]
    zones: Mapping[str, Zone] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    ground: Ground | None = None
    origin: tuple[float, float] | None = None
    lanes: Mapping[str, Lane] = field(default_factory=dict)

    def geographic(self, east_m: float, north_m: float) -> tuple[float, float] | None:
        """Longitude and latitude of a point in metres from the origin (local tangent plane), None without an origin."""
        if self.origin is None:
            return None
        longitude, latitude = self.origin
        return (
            longitude + east_m / (METRES_PER_DEGREE * math.cos(math.radians(latitude))),
            latitude + north_m / METRES_PER_DEGREE,
        )
