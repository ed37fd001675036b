"""Where tracks are on the ground, and how they move."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.arrays import F32, F64, I16, Bool, frozen

NO_LANE: Final[I16] = np.zeros(0, np.int16)
NO_WAY: Final[F64] = np.zeros(0)
NO_PLANE: Final[F64] = np.zeros((0, 2))
NO_SPREAD: Final[F64] = np.zeros((0, 2, 2))
NO_HEADING: Final[F32] = np.zeros(0, np.float32)
NOBODY: Final[Bool] = np.zeros(0, np.bool_)
"""Stand for fields left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Ground motion of the M tracks of a `TrackBatch`, row by row. Arrays are read-only.

    Attributes:
        foot: (M, 2) float32, the point where the object stands, in pixels of the scene's reference size: middle of
            the box's lower edge; of vehicles where metres hold the middle of their footprint (`trackers.world`).
        foot_velocity: (M, 2) float32, reference pixels a second.
        position: (M, 2) float64, metres east and north of the scene's origin, smoothed, of the foot; predicted for
            coasting tracks.
        velocity: (M, 2) float64, metres a second.
        valid: (M) bool, whether what is in metres holds (calibrated, and below the horizon); zeros where not.
        lane: (M) int16, which of the scene's lanes it is on, counted in their order; -1: none.
        along: (M) float64, how far along the lane's centreline: metres where the scene is calibrated, else reference
            pixels; 0 without a lane.
        lane_speed: (M) float64, speed along the lane, metres or reference pixels a second; negative against it.
        acceleration: (M, 2) float64, metres a second squared, east and north.
        position_cov: (M, 2, 2) float64, covariance of `position`, m²; grows while a track is not seen.
        velocity_cov: (M, 2, 2) float64, covariance of `velocity`, m²/s².
        heading: (M) float32, direction of `velocity` in radians, 0 = east, counter-clockwise; NaN where the speed does
            not tell, or where metres do not hold.
        rides: (M) bool, whether it is a person who has been faster than anybody on foot, for a second or within the
            last one: on a two-wheeler that the detector misses.
    """

    foot: F32
    foot_velocity: F32
    position: F64
    velocity: F64
    valid: Bool
    lane: I16 = field(default_factory=lambda: NO_LANE)
    along: F64 = field(default_factory=lambda: NO_WAY)
    lane_speed: F64 = field(default_factory=lambda: NO_WAY)
    acceleration: F64 = field(default_factory=lambda: NO_PLANE)
    position_cov: F64 = field(default_factory=lambda: NO_SPREAD)
    velocity_cov: F64 = field(default_factory=lambda: NO_SPREAD)
    heading: F32 = field(default_factory=lambda: NO_HEADING)
    rides: Bool = field(default_factory=lambda: NOBODY)

    def __post_init__(self) -> None:
        m = len(self.foot)
        if self.lane is NO_LANE:
            object.__setattr__(self, "lane", np.full(m, -1, np.int16))
        if self.heading is NO_HEADING:
            object.__setattr__(self, "heading", np.full(m, np.nan, np.float32))
        if self.rides is NOBODY:
            object.__setattr__(self, "rides", np.zeros(m, np.bool_))
        for name, absent, shape in (
            ("along", NO_WAY, (m,)),
            ("lane_speed", NO_WAY, (m,)),
            ("acceleration", NO_PLANE, (m, 2)),
            ("position_cov", NO_SPREAD, (m, 2, 2)),
            ("velocity_cov", NO_SPREAD, (m, 2, 2)),
        ):
            if getattr(self, name) is absent:
                object.__setattr__(self, name, np.zeros(shape))
        for name, dtype, shape in (
            ("foot", np.float32, (m, 2)),
            ("foot_velocity", np.float32, (m, 2)),
            ("position", np.float64, (m, 2)),
            ("velocity", np.float64, (m, 2)),
            ("valid", np.bool_, (m,)),
            ("lane", np.int16, (m,)),
            ("along", np.float64, (m,)),
            ("lane_speed", np.float64, (m,)),
            ("acceleration", np.float64, (m, 2)),
            ("position_cov", np.float64, (m, 2, 2)),
            ("velocity_cov", np.float64, (m, 2, 2)),
            ("heading", np.float32, (m,)),
            ("rides", np.bool_, (m,)),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), dtype, shape, name))

    def __len__(self) -> int:
        return len(self.valid)

    @classmethod
    def empty(cls) -> Motion:
        """The motion of no track."""
        none = np.zeros((0, 2))
        return cls(none.astype(np.float32), none.astype(np.float32), none, none, np.zeros(0, np.bool_))
