"""What a lamp that shines into the lens does to a picture: it burns a part out, and its light falls off from there."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, Bool

BURNT: Final = 235.0
HALO: Final = 60.0
NIGHT: Final = 90.0
"""By night (median level of blocks), what is so bright, or so much brighter than usual, is glare."""
BLINDING: Final = 0.3
"""Where a larger share is burnt out it is no lamp: something before the lens is lit up."""
STRONG: Final = 2 * HALO
FALLS: Final = 1.5
STRAY: Final = 0.03
"""Light that falls off is half way to burnt out on no more than so many times the area that it burns out (0.8 times by
the second power of the distance), and `STRAY` of the picture more. What is before the lens is as bright all over.
"""
NEAR: Final = 2
SOFT: Final = 0.3
"""Blocks over which light keeps at least this share of what it adds; nearer than that to what is burnt out it falls off
as steeply as it likes."""
HARD: Final = 0.5
EDGE: Final = 6
"""Share of the rim of what is so bright that is steeper, from which that is the rim of something before the lens; of so
many blocks at least.
"""
CORE: Final = 0.01
"""Share of the picture that must be burnt out, and have been darker by `HALO`, for a lamp to have come, or the other
way round to have gone."""
DARK: Final = 40.0
DARKER: Final = 10.0
REST: Final = 0.9
"""Share of what is not burnt out that is darker by so much, until most is dark, once the light over all of it has gone.
"""


def glare(level: F32, usual: F32) -> Bool:
    """Blocks (rows, columns) in the glare of a lamp, by their mean levels, now and as a rule."""
    burnt, none = level >= BURNT, np.zeros(level.shape, np.bool_)
    if not burnt.any() or min(float(np.median(level)), float(np.median(usual))) > NIGHT:
        return none
    more = level - usual
    if not _fades(more, burnt) or _is_edged(more, burnt):
        return none
    return np.asarray(burnt | (level > usual + HALO), np.bool_)


def has_left(level: F32, usual: F32, *, young: bool) -> bool:
    """Whether the lamp in whose light the usual levels (rows, columns) were learnt has gone out, or shines from
    elsewhere: its rims, streaks and ghosts are nothing that the place shows.

    Args:
        young: whether they were learnt so lately that a lamp which moves has left no place that is burnt out in them.
    """
    burnt = level >= BURNT
    went = float(((usual >= BURNT) & (level < usual - HALO)).mean()) >= CORE
    if went:
        came = float((burnt & (level > usual + HALO)).mean()) >= CORE
        if came and _fades(level - usual, burnt):
            return True
    elif not young or float((usual >= BURNT - HALO).mean()) < CORE:
        return False
    return float(np.median(level)) <= DARK and float((level < usual - DARKER)[~burnt].mean()) >= REST


def _fades(more: F32, burnt: Bool) -> bool:
    """Whether what is brighter (rows, columns: by how much) than usual may be the light of what is burnt out, by their
    areas.
    """
    share = float(burnt.mean())
    return share <= BLINDING and float(((more >= STRONG) & ~burnt).mean()) <= FALLS * share + STRAY


def _is_edged(more: F32, burnt: Bool) -> bool:
    """Whether what is brighter ends at an edge, away from what is burnt out."""
    size = 2 * NEAR + 1
    square: U8 = np.ones((size, size), np.uint8)
    far = (more >= HALO) & ~(cv2.dilate(burnt.astype(np.uint8), square) > 0)
    least = cv2.erode(more, square, borderType=cv2.BORDER_REPLICATE)
    rim = far & (least < HALO)
    return int(rim.sum()) >= EDGE and float((least[rim] < SOFT * more[rim]).mean()) >= HARD
