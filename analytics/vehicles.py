"""What is known of vehicles by their class alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from analytics.views import class_mask
from core.arrays import F64, Bool, frozen
from core.taxonomy import TWO_WHEELERS, ObjectClass, class_of
from core.traffic import PCU, SIZES_M

CAR_BOXES: Final[Mapping[ObjectClass, float]] = {
    ObjectClass.BICYCLE: 0.7,
    ObjectClass.MOTORCYCLE: 0.7,
    ObjectClass.CAR: 1.0,
    ObjectClass.BUS: 2.2,
    ObjectClass.TRUCK: 1.9,
    ObjectClass.TRAIN: 4.0,
}
"""Longer side of a class's box, in a car's at the same place, seen 25° from above along its way: length × sin 25°
+ height × cos 25° of a car of 4.5 × 1.5 m, a rider of 2 × 1.7 m, a truck of 8 × 3 m, a bus of 11 × 3.1 m. From the side
a motorcycle is overrated by up to 1.7."""

MOTOR: Final = frozenset({ObjectClass.MOTORCYCLE, ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK})
"""Whose speeds say what a road allows."""


def by_class(values: Mapping[ObjectClass, float], otherwise: float) -> F64:
    """One number for each class of the taxonomy."""
    table = np.full(len(ObjectClass), otherwise)
    for key, value in values.items():
        table[key] = value
    return frozen(table, np.float64, (len(ObjectClass),), "table")


LENGTHS_M: Final[F64] = by_class({kind: size[0] for kind, size in SIZES_M.items()}, 0.0)
"""Usual length of each class, m; 0 where none is known."""


def pcu_table(changed: Mapping[str, float] | None = None) -> F64:
    """Passenger car units by class, with those that a rule changes.

    Raises:
        KeyError: no such class.
    """
    return by_class(dict(PCU) | {class_of(label): value for label, value in (changed or {}).items()}, 0.0)


RIDDEN: Final[Bool] = frozen(
    np.array([item in TWO_WHEELERS for item in ObjectClass]), np.bool_, (len(ObjectClass),), "ridden"
)
"""For each class of the taxonomy, whether one sits on it: two-wheelers."""


def is_vehicle() -> Bool:
    """For each class of the taxonomy, whether it is one."""
    return class_mask(["vehicle"])
