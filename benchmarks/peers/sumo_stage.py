"""What all acts (injected incidents) share: vehicles to choose from, and the list of what truly happened."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import libsumo  # type: ignore[import-not-found]
import numpy as np
from sumo_net import Net, RecordedLane  # type: ignore[import-not-found]
from sumo_rows import Rows, base  # type: ignore[import-not-found]

STOPPED_MPS = 3 / 3.6
"""Below it a vehicle stands (docs/events.md, incident.stopped_vehicle)."""
STRICT, FREE = 31, 1621
"""SUMO's usual modes of speed and of changing lanes; 0 switches all checks off."""


class Found(NamedTuple):
    """A vehicle on a recorded lane: its front `along_m` from the lane's start, in SUMO's `part` at `place_m`."""

    name: str
    lane: int
    along_m: float
    part: str
    place_m: float
    speed: float


class Body(NamedTuple):
    """A vehicle seen from a point: the point lies `forward` metres before its front and `aside` to its left."""

    name: str
    forward: float
    aside: float
    speed: float
    length: float
    width: float


class Stage:
    """The simulation as acts see it; `taken` holds the vehicles that an act has in hand."""

    def __init__(self, net: Net, rows: Rows, sizes: dict[str, list[float]], step_s: float) -> None:
        self.net = net
        self.rows = rows
        self.sizes = sizes
        self.step_s = step_s
        self.taken: set[str] = set()
        self.incidents: list[dict[str, Any]] = []
        self.names: frozenset[str] = frozenset()
        self._places: Any = None

    def look(self) -> None:
        """Take in who is on the road at this step."""
        self.names = frozenset(libsumo.vehicle.getIDList())
        self._places = None

    def lanes(self, group: str) -> list[tuple[int, RecordedLane]]:
        """The lanes of a group with their indices, from the right."""
        return [(number, lane) for number, lane in enumerate(self.net.recorded) if lane.group == group]

    def vehicles(self, group: str, start_m: float, end_m: float, classes: list[int]) -> Iterator[Found]:
        """Those of some classes on a stretch of a group that no act has in hand."""
        for _number, lane in self.lanes(group):
            for part in lane.parts:
                before = self.net.before[part]
                if before < end_m and before + libsumo.lane.getLength(part) > start_m:
                    for name in libsumo.lane.getLastStepVehicleIDs(part):
                        found = self.find(name)
                        if found and start_m <= found.along_m <= end_m and self._free(name, classes):
                            yield found

    def find(self, name: str) -> Found | None:
        """Where a vehicle is; None when it is on no recorded lane."""
        part = libsumo.vehicle.getLaneID(name)
        number = self.net.index.get(part)
        if number is None:
            return None
        place = libsumo.vehicle.getLanePosition(name)
        return Found(name, number, self.net.before[part] + place, part, place, libsumo.vehicle.getSpeed(name))

    def _free(self, name: str, classes: list[int]) -> bool:
        return name not in self.taken and self.class_of(name) in classes and not name.startswith(("ghost", "works"))

    def class_of(self, name: str) -> int:
        """Of a vehicle, by its type."""
        return int(self.sizes[base(libsumo.vehicle.getTypeID(name))][0])

    def user(self, name: str) -> int:
        """The number under which a vehicle is recorded."""
        return int(self.rows.number(name, libsumo.vehicle.getTypeID(name)))

    def here(self, name: str) -> bool:
        """Whether a vehicle is still on the road."""
        return name in self.names

    def near(self, point: Any, within_m: float) -> list[Body]:
        """SUMO's own vehicles whose front is so near to a point."""
        if self._places is None:
            names = [name for name in self.names if not name.startswith("ghost")]
            self._places = names, np.array([libsumo.vehicle.getPosition(name) for name in names]).reshape(-1, 2)
        names, places = self._places
        close = np.flatnonzero(np.hypot(*(places - point).T) < within_m)
        return [_body(names[k], places[k], point) for k in close]

    def tell(self, spec: dict[str, Any], start_s: float, end_s: float, users: list[int], at: Any, lane: int) -> None:
        """Add to the truth; `at` is (x, y) in metres."""
        self.incidents.append(
            {
                "kind": spec["kind"],
                "start_s": round(start_s, 2),
                "end_s": round(end_s, 2),
                "users": users,
                "x": round(float(at[0]), 2),
                "y": round(float(at[1]), 2),
                "lane": lane,
                "group": spec["group"],
                "note": spec.get("note", ""),
            }
        )


def _body(name: str, front: Any, point: Any) -> Body:
    angle = math.radians(90.0 - libsumo.vehicle.getAngle(name))
    east, north = point[0] - front[0], point[1] - front[1]
    return Body(
        name,
        east * math.cos(angle) + north * math.sin(angle),
        north * math.cos(angle) - east * math.sin(angle),
        libsumo.vehicle.getSpeed(name),
        libsumo.vehicle.getLength(name),
        libsumo.vehicle.getWidth(name),
    )


def place_of(lane: RecordedLane, along_m: float) -> tuple[str, float]:
    """SUMO's lane, and metres along it, of a place on a recorded lane."""
    for part in lane.parts:
        length = libsumo.lane.getLength(part)
        if along_m <= length:
            return part, along_m
        along_m -= length
    return lane.parts[-1], length


def split(part: str) -> tuple[str, int]:
    """Edge and index of a lane of SUMO."""
    edge, _, index = part.rpartition("_")
    return edge, int(index)
