"""Things that are there and were not: where each is, whether it is still there, and what it can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, Bool
from models.observers.background.pixels import HELD, LEARN, SQUARE, STILL, Pixels, Seen

MOST: Final = 32
"""Things kept at once; further ones wait for a place."""
LEAST_SIDE: Final = 3.0
"""Pixels of the reduced picture that a thing is long at least."""
THIN: Final = 0.35
SLIM: Final = 14
"""Of its length, up to so many pixels, it is wide at least; the rim of a marking, or of a shadow, is thinner."""
FILLED: Final = 0.6
"""Of the least square, both ways, it covers at least."""
LARGEST: Final = 0.2
"""Of the picture: what is larger is no thing."""
JUDGED: Final = 3
"""Looks after it was found from which it is clear what something is: its parts become still one after another."""
GROWS: Final = 15
"""Looks for which parts that join it are its own."""
PARTS: Final = 0.15
"""Share of what is around it that is becoming still, too, for which it is taken for a part of something larger."""
THERE: Final = 0.5
BACK: Final = 0.6
"""Shares of its pixels that look as it did for it to be there, and as what is behind it for it to be gone."""
GONE: Final = 2
"""Looks in a row at which it is gone."""
REPLACED_S: Final = 120.0
REPLACED_LOOKS: Final = 60
"""Hidden for so long by what has been still for so many looks, its place has been taken."""
FLEETING_S: Final = 5.0
"""What is hidden for so long before it is clear what it is was not still."""
OLDEST_S: Final = 24 * 3600.0
"""Then it belongs to the place."""
RIM: Final = 3
TAKEN: Final = 1.3
"""Times that the edge around a change is steeper in what was there before than now, and the inside is less like its
surroundings: something was taken away. Steeper at all is enough where the inside was twice as odd, and nearly as steep
where it was four times."""
LITTLE_EDGE: Final = 0.7
SHARP: Final = 3.0
"""Times that the edge was steeper before for something to have been taken away, whatever is inside."""
SOFT: Final = 0.15
"""Share of its height that a change rises over a pixel at its rim, below which it is a glow."""
BURNT_OUT: Final = 245.0
SOFT_BURNT_OUT: Final = 0.22
"""The same of what is so bright: the middle of a lamp's glow is cut off, and its rim the steeper for that."""
BEGUN: Final = 20.0
GLARE: Final = 0.1
"""Share of its surroundings that are so bright, and were darker by so much, from which it is the rim of a glare."""
ALIKE: Final = 0.8
"""Correlation with what was there before from which only the light on it has changed."""
TEXTURED: Final = 5.0
"""Standard deviation in levels from which that can be told, of so many pixels:"""
ENOUGH: Final = 40
TOLD: Final = 10
"""Looks for which it is told that something was taken away."""
MANY: Final = 12
MUCH: Final = 0.06
"""Changes at one look that are more in number, or in share of the picture, are of the light where edges stay."""
EDGES_STAY: Final = 0.75
BURNT_RIM: Final = 0.055
BURNT_HIGH: Final = 0.05
BURNT: Final = 100
BESIDE: Final = 2
"""Along the upper and lower rim, of the picture's height, what is so small and rises by so many levels is text, where
more that rises so stands beside it, at a distance of so many times its height at most."""
FAINT: Final = 4.0
KEPT_EDGE: Final = 0.4
"""Levels a pixel, and share of what it was, that the edge of a thing has which is still there when the light has
changed past comparing."""


class Nature(Enum):
    """What a change in the picture is."""

    NEW = "new"
    """It cannot be told yet."""
    PUT = "put"
    TAKEN = "taken"
    LIGHT = "light"


@dataclass(slots=True, eq=False)
class Patch:
    """One thing. Bytes: 5 for each pixel of its box.

    Attributes:
        number: unique for the observer.
        x, y: of the corner of its box in the reduced picture.
        mask: (h, w) its pixels, 0 or 255; look: (h, w) float32 levels that it shows.
        edge: how steep its rim is, in levels a pixel.
        age_s: since it appeared; hidden_s: since it was last seen, 0: it is.
        surroundings: level of what is usual around it.
        looks: since it was found, and judged: when it was last judged; gone: in a row at which it was not there.
    """

    number: int
    x: int
    y: int
    mask: U8
    look: F32
    age_s: float
    nature: Nature = Nature.NEW
    edge: float = 0.0
    hidden_s: float = 0.0
    surroundings: float | None = None
    looks: int = 0
    judged: int = 0
    gone: int = 0

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        height, width = self.mask.shape
        return self.x, self.y, self.x + width, self.y + height

    def part(self, picture: U8) -> U8:
        """What a picture shows in its box."""
        left, top, right, bottom = self.box
        return picture[top:bottom, left:right]


class Patches:
    """The things in a picture of one size, at most `MOST`: together no more than five bytes a pixel.

    Args:
        numbers: for the things, one after the other.
        least: pixels that a thing is long at least.

    Attributes:
        owned: (h, w) mask of the pixels of all that was put there.
        around: the same, and some pixels around them, which may be of the same thing.
    """

    def __init__(self, shape: tuple[int, int], numbers: Iterator[int], least: float = LEAST_SIDE) -> None:
        self._least = max(least, LEAST_SIDE)
        self.owned: U8 = np.zeros(shape, np.uint8)
        self.around: U8 = self.owned
        self._patches: list[Patch] = []
        self._numbers = numbers

    @property
    def begun(self) -> bool:
        """Whether there was ever a thing."""
        return len(self._patches) > 0

    def __iter__(self) -> Iterator[Patch]:
        return iter(self._patches)

    def update(self, pixels: Pixels, seen: Seen, step_s: float) -> None:
        """One look.

        Args:
            pixels: has looked, and has not learnt yet; changes that are no things are absorbed by it.
            step_s: since the look before, as far as it is known what happened meanwhile.
        """
        before = len(self._patches)
        self._patches = [patch for patch in self._patches if self._goes_on(patch, pixels, seen, step_s)]
        changed = len(self._patches) != before
        for patch in self._patches:
            ready = patch.looks >= JUDGED and (patch.looks >= GROWS or _whole(patch, pixels.age))
            grown = patch.nature is Nature.PUT and patch.judged < GROWS <= patch.looks
            # Of what passes before it nothing can be told of it.
            if not patch.hidden_s and (grown or (patch.nature is Nature.NEW and ready)):
                patch.nature, patch.edge = judge(patch, pixels, seen)
                patch.judged = patch.looks
                if patch.nature in (Nature.TAKEN, Nature.LIGHT):
                    self._let_go(patch, pixels)
                    changed = True
        self._patches = [patch for patch in self._patches if patch.nature is not Nature.LIGHT]
        if changed:
            self._own()
        self._find(pixels, seen, step_s)

    def light_changed(self, pixels: Pixels, luma: U8) -> None:
        """The model has begun anew: what still shows its edge is kept, and nobody knows what is behind it."""
        kept = []
        for patch in self._patches:
            if patch.nature is Nature.PUT and _steepness(patch, luma) >= max(FAINT, KEPT_EDGE * patch.edge):
                around = _window(patch, luma)[~_framed(patch, luma.shape)]
                pixels.part(patch.box)[patch.mask > 0] = float(np.median(around)) if len(around) else 128.0
                patch.look, patch.surroundings = patch.part(luma).astype(np.float32), None
                kept.append(patch)
        self._patches = kept
        self._own()

    def _goes_on(self, patch: Patch, pixels: Pixels, seen: Seen, step_s: float) -> bool:
        patch.looks += 1
        if patch.nature is Nature.TAKEN:
            return patch.looks < TOLD
        patch.age_s += step_s
        mask = patch.mask > 0
        height, width = seen.luma.shape
        luma = patch.part(seen.luma).astype(np.float32)
        limit = patch.part(seen.limit).astype(np.float32)
        behind = np.abs(luma - patch.part(seen.predicted))
        expected = seen.light.of(patch.look, patch.x, patch.y, (width, height))
        # Its own light may differ from that of the place around it: either will do.
        own = np.minimum(np.abs(luma - expected), np.abs(luma - patch.look))
        there = (own < behind) & (own <= 2 * limit) & mask
        back = (own >= behind) & (behind <= limit) & mask
        count = max(int(mask.sum()), 1)
        share_there, share_back = int(there.sum()) / count, int(back.sum()) / count
        if share_there >= THERE:
            patch.hidden_s, patch.gone = 0.0, 0
            patch.look[there] += LEARN * (luma - patch.look)[there]
        else:
            patch.hidden_s += step_s
            patch.gone = patch.gone + 1 if share_back >= BACK else 0
        self._follow(patch, pixels)
        if patch.gone >= GONE or (patch.nature is Nature.NEW and patch.hidden_s > FLEETING_S):
            return False
        if patch.age_s > OLDEST_S:
            self._let_go(patch, pixels)
            return False
        return patch.hidden_s < REPLACED_S or float(np.median(patch.part(pixels.age)[mask])) < REPLACED_LOOKS

    @staticmethod
    def _follow(patch: Patch, pixels: Pixels) -> None:
        """What is behind a thing, and the thing while it is hidden, change their light as what is around them."""
        left, top, right, bottom = patch.box
        shape = pixels.shown.shape
        wide = max(left - RIM, 0), max(top - RIM, 0), min(right + RIM, shape[1]), min(bottom + RIM, shape[0])
        around = pixels.part(wide)[~_framed(patch, shape)]
        before, patch.surroundings = patch.surroundings, float(around.mean()) if len(around) else None
        if before is None or patch.surroundings is None:
            return
        change = patch.surroundings - before
        pixels.part(patch.box)[patch.mask > 0] += change
        if patch.hidden_s:
            patch.look += change

    def _find(self, pixels: Pixels, seen: Seen, step_s: float) -> None:
        """Begin with what has become still since the look before."""
        fresh = cv2.bitwise_and(pixels.still, cv2.bitwise_not(self.owned))
        if not cv2.countNonZero(cv2.erode(fresh, SQUARE[:2, :2])):
            return
        joined = cv2.morphologyEx(fresh, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        parts = [part for part in map(cv2.boundingRect, outlines) if self._is_thing(joined, *part)]
        light = seen.light.agreement is None or seen.light.agreement >= EDGES_STAY
        share = sum(width * height for _, _, width, height in parts) / joined.size
        if light and (len(parts) > MANY or share > MUCH):
            pixels.absorb(np.asarray(fresh, np.uint8))
            return
        found = False
        for x, y, width, height in sorted(parts, key=lambda part: -part[2] * part[3]):
            mask = np.array(joined[y : y + height, x : x + width], np.uint8)
            near = self._near(x, y, mask)
            if near is not None:
                self._join(near, x, y, mask, pixels)
                found = True
            elif len(self._patches) < MOST:
                looks = float(np.median(pixels.age[y : y + height, x : x + width][mask > 0]))
                look = pixels.shown[y : y + height, x : x + width].astype(np.float32)
                self._patches.append(Patch(next(self._numbers), x, y, mask, look, looks * step_s))
                found = True
        if found:
            self._own()

    def _is_thing(self, mask: cv2.typing.MatLike, x: int, y: int, width: int, height: int) -> bool:
        length = max(width, height)
        thin = min(width, height) < max(THIN * min(length, SLIM), 2)
        if length < self._least or thin or width * height > LARGEST * mask.size:
            return False
        return cv2.countNonZero(mask[y : y + height, x : x + width]) >= FILLED**2 * self._least**2

    def _near(self, x: int, y: int, mask: U8) -> Patch | None:
        """The young thing that new pixels belong to."""
        height, width = mask.shape
        for patch in self._patches:
            left, top, right, bottom = patch.box
            beside = left <= x + width + 1 and x <= right + 1 and top <= y + height + 1 and y <= bottom + 1
            if beside and patch.looks < GROWS and patch.nature in (Nature.NEW, Nature.PUT):
                return patch
        return None

    @staticmethod
    def _join(patch: Patch, x: int, y: int, mask: U8, pixels: Pixels) -> None:
        left, top, right, bottom = patch.box
        height, width = mask.shape
        x0, y0, x1, y1 = min(left, x), min(top, y), max(right, x + width), max(bottom, y + height)
        both = np.zeros((y1 - y0, x1 - x0), np.uint8)
        look = pixels.shown[y0:y1, x0:x1].astype(np.float32)
        both[top - y0 : bottom - y0, left - x0 : right - x0] = patch.mask
        look[top - y0 : bottom - y0, left - x0 : right - x0][patch.mask > 0] = patch.look[patch.mask > 0]
        part = both[y - y0 : y - y0 + height, x - x0 : x - x0 + width]
        cv2.bitwise_or(part, mask, part)
        patch.x, patch.y, patch.mask, patch.look, patch.surroundings = x0, y0, both, look, None

    def _let_go(self, patch: Patch, pixels: Pixels) -> None:
        """It belongs to the place from now on."""
        whole = np.zeros_like(self.owned)
        left, top, right, bottom = patch.box
        whole[top:bottom, left:right] = patch.mask
        pixels.absorb(whole)
        patch.looks = 0

    def _own(self) -> None:
        owned = np.zeros_like(self.owned)
        for patch in self._patches:
            if patch.nature is not Nature.TAKEN:
                part = patch.part(owned)
                cv2.bitwise_or(part, patch.mask, part)
        self.owned = np.asarray(cv2.dilate(owned, SQUARE), np.uint8)
        self.around = np.asarray(cv2.dilate(self.owned, np.ones((4 * RIM + 1, 4 * RIM + 1), np.uint8)), np.uint8)


def judge(patch: Patch, pixels: Pixels, seen: Seen) -> tuple[Nature, float]:
    """What a change is, by the edge around it and by what has stayed inside it; and how steep that edge is."""
    shown = pixels.shown
    now, was = _window(patch, shown).astype(np.float32), _window(patch, seen.predicted).astype(np.float32)
    mask = _framed(patch, shown.shape)
    # What has changed beside it may be another part of it, and is no surroundings.
    beside = ~mask & (_window(patch, pixels.age) < HELD)
    if not beside.any():
        beside = ~mask
    band, change = _band(mask) & (mask | beside), now - was
    height = float(np.percentile(np.abs(change[mask]), 75))
    edge, before, rise = (float(_slope(part)[band].mean()) for part in (now, was, change))
    bright = float(np.percentile(now[mask], 75)) >= BURNT_OUT
    if rise < (SOFT_BURNT_OUT if bright else SOFT) * height or _is_text(patch, shown, height):
        return Nature.LIGHT, edge
    odd, odd_before = (abs(float(part[mask].mean()) - float(part[beside].mean())) for part in (now, was))
    if _is_dazzled(now[~mask], was[~mask]):
        return Nature.LIGHT, edge
    clearer = odd_before > 2 * odd + FAINT, odd_before > 4 * (odd + FAINT)
    if before > SHARP * edge or (before > TAKEN * edge and odd_before > odd):
        return Nature.TAKEN, edge
    if (before > edge and clearer[0]) or (before > LITTLE_EDGE * edge and clearer[1]):
        return Nature.TAKEN, edge
    return (Nature.LIGHT if _alike(now[mask], was[mask]) else Nature.PUT), edge


def _is_dazzled(now: F32, was: F32) -> bool:
    """Whether something among the pixels (K) beside it has begun to burn the picture out."""
    return len(now) > 0 and float(((now >= BURNT_OUT) & (was < BURNT_OUT - BEGUN)).mean()) >= GLARE


def _alike(now: F32, was: F32) -> bool:
    """Whether pixels (K) show the same texture as before, in another light."""
    if len(now) < ENOUGH or float(was.std()) < TEXTURED or float(now.std()) < TEXTURED / 3:
        return False
    return float(np.corrcoef(now, was)[0, 1]) >= ALIKE


def _is_text(patch: Patch, shown: U8, step: float) -> bool:
    left, top, right, bottom = patch.box
    height = shown.shape[0]
    at_rim = bottom <= BURNT_RIM * height or top >= (1 - BURNT_RIM) * height
    if not at_rim or bottom - top > BURNT_HIGH * height or step < BURNT:
        return False
    aside = BESIDE * (bottom - top)
    beside = (
        shown[top:bottom, max(left - aside, 0) : max(left - RIM, 0)],
        shown[top:bottom, right + RIM : right + aside],
    )
    return any(part.size > 0 and float(np.ptp(part)) >= BURNT for part in beside)


def _whole(patch: Patch, age: U8) -> bool:
    """Whether nothing around it has become still with it, or is about to."""
    around = _window(patch, age)[~_framed(patch, age.shape)]
    own = float(np.median(patch.part(age)[patch.mask > 0])) + STILL
    return float(((around >= HELD) & (around <= own)).mean()) < PARTS if len(around) else True


def _window(patch: Patch, picture: U8) -> U8:
    """Its box with a rim around it, as far as the picture goes."""
    left, top, right, bottom = patch.box
    return picture[max(top - RIM, 0) : bottom + RIM, max(left - RIM, 0) : right + RIM]


def _framed(patch: Patch, shape: tuple[int, ...]) -> Bool:
    """Its mask in that window, of a picture of this shape."""
    left, top, right, bottom = patch.box
    above, before = min(top, RIM), min(left, RIM)
    below, after = min(shape[0] - bottom, RIM), min(shape[1] - right, RIM)
    return np.pad(patch.mask > 0, ((above, below), (before, after)))


def _band(mask: Bool) -> Bool:
    """Pixels on either side of the rim of a mask."""
    whole = mask.astype(np.uint8)
    return np.asarray(cv2.dilate(whole, SQUARE) != cv2.erode(whole, SQUARE), np.bool_)


def _slope(part: F32) -> F32:
    """How much each pixel (h, w) rises to its neighbours, in levels a pixel."""
    across, down = cv2.Sobel(part, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(part, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _steepness(patch: Patch, luma: U8) -> float:
    return float(_slope(_window(patch, luma).astype(np.float32))[_band(_framed(patch, luma.shape))].mean())
