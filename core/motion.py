"""Where tracks are on the ground, and how they move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import F32, F64, Bool, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Ground motion of the M tracks of a `TrackBatch`, row by row. Arrays are read-only.

    Attributes:
        foot: (M, 2) float32, the point where the object stands, in pixels of the scene's reference size: middle of
            the box's lower edge.
        foot_velocity: (M, 2) float32, reference pixels a second.
        position: (M, 2) float64, metres east and north of the scene's origin.
        velocity: (M, 2) float64, metres a second.
        valid: (M) bool, whether position and velocity hold (calibrated, and below the horizon); zeros where not.
    """

    foot: F32
    foot_velocity: F32
    position: F64
    velocity: F64
    valid: Bool

    def __post_init__(self) -> None:
        m = len(self.foot)
        for name, dtype, shape in (
            ("foot", np.float32, (m, 2)),
            ("foot_velocity", np.float32, (m, 2)),
            ("position", np.float64, (m, 2)),
            ("velocity", np.float64, (m, 2)),
            ("valid", np.bool_, (m,)),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), dtype, shape, name))

    def __len__(self) -> int:
        return len(self.valid)

    @classmethod
    def empty(cls) -> Motion:
        """The motion of no track."""
        none = np.zeros((0, 2))
        return cls(none.astype(np.float32), none.astype(np.float32), none, none, np.zeros(0, np.bool_))
