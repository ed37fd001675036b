"""A constant-velocity Kalman filter over boxes, for all tracks of a camera at once.

State and noise follow DeepSORT (Wojke et al. 2017), with two changes. Time is in seconds, not frames: process noise
is continuous white acceleration (Bar-Shalom et al. 2001, section 6.2.2). And because transition, noise and measurement
never couple the four coordinates, each keeps a 2 × 2 covariance of its own: three numbers, no matrix is inverted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F32, F64, AnyArray

# All in shares of the box's longer side, so that near and far objects move alike.
MEASUREMENT: Final = 0.05
"""Standard deviation of a detected coordinate (DeepSORT: 1/20)."""
ACCELERATION: Final = np.array([0.5, 0.5, 0.25, 0.25])
"""Root of the spectral density of acceleration, in sides/s^1.5; sizes change less.

DeepSORT's 1/160 a frame at 30 fps is 1.03, far more than a walker does (0.3: about 0.5 m/s² at 1.7 m); a braking car of
4 m does about 1. Between these, half of DeepSORT's holds both.
"""
START_RATE: Final = np.array([2.0, 2.0, 0.5, 0.5])
"""Standard deviation of a new track's velocity, in sides/s (DeepSORT's 1/16 a frame at 30 fps is 1.9)."""
SIZE_RATE_DECAY_S: Final = 0.5
"""A size that is not measured stops changing within about this time; else a lost box would grow or vanish."""
SMALLEST_SIDE: Final = 1.0


@dataclass(slots=True, eq=False)
class BoxFilter:
    """The filter of K boxes; columns are centre x, centre y, width, height, in pixels.

    Attributes:
        value, rate: (K, 4) float64, estimate and its change by second.
        vv, vr, rr: (K, 4) float64, covariance of (value, rate) by coordinate.
    """

    value: F64
    rate: F64
    vv: F64
    vr: F64
    rr: F64

    @classmethod
    def start(cls, xyxy: F32) -> BoxFilter:
        """New filters at boxes (K, 4): their velocity is not known."""
        value = to_centre(xyxy)
        side = longer_side(value)
        return cls(
            value,
            np.zeros_like(value),
            np.broadcast_to((MEASUREMENT * side) ** 2, value.shape).copy(),
            np.zeros_like(value),
            (START_RATE * side) ** 2,
        )

    def predict(self, seconds: float, measured: AnyArray) -> None:
        """Move all boxes on by `seconds`; `measured` (K) bool says which were updated after the last call."""
        t = seconds
        unmeasured = ~measured
        self.rate[unmeasured, 2:] *= np.exp(-t / SIZE_RATE_DECAY_S)
        noise = (ACCELERATION * longer_side(self.value)) ** 2
        self.value += self.rate * t
        self.value[:, 2:] = np.maximum(self.value[:, 2:], SMALLEST_SIDE)
        self.vv += (2 * t) * self.vr + (t * t) * self.rr + noise * (t**3 / 3)
        self.vr += t * self.rr + noise * (t * t / 2)
        self.rr += noise * t

    def update(self, rows: AnyArray, xyxy: F32) -> None:
        """Correct the boxes `rows` (k) by the detections `xyxy` (k, 4)."""
        seen = to_centre(xyxy)
        vv, vr = self.vv[rows], self.vr[rows]
        total = vv + (MEASUREMENT * longer_side(seen)) ** 2
        gain, rate_gain = vv / total, vr / total
        error = seen - self.value[rows]
        self.value[rows] += gain * error
        self.rate[rows] += rate_gain * error
        self.vv[rows] = (1 - gain) * vv
        self.vr[rows] = (1 - gain) * vr
        self.rr[rows] -= rate_gain * vr

    def boxes(self) -> F32:
        """The estimates as (K, 4) left, top, right, bottom."""
        half = self.value[:, 2:] / 2
        return np.concatenate((self.value[:, :2] - half, self.value[:, :2] + half), axis=1).astype(np.float32)

    def select(self, rows: AnyArray) -> BoxFilter:
        """The filters of some rows, as a copy."""
        return BoxFilter(self.value[rows], self.rate[rows], self.vv[rows], self.vr[rows], self.rr[rows])

    def extend(self, other: BoxFilter) -> BoxFilter:
        """These filters, followed by others."""
        return BoxFilter(
            np.concatenate((self.value, other.value)),
            np.concatenate((self.rate, other.rate)),
            np.concatenate((self.vv, other.vv)),
            np.concatenate((self.vr, other.vr)),
            np.concatenate((self.rr, other.rr)),
        )


def to_centre(xyxy: F32) -> F64:
    """Corners (K, 4) to centre x, centre y, width, height in float64; sides are at least a pixel."""
    low, high = xyxy[:, :2].astype(np.float64), xyxy[:, 2:].astype(np.float64)
    return np.concatenate(((low + high) / 2, np.maximum(high - low, SMALLEST_SIDE)), axis=1)


def longer_side(value: F64) -> F64:
    """The longer side (K, 1) of boxes given as centre and size."""
    return np.asarray(value[:, 2:].max(axis=1, keepdims=True), np.float64)
