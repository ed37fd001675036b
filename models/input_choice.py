"""The width of a detector's input by what its camera has to show: large enough for the smallest that is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.frames import InputSpec
from core.scene import Scene
from models.backends.resized import in_proportion, in_steps
from scenes.visibility import Smallest, smallest_rider

WANTED_PX: Final = 12.0
"""Root of a box's area in the input. Of people of 12 to 14 pixels the shipped detector finds 94 %, of those of 10 to 12
86 %, of smaller ones 40 % (PETS09-S2L1; `benchmarks/events/noise_levels.json`)."""
TIMES: Final = (1.0, 1.5, 2.0, 3.0)
"""Widths to choose from, as multiples of that of the export: the last takes nine times as long as the first."""


@dataclass(frozen=True, slots=True)
class InputChoice:
    """What a camera's pictures are shown to the detector with.

    Attributes:
        width: of the input, in pixels.
        smallest: where riders are smallest in the camera's scene; None: there is nothing to choose by.
        size_px: how large they are there, in pixels of the input.
    """

    width: int
    smallest: Smallest | None = None
    size_px: float = 0.0

    @property
    def enough(self) -> bool:
        """Whether they are as large as is wanted; also where nothing is known of them."""
        return self.smallest is None or self.size_px >= WANTED_PX


def choose_input(scene: Scene, exported: InputSpec) -> InputChoice:
    """The smallest input in which riders at all of a scene's places are `WANTED_PX` large, else the largest that helps.

    None is wider than the picture, for blown up pictures show nothing more; a scene without places, or without metres,
    takes what was exported.
    """
    widths = [in_steps(round(exported.width * times)) for times in TIMES]
    useful = [exported.width, *(width for width in widths[1:] if width <= scene.reference_size[0])]
    smallest = smallest_rider(scene)
    choices = [_with(smallest, scene, exported, width) for width in useful]
    return next((choice for choice in choices if choice.enough), choices[-1])


def seen_with(scene: Scene, exported: InputSpec, width: int) -> InputChoice:
    """What an input of a width comes to; its height is in proportion to the exported one's."""
    return _with(smallest_rider(scene), scene, exported, width)


def _with(smallest: Smallest | None, scene: Scene, exported: InputSpec, width: int) -> InputChoice:
    if smallest is None:
        return InputChoice(width)
    sides = zip(in_proportion(exported, width), scene.reference_size, strict=True)
    return InputChoice(width, smallest, smallest.size_px * min(side / whole for side, whole in sides))
