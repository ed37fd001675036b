"""Things that are there and were not: where each is, whether it is still there, and what it can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from core.arrays import U8
from models.observers.background.judging import FAINT, GROWS, judge
from models.observers.background.lasting import has_gone, is_replaced, look_again
from models.observers.background.patch import RIM, Nature, Patch
from models.observers.background.pixels import HELD, SQUARE, STILL, Pixels, Seen

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
PARTS: Final = 0.15
"""Share of what is around it that is becoming still, too, for which it is taken for a part of something larger."""
OLDEST_S: Final = 24 * 3600.0
"""Then it belongs to the place."""
TOLD: Final = 10
"""Looks for which it is told that something was taken away."""
MANY: Final = 12
MUCH: Final = 0.06
"""Changes at one look that are more in number, or in share of the picture, are of the light where edges stay."""
EDGES_STAY: Final = 0.75
KEPT_EDGE: Final = 0.4
"""Share of what it was that the edge of a thing has which is still there when the light has changed past comparing."""


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
            if patch.nature is Nature.PUT and patch.steepness(luma) >= max(FAINT, KEPT_EDGE * patch.edge):
                around = patch.window(luma)[~patch.framed(luma.shape)]
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
        look_again(patch, pixels, seen, step_s)
        if has_gone(patch):
            return False
        if patch.age_s > OLDEST_S:
            self._let_go(patch, pixels)
            return False
        return not is_replaced(patch, pixels)

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
                near.join(x, y, mask, pixels.shown)
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


def _whole(patch: Patch, age: U8) -> bool:
    """Whether nothing around it has become still with it, or is about to."""
    around = patch.window(age)[~patch.framed(age.shape)]
    own = float(np.median(patch.part(age)[patch.mask > 0])) + STILL
    return float(((around >= HELD) & (around <= own)).mean()) < PARTS if len(around) else True
