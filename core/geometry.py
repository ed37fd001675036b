"""Plane geometry over arrays of points and boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.arrays import F32, F64, AnyArray, Bool


def foot_points(xyxy: F32) -> F32:
    """The middle (N, 2) of each box's lower edge: where an upright object meets the ground."""
    return np.column_stack(((xyxy[:, 0] + xyxy[:, 2]) * 0.5, xyxy[:, 3])).astype(np.float32)


def iou(a: F32 | F64, b: F32 | F64) -> F32:
    """Intersection over union (N, M) of boxes (N, 4) and (M, 4); 0 where both are degenerate."""
    inter = _intersection(a, b)
    union = box_area(a)[:, None] + box_area(b)[None, :] - inter
    share: F32 = np.divide(inter, union, out=np.zeros_like(inter), where=union > 0).astype(np.float32)
    return share


def covered(a: F32 | F64, b: F32 | F64) -> F32:
    """Share (N, M) of each box (N, 4) that others (M, 4) cover; 0 of degenerate ones."""
    inter, area = _intersection(a, b), box_area(a)[:, None]
    share: F32 = np.divide(inter, area, out=np.zeros_like(inter), where=area > 0).astype(np.float32)
    return share


def _intersection(a: F32 | F64, b: F32 | F64) -> F32 | F64:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    side = np.clip(high - low, 0.0, None)
    inter: F32 | F64 = side[..., 0] * side[..., 1]
    return inter


def box_area(xyxy: F32 | F64) -> F32:
    """Area (N) of boxes (N, 4), 0 for degenerate ones."""
    side = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0.0, None)
    return np.asarray(side[:, 0] * side[:, 1], np.float32)


def inside(points: AnyArray, polygon: AnyArray) -> Bool:
    """Which points (N, 2) lie inside a simple polygon (K, 2): even-odd rule; the border counts on one side only."""
    x, y = points[:, 0][:, None], points[:, 1][:, None]
    x1, y1 = polygon[:, 0], polygon[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    spans = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    crossing = x < (x2 - x1) * (y - y1) / rise + x1
    return np.asarray((spans & crossing).sum(axis=1) % 2 == 1, np.bool_)


def signed_distance(points: AnyArray, start: AnyArray, end: AnyArray) -> F64:
    """Distance (N) of points (N, 2) from the straight line start → end, in the points' unit.

    Positive on the right-hand side of someone walking from start to end, as seen in a picture (y down).
    """
    direction = np.asarray(end, np.float64) - start
    length = float(np.hypot(*direction)) or 1.0
    relative = np.asarray(points, np.float64) - start
    return np.asarray((direction[0] * relative[:, 1] - direction[1] * relative[:, 0]) / length, np.float64)


def border_distance(point: AnyArray, polygon: AnyArray) -> float:
    """Distance of a point (2) from the border of a polygon (K, 2), or from the segment between two points."""
    start, end = np.asarray(polygon, np.float64), np.roll(np.asarray(polygon, np.float64), -1, axis=0)
    way, to = end - start, np.asarray(point, np.float64) - start
    share = np.clip((way * to).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1e-12), 0.0, 1.0)
    return float(np.hypot(*(to - share[:, None] * way).T).min())


def distance(point: AnyArray, polygon: AnyArray) -> float:
    """Distance of a point (2) from a polygon (K, 2), 0 inside."""
    return 0.0 if inside(np.asarray(point)[None], polygon)[0] else border_distance(point, polygon)


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes, each left, top, right, bottom."""
    return float(iou(np.array([one]), np.array([other]))[0, 0])


def project(matrix: F64, points: AnyArray) -> tuple[F64, Bool]:
    """Points (N, 2) through a homography (3, 3), and which of them have an image (not at or beyond the horizon).

    The matrix is scaled so that the homogeneous coordinate is positive for points that have an image.
    Points without one come back as zeros.
    """
    homogeneous = np.column_stack((points, np.ones(len(points)))).astype(np.float64) @ matrix.T
    w = homogeneous[:, 2]
    valid = w > 1e-9
    safe = np.where(valid, w, 1.0)
    return np.where(valid[:, None], homogeneous[:, :2] / safe[:, None], 0.0), np.asarray(valid, np.bool_)
