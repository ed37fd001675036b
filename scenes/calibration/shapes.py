"""How large and of what shape road users are, by class: the ruler that traffic carries with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64
from core.taxonomy import ObjectClass


@dataclass(frozen=True, slots=True)
class Typical:
    """The usual road user of a class.

    Attributes:
        length_m, width_m, height_m: means.
        spread: standard deviations of the logarithms of a box's width and height from one to the next, beside what
            its position and heading explain.
        doubt: standard deviation of the logarithm of these means from street to street.
    """

    length_m: float
    width_m: float
    height_m: float
    spread: tuple[float, float]
    doubt: float = 0.03

    @property
    def size(self) -> F64:
        """(3) length, width, height in metres."""
        return np.array([self.length_m, self.width_m, self.height_m])


TYPICAL: Final[Mapping[ObjectClass, Typical]] = {
    # Adults of Vietnam: men 1.68 m, women 1.57 m (NCD-RisC, eLife 2016;5:e13410; 2020 survey of nutrition), with shoes.
    ObjectClass.PERSON: Typical(0.45, 0.55, 1.65, (0.30, 0.07)),
    # ISO 4210 city bicycles with a rider in the saddle.
    ObjectClass.BICYCLE: Typical(1.75, 0.60, 1.65, (0.14, 0.09)),
    # Makers' data: Honda Wave Alpha 1.91 × 0.69 m, Vision 1.87 × 0.69 m, Yamaha Sirius 1.94 × 0.72 m; rider's head.
    ObjectClass.MOTORCYCLE: Typical(1.90, 0.72, 1.62, (0.12, 0.08)),
    # Makers' data of what sells most: Vios 4.43 × 1.73 × 1.48, Accent 4.54 × 1.77 × 1.49, i10 3.8 × 1.68 × 1.52,
    # Xpander 4.6 × 1.75 × 1.75 m.
    ObjectClass.CAR: Typical(4.40, 1.75, 1.52, (0.10, 0.09)),
    # From a van of 16 seats (6.0 × 2.1 × 2.5) to a city bus (12.0 × 2.5 × 3.2 m).
    ObjectClass.BUS: Typical(10.0, 2.45, 3.0, (0.25, 0.20), 0.10),
    # From 1 t (4.9 × 1.8 × 2.1) to three axles (9.5 × 2.5 × 3.3 m).
    ObjectClass.TRUCK: Typical(6.2, 2.1, 2.6, (0.30, 0.25), 0.10),
}
"""Only these are measured."""


def _box(length: float, width: float, low: float, high: float, middle: float = 0.0) -> list[tuple[float, float, float]]:
    """Corners of a block: shares of the length, width and height."""
    return [
        (middle + end * length / 2, side * width / 2, z) for end in (-1, 1) for side in (-1, 1) for z in (low, high)
    ]


# Seen from above, the far upper edge of a block would stand out over what is really there: a bonnet, a wheel.
_CAR: Final = [*_box(1.0, 1.0, 0.0, 0.5), *_box(0.5, 0.8, 0.5, 1.0, -0.08)]
_RIDER: Final = [*_box(1.0, 0.25, 0.0, 0.35), *_box(0.3, 1.0, 0.55, 0.65, 0.1), *_box(0.16, 0.4, 0.6, 1.0, -0.05)]
_PERSON: Final = [*_box(1.0, 0.7, 0.0, 0.05), *_box(0.6, 1.0, 0.5, 0.8), *_box(0.4, 0.35, 0.9, 1.0)]
BLOCK: Final[F64] = np.array(_box(1.0, 1.0, 0.0, 1.0))
_HULLS: Final = {
    ObjectClass.PERSON: _PERSON,
    ObjectClass.BICYCLE: _RIDER,
    ObjectClass.MOTORCYCLE: _RIDER,
    ObjectClass.CAR: _CAR,
}


def hull(class_id: int, size: F64) -> F64:
    """Points (K, 3) in metres on the outside of a road user: ahead, to the left, up, from the middle of its foot."""
    shape = np.array(_HULLS.get(ObjectClass(class_id), BLOCK), np.float64)
    return np.asarray(shape * size, np.float64)
