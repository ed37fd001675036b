"""A model of each pixel: what it shows when nothing is there, how restless it is, and since when it has been still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8
from models.kernels import changes
from models.observers.background.light import Light, compare

LEARN: Final = 1 / 16
"""Share of a look in what is learnt."""
BOUND: Final = 8
"""Levels by which a look draws it at most: what is seen more often than all else together is learnt (P. J. Huber)."""
LEAST: Final = 12
"""Levels by which a pixel must differ to have changed, and by more than `changes.TIMES` its unrest."""
MOST: Final = 48
"""Levels by which it has changed in any case: where traffic is dense, more than half of all looks differ."""
STILL: Final = 5
"""Looks at which a pixel shows the same until it is still: more than at which something else hides it, and at none of
which it shows what is usual."""
HELD: Final = 2
"""Of these, from how many on what it has shown is kept while something passes before it."""
FORGET: Final = 60
"""Looks after which what is still, and too small to be a thing, is learnt: the rim of a shadow that moves on."""
FIRST: Final = 1 / 8
"""The same as `LEARN` while the model is new, for so many looks."""
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
    """

    luma: U8
    predicted: U8
    limit: U8
    changed: U8
    light: Light


class Pixels:
    """The model of a picture of one size: eight bytes a pixel.

    Args:
        luma: the first picture (h, w).
        watched: (h, w) mask of the pixels that are watched.

    Attributes:
        watched: may be changed, as the picture moves.
        looks: since it began, or began anew.
        shown: (h, w) what each pixel has shown of late, without its noise.
        age: (h, w) looks at which it has shown the same other thing, without as many at which something passed before
            that, up to 255; 0: it shows what is usual.
    """

    def __init__(self, luma: U8, watched: U8) -> None:
        self.watched = watched
        self._background: F32 = luma.astype(np.float32)
        self._votes: U8 = np.ones(luma.shape, np.uint8)
        self._unrest: U8 = np.full(luma.shape, changes.QUARTERS, np.uint8)
        self.shown: U8 = luma.copy()
        self.age: U8 = np.zeros(luma.shape, np.uint8)
        self.looks = 0

    @property
    def expected(self) -> U8:
        """(h, w) what is seen when nothing is there, in the light of the last looks."""
        return np.asarray(cv2.convertScaleAbs(self._background), np.uint8)

    @property
    def still(self) -> U8:
        """(h, w) mask of those that show the same other thing for `STILL` looks, or did until something passed it."""
        return _at_least(self.age, STILL)

    def look(self, luma: U8) -> Seen:
        """A picture beside the model. Only `shown` and `age` follow it."""
        light = compare(self.expected, luma)
        predicted = light.predict(self._background, luma)
        # Beside what is predicted for a pixel and its neighbours: masts and trees sway. What passes before something
        # says neither that it is there nor that it is gone. What is shown is the mean of some looks: noise would be
        # taken for the edge of a glow.
        least, most = (_row(around(predicted, SQUARE)) for around in (cv2.erode, cv2.dilate))
        limit, changed = np.empty_like(predicted), np.empty_like(predicted)
        kept = _row(self._unrest), _row(self.watched), (LEAST, MOST), HELD
        changes.look(_row(luma), least, most, *kept, _row(limit), _row(changed), _row(self.shown), _row(self.age))
        return Seen(luma, predicted, limit, changed, light)

    def learn(self, seen: Seen, owned: U8, around: U8) -> None:
        """Take what has not changed of a look into the model, and what has changed for long; not where things lie
        (`owned`, a mask), nor of what may be a part of them (`around`). What is behind what passes follows the light.
        """
        # What is still is no unrest; of what passes by, the median knows nothing. What is burnt out may be anything.
        now, usual = _row(seen.luma), _row(seen.predicted)
        changes.learn_unrest(now, usual, _row(self.age), BURNT_OUT, BURNT_STEP, _row(self._unrest))
        if self.looks < FORGET:
            self._begin(seen, owned)
        else:
            self._go_on(seen, owned, around)
        self.looks += 1

    def _begin(self, seen: Seen, owned: U8) -> None:
        """While the model is new it takes what is seen most often (R. Boyer, J. Moore): who is there in the first
        picture, and goes on, is not taken for the place.
        """
        others = np.asarray(cv2.subtract(seen.changed, owned), np.uint8)
        usual = cv2.bitwise_not(cv2.max(seen.changed, owned))
        cv2.accumulateWeighted(seen.luma, self._background, max(1 / (self.looks + 1), FIRST), usual)
        self._votes = np.asarray(cv2.add(self._votes, _ones(usual)), np.uint8)
        outvoted = others & np.asarray(cv2.bitwise_not(_at_least(self._votes, 1)), np.uint8)
        self._votes = np.asarray(cv2.subtract(self._votes, _ones(others)), np.uint8)
        if cv2.countNonZero(outvoted):
            cv2.copyTo(seen.luma.astype(np.float32), outvoted, self._background)

    def _go_on(self, seen: Seen, owned: U8, around: U8) -> None:
        small = np.asarray(cv2.bitwise_and(_at_least(self.age, FORGET), cv2.bitwise_not(around)), np.uint8)
        self.absorb(small)
        # The mean of all would be drawn towards traffic: bounded, each look counts for as much as another one.
        target = np.empty_like(seen.predicted)
        changes.aim(_row(seen.luma), _row(seen.predicted), _row(seen.changed), _row(small), BOUND, _row(target))
        # A thing that looks like what is beside it would be learnt from its rim inwards.
        cv2.accumulateWeighted(target, self._background, LEARN, cv2.bitwise_not(owned))

    def absorb(self, mask: U8) -> None:
        """What is shown there is the background from now on."""
        if cv2.countNonZero(mask):
            there = mask > 0
            self._background[there] = self.shown[there]
            self.age[there] = 0

    def begin_anew(self, luma: U8) -> None:
        """All that is seen is the background; what is known of noise is kept."""
        self._background = luma.astype(np.float32)
        self.shown = luma.copy()
        self.age = np.zeros(luma.shape, np.uint8)
        self._votes = np.ones(luma.shape, np.uint8)
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


def _row(picture: U8 | cv2.typing.MatLike) -> U8:
    """All pixels in a row, of one type for compiled loops, whether a decoder lent them or not; written to where it is
    one in memory.
    """
    whole = np.asarray(picture, np.uint8)
    if not whole.flags.writeable or not whole.flags.c_contiguous:
        whole = whole.copy()
    return whole.reshape(-1)
