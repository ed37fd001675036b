"""One thing that is there and was not: its pixels, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8, Bool
from models.observers.background.pixels import SQUARE

RIM: Final = 3
"""Pixels around a box that are looked at beside it."""


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

    def window(self, picture: U8) -> U8:
        """What a picture shows in its box and in a rim around it, as far as the picture goes."""
        left, top, right, bottom = self.box
        return picture[max(top - RIM, 0) : bottom + RIM, max(left - RIM, 0) : right + RIM]

    def framed(self, shape: tuple[int, ...]) -> Bool:
        """Its mask in that window, of a picture of this shape."""
        left, top, right, bottom = self.box
        above, before = min(top, RIM), min(left, RIM)
        below, after = min(shape[0] - bottom, RIM), min(shape[1] - right, RIM)
        return np.pad(self.mask > 0, ((above, below), (before, after)))

    def steepness(self, luma: U8) -> float:
        """How steep its rim is in a picture, in levels a pixel."""
        return float(slope(self.window(luma).astype(np.float32))[rim_of(self.framed(luma.shape))].mean())

    def join(self, x: int, y: int, mask: U8, shown: U8) -> None:
        """Pixels of a box at (x, y), as a picture shows them, are of it too."""
        left, top, right, bottom = self.box
        height, width = mask.shape
        x0, y0, x1, y1 = min(left, x), min(top, y), max(right, x + width), max(bottom, y + height)
        both = np.zeros((y1 - y0, x1 - x0), np.uint8)
        look = shown[y0:y1, x0:x1].astype(np.float32)
        both[top - y0 : bottom - y0, left - x0 : right - x0] = self.mask
        look[top - y0 : bottom - y0, left - x0 : right - x0][self.mask > 0] = self.look[self.mask > 0]
        part = both[y - y0 : y - y0 + height, x - x0 : x - x0 + width]
        cv2.bitwise_or(part, mask, part)
        self.x, self.y, self.mask, self.look, self.surroundings = x0, y0, both, look, None


def rim_of(mask: Bool) -> Bool:
    """Pixels on either side of the rim of a mask."""
    whole = mask.astype(np.uint8)
    return np.asarray(cv2.dilate(whole, SQUARE) != cv2.erode(whole, SQUARE), np.bool_)


def slope(part: F32) -> F32:
    """How much each pixel (h, w) rises to its neighbours, in levels a pixel."""
    across, down = cv2.Sobel(part, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(part, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def across(part: F32, mask: Bool) -> F32:
    """How much each pixel (h, w) rises towards the inside of a mask, in levels a pixel; where it is level, nothing."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)
    (right, down), (inward, downward) = (
        (cv2.Sobel(one, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(one, cv2.CV_32F, 0, 1, scale=1 / 8))
        for one in (part, soft)
    )
    length = np.maximum(cv2.magnitude(inward, downward), np.finfo(np.float32).tiny)
    return np.asarray((right * inward + down * downward) / length, np.float32)
