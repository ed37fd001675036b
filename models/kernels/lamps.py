"""Which lamps of traffic signals are lit, of all signals of a picture in one pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.arrays import F32, F64, I64, U8, Bool
from core.compiled import compiled, in_place

RED, AMBER, GREEN = range(3)


class Limits(NamedTuple):
    """Where the line is drawn; the constants of `models.observers.lamps`.

    `on`, `around`: places on a lamp and around it; `telling`: how many of the former tell.
    """

    on: int
    around: int
    telling: int
    light: float
    tint: float
    most: float
    least: float
    least_tint: float
    second: float
    burnt: float
    night: float
    grey_light: float
    grey_second: float
    grey_sure: float


@compiled
def lit_lamps(pixels: U8, colours: I64, first: I64, seen: Bool, grey: bool, limits: Limits) -> tuple[Bool, F64]:
    """Which of L lamps are lit, and how sure that is of each of S signals; see `models.observers.lamps.judge`.

    Args:
        pixels: (L × (on + around), 3) BGR.
        colours: (L) `RED`, `AMBER` or `GREEN`.
        first: (S + 1) number of each signal's first lamp.
        seen: (S) whether all lamps of a signal are in the picture.
        grey: the picture has no colours.
    """
    lit, sure = np.zeros(len(colours), np.bool_), np.zeros(len(first) - 1)
    for signal in range(len(first) - 1):
        start, end = first[signal], first[signal + 1]
        if seen[signal] and end > start:
            sure[signal] = _signal(pixels, colours[start:end], start, grey, limits, lit[start:end])
    return lit, sure


@compiled
def _signal(pixels: U8, colours: I64, start: int, grey: bool, limits: Limits, lit: Bool) -> float:
    many, each = len(colours), limits.on + limits.around
    level, around, tint = np.empty(many), np.empty(many), np.empty(many)
    for lamp in range(many):
        at = (start + lamp) * each
        level[lamp], around[lamp] = _brightness(pixels[at : at + each], limits.on, limits.telling)
        tint[lamp] = _tint(pixels[at : at + limits.on], colours[lamp], limits.telling)
    darkest = int(np.argmin(level))
    dark = (start + darkest) * each
    evidence = np.zeros(many)
    if grey and tint.max() < limits.tint / 2:
        for lamp in range(many):
            evidence[lamp] = min(level[lamp] - level[darkest], level[lamp] - around[lamp]) / limits.grey_light
        sure = min(_strongest(evidence, 1.0, limits.grey_second, lit), limits.grey_sure)
        if lit.sum() == 1:
            return sure
        lit[:] = False
        return 0.0
    for lamp in range(many):
        light = min(max((level[lamp] - level[darkest]) / limits.light, 0.0), limits.most)
        behind = max(_tint(pixels[dark : dark + limits.on], colours[lamp], limits.telling), 0.0)
        coloured = min(max((tint[lamp] - behind) / limits.tint, 0.0), limits.most)
        burnt = level[lamp] >= limits.burnt and around[lamp] <= limits.night and light >= 1.0
        if coloured >= limits.least_tint or burnt:
            evidence[lamp] = light + coloured
    return _strongest(evidence, limits.least, limits.second, lit)


@compiled
def _brightness(pixels: U8, on: int, telling: int) -> tuple[float, float]:
    """Of a lamp, by its brightest places, and of what is around it, by the darker ones."""
    brightest = np.empty(len(pixels), np.float32)
    for n in range(len(pixels)):
        brightest[n] = max(pixels[n, 0], pixels[n, 1], pixels[n, 2])
    return _most(brightest[:on], telling), np.sort(brightest[on:])[(len(pixels) - on) // 4]


@compiled
def _tint(pixels: U8, colour: int, telling: int) -> float:
    """How much a lamp has of a colour, in levels; white and grey have none."""
    found = np.empty(len(pixels), np.float32)
    for n in range(len(pixels)):
        blue, green, red = np.float32(pixels[n, 0]), np.float32(pixels[n, 1]), np.float32(pixels[n, 2])
        if colour == RED:
            found[n] = red - max(green, blue)
        elif colour == AMBER:
            found[n] = min(red, np.float32(1.6) * green) - blue - max(green - red, np.float32(0))
        else:
            found[n] = green - red
    return _most(found, telling)


@compiled
def _most(values: F32, count: int) -> float:
    """Mean of the highest ones."""
    total = 0.0
    for value in np.sort(values)[len(values) - count :]:
        total += value
    return total / count


@in_place
def _strongest(evidence: F64, least: float, second: float, lit: Bool) -> float:
    most, rest = evidence.max(), 0.0
    if most < least:
        return 0.0
    for lamp in range(len(evidence)):
        lit[lamp] = evidence[lamp] >= max(second * most, least)
        if not lit[lamp]:
            rest = max(rest, evidence[lamp])
    return float(min(most / (2 * least), 1.0) * min((1.0 - rest / most) / (1 - second) / 1.5, 1.0))
