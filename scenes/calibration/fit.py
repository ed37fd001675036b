"""The camera that explains the boxes and ways best: robust least squares over focal length, pitch, roll and height."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, I64, Bool
from core.geometry import project
from core.taxonomy import ObjectClass
from scenes.calibration.camera import Pinhole
from scenes.calibration.observations import Boxes, Ways
from scenes.calibration.shapes import BLOCK, Typical, hull

FOCAL_PRIOR: Final = (0.0, 0.45)
"""Logarithm of the focal length over the picture's width, mean and standard deviation: surveillance lenses of 2.8 to
12 mm on sensors of 1/2.8 to 1/1.8 inch (5.4 to 7.2 mm wide)."""
ROLL_PRIOR: Final = math.radians(1.5)
"""Cameras are mounted level, about."""
FULL_PRIOR: Final = (0.2, 0.4)
"""How much of the block around it a road user fills: 0 is the hull of `shapes`, 1 the block. Detectors draw boxes
generously or tightly, riders carry loads."""
RULER_PRIOR: Final = 0.1
"""Of the logarithm of one factor on all sizes; nothing but a known distance can tell it from the camera's height."""
BOX_NOISE: Final = 0.04
"""Of the logarithm of a box's side, beside what differs from one road user to the next."""
WALK_SPREAD: Final = 0.35
"""Of the logarithm of walking speeds: 1.34 ± 0.26 m/s (Weidmann 1993), and people turn."""
KNOWN_NOISE: Final = 0.01
WORST: Final = 4.0
"""Stands for the logarithm of a size, or the angle of a way, that a camera cannot have seen."""
PRIORS: Final = 4
FOCAL_RANGE: Final = (0.3, 5.0)
PITCH_RANGE: Final = (math.radians(1.0), math.radians(80.0))
HEIGHT_RANGE_M: Final = (1.0, 200.0)
MOST_ROLL: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A distance on the ground that a person knows: ends (2, 2) in pixels, metres."""

    ends: F64
    metres: float


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that a camera must explain.

    Attributes:
        group: (L) of the ways, see `vanishing.parallel_groups`.
        box_weight, way_weight: how often each is counted, by the bootstrap.
        focal_mean, roll_mean: of the priors; shifted by the bootstrap.
    """

    size: tuple[int, int]
    boxes: Boxes
    ways: Ways
    group: I64
    typical: Mapping[ObjectClass, Typical]
    known: tuple[Known, ...] = ()
    box_weight: F64 | None = None
    way_weight: F64 | None = None
    focal_mean: float = FOCAL_PRIOR[0]
    roll_mean: float = 0.0


class Fit:
    """Residuals of evidence, and the search for the camera with the smallest."""

    def __init__(self, evidence: Evidence) -> None:
        self._of = evidence
        boxes = evidence.boxes
        kinds = np.unique(boxes.class_id)
        index = np.searchsorted(kinds, boxes.class_id)
        sizes = [evidence.typical[ObjectClass(int(kind))].size for kind in kinds]
        self._thin = _stacked([hull(int(kind), size) for kind, size in zip(kinds, sizes, strict=True)])[index]
        self._block = _stacked([BLOCK * size for size in sizes])[index]
        spread = np.array([evidence.typical[ObjectClass(int(kind))].spread for kind in kinds]).reshape(-1, 2)
        per_track = np.bincount(boxes.track)[boxes.track] if len(boxes) else np.zeros(0)
        share = np.sqrt((1.0 if evidence.box_weight is None else evidence.box_weight) / per_track)
        self._weight = share[:, None] / np.hypot(spread[index], BOX_NOISE)
        self._seen = np.log(np.column_stack((boxes.wide, boxes.high)))
        self._walk = np.flatnonzero(boxes.class_id == ObjectClass.PERSON)
        self._walk_weight = share[self._walk] / WALK_SPREAD
        self._grouped = np.flatnonzero(evidence.group >= 0)
        counted = 1.0 if evidence.way_weight is None else np.sqrt(evidence.way_weight[self._grouped])
        self._way_weight = counted / np.hypot(evidence.ways.spread[self._grouped], 0.01)

    def camera(self, x: F64) -> Pinhole:
        """The camera of parameters (6): log focal / width, pitch, roll, log height; fullness; log ruler."""
        width = self._of.size[0]
        return Pinhole(self._of.size, width * math.exp(x[0]), float(x[1]), float(x[2]), math.exp(x[3]))

    def residuals(self, x: F64) -> F64:
        """In standard deviations; those of boxes and ways first, of priors last."""
        camera = self.camera(x)
        ground, projection = camera.ground, camera.projection
        parts = [
            self._box_residuals(ground, projection, x).ravel(),
            self._way_residuals(ground, projection),
            self._walk_residuals(ground),
            self._known_residuals(ground),
            self._prior_residuals(x),
        ]
        return np.concatenate(parts)

    def height_misfit(self, x: F64) -> F64:
        """Logarithms of box heights as they should be over as they are (N)."""
        camera = self.camera(x)
        return np.asarray(self._box_residuals(camera.ground, camera.projection, x)[:, 1] / self._weight[:, 1])

    def middles(self, x: F64) -> F64:
        """Where the middles of road users are (N, 2), in metres."""
        camera = self.camera(x)
        heading, foot, _ = self._headings(camera.ground, x)
        return _sides(_turned(self._block, heading, x[5]), foot, camera.ground, camera.projection)[2]

    def height_for(self, x: F64) -> F64:
        """The same parameters with the height at which boxes have their usual size."""
        changed = x.copy()
        changed[3] += float(np.median(self.height_misfit(x)))
        return changed

    def best(self, *, steps: int = 40, keep: int = 3) -> tuple[F64, float]:
        """Parameters and cost of the best camera, sought from the most hopeful places of a coarse grid."""
        grid = [
            np.array([math.log(focal), math.radians(pitch), 0.0, 2.0, FULL_PRIOR[0], 0.0])
            for focal in (0.6, 1.0, 1.7)
            for pitch in (8, 15, 25, 35, 50)
        ]
        first = sorted((self.cost(x), tuple(x)) for x in map(self.height_for, grid))[:keep]
        found = [self.descend(np.array(x), steps) for _, x in first]
        return min(found, key=lambda pair: pair[1])

    def cost(self, x: F64) -> float:
        """Sum of robust losses (Cauchy's, at 2 standard deviations; that of a normal error below)."""
        r = self.residuals(x)
        return float((np.log1p((r[:-PRIORS] / 2) ** 2) * 4).sum() + (r[-PRIORS:] ** 2).sum())

    def descend(self, x: F64, steps: int) -> tuple[F64, float]:
        """Levenberg–Marquardt with weights that robust losses give, as far as it goes."""
        damping, cost = 1e-3, self.cost(x)
        for _ in range(steps):
            r = self.residuals(x)
            jacobian = self._jacobian(x, r)
            weight = 1 / (1 + (r / 2) ** 2)
            weight[-PRIORS:] = 1.0
            hessian, slope = jacobian.T @ (jacobian * weight[:, None]), jacobian.T @ (weight * r)
            moved = False
            while not moved and damping < 1e6:
                step = np.linalg.solve(hessian + damping * np.diag(np.diag(hessian) + 1e-9), -slope)
                tried = _within(x + step)
                moved = (after := self.cost(tried)) < cost
                damping = damping / 5 if moved else damping * 6
            if not moved:
                break
            gained, x, cost = cost - after, tried, after
            if gained < 1e-7 * cost + 1e-10:
                break
        return x, cost

    def _jacobian(self, x: F64, r: F64) -> F64:
        columns = []
        for k in range(len(x)):
            ahead = x.copy()
            ahead[k] += 1e-5
            columns.append((self.residuals(ahead) - r) / 1e-5)
        return np.asarray(np.column_stack(columns), np.float64)

    def _box_residuals(self, ground: F64, projection: F64, x: F64) -> F64:
        """Logarithms of box width and height as they should be over as they are (N, 2), weighted."""
        heading, foot, valid = self._headings(ground, x)
        thin, good, _ = _sides(_turned(self._thin, heading, x[5]), foot, ground, projection)
        block, also, _ = _sides(_turned(self._block, heading, x[5]), foot, ground, projection)
        good = good & also & valid
        off = (1 - x[4]) * np.log(thin) + x[4] * np.log(block) - self._seen
        return np.asarray(np.where(good[:, None], off, WORST) * self._weight, np.float64)

    def _headings(self, ground: F64, x: F64) -> tuple[F64, F64, Bool]:
        """Headings of boxes (N, 2) as long as the ruler, their feet in metres (N, 2), and whether both hold."""
        boxes = self._of.boxes
        foot, valid = project(ground, boxes.foot)
        behind, valid_behind = project(ground, boxes.behind)
        ahead, valid_ahead = project(ground, boxes.ahead)
        heading = ahead - behind
        heading *= math.exp(x[5]) / np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-12)
        return heading, foot, valid & valid_behind & valid_ahead

    def _way_residuals(self, ground: F64, projection: F64) -> F64:
        ways, rows = self._of.ways, self._grouped
        start, valid = project(ground, ways.start[rows])
        end, also = project(ground, ways.end[rows])
        along = end - start
        angle = np.arctan2(along[:, 1], along[:, 0])
        found = np.zeros(len(rows))
        for number in np.unique(self._of.group[rows]):
            mine = self._of.group[rows] == number
            # Opposite ways are parallel: angles are doubled before they are averaged.
            mean = np.angle((np.exp(2j * angle[mine]) * self._way_weight[mine]).sum()) / 2
            point = projection[:, :2] @ np.array([math.cos(mean), math.sin(mean)])
            found[mine] = _signed_miss(ways.start[rows[mine]], ways.end[rows[mine]], point)
        return np.where(valid & also, found, WORST) * self._way_weight

    def _walk_residuals(self, ground: F64) -> F64:
        """People walk as fast in one direction as in another: logarithms of their speeds about the mean."""
        if len(self._walk) < 8:
            return np.zeros(0)
        boxes = self._of.boxes
        behind, valid = project(ground, boxes.behind[self._walk])
        ahead, also = project(ground, boxes.ahead[self._walk])
        moved = np.linalg.norm(ahead - behind, axis=1) / boxes.seconds[self._walk]
        pace = np.log(np.maximum(moved, 1e-6))
        good = valid & also
        return np.where(good, pace - np.median(pace), WORST) * self._walk_weight

    def _prior_residuals(self, x: F64) -> F64:
        return np.array(
            [
                (x[0] - self._of.focal_mean) / FOCAL_PRIOR[1],
                (x[2] - self._of.roll_mean) / ROLL_PRIOR,
                (x[4] - FULL_PRIOR[0]) / FULL_PRIOR[1],
                x[5] / RULER_PRIOR,
            ]
        )

    def _known_residuals(self, ground: F64) -> F64:
        found = []
        for known in self._of.known:
            ends, valid = project(ground, known.ends)
            metres = float(np.linalg.norm(ends[1] - ends[0]))
            found.append(
                math.log(max(metres, 1e-6) / known.metres) / KNOWN_NOISE if valid.all() else WORST / KNOWN_NOISE
            )
        return np.array(found)


def _within(x: F64) -> F64:
    x = x.copy()
    x[0] = np.clip(x[0], math.log(FOCAL_RANGE[0]), math.log(FOCAL_RANGE[1]))
    x[1] = np.clip(x[1], *PITCH_RANGE)
    x[2] = np.clip(x[2], -MOST_ROLL, MOST_ROLL)
    x[3] = np.clip(x[3], *np.log(HEIGHT_RANGE_M))
    return x


def _stacked(hulls: list[F64]) -> F64:
    """Points (K, M, 3) of K hulls, the shorter filled up with their first point."""
    most = max((len(points) for points in hulls), default=1)
    filled = [np.vstack((p, np.repeat(p[:1], most - len(p), axis=0))) for p in hulls]
    return np.array(filled).reshape(-1, most, 3)


def _turned(points: F64, heading: F64, ruler: float) -> F64:
    """Points (N, K, 3) turned and scaled so that their first axis is the heading (N, 2), and as much up."""
    cos, sin = heading[:, :1], heading[:, 1:]
    x = points[..., 0] * cos - points[..., 1] * sin
    y = points[..., 0] * sin + points[..., 1] * cos
    return np.stack((x, y, points[..., 2] * math.exp(ruler)), axis=-1)


def _sides(points: F64, foot: F64, ground: F64, projection: F64) -> tuple[F64, Bool, F64]:
    """Box width and height (N, 2) of hulls (N, K, 3) whose box stands at a foot (N, 2) in metres, whether that can be
    seen (N), and the middles of the hulls (N, 2): oblique boxes stand beside them.
    """
    middle = foot
    good = np.ones(len(foot), np.bool_)
    for _ in range(3):
        low, high, before = _extent(points, middle, projection)
        at = np.column_stack(((low[:, 0] + high[:, 0]) / 2, high[:, 1]))
        stood, stands = project(ground, at)
        good &= before & stands
        middle = middle + np.where(stands[:, None], foot - stood, 0.0)
    low, high, before = _extent(points, middle, projection)
    return np.maximum(high - low, 1e-3), good & before, middle


def _extent(points: F64, middle: F64, projection: F64) -> tuple[F64, F64, Bool]:
    """Lowest and highest pixels (N, 2) of points (N, K, 3) about middles (N, 2), and which lie before the camera."""
    # Boxes along the last axis: the lowest of few points each is then found for many boxes at once.
    x, y, z = np.ascontiguousarray(points.T)
    x, y = x + middle[:, 0], y + middle[:, 1]
    row = projection
    depth = row[2, 0] * x + row[2, 1] * y + row[2, 2] * z + row[2, 3]
    before = np.asarray((depth > 0.1).all(axis=0), np.bool_)
    depth = np.maximum(depth, 0.1)
    u = (row[0, 0] * x + row[0, 1] * y + row[0, 2] * z + row[0, 3]) / depth
    v = (row[1, 0] * x + row[1, 1] * y + row[1, 2] * z + row[1, 3]) / depth
    return np.column_stack((u.min(0), v.min(0))), np.column_stack((u.max(0), v.max(0))), before


def _signed_miss(start: F64, end: F64, point: F64) -> F64:
    middle, along = (start + end) / 2, end - start
    towards = point[:2] - point[2] * middle
    cross = along[:, 0] * towards[:, 1] - along[:, 1] * towards[:, 0]
    size = np.linalg.norm(along, axis=1) * np.linalg.norm(towards, axis=1)
    side = np.sign((along * towards).sum(axis=1))
    return np.asarray(np.arcsin(np.clip(cross * side / np.maximum(size, 1e-12), -1, 1)), np.float64)
