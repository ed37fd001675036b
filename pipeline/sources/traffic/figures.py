"""What road users look like: solids put together, and the colours they may have."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.taxonomy import ObjectClass
from pipeline.sources.traffic.canvas import Colour

GLASS: Final[Colour] = (74, 62, 54)
SKIN: Final[Colour] = (128, 160, 200)
TYRES: Final[Colour] = (52, 48, 46)
CAB: Final[Colour] = (150, 150, 150)


class Solid(NamedTuple):
    """A part of a road user, in shares of its length, width and height.

    Attributes:
        low, high: where it begins and ends above the ground.
        shade: the light on the body's colour, or a colour of its own.
        forward: of its middle from the middle of the road user.
    """

    long: float
    wide: float
    low: float
    high: float
    shade: float | Colour = 1.0
    forward: float = 0.0


SOLIDS: Final[dict[int, tuple[Solid, ...]]] = {
    ObjectClass.PERSON: (Solid(0.8, 0.9, 0.0, 0.85), Solid(0.5, 0.5, 0.85, 1.0, SKIN)),
    ObjectClass.BICYCLE: (
        Solid(1.0, 0.3, 0.0, 0.55, TYRES),
        Solid(0.3, 0.75, 0.4, 0.88, forward=-0.06),
        Solid(0.16, 0.4, 0.88, 1.0, SKIN, -0.04),
    ),
    ObjectClass.MOTORCYCLE: (
        Solid(1.0, 0.45, 0.0, 0.55, 0.45),
        Solid(0.4, 0.95, 0.4, 0.86, forward=-0.06),
        Solid(0.17, 0.42, 0.86, 1.0, 0.7, -0.02),
    ),
    ObjectClass.CAR: (
        Solid(1.0, 1.0, 0.1, 0.6),
        Solid(0.56, 0.88, 0.6, 0.92, GLASS, -0.06),
        Solid(0.46, 0.84, 0.92, 1.0, forward=-0.06),
    ),
    ObjectClass.BUS: (
        Solid(1.0, 1.0, 0.06, 0.42),
        Solid(0.99, 0.97, 0.42, 0.8, GLASS),
        Solid(1.0, 1.0, 0.8, 1.0, 1.1),
    ),
    ObjectClass.TRUCK: (Solid(0.72, 1.0, 0.1, 1.0, forward=-0.13), Solid(0.24, 0.94, 0.1, 0.72, CAB, 0.38)),
}
"""By class, the lowest first."""

_BLUE, _RED, _GREEN, _WHITE = (182, 120, 66), (78, 78, 186), (92, 150, 92), (208, 208, 208)
_AMBER, _PURPLE, _BLACK, _SAND = (74, 152, 206), (140, 92, 140), (70, 66, 62), (124, 156, 182)

PAINTS: Final[dict[int, tuple[Colour, ...]]] = {
    ObjectClass.PERSON: (_BLUE, _RED, _WHITE, _GREEN),
    ObjectClass.BICYCLE: (_BLUE, _GREEN, _AMBER, _WHITE),
    ObjectClass.MOTORCYCLE: (_BLUE, _RED, _GREEN, _WHITE, _AMBER, _PURPLE),
    ObjectClass.CAR: (_WHITE, _WHITE, (112, 108, 104), _BLACK, _RED, _BLUE, _SAND, _WHITE),
    ObjectClass.BUS: ((66, 170, 226), (96, 140, 72), (74, 74, 190)),
    ObjectClass.TRUCK: ((172, 132, 84), (216, 216, 216), (104, 140, 168)),
}
"""By class: bodies of vehicles, clothes of people."""


def figure(class_id: int) -> tuple[Solid, ...]:
    """The solids of a class; a class without any of its own looks like a car."""
    return SOLIDS.get(class_id, SOLIDS[ObjectClass.CAR])


def paint(class_id: int, user: int) -> Colour:
    """The colour of a road user, always the same for one number."""
    paints = PAINTS.get(class_id, PAINTS[ObjectClass.CAR])
    return paints[(user * 2_654_435_761 >> 16) % len(paints)]  # Knuth's multiplicative hash: neighbours differ
