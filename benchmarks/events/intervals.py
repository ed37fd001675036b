"""95 % intervals of shares, rates and means, without scipy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from core import intervals
from core.intervals import Z

Interval = tuple[float, float]

TAIL: Final = 0.025


def wilson(found: int, of: int) -> Interval | None:
    """Of a share (Wilson 1927); None without any."""
    return intervals.wilson(found, of) if of > 0 else None


def poisson(count: int, exposure: float) -> Interval | None:
    """Of a rate, exact (Garwood 1936), by bisection of the distribution; None without exposure."""
    if exposure <= 0:
        return None
    low = 0.0 if count == 0 else _solve(lambda mean: 1.0 - _up_to(count - 1, mean), TAIL, count)
    high = _solve(lambda mean: -_up_to(count, mean), -TAIL, count + 1)
    return low / exposure, high / exposure


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Of a mean, normal; None for fewer than two values."""
    count = len(values)
    if count < 2:
        return None
    mean = sum(values) / count
    half = Z * math.sqrt(sum((v - mean) ** 2 for v in values) / (count - 1) / count)
    return mean - half, mean + half


def _up_to(count: int, mean: float) -> float:
    """Chance of at most `count` in a Poisson distribution."""
    if mean <= 0:
        return 1.0
    log_mean = math.log(mean)
    return min(1.0, math.fsum(math.exp(k * log_mean - mean - math.lgamma(k + 1)) for k in range(count + 1)))


def _solve(rising: Callable[[float], float], wanted: float, about: float) -> float:
    """Where a rising function takes a value."""
    low, high = 0.0, about + 10.0 * math.sqrt(about) + 10.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2
