"""Which lane each track of a frame is on, and how far along it."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I16, I64, Bool
from core.compiled import in_place


@in_place
def place_on_lanes(
    edges: tuple[F64, F64, F64, F64, I64],
    ways: tuple[F64, I64],
    foot: F32,
    point: F64,
    velocity: F64,
    usable: Bool,
    found: tuple[I16, F64, F64],
) -> None:
    """Write lane, way along it and speed along it of M tracks; see `core.motion.Motion`.

    Where lanes overlap, the nearest centreline counts, of those that the track does not drive against if there are any.

    Args:
        edges: of all lanes' polygons: x, low and high y, run aside by height; offsets by lane (L + 1).
        ways: points (P, 2) of all centrelines, in the unit of `point`; offsets by lane (L + 1).
        foot: (M, 2) in reference pixels.
        point: (M, 2) in metres or reference pixels.
        velocity: (M, 2) in that unit a second.
        usable: (M) whether `point` holds.
        found: (M) lane, along and speed, to be filled.
    """
    x, low, high, run, edge_offsets = edges
    points, way_offsets = ways
    lane, along, speed = found
    for row in range(len(foot)):
        lane[row], along[row], speed[row] = -1, 0.0, 0.0
        if not usable[row]:
            continue
        px, py = np.float64(foot[row, 0]), np.float64(foot[row, 1])
        best_aside, best_against = np.inf, True
        for number in range(len(edge_offsets) - 1):
            odd = False
            for k in range(edge_offsets[number], edge_offsets[number + 1]):
                if (low[k] > py) != (high[k] > py) and px < run[k] * (py - low[k]) + x[k]:
                    odd = not odd
            if not odd:
                continue
            aside, way, pace = _project(points, way_offsets[number], way_offsets[number + 1], point[row], velocity[row])
            against = pace < 0
            if lane[row] >= 0 and (against, aside) >= (best_against, best_aside):
                continue
            best_aside, best_against = aside, against
            lane[row], along[row], speed[row] = number, way, pace


@in_place
def _project(points: F64, first: int, last: int, point: F64, velocity: F64) -> tuple[float, float, float]:
    """Distance from a centreline, way along it to the nearest place, speed along it there."""
    best, way, pace, before = np.inf, 0.0, 0.0, 0.0
    for k in range(first, last - 1):
        dx, dy = points[k + 1, 0] - points[k, 0], points[k + 1, 1] - points[k, 1]
        length = np.hypot(dx, dy)
        ux, uy = dx / length, dy / length
        rx, ry = point[0] - points[k, 0], point[1] - points[k, 1]
        share = rx * ux + ry * uy
        # Before the first point and past the last, the first and last pieces go on straight.
        low = -np.inf if k == first else 0.0
        high = np.inf if k == last - 2 else length
        share = min(max(share, low), high)
        aside = np.hypot(rx - share * ux, ry - share * uy)
        if aside < best:
            best, way, pace = aside, before + share, velocity[0] * ux + velocity[1] * uy
        before += length
    return best, way, pace
