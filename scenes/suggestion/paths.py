"""Ways of tracks through a plane, as evenly spaced points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64
from core.taxonomy import VEHICLES, ObjectClass
from scenes.suggestion.plane import Plane
from scenes.track_table import TrackTable

STEP_M: Final = 1.0
LEAST_M: Final = 6.0
"""A vehicle's way shorter than this says nothing of a lane."""
SLOW_MPS: Final = 0.6
WAIT_S: Final = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One vehicle's way.

    Attributes:
        points: (P, 2) in the plane, about `STEP_M` apart, P ≥ 2.
        heading: (P, 2) unit vectors.
        stops: (S, 2) where it stood for at least `WAIT_S`.
        length_m: of the way.
    """

    class_id: int
    points: F64
    heading: F64
    stops: F64
    length_m: float


def vehicle_paths(table: TrackTable, plane: Plane) -> list[Path]:
    """The ways of all vehicles that went far enough, longest first."""
    found = []
    whole = table.whole()
    for rows in table.tracks(4):
        kind = ObjectClass(int(table.class_id[rows.start]))
        if kind not in VEHICLES:
            continue
        # Boxes that the picture's edge cuts have their feet in the wrong place.
        kept = np.flatnonzero(whole[rows]) + rows.start
        points, valid = plane.place(table.foot[kept])
        if valid.sum() < 4:
            continue
        path = _path(int(kind), points[valid], table.time_s[kept][valid], plane)
        if path is not None:
            found.append(path)
    return sorted(found, key=lambda path: -path.length_m)


def _path(class_id: int, points: F64, time: F64, plane: Plane) -> Path | None:
    smooth = _smoothed(points)
    step = np.linalg.norm(np.diff(smooth, axis=0), axis=1) / plane.unit(smooth[1:])
    way = np.concatenate(([0.0], np.cumsum(step)))
    # Somebody who stands trembles: the way counts from end to end.
    reach = float(np.linalg.norm(smooth[-1] - smooth[0]) / plane.unit(smooth).mean())
    if reach < LEAST_M:
        return None
    keep = np.concatenate(([True], np.diff(way) > 1e-9))
    marks = np.linspace(0, way[-1], max(3, round(way[-1] / STEP_M) + 1))
    even = np.column_stack([np.interp(marks, way[keep], smooth[keep, axis]) for axis in (0, 1)])
    heading = np.gradient(even, axis=0)
    heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-12)
    return Path(class_id, even, heading, _stops(smooth, time, plane), float(way[-1]))


def _smoothed(points: F64) -> F64:
    """A running mean over five."""
    if len(points) < 5:
        return points
    padded = np.vstack((points[:1].repeat(2, 0), points, points[-1:].repeat(2, 0)))
    mean = np.column_stack([np.convolve(padded[:, axis], np.full(5, 0.2), "valid") for axis in (0, 1)])
    mean[[0, -1]] = points[[0, -1]]
    return mean


def _stops(points: F64, time: F64, plane: Plane) -> F64:
    """Places (S, 2) at which it stood."""
    moved = np.linalg.norm(np.diff(points, axis=0), axis=1) / plane.unit(points[1:])
    slow = np.concatenate(([False], moved < SLOW_MPS * np.diff(time), [False]))
    edges = np.flatnonzero(np.diff(slow.astype(np.int8)))
    found = [
        points[start : end + 1].mean(axis=0)
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if time[min(end, len(time) - 1)] - time[start] >= WAIT_S
    ]
    return np.array(found, np.float64).reshape(-1, 2)
