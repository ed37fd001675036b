"""Who is on the road: sizes, speeds and driving of each type, and how many of each there are.

Sizes, accelerations and decelerations start from SUMO's defaults by vehicle class
(https://sumo.dlr.de/docs/Vehicle_Type_Parameter_Defaults.html). Where Hanoi's traffic differs they are set here: common
cars there are shorter than SUMO's 5 m, a motorcycle is as long and wide as Honda gives for the Wave (1.914 by 0.688 m)
plus its rider's elbows, riders accelerate far below what the machine could. Speed factors are relative to the limit;
they, and the shares of classes, are assumptions, except that more than 70 % of vehicles in streets are motorcycles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from core.taxonomy import ObjectClass


@dataclass(frozen=True, slots=True)
class VehicleType:
    """One type as SUMO takes it; lengths in metres, m/s, m/s².

    Attributes:
        share: of its class.
        speed_factor: mean, deviation, lowest, highest, times the limit (normal, cut).
        gap_m: kept to the one in front at rest; side_gap_m: to those beside.
        more: further attributes of SUMO's vType.
    """

    type_id: str
    class_id: ObjectClass
    vclass: str
    share: float
    length_m: float
    width_m: float
    height_m: float
    accel: float
    decel: float
    max_speed_mps: float
    speed_factor: tuple[float, float, float, float]
    gap_m: float
    side_gap_m: float
    more: Mapping[str, str] = field(default_factory=dict)

    def write(self, parent: Element) -> None:
        """Append its `vType`."""
        mean, deviation, low, high = self.speed_factor
        attributes = {
            "id": self.type_id,
            "vClass": self.vclass,
            "length": f"{self.length_m}",
            "width": f"{self.width_m}",
            "height": f"{self.height_m}",
            "accel": f"{self.accel}",
            "decel": f"{self.decel}",
            "emergencyDecel": "9",
            "maxSpeed": f"{self.max_speed_mps}",
            "speedFactor": f"normc({mean},{deviation},{low},{high})",
            "minGap": f"{self.gap_m}",
            "minGapLat": f"{self.side_gap_m}",
        }
        SubElement(parent, "vType", attributes | dict(self.more))


_RIDER: Final = {
    "latAlignment": "arbitrary",
    "lcSublane": "2.0",
    "lcPushy": "0.6",
    "lcAssertive": "2.0",
    "lcSpeedGain": "1.5",
    "lcKeepRight": "0",
    "maxSpeedLat": "1.2",
    "jmTimegapMinor": "0.6",
    "tau": "0.7",
}
"""Riders use any place across the lane, take gaps, and push into those that are not quite wide enough."""
_DRIVER: Final = {"latAlignment": "center", "lcSublane": "0.8", "maxSpeedLat": "0.9", "tau": "1.0"}
_HEAVY: Final = {"latAlignment": "center", "lcSublane": "0.6", "maxSpeedLat": "0.6", "lcSpeedGain": "0.3", "tau": "1.2"}

_M, _C, _B, _T, _Y = (
    ObjectClass.MOTORCYCLE,
    ObjectClass.CAR,
    ObjectClass.BUS,
    ObjectClass.TRUCK,
    ObjectClass.BICYCLE,
)
_SLOWER: Final = (0.85, 0.08, 0.65, 1.1)
_ORDINARY: Final = (0.97, 0.1, 0.7, 1.25)
_RIDING: Final = (0.82, 0.13, 0.5, 1.15)

TYPES: Final = (
    VehicleType("scooter", _M, "motorcycle", 0.6, 1.9, 0.75, 1.6, 2.5, 5.0, 25.0, _RIDING, 0.5, 0.2, _RIDER),
    VehicleType("wave", _M, "motorcycle", 0.4, 1.95, 0.7, 1.65, 2.8, 5.0, 25.0, _RIDING, 0.5, 0.2, _RIDER),
    VehicleType("hatchback", _C, "passenger", 0.35, 3.7, 1.62, 1.5, 2.4, 4.5, 45.0, _ORDINARY, 1.5, 0.4, _DRIVER),
    VehicleType("sedan", _C, "passenger", 0.4, 4.45, 1.73, 1.47, 2.6, 4.5, 50.0, _ORDINARY, 1.8, 0.4, _DRIVER),
    VehicleType("suv", _C, "passenger", 0.25, 4.8, 1.87, 1.8, 2.4, 4.5, 48.0, _ORDINARY, 1.8, 0.4, _DRIVER),
    VehicleType("bus12", _B, "bus", 0.6, 12.0, 2.5, 3.4, 1.2, 4.0, 28.0, _SLOWER, 2.0, 0.4, _HEAVY),
    VehicleType("bus9", _B, "bus", 0.4, 9.0, 2.4, 3.1, 1.3, 4.0, 28.0, _SLOWER, 2.0, 0.4, _HEAVY),
    VehicleType("van_truck", _T, "truck", 0.6, 5.6, 1.95, 2.5, 1.5, 4.0, 33.0, _SLOWER, 2.0, 0.4, _HEAVY),
    VehicleType("truck", _T, "truck", 0.4, 8.5, 2.4, 3.2, 1.1, 4.0, 28.0, _SLOWER, 2.5, 0.4, _HEAVY),
    VehicleType("bicycle", _Y, "bicycle", 1.0, 1.7, 0.65, 1.7, 1.0, 3.0, 5.5, (1.0, 0.1, 0.8, 1.2), 0.5, 0.2, _RIDER),
)
BY_CLASS: Final = {c: tuple(t for t in TYPES if t.class_id == c) for c in (_M, _C, _B, _T, _Y)}

STREET: Final[Mapping[ObjectClass, float]] = {_M: 0.78, _C: 0.15, _B: 0.012, _T: 0.025, _Y: 0.033}
"""Shares of classes in a street of Hanoi."""
MOTORWAY: Final[Mapping[ObjectClass, float]] = {_C: 0.76, _B: 0.06, _T: 0.18}
"""Two-wheelers may not use Vietnam's motorways (Law on Road Traffic Order and Safety 36/2024/QH15, article 25)."""

GHOSTS: Final = {
    "ghost_car": (_C, 4.45, 1.73, 1.47),
    "ghost_motorcycle": (_M, 1.9, 0.75, 1.6),
    "ghost_person": (ObjectClass.PERSON, 0.4, 0.55, 1.65),
}
"""Road users that a script moves: class, length, width, height."""
WORKS_SIZE: Final = [int(_T), 6.5, 2.2, 2.8]
"""A lorry of the road works."""


def write_types(parent: Element) -> None:
    """All types, those that scripts move, and pedestrians."""
    for kind in TYPES:
        kind.write(parent)
    for name, (_class, length, width, height) in GHOSTS.items():
        size = {"length": f"{length}", "width": f"{width}", "height": f"{height}"}
        SubElement(parent, "vType", {"id": name, "vClass": "authority", "minGap": "0.3", **size})
    works = dict(zip(("length", "width", "height"), map(str, WORKS_SIZE[1:]), strict=True))
    SubElement(parent, "vType", {"id": "works", "vClass": "truck", **works})
    SubElement(parent, "vType", {"id": "walker", "vClass": "pedestrian", "speedFactor": "normc(0.9,0.15,0.5,1.4)"})
