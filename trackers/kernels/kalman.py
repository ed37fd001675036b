"""Two Kalman filters side by side for each track: one expects a steady way, the other braking, turning, setting off.

The interacting multiple model estimator (Bar-Shalom, Li & Kirubarajan 2001, section 11.6.6) in the plane. Both filters
have the state [position, velocity, acceleration] × 2 axes, element 2 × order + axis. The steady one has a nearly
constant velocity with continuous white acceleration (section 6.2.2); the other Singer's exponentially correlated
acceleration (section 8.2.3). Both are exact for any time between frames. A covariance couples the axes, since a foot
point is known less along the view than across.
"""

from __future__ import annotations

import math

import numpy as np

from core.arrays import F64
from core.compiled import in_place

STEADY, TURNING = 0, 1
NOISE_S = 0.1
STEP = 17
"""Numbers of a step: its time; T, f1, f2, e and six of Q of the turning filter; three of Q of the steady one; the two
probabilities of a change of filter; what noise counts. See `prepare`."""


@in_place
def prepare(step: F64, t: float, kind: F64) -> None:
    """What a step of `t` seconds does, for a row of `trackers.world.KINDS`."""
    walk, sigma, tau, begins, lasts = kind[0], kind[1], kind[2], kind[3], kind[4]
    a = 1.0 / tau
    x, e = a * t, math.exp(-a * t)
    step[0], step[1] = t, t
    q = 2.0 * a * sigma * sigma
    step[2], step[3] = (math.expm1(-x) + x) / (a * a), -math.expm1(-x) / a
    if x < 0.02:
        # The closed form cancels there; this is its series, white jerk and the next term.
        step[5], step[6] = q * t**5 / 20 * (1 - 5 * x / 9), q * t**4 / 8 * (1 - 2 * x / 3)
        step[7], step[8] = q * t**3 / 6 * (1 - x), q * t**3 / 3 * (1 - 3 * x / 4)
        step[9], step[10] = q * t * t / 2 * (1 - x), q * t * (1 - x)
    else:
        ee = e * e
        step[5] = q / (2 * a**5) * (1 - ee + 2 * x + 2 * x**3 / 3 - 2 * x * x - 4 * x * e)
        step[6] = q / (2 * a**4) * (ee + 1 - 2 * e + 2 * x * e - 2 * x + x * x)
        step[7] = q / (2 * a**3) * (1 - ee - 2 * x * e)
        step[8] = q / (2 * a**3) * (4 * e - 3 - ee + 2 * x)
        step[9] = q / (2 * a * a) * (ee + 1 - 2 * e)
        step[10] = q / (2 * a) * (1 - ee)
    step[4] = e
    step[11], step[12], step[13] = walk * t**3 / 3, walk * t * t / 2, walk * t
    # A chain of two states in continuous time: it forgets by the sum of both rates.
    total = 1.0 / begins + 1.0 / lasts
    gone = 1.0 - math.exp(-total * t)
    step[14], step[15] = gone / (begins * total), gone / (lasts * total)
    # Errors of boxes last: so many times its variance is one of a series whose errors fade with `NOISE_S`.
    likeness = math.exp(-t / NOISE_S)
    step[16] = (1 + likeness) / max(1 - likeness, 1e-6)


@in_place
def begin(
    mean: F64, cov: F64, share: F64, at: tuple[float, float], noise: F64, speed: float, acceleration: float
) -> None:
    """A track at its first place: its velocity is not known, nor whether it is steady."""
    for m in range(2):
        for i in range(6):
            mean[m, i] = at[i] if i < 2 else 0.0
            for j in range(6):
                cov[m, i, j] = noise[i, j] if i < 2 and j < 2 else 0.0
        for axis in range(2):
            cov[m, 2 + axis, 2 + axis] = speed * speed
            cov[m, 4 + axis, 4 + axis] = acceleration * acceleration if m == TURNING else 0.0
    share[0] = 0.5


@in_place
def predict(mean: F64, cov: F64, share: F64, step: F64, unit: float) -> None:
    """Mix the filters and move them on by a prepared step; `unit`: length of a metre in the plane."""
    _mix(mean, cov, share, step[14], step[15])
    uu = unit * unit
    _move(
        mean[STEADY], cov[STEADY], step[1], 0.0, 0.0, 0.0, (step[11] * uu, step[12] * uu, 0.0, step[13] * uu, 0.0, 0.0)
    )
    q = (step[5] * uu, step[6] * uu, step[7] * uu, step[8] * uu, step[9] * uu, step[10] * uu)
    _move(mean[TURNING], cov[TURNING], step[1], step[2], step[3], step[4], q)


@in_place
def surprise(mean: F64, cov: F64, at: tuple[float, float], noise: F64) -> float:
    """Squared distance of a place from the predicted one in standard deviations, by the filter it surprises less."""
    least = np.inf
    for m in range(2):
        a, b, c = cov[m, 0, 0] + noise[0, 0], cov[m, 0, 1] + noise[0, 1], cov[m, 1, 1] + noise[1, 1]
        dx, dy = at[0] - mean[m, 0], at[1] - mean[m, 1]
        least = min(least, (c * dx * dx - 2 * b * dx * dy + a * dy * dy) / (a * c - b * b))
    return least


@in_place
def correct(mean: F64, cov: F64, share: F64, at: tuple[float, float], noise: F64) -> None:
    """Correct both filters by a place, and how far each is believed."""
    steady = _correct(mean[STEADY], cov[STEADY], at, noise)
    turning = _correct(mean[TURNING], cov[TURNING], at, noise)
    odds = math.exp(min(max(turning - steady, -50.0), 50.0))
    share[0] = share[0] / (share[0] + (1.0 - share[0]) * odds)


@in_place
def combine(mean: F64, cov: F64, share: F64, x: F64, p: F64) -> None:
    """The estimate of both: state (6) and covariance (6, 6)."""
    s, t = share[0], 1.0 - share[0]
    for i in range(6):
        x[i] = s * mean[0, i] + t * mean[1, i]
        for j in range(6):
            spread = (mean[0, i] - mean[1, i]) * (mean[0, j] - mean[1, j])
            p[i, j] = s * cov[0, i, j] + t * cov[1, i, j] + s * t * spread


@in_place
def _mix(mean: F64, cov: F64, share: F64, leaves: float, settles: float) -> None:
    """Each filter goes on from where the track may have been in either."""
    was = share[0]
    steady = was * (1 - leaves) + (1 - was) * settles
    # How much of each filter comes from the steady one.
    a = was * (1 - leaves) / max(steady, 1e-12)
    b = was * leaves / max(1 - steady, 1e-12)
    for i in range(6):
        for j in range(i, 6):
            spread = (mean[0, i] - mean[1, i]) * (mean[0, j] - mean[1, j])
            one, other = cov[0, i, j], cov[1, i, j]
            cov[0, i, j] = cov[0, j, i] = a * one + (1 - a) * other + a * (1 - a) * spread
            cov[1, i, j] = cov[1, j, i] = b * one + (1 - b) * other + b * (1 - b) * spread
    for i in range(6):
        one, other = mean[0, i], mean[1, i]
        mean[0, i] = a * one + (1 - a) * other
        mean[1, i] = b * one + (1 - b) * other
    share[0] = steady


@in_place
def _move(
    x: F64, p: F64, t: float, f1: float, f2: float, e: float, q: tuple[float, float, float, float, float, float]
) -> None:
    """F x and F P F' + Q with F = [1 t f1; 0 1 f2; 0 0 e] on both axes."""
    for a in range(2):
        x[a] += t * x[2 + a] + f1 * x[4 + a]
        x[2 + a] += f2 * x[4 + a]
        x[4 + a] *= e
    for a in range(2):
        for b in range(a, 2):
            m00, m01, m02 = p[a, b], p[a, 2 + b], p[a, 4 + b]
            m10, m11, m12 = p[2 + a, b], p[2 + a, 2 + b], p[2 + a, 4 + b]
            m20, m21, m22 = p[4 + a, b], p[4 + a, 2 + b], p[4 + a, 4 + b]
            m00, m01, m02 = m00 + t * m10 + f1 * m20, m01 + t * m11 + f1 * m21, m02 + t * m12 + f1 * m22
            m10, m11, m12 = m10 + f2 * m20, m11 + f2 * m21, m12 + f2 * m22
            m20, m21, m22 = e * m20, e * m21, e * m22
            m00, m01, m02 = m00 + t * m01 + f1 * m02, m01 + f2 * m02, e * m02
            m10, m11, m12 = m10 + t * m11 + f1 * m12, m11 + f2 * m12, e * m12
            m20, m21, m22 = m20 + t * m21 + f1 * m22, m21 + f2 * m22, e * m22
            if a == b:
                m00, m01, m02 = m00 + q[0], m01 + q[1], m02 + q[2]
                m10, m11, m12 = m10 + q[1], m11 + q[3], m12 + q[4]
                m20, m21, m22 = m20 + q[2], m21 + q[4], m22 + q[5]
            p[a, b] = p[b, a] = m00
            p[a, 2 + b] = p[2 + b, a] = m01
            p[a, 4 + b] = p[4 + b, a] = m02
            p[2 + a, b] = p[b, 2 + a] = m10
            p[2 + a, 2 + b] = p[2 + b, 2 + a] = m11
            p[2 + a, 4 + b] = p[4 + b, 2 + a] = m12
            p[4 + a, b] = p[b, 4 + a] = m20
            p[4 + a, 2 + b] = p[2 + b, 4 + a] = m21
            p[4 + a, 4 + b] = p[4 + b, 4 + a] = m22


@in_place
def _correct(x: F64, p: F64, at: tuple[float, float], noise: F64) -> float:
    """One filter; the logarithm of how likely the place was, but for a constant.

    One number after the other: first the first coordinate, then what the second says besides, whose errors have nothing
    in common with it. The two at once would need the inverse of a sum that may be almost singular.
    """
    share = noise[0, 1] / noise[0, 0]
    first = _take(x, p, 1.0, 0.0, at[0], noise[0, 0])
    return first + _take(x, p, -share, 1.0, at[1] - share * at[0], noise[1, 1] - share * noise[0, 1])


@in_place
def _take(x: F64, p: F64, h0: float, h1: float, seen: float, variance: float) -> float:
    """Correct by `seen` = h · position; the logarithm of how likely it was."""
    c = (
        p[0, 0] * h0 + p[0, 1] * h1,
        p[1, 0] * h0 + p[1, 1] * h1,
        p[2, 0] * h0 + p[2, 1] * h1,
        p[3, 0] * h0 + p[3, 1] * h1,
        p[4, 0] * h0 + p[4, 1] * h1,
        p[5, 0] * h0 + p[5, 1] * h1,
    )
    total = h0 * c[0] + h1 * c[1] + variance
    off = seen - h0 * x[0] - h1 * x[1]
    for i in range(6):
        gain = c[i] / total
        x[i] += gain * off
        for j in range(i, 6):
            p[i, j] -= gain * c[j]
            p[j, i] = p[i, j]
    return float(-(off * off / total + math.log(total)) / 2)
