"""A frame as observers see it: reduced once, for all that look."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import cv2
import numpy as np

from core.arrays import I64, U8
from core.frames import FrameMeta, Surface

WIDTH: Final = 640
"""Most pixels across: what an observer should see is larger than three pixels of a 1080p picture."""
NEARLY: Final = 1.5
"""Times that a picture is as wide as its reduced one, up to which it is reduced by lines between pixels."""
POINTS: Final = (96, 54)


def reduced_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the reduced picture of a frame: no larger, and at least 1 × 1."""
    scale = min(1.0, WIDTH / width)
    return max(round(width * scale), 1), max(round(height * scale), 1)


class SurfaceGlimpse:
    """A `core.frames.Glimpse` of a frame whose pixels are still there. Reads the surface, does not release it."""

    def __init__(self, frame: FrameMeta, surface: Surface) -> None:
        self.frame = frame
        self._surface = surface

    @cached_property
    def luma(self) -> U8:
        """Brightness (h, w); `Glimpse.luma`. Straight from the decoder's luma where the frame has it."""
        width, height = self.frame.width, self.frame.height
        grey = self._surface.grey(width, height)
        if grey.shape != (height, width):
            # Samples are not turned as a picture taken upright may be.
            grey = np.asarray(cv2.cvtColor(self._surface.to_host(), cv2.COLOR_BGR2GRAY), np.uint8)
        return _reduced(grey, reduced_size(width, height))

    @cached_property
    def points(self) -> U8:
        """Single pixels; `Glimpse.points`."""
        return self._surface.grey(*POINTS)

    @cached_property
    def colour(self) -> U8:
        """The picture (h, w, 3) BGR; `Glimpse.colour`."""
        return _reduced(self._surface.to_host(), reduced_size(self.frame.width, self.frame.height))

    def sample(self, x: I64, y: I64) -> U8:
        """Pixels of the frame; `Glimpse.sample`."""
        return self._surface.sample(x, y)

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """Pixels inside a box of the frame; `Glimpse.crop`."""
        return self._surface.crop(xyxy)


def _reduced(picture: U8, size: tuple[int, int]) -> U8:
    if picture.shape[1::-1] != size:
        # Where no pixel is left out, lines are as good, in a sixth of the time.
        nearly = picture.shape[1] <= NEARLY * size[0]
        how = cv2.INTER_LINEAR if nearly else cv2.INTER_AREA
        picture = np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)
    picture.flags.writeable = False
    return picture
