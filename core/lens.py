"""Lens distortion: from a picture as it is to the picture that a pinhole would have made, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, AnyArray, Bool

TURNS: Final = 20
"""Most steps of Newton's method; within a lens's reach it takes about four."""
CLOSE: Final = 1e-3
"""A point is undone when it comes back to itself within so many focal lengths."""


@dataclass(frozen=True, slots=True)
class Lens:
    """Brown–Conrady distortion, coefficients as in OpenCV.

    Attributes:
        k1, k2, k3: radial, of the second, fourth and sixth power of the distance from the centre in focal lengths.
        p1, p2: tangential.
        focal_px: focal length, reference pixels; pixels are square.
        centre: (x, y) of the optical axis, reference pixels.
    """

    k1: float
    k2: float
    p1: float
    p2: float
    k3: float
    focal_px: float
    centre: tuple[float, float]

    @property
    def reach(self) -> float:
        """Squared distance from the centre, in focal lengths, beyond which the lens folds the picture over."""
        roots = np.roots([7 * self.k3, 5 * self.k2, 3 * self.k1, 1.0])
        real = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)]
        return float(real.min()) if len(real) else float("inf")

    @property
    def numbers(self) -> F64:
        """All of it (9): k1, k2, p1, p2, k3, focal length, centre x, y, reach."""
        return np.array([self.k1, self.k2, self.p1, self.p2, self.k3, self.focal_px, *self.centre, self.reach])

    def straighten(self, points: AnyArray) -> tuple[F64, Bool]:
        """Pixels (N, 2) of the picture in that of a pinhole (N, 2), and which of them have a place there."""
        seen = (np.asarray(points, np.float64).reshape(-1, 2) - self.centre) / self.focal_px
        found = seen.copy()
        # Far outside the picture Newton's method runs away; what does not come back is told by the second value.
        with np.errstate(all="ignore"):
            for _ in range(TURNS):
                bent, (a, b, d) = self._bend(found)
                off, det = bent - seen, a * d - b * b
                found -= np.column_stack((d * off[:, 0] - b * off[:, 1], a * off[:, 1] - b * off[:, 0])) / det[:, None]
            held = np.abs(self._bend(found)[0] - seen).max(axis=1, initial=0.0) < CLOSE
            held &= (found**2).sum(axis=1) <= self.reach
        return np.where(held[:, None], found, 0.0) * self.focal_px + self.centre, np.asarray(held, np.bool_)

    def bend(self, points: AnyArray) -> tuple[F64, Bool]:
        """Pixels (N, 2) of a pinhole's picture in the real one (N, 2), and which of them the lens shows."""
        flat = (np.asarray(points, np.float64).reshape(-1, 2) - self.centre) / self.focal_px
        held = (flat**2).sum(axis=1) <= self.reach
        bent, _ = self._bend(np.where(held[:, None], flat, 0.0))
        return bent * self.focal_px + self.centre, np.asarray(held, np.bool_)

    def _bend(self, flat: F64) -> tuple[F64, tuple[F64, F64, F64]]:
        """Where points go, and the symmetric matrix (a, b; b, d) of their derivatives."""
        x, y = flat.T
        rr = x * x + y * y
        radial = 1 + rr * (self.k1 + rr * (self.k2 + rr * self.k3))
        slope = 2 * (self.k1 + rr * (2 * self.k2 + rr * 3 * self.k3))
        p1, p2 = self.p1, self.p2
        bent = np.column_stack(
            (x * radial + 2 * p1 * x * y + p2 * (rr + 2 * x * x), y * radial + p1 * (rr + 2 * y * y) + 2 * p2 * x * y)
        )
        mixed = x * y * slope + 2 * p1 * x + 2 * p2 * y
        return bent, (
            radial + x * x * slope + 2 * p1 * y + 6 * p2 * x,
            mixed,
            radial + y * y * slope + 6 * p1 * y + 2 * p2 * x,
        )
