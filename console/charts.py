"""Counts over time as stacked bars, ready to be drawn as SVG."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.times import SECOND_NS
from locales import Language, text

WIDTH: Final = 900
HEIGHT: Final = 190
_BASE: Final = 160
_LEFT: Final = 34
_TOP: Final = 10
_MOST_STEPS: Final = 2_000
_MARK: Final = 70
"""Room that a time under the axis takes."""

PALETTE: Final = (
    "#6cb2f5", "#ff8f5c", "#f0be56", "#b794f6", "#5ec8c0", "#ff7fa8", "#9bd36a", "#8b9bac", "#d9a58b",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a stacked bar, in the units of `WIDTH` × `HEIGHT`; `note` says what it counts."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    note: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: its bars, marks on both axes as (place, text), the legend as (name, colour, count), and its step."""

    bars: tuple[Bar, ...]
    times: tuple[tuple[float, str], ...]
    counts: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str, int], ...]
    step: str
    width: int = WIDTH
    height: int = HEIGHT
    base: int = _BASE
    left: int = _LEFT


def bars(series: Mapping[str, tuple[str, Sequence[int]]], step_s: int, language: Language) -> Bars | None:
    """Stack the times (ns, UTC) of each series, given as name → (colour, times), in steps; None without any time."""
    step = step_s * SECOND_NS
    counted = {name: Counter(ns // step for ns in times) for name, (_, times) in series.items()}
    steps = [k for counts in counted.values() for k in counts]
    if not steps:
        return None
    last = max(steps)
    first = max(min(steps), last - _MOST_STEPS)
    totals = Counter[int]()
    for counts in counted.values():
        totals.update(counts)
    high = max(totals.values())
    unit = _nice_unit(high)
    top = -(-high // unit) * unit
    wide = min(40.0, (WIDTH - _LEFT) / (last - first + 1))
    scale = (_BASE - _TOP) / top
    drawn, bottoms = [], Counter[int]()
    for name, counts in counted.items():
        for k, count in sorted(counts.items()):
            y = _BASE - (bottoms[k] + count) * scale
            note = f"{_time(k * step, step_s)} · {name}: {count}"
            x = _LEFT + (k - first) * wide
            drawn.append(Bar(x, y, max(wide - 1.5, 0.8), count * scale, series[name][0], note))
            bottoms[k] += count
    every = max(-(-(last - first + 1) // 8), math.ceil(_MARK / wide))
    return Bars(
        tuple(drawn),
        tuple((_LEFT + (k - first) * wide, _time(k * step, step_s)) for k in range(first, last + 1, every)),
        tuple((_BASE - value * scale, str(value)) for value in range(0, top + 1, unit)),
        tuple((name, series[name][0], counts.total()) for name, counts in counted.items()),
        step_text(step_s, language),
    )


def step_text(step_s: int, language: Language) -> str:
    """How long a step is, such as `every 10 s`."""
    unit, seconds = next((u, s) for u, s in (("h", 3_600), ("m", 60), ("s", 1)) if step_s % s == 0)
    return text(f"page-chart-step-{unit}", language, count=step_s // seconds)


def _nice_unit(high: int) -> int:
    """A round distance (1, 2, 5, 10, 20, …) between the marks of the counts: five of them at most."""
    power = 1
    while high > 25 * power:
        power *= 10
    return next((unit for unit in (power, 2 * power) if high <= 5 * unit), 5 * power)


def _time(ns: int, step_s: int) -> str:
    moment = datetime.fromtimestamp(ns / SECOND_NS).astimezone()
    if step_s >= 86_400:
        return f"{moment:%d.%m.}"
    return f"{moment:%H:%M:%S}" if step_s < 60 else f"{moment:%H:%M}"
