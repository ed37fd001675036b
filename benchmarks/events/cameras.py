"""Virtual pinhole cameras over recorded traffic.

Metres: x east, y north, z up, the ground is z = 0. Pixels: x to the right, y down, as everywhere here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import shapely

from benchmarks.events.kinds import Road, road_of
from benchmarks.events.traffic.recording import Recording
from core.arrays import F64, AnyArray, Bool
from core.scene import Ground

SIZE: Final = (1280, 720)


@dataclass(frozen=True, slots=True)
class Style:
    """How cameras are put up: ranges of height in metres, pitch in degrees, focal length in pixels."""

    height_m: tuple[float, float]
    pitch_deg: tuple[float, float]
    focal_px: tuple[float, float]


STYLES: Final[dict[Road, Style]] = {
    "street": Style((5.0, 12.0), (10.0, 35.0), (1000.0, 2600.0)),
    "motorway": Style((8.0, 15.0), (7.0, 15.0), (2000.0, 3600.0)),
}
"""Street: lenses of 3 to 9 mm, 28° to 65° across. Motorway: from gantries and masts, 20° to 35° across, as who drives
28 m/s is seen for two seconds on 56 m."""
TURN_DEG: Final = 25.0
"""Standard deviation of the angle between where a camera looks and the lane that it looks at."""
CAR_M: Final = 1.5
CAR_PX: Final = 40.0
"""Lanes are drawn as far as a car of `CAR_M` is so many pixels high: 13 in the input of a detector that takes
416, about the smallest that it still finds."""
MARGIN_PX: Final = 12.0
"""Lanes keep so far from the picture's edges, and half a car more from the lower one: boxes that the edge cuts have no
foot."""
HALF_CAR_M: Final = 2.25
LEAST_LANE_M: Final = 20.0
"""Of a lane, below which a camera does not see enough of it."""
APPEAR_M: Final = 20.0
"""Recordings end at a distance from their middle, where whoever comes appears: at 50 km/h that was 1.4 s ago."""
TRIES: Final = 400


@dataclass(frozen=True, slots=True)
class Mast:
    """How cameras at the corner of a junction are put up: one of each `every`, beginning with `first`.

    Attributes:
        away_m: range of their distance from the middle of the junction, height_m: of their height, focal_px: of their
            focal length.
        turn_deg: standard deviation of the angle between where one looks and the middle.
        car_px: lanes are drawn as far as a car is so high; gate_px: lines of turning movements as far.
        all_arms: it sees all of them where one comes in and leaves; others see `LEAST_LANE_M` of a lane at least.
    """

    first: int
    every: int
    away_m: tuple[float, float]
    height_m: tuple[float, float]
    focal_px: tuple[float, float]
    turn_deg: float
    car_px: float
    gate_px: float
    all_arms: bool


MASTS: Final = (
    Mast(3, 4, (20.0, 28.0), (10.0, 14.0), (700.0, 900.0), 10.0, 26.0, 26.0, all_arms=False),
    Mast(6, 8, (31.0, 36.0), (10.0, 14.0), (540.0, 600.0), 3.0, 26.0, 16.0, all_arms=True),
)
"""With lenses of 2.8 to 4 mm (71° to 85° across), which see what goes on in a junction, and of 2.2 to 2.5 mm (94° to
100°), which see all its arms, for turning movements: cars at the far ones are 10 pixels high in the input of a detector
that takes 832."""
JUNCTION_M: Final = 70.0
ARM_M: Final = 25.0
GATE_M: Final = 8.0
"""Lanes that begin or end so near to the middle of a junction are of its arms; so far along them one has left it."""
NEAREST_M: Final = 0.5
"""Points nearer to the picture plane are not projected."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera without distortion.

    Attributes:
        x, y, z: its centre in metres; yaw: where it looks, radians, 0 east, counter-clockwise; pitch: downwards.
        focal_px: focal length; the principal point is the middle of the picture.
        car_px: lanes are drawn as far as a car is so many pixels high; gate_px: lines of turning movements as far.
    """

    camera_id: str
    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    focal_px: float
    width: int = SIZE[0]
    height: int = SIZE[1]
    car_px: float = CAR_PX
    gate_px: float = CAR_PX

    def matrix(self) -> F64:
        """(3, 4): homogeneous metres to homogeneous pixels; the third coordinate is the depth in metres."""
        cos_yaw, sin_yaw = math.cos(self.yaw), math.sin(self.yaw)
        cos_pitch, sin_pitch = math.cos(self.pitch), math.sin(self.pitch)
        axes = np.array(
            [
                (sin_yaw, -cos_yaw, 0.0),
                (-cos_yaw * sin_pitch, -sin_yaw * sin_pitch, -cos_pitch),
                (cos_yaw * cos_pitch, sin_yaw * cos_pitch, -sin_pitch),
            ]
        )
        inside = np.array([(self.focal_px, 0, self.width / 2), (0, self.focal_px, self.height / 2), (0, 0, 1.0)])
        centre = np.array([self.x, self.y, self.z])
        return np.asarray(inside @ np.column_stack((axes, -axes @ centre)))

    def project(self, points: AnyArray) -> tuple[F64, Bool]:
        """Points (N, 3) in metres to pixels (N, 2), and which lie before the camera; zeros where not."""
        found = np.column_stack((points, np.ones(len(points)))) @ self.matrix().T
        before = found[:, 2] > NEAREST_M
        pixels = found[:, :2] / np.where(before, found[:, 2], 1.0)[:, None]
        return np.where(before[:, None], pixels, 0.0), np.asarray(before, np.bool_)

    def project_ground(self, points: AnyArray) -> tuple[F64, Bool]:
        """The same for points (N, 2) on the ground."""
        return self.project(np.column_stack((points, np.zeros(len(points)))))

    def ground(self) -> Ground:
        """The exact way from pixels to metres."""
        back = np.linalg.inv(self.matrix()[:, [0, 1, 3]])
        foot = back[2] @ np.array([self.width / 2, self.height - 1.0, 1.0])
        return Ground(back * np.sign(foot) / np.abs(back).max(), 0.0)

    @property
    def range_m(self) -> float:
        """How far from the camera, on the ground, lanes are drawn."""
        return self.reach_m(self.car_px)

    def reach_m(self, car_px: float) -> float:
        """How far from the camera, on the ground, a car is so many pixels high."""
        slant = self.focal_px * CAR_M / car_px
        return math.sqrt(max(slant**2 - self.z**2, 1.0))

    def seen_ground(self, margin_px: float = MARGIN_PX, reach_m: float | None = None) -> Any:
        """The ground in the picture that is nearer than `reach_m`, or else `range_m`, in metres."""
        reach_m = self.range_m if reach_m is None else reach_m
        top = self.height / 2 - self.focal_px * math.tan(self.pitch - 0.01)  # just below the horizon
        left, right = margin_px, self.width - margin_px
        corners = [(left, max(top, margin_px)), (right, max(top, margin_px))]
        corners += [(right, self.height - margin_px), (left, self.height - margin_px)]
        metres, valid = self.ground().to_ground(np.array(corners))
        if not valid.all():
            return shapely.Polygon()
        # A vehicle is where its middle is: at the lower edge it is whole half a length further on.
        away = metres[2:] - (self.x, self.y)
        picture = shapely.Polygon(metres)
        metres[2:] += HALF_CAR_M * away / np.maximum(np.linalg.norm(away, axis=1), 1e-9)[:, None]
        return picture & shapely.Polygon(metres) & shapely.Point(self.x, self.y).buffer(reach_m, quad_segs=32)


def calibrated(camera: Camera, error_px: float, rng: np.random.Generator) -> Ground:
    """The ground as a person would give it: eight point pairs, picked with a normal error of `error_px`.

    Its `error_m` is the median over the points, as for a scene file. With `error_px` 0 it is exact.
    """
    if error_px <= 0:
        return camera.ground()
    metres = _spread(camera)
    true, _ = camera.project_ground(metres)
    picked = true + rng.normal(0.0, error_px, true.shape)
    fitted, _ = cv2.findHomography(picked, metres)
    matrix = np.asarray(fitted, np.float64)
    foot = matrix[2] @ np.array([camera.width / 2, camera.height - 1.0, 1.0])
    rough = Ground(matrix * np.sign(foot), 0.0)
    error_m = float(np.median(np.linalg.norm(rough.to_ground(picked)[0] - metres, axis=1)))
    return Ground(rough.matrix, error_m)


def _spread(camera: Camera) -> F64:
    """Eight places (8, 2) in metres, spread over the ground that the camera sees."""
    height, width = camera.height, camera.width
    horizon = height / 2 - camera.focal_px * math.tan(camera.pitch)
    far, _ = camera.project_ground(
        np.array([(camera.x, camera.y)]) + camera.range_m * np.array([(math.cos(camera.yaw), math.sin(camera.yaw))])
    )
    top = max(float(far[0, 1]), horizon + 20.0, 0.05 * height)
    rows = np.array([0.98, 0.66, 0.33, 0.0]) * (0.95 * height - top) + top
    pixels = [(x * width, y) for y, (a, b) in zip(rows, [(0.1, 0.9), (0.3, 0.8)] * 2, strict=True) for x in (a, b)]
    return camera.ground().to_ground(np.array(pixels))[0]


def place_cameras(recording: Recording, count: int, seed: int) -> tuple[Camera, ...]:
    """So many different cameras that look at the recording's lanes, the same for the same seed.

    Height, pitch, focal length and the angle to the lane are drawn for each; a camera that sees less than
    `LEAST_LANE_M` of every lane is drawn again, and one that is to see all arms of a junction and does not.

    Raises:
        ValueError: no place was found from which any lane is seen.
    """
    lines = [shapely.LineString(lane.centreline) for lane in recording.lanes]
    traffic, junctions, style = _busy(recording), junctions_of(recording), STYLES[road_of(recording.name)]
    ground = recorded(recording)
    found = []
    for number in range(count):
        rng = np.random.default_rng((seed, number, 1))
        for _ in range(TRIES):
            name = f"{recording.name}-{seed}-{number:03d}"
            mast = next((m for m in MASTS if number % m.every == m.first), None) if len(junctions) else None
            middle = junctions[rng.integers(len(junctions))] if mast else np.zeros(2)
            camera = _draw_mast(name, middle, mast, rng) if mast else _draw_anywhere(name, lines, style, rng)
            seen = camera.seen_ground() & ground
            if mast and mast.all_arms:
                enough = _sees_all_arms(camera, lines, middle)
            else:
                enough = any(shapely.length(line & seen) >= LEAST_LANE_M for line in lines)
            if enough and shapely.contains_xy(seen, traffic).any():
                found.append(camera)
                break
        else:
            raise ValueError(f"{recording.name}: no place for a camera after {TRIES} tries")
    return tuple(found)


def recorded(recording: Recording) -> Any:
    """The ground on which road users are recorded, less where they have only just come out of nothing."""
    away = np.hypot(recording.x, recording.y)
    return shapely.Point(0.0, 0.0).buffer(float(away.max(initial=0.0)) - APPEAR_M, quad_segs=64)


def junctions_of(recording: Recording) -> F64:
    """Middles (J, 2) of the junctions: of the ends of lanes at stop lines that lie within `JUNCTION_M`."""
    left = [lane.centreline[-1] for lane in recording.lanes if lane.stop_line]
    found = []
    while left:
        near = [end for end in left if float(np.hypot(*(end - left[0]))) <= JUNCTION_M]
        left = [end for end in left if float(np.hypot(*(end - left[0]))) > JUNCTION_M]
        found.append(np.mean(near, axis=0))
    return np.array(found).reshape(-1, 2)


def _sees_all_arms(camera: Camera, lines: list[shapely.LineString], middle: F64) -> bool:
    """Whether all lanes of the junction are in view where one comes into it and leaves it."""
    ends = [
        (line.interpolate(at), line.interpolate(far)) for line in lines for at, far in ((0.0, GATE_M), (-1e-9, -GATE_M))
    ]
    gates = np.array(
        [(gate.x, gate.y) for end, gate in ends if math.hypot(end.x - middle[0], end.y - middle[1]) <= ARM_M]
    )
    seen = camera.seen_ground(reach_m=camera.reach_m(camera.gate_px))
    return bool(shapely.contains_xy(seen, gates).all())


def _draw_mast(camera_id: str, middle: F64, mast: Mast, rng: np.random.Generator) -> Camera:
    """One that looks over a whole junction from a corner of it."""
    x, y = middle
    yaw = math.pi / 4 + math.pi / 2 * rng.integers(4) + math.radians(rng.normal(0.0, mast.turn_deg))
    away, z = rng.uniform(*mast.away_m), rng.uniform(*mast.height_m)
    focal = math.exp(rng.uniform(*np.log(mast.focal_px)))
    pitch = math.atan2(z, away)
    place = x - away * math.cos(yaw), y - away * math.sin(yaw)
    return Camera(camera_id, *place, z, yaw, pitch, float(focal), car_px=mast.car_px, gate_px=mast.gate_px)


def _busy(recording: Recording) -> F64:
    """Places (N, 2) of traffic, some of all: a camera over a road outside the recording sees nothing."""
    every = max(1, len(recording.x) // 2000)
    return np.column_stack((recording.x[::every], recording.y[::every])).astype(np.float64)


def _draw_anywhere(camera_id: str, lines: list[shapely.LineString], style: Style, rng: np.random.Generator) -> Camera:
    lengths = np.array([line.length for line in lines])
    line = lines[rng.choice(len(lines), p=lengths / lengths.sum())]
    return draw_camera(camera_id, line, rng.uniform(0.0, line.length), style, rng)


def draw_camera(
    camera_id: str, line: shapely.LineString, along: float, style: Style, rng: np.random.Generator
) -> Camera:
    """One that looks at the place so many metres along a lane's centreline."""
    here, there = line.interpolate(along), line.interpolate(min(along + 1.0, line.length))
    back = line.interpolate(max(along - 1.0, 0.0))
    heading = math.atan2(there.y - back.y, there.x - back.x)
    z, focal = rng.uniform(*style.height_m), math.exp(rng.uniform(*np.log(style.focal_px)))
    pitch = math.radians(rng.uniform(*style.pitch_deg))
    yaw = heading + (math.pi if rng.random() < 0.5 else 0.0) + math.radians(rng.normal(0.0, TURN_DEG))
    away = z / math.tan(pitch)
    return Camera(camera_id, here.x - away * math.cos(yaw), here.y - away * math.sin(yaw), z, yaw, pitch, float(focal))
