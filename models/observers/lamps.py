"""Which lamps of traffic signals are lit, by a few hundred pixels of a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64, I64, U8, Bool
from core.geometry import inside
from core.scene import Lamp
from core.signals import LampColour
from models.kernels.lamps import AMBER, GREEN, RED, Limits, lit_lamps

GRID: Final = 9
"""Pixels across and down a lamp, at most: its own, where it has fewer."""
ON: Final = 64
AROUND: Final = 12
"""Places that are looked at on each lamp, and around it; of these the darker ones tell: its housing may be narrow."""
GLOW: Final = 1.25
"""A lamp is looked at beyond its rim, by this factor: where the middle is burnt out, the glow has its colour, and a
camera sways by a pixel."""
RING: Final = 1.3
"""Its surroundings, the housing, are looked at on a rim so many times as large."""
BRIGHTEST: Final = 0.4
"""Share of the points that tell: rows that a rolling shutter or one field of an interlaced picture left dark do not."""
LIGHT: Final = 80.0
TINT: Final = 60.0
"""Levels by which a lit lamp is brighter, and more coloured, than the darkest of its signal: each one unit of evidence,
of which no more than `MOST` counts."""
MOST: Final = 2.0
LEAST: Final = 1.1
LEAST_TINT: Final = 0.3
"""Evidence, and that of colour alone, of a lamp that is lit."""
SECOND: Final = 0.72
"""A second lamp is lit, too, from this share of the strongest evidence; a glow, or the sun on a lens, has less."""
BURNT: Final = 240.0
NIGHT: Final = 90.0
"""Without colour, a lamp so bright with dark surroundings is lit: its picture is burnt out."""
GREY: Final = 3.0
"""Mean distance of the colour channels, in levels, below which a picture has none: infra-red, or a grey stream."""
GREY_LIGHT: Final = 45.0
GREY_SECOND: Final = 0.6
"""Of a grey picture: by how much the lit lamp is brighter than the darkest and than its surroundings, and the share of
that which any other may have."""
GREY_SURE: Final = 0.7
"""Confidence is no higher where only the place of the lamp tells."""
SMALL: Final = 4.0
"""Area in pixels of the frame below which a lamp is too small to be told."""
COLOURS: Final[Mapping[LampColour, int]] = {LampColour.RED: RED, LampColour.AMBER: AMBER, LampColour.GREEN: GREEN}
_LIMITS: Final = Limits(
    ON,
    AROUND,
    math.ceil(BRIGHTEST * ON),
    LIGHT,
    TINT,
    MOST,
    LEAST,
    LEAST_TINT,
    SECOND,
    BURNT,
    NIGHT,
    GREY_LIGHT,
    GREY_SECOND,
    GREY_SURE,
)


@dataclass(frozen=True, slots=True)
class Points:
    """Where the L lamps of one signal are looked at, in pixels of the frame.

    Attributes:
        x, y: (L × (`ON` + `AROUND`)) columns and rows inside the picture: for each lamp those on it and its glow, then
            those around it.
        seen: whether all lamps lie in the picture and are large enough.
    """

    x: I64
    y: I64
    seen: bool


def points_of(
    lamps: Sequence[Lamp], scale: tuple[float, float], shift: tuple[float, float], size: tuple[int, int]
) -> Points:
    """Where to look.

    Args:
        scale: of reference pixels to those of the frame.
        shift: of the picture (`FrameMeta.shift_px`).
        size: width and height of the frame.
    """
    polygons = [lamp.polygon * np.array(scale) + np.array(shift) for lamp in lamps]
    at = np.concatenate([part for polygon in polygons for part in (_grid(polygon), _rim(polygon))])
    seen = all(_held(polygon, size) and _area(polygon) >= SMALL for polygon in polygons)
    x, y = (np.clip(np.floor(at[:, n]), 0, size[n] - 1).astype(np.int64) for n in range(2))
    return Points(x, y, seen)


def _grid(polygon: F64) -> F64:
    """`ON` places (x, y) of a lamp and its glow: middles of its pixels, some more than once where it is small."""
    middle = polygon.mean(axis=0)
    wide = middle + (polygon - middle) * GLOW
    low, high = wide.min(axis=0), wide.max(axis=0)
    axes = [
        np.linspace(a, b, 2 * min(GRID, max(math.ceil(b - a), 2)) + 1)[1::2] for a, b in zip(low, high, strict=True)
    ]
    at = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    within = at[inside(at, wide)]
    found = within if len(within) else at
    return np.asarray(found[np.linspace(0, len(found) - 1, ON).astype(np.int64)], np.float64)


def _rim(polygon: F64) -> F64:
    """`AROUND` places around a lamp."""
    middle, turn = polygon.mean(axis=0), np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    half = (polygon.max(axis=0) - polygon.min(axis=0)) / 2 * RING + 0.5
    return np.asarray(middle + np.stack((np.cos(turn), np.sin(turn)), axis=-1) * half, np.float64)


def _held(polygon: F64, size: tuple[int, int]) -> bool:
    return bool((polygon >= 0).all() and (polygon <= np.array(size)).all())


def _area(polygon: F64) -> float:
    after = np.roll(polygon, -1, axis=0)
    return abs(float((polygon[:, 0] * after[:, 1] - polygon[:, 1] * after[:, 0]).sum())) / 2


def judge(pixels: U8, colours: I64, first: I64, seen: Bool, *, grey: bool) -> tuple[Bool, F64]:
    """Which of all L lamps of S signals are lit, and how sure that is of each signal (0..1).

    Each lamp is laid beside the darkest one of its signal: exposure, haze and what hides all of them cancel out.

    Args:
        pixels: (L × (`ON` + `AROUND`), 3) BGR at their points.
        colours: (L) of the lamps, numbers by `COLOURS`.
        first: (S + 1) number of each signal's first lamp.
        seen: (S) by `Points.seen`; of others no lamp is told lit.
        grey: the picture has no colours.
    """
    return lit_lamps(pixels, colours, first, seen, grey, _LIMITS)


def is_grey(pixels: U8) -> bool:
    """Whether pixels (N, 3) from all over a picture have no colours."""
    spread = pixels.max(axis=1).astype(np.int64) - pixels.min(axis=1)
    return bool(spread.mean() < GREY)
