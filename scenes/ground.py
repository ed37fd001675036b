"""The ways to give a scene's ground: point pairs, a known rectangle, lane lines, or the matrix itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Final

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.arrays import F64
from core.lens import Lens
from core.scene import METRES_PER_DEGREE, Ground
from scenes.documents import Location
from scenes.homography import (
    MOST_ALONE,
    DegenerateError,
    errors_alone,
    errors_m,
    fit_homography,
    is_torn,
    is_turned_over,
    lane_homography,
)
from scenes.parts import Corners, Fault, FaultError, Number, Point, Strict, array

AT: Final[Location] = ("ground",)
BAD_PAIR: Final = 5.0
"""A pair is told when it is so many times as far off as the others' median."""
BAD_PAIR_M: Final = 1.0
SWAPPED: Final = 0.2
"""Two pairs are told to be swapped when the error falls below this share with them the other way round."""
MOST_SWAPPED: Final = 12
"""With more pairs not all twos are tried."""
Metres = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class PointPair(Strict):
    """One point of the ground, in the picture and on the ground: `metres` or `lonlat`."""

    pixel: Point = Field(description="[x, y] in reference pixels")
    metres: Point | None = Field(None, description="[east, north] in metres from the origin")
    lonlat: Point | None = Field(None, description="[longitude, latitude] in degrees, as maps give them (WGS 84)")

    @model_validator(mode="after")
    def _one_way(self) -> PointPair:
        if (self.metres is None) == (self.lonlat is None):
            raise PydanticCustomError("problem-pair-one-way", "one of metres, lonlat", {})
        if self.lonlat is not None and not (abs(self.lonlat[0]) <= 180 and abs(self.lonlat[1]) < 90):
            raise PydanticCustomError("problem-pair-lonlat", "no longitude, latitude", {})
        return self


class RectangleSpec(Strict):
    """Four corners of something on the ground whose sides are known: a parking bay, a court, a stretch of lane."""

    corners: Corners = Field(description="[x, y] of its four corners in reference pixels, in order around it")
    width_m: Metres = Field(description="From the first corner to the second, metres")
    length_m: Metres = Field(description="From the second corner to the third, metres")
    bearing: float = Field(
        0.0, ge=-360, le=360, description="Which way the second corner sees the third, degrees clockwise from north"
    )


class LengthSpec(Strict):
    """A known length along the lanes."""

    start: Point = Field(description="[x, y] in reference pixels; the metres' origin")
    end: Point = Field(description="[x, y] in reference pixels")
    length_m: Metres = Field(description="Between them, metres: such as from one dash's beginning to the next one's")


class LaneLinesSpec(Strict):
    """Lane lines: parallel on the ground and straight, a known distance apart. For a camera that is mounted level."""

    lines: list[tuple[Point, Point]] = Field(
        min_length=2,
        description="Two points [x, y] of each line in reference pixels, far apart; lines from side to side",
    )
    apart_m: Metres | list[Metres] = Field(
        description="Distance between neighbouring lines, middle to middle, metres; a list where they differ"
    )
    along: LengthSpec | None = Field(None, description="A known length along the lanes; needed unless `lens` is given")
    bearing: float = Field(
        0.0, ge=-360, le=360, description="Which way the lanes lead away from the camera, degrees clockwise from north"
    )

    @model_validator(mode="after")
    def _as_many(self) -> LaneLinesSpec:
        if isinstance(self.apart_m, list) and len(self.apart_m) != len(self.lines) - 1:
            raise PydanticCustomError("problem-lane-lines-apart", "count", {"count": len(self.lines) - 1})
        return self

    @property
    def offsets(self) -> F64:
        """Metres (K) of each line from the first."""
        gaps = self.apart_m if isinstance(self.apart_m, list) else [self.apart_m] * (len(self.lines) - 1)
        return np.cumsum([0.0, *gaps])


class GroundSpec(Strict):
    """From the picture to the ground: exactly one of `points`, `rectangle`, `lane_lines`, `homography`."""

    points: list[PointPair] | None = Field(
        None, min_length=4, description="Point pairs, no three on a line; from the fifth on the error is known"
    )
    rectangle: RectangleSpec | None = Field(None, description="A rectangle on the ground")
    lane_lines: LaneLinesSpec | None = Field(None, description="Parallel lane lines and one known length")
    homography: tuple[tuple[Number, Number, Number], ...] | None = Field(
        None, description="3 × 3 matrix, reference pixels to metres east and north", min_length=3, max_length=3
    )
    error_m: float | None = Field(None, ge=0, description="Of `homography`: median error of a position in metres")

    @model_validator(mode="after")
    def _one_way(self) -> GroundSpec:
        ways = (self.points, self.rectangle, self.lane_lines, self.homography)
        if sum(way is not None for way in ways) != 1:
            raise PydanticCustomError("problem-ground-one-way", "one of several", {})
        return self


class LensSpec(Strict):
    """Lens distortion, Brown–Conrady, coefficients as OpenCV's calibration gives them."""

    k1: float = Field(0.0, allow_inf_nan=False, description="Radial, second power")
    k2: float = Field(0.0, allow_inf_nan=False, description="Radial, fourth power")
    p1: float = Field(0.0, allow_inf_nan=False, description="Tangential")
    p2: float = Field(0.0, allow_inf_nan=False, description="Tangential")
    k3: float = Field(0.0, allow_inf_nan=False, description="Radial, sixth power")
    focal_px: float = Field(gt=0, allow_inf_nan=False, description="Focal length in reference pixels")
    centre: Point | None = Field(None, description="[x, y] of the optical axis. Default: the picture's middle")

    def lens(self, size: tuple[int, int]) -> Lens:
        """The lens of a picture of this size."""
        centre = self.centre or (size[0] / 2, size[1] / 2)
        return Lens(self.k1, self.k2, self.p1, self.p2, self.k3, self.focal_px, centre)


@dataclass(frozen=True, slots=True, eq=False)
class GroundFit:
    """A ground and what it rests on.

    Attributes:
        origin: longitude and latitude of the metres' origin; None when unknown.
        pixels, metres: (P, 2) what was given.
        errors_m: (P) how far each lies from where the ground puts it; of five or more pairs, where a ground fitted to
            the others puts it.
        remarks: what is doubtful.
    """

    ground: Ground
    origin: tuple[float, float] | None
    pixels: F64
    metres: F64
    errors_m: F64
    remarks: tuple[Fault, ...] = ()


def fit_ground(
    spec: GroundSpec, size: tuple[int, int], origin: tuple[float, float] | None, lens: Lens | None
) -> GroundFit:
    """The ground that a scene gives.

    Raises:
        FaultError: it gives none that a camera can see.
    """
    try:
        if spec.points is not None:
            fit = _by_points(spec.points, origin, lens)
        elif spec.rectangle is not None:
            fit = _by_rectangle(spec.rectangle, origin, lens)
        elif spec.lane_lines is not None:
            fit = _by_lane_lines(spec.lane_lines, size, origin, lens)
        else:
            matrix = _facing(np.array(spec.homography, np.float64), size, lens)
            none = np.zeros((0, 2))
            fit = GroundFit(Ground(matrix, spec.error_m or 0.0, lens), origin, none, none, np.zeros(0))
    except DegenerateError as error:
        way = "problem-lane-lines-unsolved" if spec.lane_lines else "problem-ground-degenerate"
        raise FaultError(Fault(AT, way)) from error
    matrix = fit.ground.matrix
    if not np.isfinite(matrix).all() or np.linalg.cond(matrix) > 1e12:
        raise FaultError(Fault(AT, "problem-ground-degenerate"))
    if is_turned_over(matrix):
        raise FaultError(Fault(AT, "problem-ground-turned-over"))
    return fit


def _by_points(pairs: Sequence[PointPair], origin: tuple[float, float] | None, lens: Lens | None) -> GroundFit:
    pixels = array([p.pixel for p in pairs])
    metres, origin = _in_metres(pairs, origin)
    flat = _straight(pixels, lens, [("ground", "points", k) for k in range(len(pairs))])
    matrix = fit_homography(flat, metres)
    found = errors_m(matrix, flat, metres)
    if is_torn(matrix, flat) or is_turned_over(matrix):
        fault = _swapped(flat, metres, found)
        raise FaultError(
            fault or Fault(AT, "problem-ground-torn" if is_torn(matrix, flat) else "problem-ground-turned-over")
        )
    error = 0.0
    remarks: tuple[Fault, ...] = ()
    if len(pairs) > 4:
        if (fault := _swapped(flat, metres, found)) is not None:
            raise FaultError(fault)
        alone = errors_alone(flat, metres) if len(pairs) <= MOST_ALONE else found
        remarks = _worst(found, alone)
        # Where the others do not determine a ground, a point cannot be judged by them.
        told = np.isfinite(alone)
        found = np.where(told, alone, found)
        error = float(np.median(alone[told])) if told.any() else 0.0
    return GroundFit(Ground(matrix, error, lens), origin, pixels, metres, found, remarks)


def _in_metres(
    pairs: Sequence[PointPair], origin: tuple[float, float] | None
) -> tuple[F64, tuple[float, float] | None]:
    """Metres (N, 2) of all pairs by the tangent plane at the origin, which is their middle where none is given."""
    degrees = [p.lonlat for p in pairs if p.lonlat is not None]
    if degrees and origin is None:
        if len(degrees) < len(pairs):
            raise FaultError(Fault(AT, "problem-ground-origin"))
        middle = np.mean(degrees, axis=0)
        origin = float(middle[0]), float(middle[1])
    metres = []
    for pair in pairs:
        if pair.lonlat is not None and origin is not None:
            east = METRES_PER_DEGREE * math.cos(math.radians(origin[1])) * (pair.lonlat[0] - origin[0])
            metres.append((east, METRES_PER_DEGREE * (pair.lonlat[1] - origin[1])))
        elif pair.metres is not None:
            metres.append(pair.metres)
    return array(metres), origin


def _worst(found: F64, alone: F64) -> tuple[Fault, ...]:
    """The pair that is far off where the others agree."""
    worst = int(np.argmax(found))
    others = float(np.median(np.delete(found, worst)))
    if found[worst] < max(BAD_PAIR * others, BAD_PAIR_M) or not np.isfinite(alone[worst]):
        return ()
    said = {"error": round(float(alone[worst]), 2), "others": round(others, 2)}
    return (Fault(("ground", "points", worst), "problem-ground-pair-off", said),)


def _swapped(pixels: F64, metres: F64, found: F64) -> Fault | None:
    """Two pairs with which the other way round all fit far better; of four, all of which fit anyhow, none is told."""
    if not 4 < len(pixels) <= MOST_SWAPPED or np.sqrt(np.mean(np.minimum(found, 1e6) ** 2)) < BAD_PAIR_M:
        return None
    now, best, two = float(np.mean(np.minimum(found, 1e6))), np.inf, (0, 0)
    for i, j in combinations(range(len(pixels)), 2):
        tried = pixels.copy()
        tried[[i, j]] = tried[[j, i]]
        try:
            matrix = fit_homography(tried, metres)
        except DegenerateError:
            continue
        error = float(np.mean(np.minimum(errors_m(matrix, tried, metres), 1e6)))
        if error < best and not is_turned_over(matrix):
            best, two = error, (i, j)
    if not best < SWAPPED * now:
        return None
    first, other = (("ground", "points", k) for k in two)
    said = {"now": round(now, 2) if now < 1e5 else "∞", "then": round(best, 2)}
    return Fault(first, "problem-ground-swapped", said, {"other": other})


def _by_rectangle(spec: RectangleSpec, origin: tuple[float, float] | None, lens: Lens | None) -> GroundFit:
    pixels = array(spec.corners)
    at: Location = ("ground", "rectangle", "corners")
    flat = _straight(pixels, lens, [(*at, k) for k in range(4)])
    sides = np.roll(flat, -1, axis=0) - flat
    turns = sides[:, 0] * np.roll(sides, -1, axis=0)[:, 1] - sides[:, 1] * np.roll(sides, -1, axis=0)[:, 0]
    if (turns > 0).any() and (turns < 0).any():
        raise FaultError(Fault(at, "problem-rectangle-order"))
    # Corners given clockwise, as the picture shows them, lie clockwise on the ground too.
    width = spec.width_m if turns.sum() < 0 else -spec.width_m
    local = np.array([(0, 0), (width, 0), (width, spec.length_m), (0, spec.length_m)], np.float64)
    metres = local @ _turn(spec.bearing).T
    matrix = fit_homography(flat, metres)
    return GroundFit(Ground(matrix, 0.0, lens), origin, pixels, metres, errors_m(matrix, flat, metres))


def _by_lane_lines(
    spec: LaneLinesSpec, size: tuple[int, int], origin: tuple[float, float] | None, lens: Lens | None
) -> GroundFit:
    at: Location = ("ground", "lane_lines", "lines")
    pixels = array(spec.lines)
    flat = _straight(pixels, lens, [(*at, k // 2, k % 2) for k in range(len(pixels))])
    if spec.along is None and lens is None:
        raise FaultError(Fault(("ground", "lane_lines"), "problem-lane-lines-length"))
    length = None
    if spec.along is not None:
        ends = [("ground", "lane_lines", "along", name) for name in ("start", "end")]
        length = _straight(array((spec.along.start, spec.along.end)), lens, ends), spec.along.length_m
    centre = np.array(size) / 2 if lens is None else np.array(lens.centre)
    focal = None if lens is None else lens.focal_px
    matrix, off = lane_homography(flat.reshape(-1, 2, 2), spec.offsets, length, centre, float(size[0]), focal)
    if is_torn(matrix, flat) or not (np.column_stack((flat, np.ones(len(flat)))) @ matrix[2] > 0).all():
        raise DegenerateError("lines reach beyond the horizon")
    ground = Ground(matrix, 0.0)
    start = ground.to_ground(flat[:1] if length is None else length[0][:1])[0][0]
    moved = np.array([[1, 0, -start[0]], [0, 1, -start[1]], [0, 0, 1]], np.float64)
    turned = np.eye(3)
    turned[:2, :2] = _turn(spec.bearing)
    matrix = turned @ moved @ matrix
    error = float(np.median(off)) if len(spec.lines) > 2 else 0.0
    ground = Ground(matrix, error, lens)
    return GroundFit(ground, origin, pixels, ground.to_ground(pixels)[0], off)


def _turn(bearing: float) -> F64:
    """What turns right and ahead (2) to east and north, ahead being `bearing` degrees clockwise from north."""
    cos, sin = math.cos(math.radians(bearing)), math.sin(math.radians(bearing))
    return np.array([[cos, sin], [-sin, cos]])


def _straight(pixels: F64, lens: Lens | None, places: Sequence[Location]) -> F64:
    if lens is None:
        return pixels
    flat, held = lens.straighten(pixels)
    if not held.all():
        raise FaultError(Fault(places[int(np.argmin(held))], "problem-lens-reach"))
    return flat


def _facing(matrix: F64, size: tuple[int, int], lens: Lens | None) -> F64:
    # The foot of the picture is ground that the camera sees: there the homogeneous coordinate is made positive.
    foot = np.array([[size[0] / 2, size[1] - 1.0]])
    if lens is not None:
        foot = lens.straighten(foot)[0]
    w = matrix[2] @ np.array([*foot[0], 1.0])
    return matrix if w >= 0 else -matrix
