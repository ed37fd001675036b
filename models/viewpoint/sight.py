"""Small pictures without light: what is compared to tell whether a camera moved, and which preset it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, Bool

WIDTH: Final = 192
"""Pixels across; ten of a 1080p picture each."""
FINE: Final = 0.8
COARSE: Final = 5.0
"""Standard deviations, in these pixels: what is finer is noise, what is coarser is light and shade."""
LEAST_CONTRAST: Final = 4.0
"""Levels; weaker texture than this is not raised to full strength, or noise would be."""
BLOCK: Final = 12
"""Pixels; a block is compared as a whole. Traffic covers some of them."""
TEXTURED: Final = 0.02
"""Variance of a block of a sight, from which it shows something at all."""
ALIKE: Final = 0.5
"""Correlation from which two blocks show the same."""
ELSEWHERE: Final = ((4.0, 0.0), (-4.0, 0.0), (0.0, 4.0), (0.0, -4.0))
"""Shifts under which a block must not look the same: the edge of a lane does along the lane, and says little."""


def see(grey: U8, height: int) -> F32:
    """A picture (h, w) of brightness as a sight (height, WIDTH): contrast to its surroundings, of even strength.

    So a change of exposure, a shadow's soft edge and dusk leave it as it is, in the main.
    """
    small = cv2.resize(grey, (WIDTH, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = cv2.GaussianBlur(small, (0, 0), FINE) - cv2.GaussianBlur(small, (0, 0), COARSE)
    strength = cv2.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), COARSE))
    # Cut off: a few strong edges, those of traffic, must not outweigh all else.
    return np.asarray(np.clip(detail / (strength + LEAST_CONTRAST), -1, 1), np.float32)


@dataclass(frozen=True, slots=True)
class Match:
    """How a sight fits another: the share of judged blocks that agree when it is moved by (dx, dy) of its pixels.

    `inside`: the best place was found within reach, and not at its border.
    """

    share: float
    dx: float
    dy: float
    inside: bool = True

    @property
    def distance(self) -> float:
        """Length of the shift, in pixels of the sight."""
        return float(np.hypot(self.dx, self.dy))


NOWHERE: Final = Match(0.0, 0.0, 0.0, inside=False)


def match(sight: F32, other: F32, reach: int, judged: Bool) -> Match:
    """Where `sight` fits `other` best, within `reach` pixels each way: what is at x there is at x + (dx, dy) here.

    `judged`: the blocks of `other` of which the share is taken, as `telling` gives them.
    """
    core = sight[reach:-reach, reach:-reach]
    fits = cv2.matchTemplate(other, core, cv2.TM_CCOEFF_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(fits)
    if not (0 < x < 2 * reach and 0 < y < 2 * reach):
        return NOWHERE
    dx = reach - x - _between(fits[y, x - 1], fits[y, x], fits[y, x + 1])
    dy = reach - y - _between(fits[y - 1, x], fits[y, x], fits[y + 1, x])
    return Match(agreement(sight, other, dx, dy, judged), dx, dy)


def agreement(sight: F32, other: F32, dx: float, dy: float, judged: Bool) -> float:
    """Share of the judged blocks of `other` that a sight moved back by (dx, dy) shows too."""
    count = int(judged.sum())
    return float((_alike(sight, other, dx, dy) & judged).sum()) / count if count else 0.0


def telling(sight: F32) -> Bool:
    """The blocks of a sight that tell where they are: they show something, and look otherwise a little further on."""
    mean = _blocks(sight)
    found = _blocks(sight * sight) - mean * mean > TEXTURED
    for dx, dy in ELSEWHERE:
        found &= ~_alike(sight, sight, dx, dy)
    return np.asarray(found, np.bool_)


def _alike(sight: F32, other: F32, dx: float, dy: float) -> Bool:
    height, width = other.shape
    back = np.array([(1, 0, dx), (0, 1, dy)], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = np.asarray(cv2.warpAffine(sight, back, (width, height), flags=flags), np.float32)
    mean_a, mean_b = _blocks(moved), _blocks(other)
    var_a, var_b = _blocks(moved * moved) - mean_a * mean_a, _blocks(other * other) - mean_b * mean_b
    shared = _blocks(moved * other) - mean_a * mean_b
    return np.asarray(shared > ALIKE * np.sqrt(np.maximum(var_a * var_b, 1e-9)), np.bool_)


def enlarged(sight: F32, times: float) -> F32:
    """A sight zoomed about its middle."""
    height, width = sight.shape
    x, y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([(1 / times, 0, x - x / times), (0, 1 / times, y - y / times)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(sight, matrix, (width, height), flags=flags), np.float32)


def _blocks(values: F32) -> F32:
    height, width = values.shape
    size = (width // BLOCK, max(height // BLOCK, 1))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def _between(before: float, top: float, after: float) -> float:
    """Where between its neighbours a peak lies, by the parabola through three samples."""
    bend = before - 2 * top + after
    return 0.0 if bend >= 0 else float((before - after) / (2 * bend))
