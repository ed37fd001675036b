"""What several rules want to know of the tracks of a frame."""

from __future__ import annotations

import numpy as np

from analytics.kernels.stays import box_side
from core.arrays import F32, F64, I16, I64, Bool
from core.compiled import compiled, in_place


@in_place
def measured(
    xyxy: F32,
    class_id: I16,
    velocity: F64,
    foot_velocity: F32,
    scale: F64,
    car_boxes: F64,
    inner: tuple[float, float, float],
    found: tuple[F32, F32, F64, F64, F32, Bool],
) -> None:
    """Sizes and speeds of all M tracks.

    Args:
        xyxy, class_id, velocity, foot_velocity: as in `core.findings.StepView`.
        scale: source to reference pixels.
        car_boxes: `analytics.vehicles.CAR_BOXES` by class.
        inner: from the left and upper edge of the picture on, and up to the right and the lower one, a box is whole;
            source pixels.
        found: to be filled: boxes (M, 4) in reference pixels; their longer sides, at least 1; these as if all were
            cars; speeds on the ground and in the picture; which boxes the picture's edge cuts.
    """
    boxes, side, car_side, speed, foot_speed, cut = found
    least, right_px, bottom_px = np.float32(inner[0]), np.float32(inner[1]), np.float32(inner[2])
    wide, high = np.float32(scale[0]), np.float32(scale[1])
    for row in range(len(xyxy)):
        left, right = xyxy[row, 0] * wide, xyxy[row, 2] * wide
        top, bottom = xyxy[row, 1] * high, xyxy[row, 3] * high
        boxes[row, 0], boxes[row, 1], boxes[row, 2], boxes[row, 3] = left, top, right, bottom
        side[row] = max(right - left, bottom - top, np.float32(1.0))
        car_side[row] = box_side(xyxy[row], scale, car_boxes, class_id[row])
        speed[row] = np.hypot(velocity[row, 0], velocity[row, 1])
        foot_speed[row] = np.hypot(foot_velocity[row, 0], foot_velocity[row, 1])
        cut[row] = min(xyxy[row, 0], xyxy[row, 1]) <= least or xyxy[row, 2] >= right_px or xyxy[row, 3] >= bottom_px


@compiled
def slower(speed: F64, foot_speed: F32, side: F32, valid: Bool, mps: float, lengths_per_s: float) -> Bool:
    """Which tracks (M) are below a speed on the ground, or where that is not `valid` in `side` a second."""
    found = np.empty(len(speed), np.bool_)
    for row in range(len(speed)):
        found[row] = speed[row] < mps if valid[row] else foot_speed[row] / side[row] < lengths_per_s
    return found


@compiled
def inside_zones(edges: F64, first: I64, bounds: F64, points: F32) -> Bool:
    """Which points (N, 2) lie in which of Z polygons: (Z, N).

    Args:
        edges: (E, 4) of all polygons: x, low and high y, run aside by height.
        first: (Z + 1) where those of each begin.
        bounds: (Z, 4) left, top, right, bottom of each.
    """
    found = np.zeros((len(bounds), len(points)), np.bool_)
    for zone in range(len(bounds)):
        left, top, right, bottom = bounds[zone]
        for n in range(len(points)):
            x, y = np.float64(points[n, 0]), np.float64(points[n, 1])
            if x < left or x > right or y < top or y > bottom:
                continue
            odd = False
            for k in range(first[zone], first[zone + 1]):
                if (edges[k, 1] > y) != (edges[k, 2] > y) and x < edges[k, 3] * (y - edges[k, 1]) + edges[k, 0]:
                    odd = not odd
            found[zone, n] = odd
    return found


@compiled
def among(inside: Bool, rows: I64) -> tuple[Bool, I64]:
    """Some columns (K) of who is inside which zones (Z, M): (Z, K), and how many (Z) are."""
    found, many = np.empty((len(inside), len(rows)), np.bool_), np.zeros(len(inside), np.int64)
    for zone in range(len(inside)):
        for k in range(len(rows)):
            found[zone, k] = inside[zone, rows[k]]
            many[zone] += found[zone, k]
    return found, many
