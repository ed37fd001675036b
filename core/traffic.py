"""Figures of traffic engineering: passenger car units and levels of service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.taxonomy import ObjectClass

PCU: Final[Mapping[ObjectClass, float]] = {
    ObjectClass.BICYCLE: 0.3,
    ObjectClass.MOTORCYCLE: 0.25,
    ObjectClass.CAR: 1.0,
    ObjectClass.BUS: 3.0,
    ObjectClass.TRUCK: 2.5,
    ObjectClass.TRAIN: 4.0,
}
"""Passenger car units at design speeds of 30 to 50 km/h (TCVN 104:2007, urban roads): a bus is a large one, a truck has
two axles; a tram counts as an articulated bus does. What is not a vehicle has none."""

SIZES_M: Final[Mapping[ObjectClass, tuple[float, float]]] = {
    ObjectClass.BICYCLE: (1.8, 0.6),
    ObjectClass.MOTORCYCLE: (2.0, 0.7),
    ObjectClass.CAR: (4.5, 1.8),
    ObjectClass.BUS: (11.0, 2.5),
    ObjectClass.TRUCK: (8.0, 2.4),
    ObjectClass.TRAIN: (30.0, 2.5),
}
"""Usual length and width: a box tells where a vehicle's near end is, not how long it is."""

_BY_DENSITY: Final = ((6.8, "A"), (11.2, "B"), (16.2, "C"), (21.7, "D"), (28.0, "E"))
"""Upper limits in passenger cars by kilometre and lane (Highway Capacity Manual, basic motorway segments: 11, 18, 26,
35, 45 by mile)."""
_BY_SPEED: Final = ((0.85, "A"), (0.67, "B"), (0.50, "C"), (0.40, "D"), (0.30, "E"))
"""Lower limits of the share of free-flow speed (Highway Capacity Manual 2010, urban streets)."""


def level_by_density(pcupkm: float) -> str:
    """Level of service of a motorway lane, A to F, by its density in passenger car units by kilometre."""
    return next((level for most, level in _BY_DENSITY if pcupkm <= most), "F")


def level_by_speed(share: float) -> str:
    """Level of service of a street, A to F, by its mean speed as a share of the free-flow speed."""
    return next((level for least, level in _BY_SPEED if share > least), "F")
