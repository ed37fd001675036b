"""A model of each pixel: what it shows when nothing is there, how restless it is, and since when it has been still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8
from models.observers.background.light import Light, compare

LEARN: Final = 1 / 16
"""Share of a look in what is learnt."""
FOLLOW: Final = 0.25
"""The same of what a pixel shows for the time being."""
LEAST: Final = 12
"""Levels by which a pixel must differ to have changed."""
TIMES: Final = 5
"""… and so many times the median of its differences: 3.4 standard deviations of noise; a tree that sways is let be."""
MOST: Final = 48
"""Levels by which it has changed in any case: where traffic is dense, more than half of all looks differ."""
QUARTERS: Final = 4
"""Unrest is kept in quarters of a level, up to 63 levels: it follows by one at a look."""
STILL: Final = 5
"""Looks for which a pixel shows the same until it is still."""
FORGET: Final = 60
"""Looks after which what is still, and too small to be a thing, is learnt: the rim of a shadow that moves on."""
EARLY: Final = 8
"""The same while the model is new."""
BURNT_OUT: Final = 250
BURNT_STEP: Final = 8
"""From so many levels on a pixel is burnt out, and its unrest grows by so many quarters of a level at a look."""
SQUARE: Final[U8] = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One look; pictures (h, w) uint8, masks 0 or 255.

    Attributes:
        luma: the picture.
        predicted: what would be seen if nothing were there, in the light of now.
        limit: levels beyond which a pixel has changed.
        changed: pixels that show something else.
        still: of these, those that have shown the same for `STILL` looks.
    """

    luma: U8
    predicted: U8
    limit: U8
    changed: U8
    still: U8
    light: Light


class Pixels:
    """The model of a picture of one size: seven bytes a pixel.

    Args:
        luma: the first picture (h, w).
        watched: (h, w) mask of the pixels that are watched.

    Attributes:
        watched: may be changed, as the picture moves.
        looks: since it began, or began anew.
        shown: (h, w) what each pixel has shown of late, without its noise.
        age: (h, w) looks for which it has shown the same other thing, up to 255; 0: it shows what is usual.
    """

    def __init__(self, luma: U8, watched: U8) -> None:
        self.watched = watched
        self._background: F32 = luma.astype(np.float32)
        self._unrest: U8 = np.full(luma.shape, QUARTERS, np.uint8)
        self.shown: U8 = luma.copy()
        self.age: U8 = np.zeros(luma.shape, np.uint8)
        self.looks = 0

    @property
    def expected(self) -> U8:
        """(h, w) what is seen when nothing is there, in the light of the last looks."""
        return np.asarray(cv2.convertScaleAbs(self._background), np.uint8)

    def look(self, luma: U8) -> Seen:
        """A picture beside the model. Only `shown` and `age` follow it."""
        light = compare(self.expected, luma)
        predicted = light.predict(self._background, luma)
        limit = np.asarray(cv2.convertScaleAbs(self._unrest, alpha=TIMES / QUARTERS), np.uint8).clip(LEAST, MOST)
        same = cv2.compare(cv2.absdiff(luma, self.shown), limit, cv2.CMP_LE)
        # The mean of some looks: noise would be taken for the edge of a glow.
        self.shown = np.asarray(cv2.addWeighted(self.shown, 1 - FOLLOW, luma, FOLLOW, 0), np.uint8)
        cv2.copyTo(luma, cv2.bitwise_not(same), self.shown)
        away = _beyond(luma, predicted)
        changed = np.asarray(cv2.bitwise_and(cv2.compare(away, limit, cv2.CMP_GT), self.watched), np.uint8)
        goes_on = cv2.bitwise_and(changed, cv2.max(same, cv2.bitwise_not(_at_least(self.age, 1))))
        self.age = np.asarray(cv2.bitwise_and(np.minimum(self.age, 254) + 1, goes_on), np.uint8)
        return Seen(luma, predicted, limit, changed, _at_least(self.age, STILL), light)

    def learn(self, seen: Seen, owned: U8, around: U8) -> None:
        """Take what has not changed of a look into the model, and what has changed for long; not where things lie
        (`owned`, a mask), nor of what may be a part of them (`around`). What is behind what passes follows the light.
        """
        away, usual = cv2.absdiff(seen.luma, seen.predicted), cv2.convertScaleAbs(self._unrest, alpha=1 / QUARTERS)
        lies = _at_least(self.age, 2)
        # What is still is no unrest; of what passes by, the median knows nothing.
        more, less = cv2.compare(away, usual, cv2.CMP_GT), cv2.compare(away, usual, cv2.CMP_LT)
        self._unrest = np.asarray(
            cv2.subtract(cv2.add(self._unrest, _ones(cv2.subtract(more, lies))), _ones(cv2.subtract(less, lies))),
            np.uint8,
        )
        # What is burnt out may be anything.
        burnt = cv2.subtract(_at_least(seen.luma, BURNT_OUT), lies)
        self._unrest = np.asarray(cv2.add(self._unrest, np.asarray(burnt, np.uint8) & BURNT_STEP), np.uint8)
        patience = EARLY if self.looks < FORGET else FORGET
        small = np.asarray(cv2.bitwise_and(_at_least(self.age, patience), cv2.bitwise_not(around)), np.uint8)
        self.absorb(small)
        target = seen.luma.copy()
        cv2.copyTo(seen.predicted, cv2.subtract(seen.changed, small), target)
        # A thing that looks like what is beside it would be learnt from its rim inwards.
        cv2.accumulateWeighted(target, self._background, max(1 / (self.looks + 1), LEARN), cv2.bitwise_not(owned))
        self.looks += 1

    def absorb(self, mask: U8) -> None:
        """What is shown there is the background from now on."""
        if cv2.countNonZero(mask):
            there = mask > 0
            self._background[there] = self.shown[there]

    def begin_anew(self, luma: U8) -> None:
        """All that is seen is the background; what is known of noise is kept."""
        self._background = luma.astype(np.float32)
        self.shown = luma.copy()
        self.age = np.zeros(luma.shape, np.uint8)
        self.looks = 0

    def part(self, box: tuple[int, int, int, int]) -> F32:
        """What is usual in a box (left, top, right, bottom) of the picture, in levels; to be changed."""
        left, top, right, bottom = box
        return self._background[top:bottom, left:right]


def _at_least(values: U8, least: int) -> U8:
    return np.asarray(cv2.threshold(values, least - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _ones(mask: cv2.typing.MatLike) -> U8:
    """1 where a mask is set."""
    return np.asarray(np.asarray(mask, np.uint8) & 1, np.uint8)


def _beyond(luma: U8, predicted: U8) -> U8:
    """How far each pixel is outside of what is predicted for it and its neighbours: masts and trees sway."""
    above = cv2.subtract(luma, cv2.dilate(predicted, SQUARE))
    return np.asarray(cv2.max(above, cv2.subtract(cv2.erode(predicted, SQUARE), luma)), np.uint8)
