"""The classes of things that Matpho knows: one list, versioned, for all models, rules and records.

A model card maps its own class names into this list; classes it does not map are dropped and counted.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

TAXONOMY_VERSION: Final = 2


class ObjectClass(IntEnum):
    """What a detection is. Values are stored and sent: they are added to, never changed."""

    PERSON = 0
    BICYCLE = 1
    MOTORCYCLE = 2
    CAR = 3
    BUS = 4
    TRUCK = 5
    TRAIN = 6
    ANIMAL = 7
    BAG = 8
    SMOKE = 9
    FIRE = 10
    WATER = 11
    """That stands where it should not: on a road, a square."""

    @property
    def label(self) -> str:
        """The lower-case name used in configuration, records and files, such as `motorcycle`."""
        return self.name.lower()


VEHICLES: Final = frozenset(
    {
        ObjectClass.BICYCLE,
        ObjectClass.MOTORCYCLE,
        ObjectClass.CAR,
        ObjectClass.BUS,
        ObjectClass.TRUCK,
        ObjectClass.TRAIN,
    }
)
TWO_WHEELERS: Final = frozenset({ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE})
GROUPS: Final = {"vehicle": VEHICLES, "two_wheeler": TWO_WHEELERS}
"""Names that stand for several classes in configuration."""

LABELS: Final = tuple(item.label for item in ObjectClass)


def class_of(label: str) -> ObjectClass:
    """The class of a label such as `car`.

    Raises:
        KeyError: the taxonomy has no such class.
    """
    return ObjectClass[label.upper()]


def classes_of(labels: tuple[str, ...]) -> frozenset[ObjectClass]:
    """The classes that labels and group names stand for together.

    Raises:
        KeyError: a label is neither a class nor a group.
    """
    found: set[ObjectClass] = set()
    for label in labels:
        found |= GROUPS.get(label) or {class_of(label)}
    return frozenset(found)
