"""Ways that go the same way: one direction of a road, with all its lanes; or one turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64
from scenes.suggestion.paths import Path
from scenes.suggestion.plane import Plane

LEAST_PATHS: Final = 3
"""Ways that make a direction; one or two may be somebody who turned round."""
FARTHEST_ASIDE_M: Final = 16.0
STRAYS_M: Final = 2.2
"""A way that is parallel keeps its distance within this."""
ANGLE: Final = (np.radians(15), np.radians(35))
"""Largest median angle between parallel ways, on the ground and in the picture, where perspective lets them meet."""


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """Attributes:
    line: (P, 2) in the plane, the middle way; normal: (P, 2), to the right of the direction as seen from above the
        plane's own axes.
    paths: members; aside_m: (M) how far each drives to the side of `line`, along `normal`.
    start, end: (M) first and last point of `line` beside which each member was seen.
    """

    line: F64
    normal: F64
    paths: list[Path]
    aside_m: F64
    start: F64
    end: F64

    def station(self, points: F64) -> F64:
        """The nearest point of `line`, as its number (N), for points (N, 2)."""
        nearest = np.linalg.norm(points[:, None] - self.line[None], axis=2).argmin(axis=1)
        return np.asarray(nearest, np.float64)


def movements(paths: list[Path], plane: Plane) -> list[Movement]:
    """Groups of at least `LEAST_PATHS` ways, the largest first; `paths` come longest first."""
    leaders: list[tuple[Path, list[Path]]] = []
    for path in paths:
        fits = [
            (abs(aside), n)
            for n, (leader, _) in enumerate(leaders)
            if (aside := _aside(path, leader, plane)) is not None
        ]
        if fits:
            leaders[min(fits)[1]][1].append(path)
        else:
            leaders.append((path, [path]))
    found = [_movement(leader, members, plane) for leader, members in leaders if len(members) >= LEAST_PATHS]
    return sorted(found, key=lambda movement: -len(movement.paths))


def _aside(path: Path, leader: Path, plane: Plane) -> float | None:
    """How far a way runs to the side of a leader, in metres; None where it does not run along it."""
    nearest, aside, inner = _beside(path, leader.points, normals(leader.heading), plane)
    if inner.sum() < max(3, 0.5 * len(inner)):
        return None
    cos = (path.heading * leader.heading[nearest]).sum(axis=1)[inner]
    angle = np.arccos(np.clip(cos, -1, 1))
    low, high = np.quantile(aside[inner], (0.1, 0.9))
    most = ANGLE[0] if plane.metric else ANGLE[1]
    if np.median(angle) > most or np.quantile(angle, 0.9) > 2 * most or high - low > STRAYS_M:
        return None
    middle = float(np.median(aside[inner]))
    return middle if abs(middle) < FARTHEST_ASIDE_M else None


def _beside(path: Path, line: F64, normal: F64, plane: Plane) -> tuple[F64, F64, F64]:
    """For each point of a way: the nearest point of a line, metres aside, whether it is beside and not beyond it."""
    nearest = np.linalg.norm(path.points[:, None] - line[None], axis=2).argmin(axis=1)
    gap = path.points - line[nearest]
    unit = plane.unit(path.points)
    aside = (gap * normal[nearest]).sum(axis=1) / unit
    along = np.abs(gap[:, 0] * normal[nearest, 1] - gap[:, 1] * normal[nearest, 0]) / unit
    inner = ((nearest > 0) & (nearest < len(line) - 1)) | (along < 1.0)
    return nearest, aside, inner


def _movement(leader: Path, members: list[Path], plane: Plane) -> Movement:
    line = leader.points
    for _ in range(2):
        normal = _line_normals(line)
        sides = [_beside(path, line, normal, plane) for path in members]
        middle = np.array([np.median(aside[inner]) if inner.any() else 0.0 for _, aside, inner in sides])
        line = _middle_line(line, normal, members, sides, middle - np.median(middle), plane)
    normal = _line_normals(line)
    sides = [_beside(path, line, normal, plane) for path in members]
    aside = np.array([np.median(aside[inner]) if inner.any() else 0.0 for _, aside, inner in sides])
    start = np.array([nearest.min() for nearest, _, _ in sides], np.float64)
    end = np.array([nearest.max() for nearest, _, _ in sides], np.float64)
    return Movement(line, normal, members, aside, start, end)


def _middle_line(
    line: F64, normal: F64, members: list[Path], sides: list[tuple[F64, F64, F64]], middle: F64, plane: Plane
) -> F64:
    """The line moved sideways to where its members drive, each taken back by its own distance, and smoothed."""
    seen: list[list[float]] = [[] for _ in line]
    for (nearest, aside, inner), own in zip(sides, middle, strict=True):
        for at, off in zip(nearest[inner].tolist(), aside[inner].tolist(), strict=True):
            seen[at].append(off - own)
    move = np.array([np.median(offs) if offs else np.nan for offs in seen])
    known = np.flatnonzero(~np.isnan(move))
    move = np.interp(np.arange(len(line)), known, move[known])
    width = min(9, len(line) // 2 * 2 - 1)
    if width >= 3:
        padded = np.pad(move, width // 2, mode="edge")
        move = np.convolve(padded, np.full(width, 1 / width), "valid")
    return np.asarray(line + normal * (move * plane.unit(line))[:, None], np.float64)


def normals(heading: F64) -> F64:
    """Unit vectors (N, 2) a quarter turn from headings, from the plane's first axis to its second."""
    return np.column_stack((-heading[:, 1], heading[:, 0]))


def _line_normals(line: F64) -> F64:
    # Over a few points either way, so that what is left of noise does not turn them.
    reach = min(4, len(line) - 1)
    index = np.arange(len(line))
    ahead = line[np.minimum(index + reach, len(line) - 1)] - line[np.maximum(index - reach, 0)]
    return normals(ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12))
