"""Homographies from pixels to metres: fitted to point pairs, and from lane lines by a pinhole camera."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import F64
from core.geometry import project

SOFT_M: Final = 0.2
"""Errors above it count less than their squares: a point is surveyed, or read off a map, to a decimetre or two."""
LEAST_SPREAD: Final = 1e-3
"""Points determine a homography when the least of the eight singular values of their equations, as a share of the
largest, is above this; with three of four points on a line it is zero."""
LEAST_ALTITUDE: Final = 0.01
"""Of four points, no triangle of three is flatter: its least altitude, in mean distances from their middle."""
MOST_ALONE: Final = 50
"""With more pairs the error of the fit itself tells enough, and leaving each out would take long."""
FOCAL_SHARES: Final = (0.3, 8.0)
"""Focal length in widths of the picture: fisheye lenses are shorter, telescopes longer."""


class DegenerateError(ValueError):
    """The points do not determine a homography."""


def fit_homography(pixels: F64, metres: F64) -> F64:
    """The matrix (3, 3) of least robust error in metres on the ground, its sign such that most points lie before it.

    Errors count in metres, where rules work, by a soft absolute value (`SOFT_M`). The search begins at the linear
    solution of all pairs and at that of the pairs on which most agree, and the better end counts.

    Raises:
        DegenerateError: too many points lie on a line.
    """
    a, b = _unit(pixels), _unit(metres)
    flat, target = _apply(a, pixels), _apply(b, metres)
    if len(pixels) == 4 and min(_flattest(flat), _flattest(target)) < LEAST_ALTITUDE:
        raise DegenerateError("three of four points on a line")
    starts = [_linear(flat, target)]
    if len(pixels) > 5:
        agreed, _ = cv2.findHomography(flat, target, cv2.LMEDS)
        if agreed is not None and np.isfinite(agreed).all():
            starts.append(np.asarray(agreed, np.float64))
    soft = SOFT_M * b[0, 0]
    ends = [_polish(start, flat, target, soft) for start in starts] if len(pixels) > 4 else starts
    best = min(ends, key=lambda m: _cost(m, flat, target, soft))
    matrix = np.linalg.inv(b) @ best @ a
    before = np.column_stack((pixels, np.ones(len(pixels)))) @ matrix[2]
    return np.asarray(matrix / (np.abs(matrix).max() * (np.sign(np.median(before)) or 1.0)), np.float64)


def errors_m(matrix: F64, pixels: F64, metres: F64) -> F64:
    """Distance (N) in metres between where a homography puts points and where they are; infinite beyond the horizon."""
    there, valid = project(matrix, pixels)
    return np.where(valid, np.linalg.norm(there - metres, axis=1), np.inf)


def errors_alone(pixels: F64, metres: F64) -> F64:
    """Error (N) in metres of each point by a fit to all others: what a point nobody gave would have. Five or more."""
    found = np.full(len(pixels), np.inf)
    for k in range(len(pixels)):
        rest = np.arange(len(pixels)) != k
        try:
            matrix = fit_homography(pixels[rest], metres[rest])
        except DegenerateError:
            continue
        found[k] = errors_m(matrix, pixels[k : k + 1], metres[k : k + 1])[0]
    return found


def is_torn(matrix: F64, pixels: F64) -> bool:
    """Whether the horizon passes between the points: no camera sees ground on both of its sides."""
    w = np.column_stack((pixels, np.ones(len(pixels)))) @ matrix[2]
    return bool(w.min() <= 0 < w.max())


def is_turned_over(matrix: F64) -> bool:
    """Whether the ground is seen from below. `matrix`: positive homogeneous coordinate below the horizon."""
    # Rows run downwards in a picture and northwards on the ground: from above, the way there turns areas over.
    return bool(np.linalg.det(matrix) > 0)


def lane_homography(
    lines: F64, offsets: F64, length: tuple[F64, float] | None, centre: F64, width: float, focal: float | None
) -> tuple[F64, F64]:
    """The ground by a camera without roll over parallel lines; and the errors (2K) in metres of the lines' points.

    The lines' vanishing point gives pitch and pan, the distance between them the height, and the known length the focal
    length (Kanhere and Birchfield 2010, "A taxonomy and analysis of camera calibration methods for traffic
    monitoring", method VWL). x is across to the right and y along, away from the camera, which stands at (0, 0).

    Args:
        lines: (K, 2, 2) two points of each.
        offsets: (K) metres of each from the first.
        length: two points (2, 2) along the lines, and how many metres lie between them.
        centre: of the picture.
        width: of the picture, pixels.
        focal: pixels, where known; `length` is then not used.

    Raises:
        DegenerateError: the lines are parallel in the picture, or no focal length gives the length.
    """
    meet = _meeting(lines)
    if focal is None:
        if length is None:
            raise DegenerateError("neither a length nor a focal length")
        focal = _focal(lines, offsets, length, centre, width, meet)
    matrix, off = _over_lanes(lines, offsets, centre, meet, focal)
    return matrix, off


def _focal(
    lines: F64, offsets: F64, length: tuple[F64, float], centre: F64, width: float, meet: F64
) -> float:  # fmt: skip
    def excess(focal: float) -> float:
        matrix, _ = _over_lanes(lines, offsets, centre, meet, focal)
        ends, valid = project(matrix, length[0])
        return float(np.linalg.norm(ends[1] - ends[0]) - length[1]) if valid.all() else np.nan

    tried = np.geomspace(FOCAL_SHARES[0] * width, FOCAL_SHARES[1] * width, 200)
    values = np.array([excess(f) for f in tried])
    turns = np.flatnonzero(values[1:] * values[:-1] <= 0)
    if not len(turns):
        raise DegenerateError("no focal length fits")
    low, high = tried[turns[0]], tried[turns[0] + 1]
    rises = values[turns[0] + 1] > values[turns[0]]
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if (excess(middle) > 0) == rises else (middle, high)
    return float((low + high) / 2)


def _over_lanes(lines: F64, offsets: F64, centre: F64, meet: F64, focal: float) -> tuple[F64, F64]:
    """Ground and errors for one focal length."""
    inner = np.array([[1 / focal, 0, -centre[0] / focal], [0, 1 / focal, -centre[1] / focal], [0, 0, 1.0]])
    along = inner @ np.array([meet[0], meet[1], 1.0])
    up = np.array([0.0, -1.0, along[1]])
    along, up = along / np.linalg.norm(along), up / np.linalg.norm(up)
    across = np.cross(along, up)
    matrix = np.vstack((across, along, -up)) @ inner
    there, _ = project(matrix, lines.reshape(-1, 2))
    wanted = np.repeat(offsets, 2)
    # Height and place of the first line, by least squares; lines given from right to left have a negative height.
    (height, _), *_ = np.linalg.lstsq(np.column_stack((wanted, np.ones(len(wanted)))), there[:, 0], rcond=None)
    if abs(height) < 1e-12:
        raise DegenerateError("lines on one line")
    matrix[:2] /= abs(height)
    x = there[:, 0] / abs(height) - np.sign(height) * wanted
    return np.asarray(matrix, np.float64), np.abs(x - x.mean())


def _meeting(lines: F64) -> F64:
    """Where lines meet, by least squares of distances from them."""
    way = lines[:, 1] - lines[:, 0]
    normal = np.column_stack((-way[:, 1], way[:, 0])) / np.maximum(np.linalg.norm(way, axis=1), 1e-12)[:, None]
    spread = np.linalg.svd(normal, compute_uv=False)
    if spread[1] < 0.01 * spread[0]:
        raise DegenerateError("parallel in the picture")
    found, *_ = np.linalg.lstsq(normal, (normal * lines[:, 0]).sum(axis=1), rcond=None)
    return np.asarray(found, np.float64)


def _unit(points: F64) -> F64:
    """The similarity (3, 3) that brings points around 0 at a distance of about 1."""
    middle = points.mean(axis=0)
    scale = 1.0 / max(float(np.linalg.norm(points - middle, axis=1).mean()), 1e-12)
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])


def _flattest(points: F64) -> float:
    """The least altitude of all triangles of four points."""
    least = np.inf
    for k in range(4):
        a, b, c = np.delete(points, k, axis=0)
        twice = abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
        longest = max(np.linalg.norm(b - a), np.linalg.norm(c - b), np.linalg.norm(a - c), 1e-12)
        least = min(least, float(twice / longest))
    return least


def _apply(matrix: F64, points: F64) -> F64:
    there = np.column_stack((points, np.ones(len(points)))) @ matrix.T
    w = np.where(np.abs(there[:, 2]) < 1e-9, 1e-9, there[:, 2])
    return np.asarray(there[:, :2] / w[:, None], np.float64)


def _linear(a: F64, b: F64) -> F64:
    """The direct linear transformation (Hartley and Zisserman 2004, section 4.1)."""
    one, none = np.ones(len(a)), np.zeros((len(a), 3))
    p = np.column_stack((a, one))
    rows = np.vstack((np.hstack((p, none, -b[:, :1] * p)), np.hstack((none, p, -b[:, 1:] * p))))
    _, values, right = np.linalg.svd(rows)
    if values[7] < LEAST_SPREAD * values[0]:
        raise DegenerateError("points on a line")
    return np.asarray(right[8].reshape(3, 3), np.float64)


def _cost(matrix: F64, a: F64, b: F64, soft: float) -> float:
    off = ((_apply(matrix, a) - b) ** 2).sum(axis=1) / soft**2
    return float((np.sqrt(1 + off) - 1).sum())


def _polish(matrix: F64, a: F64, b: F64, soft: float) -> F64:
    """Levenberg-Marquardt on the soft cost, the last element held."""
    if abs(matrix[2, 2]) < 1e-9:
        return matrix
    h, damping = (matrix / matrix[2, 2]).ravel()[:8], 1e-3
    cost = _cost(matrix, a, b, soft)
    p = np.column_stack((a, np.ones(len(a))))
    for _ in range(100):
        there = p @ np.append(h, 1.0).reshape(3, 3).T
        w, at = there[:, 2:], _apply(np.append(h, 1.0).reshape(3, 3), a)
        off = at - b
        weight = 1 / np.sqrt(1 + (off**2).sum(axis=1) / soft**2)
        none = np.zeros((len(a), 3))
        slope = np.vstack((np.hstack((p / w, none, -at[:, :1] * a / w)), np.hstack((none, p / w, -at[:, 1:] * a / w))))
        weights = np.concatenate((weight, weight))[:, None]
        normal, pull = slope.T @ (weights * slope), slope.T @ (weights[:, 0] * off.T.ravel())
        step = np.linalg.lstsq(normal + damping * np.diag(np.diag(normal)), pull, rcond=None)[0]
        tried = h - step
        then = _cost(np.append(tried, 1.0).reshape(3, 3), a, b, soft)
        if then < cost:
            done = cost - then < 1e-12 * (1 + cost)
            h, cost, damping = tried, then, damping / 5
            if done:
                break
        elif damping > 1e6:
            break
        else:
            damping *= 5
    return np.append(h, 1.0).reshape(3, 3)
