"""Text that a camera or a recorder burns into its pictures: a clock, a name, a position."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import U8, Bool

LETTER: Final = 0.08
"""Of the picture's height, what is higher is no letter."""
LEAST: Final = 8
ASIDE: Final = 5
"""Pixels of a letter at least; and times its height, how much of the line is looked at on either side."""
NEAR: Final = 3
"""Pixels above and below that are looked at, too: the frame of a line changes with what is behind it."""
STROKE: Final[U8] = np.ones((1, 9), np.uint8)
"""A stroke is narrower than this."""
INK: Final = 80
"""Levels by which it stands out from either side."""
CHANGE: Final = 60.0
"""And what a letter becomes differs so much from what was there."""
SPACE: Final = 1.5
"""Times the height of a letter that strokes are apart at most."""
STROKES: Final = 5
ROWS: Final = 3
SHARE: Final = 0.4
"""Strokes that each of so many rows crosses, and of so much of the height of what has changed."""
APART: Final = 3
UNLIKE: Final = 0.4
"""Share of the ink of two rows `APART` that only one of them has: the bars of a fence and the stripes of a crossing go
through all rows."""


def is_text(box: tuple[int, int, int, int], shown: U8, change: float) -> bool:
    """Whether what has changed in a box (left, top, right, bottom) of a picture (h, w) is part of a line of text;
    `change`: by how many levels.
    """
    left, top, right, bottom = box
    height = bottom - top
    if change < CHANGE or height > LETTER * shown.shape[0]:
        return False
    letter = max(height, LEAST)
    first, aside = max(left - ASIDE * letter, 0), ASIDE * letter
    line = np.ascontiguousarray(shown[max(top - NEAR, 0) : bottom + NEAR, first : right + aside])
    own = slice(left - first, right - first)
    least = max(ROWS, SHARE * height)
    return any(
        _is_line(np.asarray(cv2.morphologyEx(line, how, STROKE) >= INK, np.bool_), own, round(SPACE * letter), least)
        for how in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)
    )


def _is_line(ink: Bool, own: slice, space: int, least: float) -> bool:
    """Whether enough rows (h, w) have a run of strokes, no more than a space apart, that goes up to `own`."""
    beside = slice(max(own.start - space, 0), own.stop + space)
    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, space), np.uint8))
    crossed = np.array([_strokes(row, run, beside) >= STROKES for row, run in zip(ink, joined, strict=True)], np.bool_)
    if int(crossed.sum()) < least:
        return False
    both = crossed[:-APART] & crossed[APART:]
    one, other = ink[:-APART][both], ink[APART:][both]
    either = int((one | other).sum())
    return either > 0 and int((one ^ other).sum()) >= UNLIKE * either


def _strokes(row: Bool, joined: U8, own: slice) -> int:
    """Most strokes of a row (w) in one of its runs that has some part in `own`."""
    begins = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0) == 1)
    of_run = np.cumsum(np.diff(joined.astype(np.int8), prepend=0) == 1)
    near = np.unique(of_run[own][joined[own] > 0])
    return max((int((of_run[begins] == run).sum()) for run in near), default=0)
