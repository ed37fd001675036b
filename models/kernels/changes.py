"""What has changed at each pixel of a background model, and what is learnt of it: each array is gone through once.

Loops have few arrays, small numbers and no branches, so that they are compiled to work on many pixels at once. Quarters
of a level become levels as OpenCV rounds: halves to even numbers.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import U8
from core.compiled import in_place

QUARTERS: Final = 4
"""Unrest, the median difference of a pixel, is kept in quarters of a level, up to 63 levels: it follows by one at a
look. What a pixel shows for the time being follows by a quarter of the difference."""
TIMES: Final = 5
"""A pixel has changed from so many times its unrest on, 3.4 standard deviations of noise: a tree that sways is let be.
"""
CHUNK: Final = 8192
"""Pixels that are taken through all loops before the next ones: they stay in the processor's cache."""


@in_place
def look(
    luma: U8,
    least: U8,
    most: U8,
    unrest: U8,
    watched: U8,
    bounds: tuple[int, int],
    held: int,
    limit: U8,
    changed: U8,
    shown: U8,
    age: U8,
) -> None:
    """Lay a picture beside a model, all (K) pixels in a row; see `models.observers.background.pixels`.

    Args:
        luma: the picture. least, most: what would be seen of a pixel and its neighbours if nothing were there.
        unrest: median difference, quarters of a level. watched: a mask.
        bounds: least and greatest levels by which a pixel must differ.
        held: looks from which on what a pixel has shown is kept while something passes before it.
        limit, changed: filled with the levels beyond which a pixel has changed, and with where it has, 0 or 255.
        shown, age: what each has shown of late, and for how many looks; followed.
    """
    for start in range(0, len(luma), CHUNK):
        end = min(start + CHUNK, len(luma))
        _limits(unrest[start:end], bounds, limit[start:end])
        _changes(luma[start:end], least[start:end], most[start:end], limit[start:end], changed[start:end])
        _only(watched[start:end], changed[start:end])
        _follow(luma[start:end], limit[start:end], changed[start:end], held, shown[start:end], age[start:end])


@in_place
def _limits(unrest: U8, bounds: tuple[int, int], limit: U8) -> None:
    lower, upper = np.int32(bounds[0]), np.int32(bounds[1])
    for i in range(len(unrest)):
        times = np.int32(TIMES) * np.int32(unrest[i])
        beyond = np.int32((times + np.int32(1) + ((times >> np.int32(2)) & np.int32(1))) >> np.int32(2))
        limit[i] = np.uint8(min(max(beyond, lower), upper))


@in_place
def _changes(luma: U8, least: U8, most: U8, limit: U8, changed: U8) -> None:
    for i in range(len(luma)):
        now = np.int32(luma[i])
        away = max(np.int32(now - np.int32(most[i])), np.int32(np.int32(least[i]) - now))
        changed[i] = np.uint8(255) if away > np.int32(limit[i]) else np.uint8(0)


@in_place
def _only(mask: U8, values: U8) -> None:
    for i in range(len(mask)):
        values[i] &= mask[i]


@in_place
def _follow(luma: U8, limit: U8, changed: U8, held: int, shown: U8, age: U8) -> None:
    long, one = np.uint8(held), np.uint8(1)
    for i in range(len(luma)):
        now, was, old, changes = luma[i], shown[i], age[i], changed[i] > 0
        other = (max(now, was) - min(now, was)) > limit[i]
        mean = np.uint16(np.uint16(3) * np.uint16(was) + np.uint16(now))
        odd = np.uint16((mean >> np.uint16(2)) & np.uint16(1))
        mixed = np.uint8(np.uint16(mean + np.uint16(1) + odd) >> np.uint16(2))
        stayed = old >= long
        follows = now if other else mixed
        shown[i] = was if (other & stayed & changes) else follows
        older = np.uint8(old + one) if old < np.uint8(255) else old
        fades = np.uint8(old - one) if stayed else np.uint8(0)
        stays = fades if (other & (old >= one)) else older
        age[i] = stays if changes else np.uint8(0)


@in_place
def learn_unrest(luma: U8, predicted: U8, age: U8, burnt_out: int, step: int, unrest: U8) -> None:
    """Let the median difference of each of (K) pixels follow a look by one quarter of a level.

    Args:
        luma, predicted, age: as in `look`; of what lies there for two looks nothing is learnt.
        burnt_out: level from which a pixel may be anything, and `step` quarters by which its unrest grows then.
        unrest: followed.
    """
    none, one, most = np.int32(0), np.int32(1), np.int32(255)
    bright, grows = np.int32(burnt_out), np.int32(step)
    for i in range(len(luma)):
        now, own = np.int32(luma[i]), np.int32(unrest[i])
        apart = np.int32(now - np.int32(predicted[i]))
        away = max(apart, np.int32(-apart))
        usual = np.int32((own + one + ((own >> np.int32(2)) & one)) >> np.int32(2))
        more = one if away > usual else none
        less = one if away < usual else none
        follows = min(max(np.int32(own + more - less), none), most)
        burns = grows if now >= bright else none
        follows = min(np.int32(follows + burns), most)
        unrest[i] = np.uint8(own if age[i] > np.uint8(1) else follows)


@in_place
def aim(luma: U8, predicted: U8, changed: U8, small: U8, bound: int, target: U8) -> None:
    """What each of (K) pixels of a look counts for: no more than `bound` levels off what is predicted, nothing where
    it has changed, all where what has changed is `small` and has been there for long.
    """
    most = np.int32(bound)
    for i in range(len(luma)):
        now, usual = np.int32(luma[i]), np.int32(predicted[i])
        near = min(max(now, np.int32(usual - most)), np.int32(usual + most))
        kept = usual if changed[i] > 0 else near
        target[i] = np.uint8(now if small[i] > 0 else kept)
