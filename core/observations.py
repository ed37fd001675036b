"""What observers tell rules of a picture: small facts, never pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fixed camera's picture lies beside the one that its scene was drawn on.

    Attributes:
        shift_px: how far (x, y) it has moved, in pixels of the frame; what is at p there is at p + shift here.
        valid: near enough for the scene's places and metres to hold once the shift is taken off.
    """

    shift_px: tuple[float, float] = (0.0, 0.0)
    valid: bool = True


PLACED = Placement()


@dataclass(frozen=True, slots=True)
class PictureHealth:
    """How good one picture is. Shares are 0..1; None: it cannot be told (yet).

    Attributes:
        still_s: time for which nothing in the picture has changed, a burnt-in clock excepted; 0: it has changed just
            now; None at the first look of a stream.
        level: mean brightness, 0..255; light: brightness that 1 % of the picture exceeds.
        sharpness: of edges, as a share of what is usual at this camera.
        hidden: share of what the picture usually shows that is now without any detail, dazzle not counted.
        dazzled: share of the picture in the glare of a lamp.
        agreement: share of what the picture usually shows that is there, wherever it has moved.
        shift_px: how far (x, y) the picture has moved, in pixels of the frame; None where it fits nowhere.
        placement: what shifts of the last looks amount to.
    """

    still_s: float | None
    level: float
    light: float
    sharpness: float | None = None
    hidden: float | None = None
    dazzled: float = 0.0
    agreement: float | None = None
    shift_px: tuple[float, float] | None = None
    placement: Placement = PLACED


Fact: TypeAlias = PictureHealth
"""What one observer tells at one look."""


@dataclass(frozen=True, slots=True)
class Observations:
    """The latest fact of each observer that looked since the frame before; None from those that did not."""

    health: PictureHealth | None = None

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Observations:
        """The last of each type, of facts in time order."""
        latest = {type(fact): fact for fact in facts}
        return cls(latest.get(PictureHealth)) if latest else NOTHING_SEEN


NOTHING_SEEN = Observations()
