"""Lanes of one direction: where vehicles drive side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import shapely

from core.arrays import F64, AnyArray
from core.taxonomy import TWO_WHEELERS
from scenes.suggestion.movements import Movement
from scenes.suggestion.plane import Plane

WIDTH_M: Final = 3.25
"""Usual lane in a town: 3.0 to 3.75 m (TCVN 13592:2022)."""
WIDTHS_M: Final = (2.6, 4.2)
CLEAR: Final = 0.5
LEAST_KEEPERS: Final = 8
"""Vehicles on four wheels from which the place of lanes can be seen: two-wheelers ride anywhere."""


@dataclass(frozen=True, slots=True, eq=False)
class LaneFound:
    """A lane in pixels: `polygon` (K, 2), `centreline` (P, 2); how many tracks used it, and how it was told apart from
    its neighbours: `seen`, or by `width` alone.
    """

    polygon: F64
    centreline: F64
    tracks: int
    seen: bool


def divide(aside_m: F64, keeps: F64) -> tuple[list[float], float, bool]:
    """Middles of lanes and their width in metres, from where vehicles drive; whether lanes were seen.

    Args:
        aside_m: (M) how far to the side each vehicle drives; keeps: (M) which of them keep to lanes.
    """
    low, high = np.quantile(aside_m, (0.02, 0.98)).tolist()
    keepers = aside_m[keeps.astype(bool)]
    found = _comb(keepers) if len(keepers) >= LEAST_KEEPERS else None
    if found is not None:
        first, width = found
        numbers = np.round((aside_m - first) / width)
        least = max(2, 0.04 * len(aside_m))
        middles = [first + k * width for k in np.unique(numbers) if (numbers == k).sum() >= least]
        return [float(m) for m in middles], width, True
    room = high - low + (1.8 if len(keepers) else 0.9)
    count = max(1, round(room / WIDTH_M))
    width = float(np.clip(room / count, 2.0, WIDTHS_M[1]))
    middle = (low + high) / 2
    return [middle + (k - (count - 1) / 2) * width for k in range(count)], width, False


def _comb(keepers: F64) -> tuple[float, float] | None:
    """A middle and the width of lanes in which vehicles keep the same place, None when they drive anywhere."""
    if np.ptp(keepers) < 0.6 * WIDTHS_M[0]:
        return (float(np.median(keepers)), WIDTH_M) if np.std(keepers) < 0.6 else None
    widths = np.linspace(*WIDTHS_M, 33)
    phase = np.exp(2j * np.pi * keepers[:, None] / widths).mean(axis=0)
    best = int(np.argmax(np.abs(phase)))
    if np.abs(phase[best]) < CLEAR:
        return None
    width = float(widths[best])
    return float(np.angle(phase[best]) / (2 * np.pi) * width), width


def lanes_of(movement: Movement, plane: Plane, size: tuple[int, int], stations: AnyArray) -> list[LaneFound]:
    """The lanes of a direction beside some points of its line (at least 4), from its left to its right."""
    if len(stations) < 4:
        return []
    keeps = np.array([path.class_id not in TWO_WHEELERS for path in movement.paths])
    middles, width, seen = divide(movement.aside_m, keeps)
    found = []
    # Metres have y up and pixels have y down: what is right on one is left on the other.
    for middle in sorted(middles, reverse=plane.metric):
        tracks = int((np.abs(movement.aside_m - middle) <= width / 2).sum())
        lane = _lane(movement, plane, size, stations, (middle, width))
        if lane is not None and tracks >= 2:
            found.append(LaneFound(*lane, tracks, seen))
    return found


def covered(movement: Movement) -> AnyArray:
    """The points of a direction's line beside which enough of its members were seen."""
    index = np.arange(len(movement.line))
    count = ((movement.start[:, None] <= index) & (index <= movement.end[:, None])).sum(axis=0)
    good = np.flatnonzero(count >= max(2, 0.3 * count.max()))
    return np.arange(good[0], good[-1] + 1) if len(good) else good


def _lane(
    movement: Movement, plane: Plane, size: tuple[int, int], stations: AnyArray, place: tuple[float, float]
) -> tuple[F64, F64] | None:
    line, normal = movement.line[stations], movement.normal[stations]
    unit = plane.unit(line)[:, None]
    middle, width = place
    centre = _simplified(line + normal * middle * unit, 0.25 * float(unit.mean()))
    at = np.array([int(np.linalg.norm(line + normal * middle * unit - p, axis=1).argmin()) for p in centre])
    edges = [(line + normal * (middle + side * width / 2) * unit)[at] for side in (-1, 1)]
    ring = plane.pixels(np.vstack((edges[0], edges[1][::-1])))
    polygon = _largest(shapely.Polygon(ring).buffer(0) & shapely.box(0, 0, *size))
    within = None if polygon is None else _largest(shapely.LineString(plane.pixels(centre)) & polygon)
    if not isinstance(polygon, shapely.Polygon) or within is None or polygon.area < 100 or within.length < 20:
        return None
    corners = shapely.get_coordinates(polygon.simplify(0.5))[:-1]
    way = np.array(within.coords)
    return np.round(corners, 1), np.round(way, 1)


def _simplified(line: F64, tolerance: float) -> F64:
    found = cv2.approxPolyDP(line.astype(np.float32)[:, None], tolerance, False)
    return np.asarray(found[:, 0], np.float64)


def _largest(shape: shapely.Geometry) -> shapely.Polygon | shapely.LineString | None:
    kinds = (shapely.Polygon, shapely.LineString)
    parts = [part for part in shapely.get_parts(np.array(shape)) if isinstance(part, kinds) and not part.is_empty]
    return max(parts, key=lambda part: part.area or part.length, default=None)
