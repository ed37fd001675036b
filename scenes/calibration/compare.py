"""How far two cameras' metres are apart: what an error estimate and a benchmark both report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import F64
from core.geometry import project


@dataclass(frozen=True, slots=True)
class Difference:
    """Of proposed metres from true ones, over the same foot points.

    Attributes:
        along, across: median scale along a direction on the ground and across it, less 1.
        scale: of the similarity that fits best, less 1.
        position_m: median distance after the rigid motion that fits best.
    """

    along: float
    across: float
    scale: float
    position_m: float


def difference(true: F64, proposed: F64, pixels: F64, direction: F64 | None = None) -> Difference:
    """Two ways (3, 3) from pixels to metres, compared at foot points (N, 2) that both see.

    Args:
        direction: (2) in true metres; the second axis when None, which in a proposal is away from the camera.
    """
    where, valid = project(true, pixels)
    there, also = project(proposed, pixels)
    seen = valid & also
    where, there, pixels = where[seen], there[seen], pixels[seen]
    ahead = np.array([0.0, 1.0]) if direction is None else np.asarray(direction) / np.linalg.norm(direction)
    change = local(proposed, pixels) @ np.linalg.inv(local(true, pixels))
    along = np.linalg.norm(change @ ahead, axis=1)
    across = np.linalg.norm(change @ np.array([-ahead[1], ahead[0]]), axis=1)
    a, b = where - where.mean(axis=0), there - there.mean(axis=0)
    u, _, v = np.linalg.svd(b.T @ a)
    moved = b @ (u @ v)
    scale = float(np.sqrt((b**2).sum() / max((a**2).sum(), 1e-12)))
    off = float(np.median(np.linalg.norm(moved - a, axis=1)))
    return Difference(float(np.median(along)) - 1, float(np.median(across)) - 1, scale - 1, off)


def local(matrix: F64, pixels: F64) -> F64:
    """Metres by pixel (N, 2, 2) near each point (N, 2)."""
    homogeneous = np.column_stack((pixels, np.ones(len(pixels)))) @ matrix.T
    w = homogeneous[:, 2, None, None]
    at = homogeneous[:, :2, None] / w
    return np.asarray((matrix[:2, :2] - at * matrix[2, :2]) / w, np.float64)
