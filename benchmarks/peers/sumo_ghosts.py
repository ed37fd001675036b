"""Acts that a script plays, because SUMO has none: wrong-way drivers, people on the carriageway.

A scripted road user moves along a `Way`. While it is on the carriageway SUMO sees it as a vehicle at the same place, so
that others brake for it or go around it; what is recorded is the script's own position.
"""

from __future__ import annotations

import math
from typing import Any

import libsumo  # type: ignore[import-not-found]
import numpy as np
from sumo_paths import Way, across, against, along, aside, at, beside_lane  # type: ignore[import-not-found]
from sumo_rows import PERSON, Rows  # type: ignore[import-not-found]
from sumo_stage import Body, Stage, split  # type: ignore[import-not-found]
from sumo_vehicles import Act  # type: ignore[import-not-found]

LOOK_S, LOOK_SIDE_M = 2.0, 0.6
"""One who walks does not step before a vehicle that would be there sooner than this, or pass him closer."""
LONGEST_WAIT_S = 8.0
STUCK_S = 3.0
"""A rider whom others leave no room for so long turns off onto the pavement."""
STEP_M = 0.9
LOOK_M = 45.0
"""Further away nobody is looked at."""
DODGE_S = 3.0
"""So long before they meet, drivers go around."""


class Ghost(Act):  # type: ignore[misc]
    """Somebody on a `Way`; `kind` is SUMO's type, `speed_mps` how fast he goes when nobody is in his way."""

    began_s: float | None

    def __init__(self, spec: dict[str, Any], stage: Stage) -> None:
        super().__init__(spec, stage)
        self.way: Way = _way(spec, stage)
        self.length = float(along(self.way.line)[-1])
        self.name = f"ghost:{spec['at_s']:.2f}"
        self.kind = str(spec["type"])
        self.walks = stage.sizes[self.kind][0] == PERSON
        self.user = stage.rows.number(self.name, self.kind)
        self.place_m = self.speed = self.waited_s = 0.0
        self.users = [self.user]
        self.lane = stage.lanes(spec["group"])[0][0]

    def step(self, now_s: float) -> bool:
        here, heading = at(self.way.line, self.place_m)
        wanted = float(self.spec["speed_mps"])
        if self.walks and self._must_wait(here, heading) and self.waited_s < LONGEST_WAIT_S:
            wanted, self.waited_s = 0.0, self.waited_s + self.stage.step_s
        elif not self.walks:
            wanted = min(wanted, self._room(here))
            self.waited_s = 0.0 if self.speed > 0.3 else self.waited_s + self.stage.step_s
            if self.waited_s > STUCK_S and self.began_s is not None and not self.happened:
                self._leave(here, heading)
        change = self.stage.step_s * (2.0 if self.walks or wanted > self.speed else 5.0)
        self.speed += min(max(wanted - self.speed, -change), change)
        self.place_m += self.speed * self.stage.step_s
        inside = self.way.on_m <= self.place_m <= self.way.off_m
        if inside and self.began_s is None:
            self.began_s, self.at = now_s, here
        if inside:
            self._show()
            self._warn(here)
        elif self.began_s is not None and not self.happened and self.place_m > self.way.off_m:
            self._hide()
            self.close(now_s)
        return self.place_m < self.length

    def record(self, rows: Rows) -> None:
        """Its row of this step."""
        (x, y), heading = at(self.way.line, self.place_m)
        front = 0.0 if self.walks else self.stage.sizes[self.kind][1] / 2
        tip = (x + front * math.cos(heading), y + front * math.sin(heading))
        rows.add(self.user, tip, 90.0 - math.degrees(heading), self.speed, self._lane() if self._inside() else -1)

    def _inside(self) -> bool:
        return bool(self.way.on_m <= self.place_m <= self.way.off_m)

    def _lane(self) -> int:
        try:
            return int(self.stage.net.index.get(libsumo.vehicle.getLaneID(self.name), -1))
        except libsumo.TraCIException:
            return -1

    def _show(self) -> None:
        (x, y), heading = at(self.way.line, self.place_m)
        if not self.stage.here(self.name):
            edge, _index = split(self.stage.lanes(self.spec["group"])[0][1].parts[0])
            route = f"route:{self.name}"
            if route not in libsumo.route.getIDList():
                libsumo.route.add(route, [edge])
                libsumo.vehicle.add(self.name, route, typeID=self.kind, departPos="0", departSpeed="0")
        half = 0.0 if self.walks else self.stage.sizes[self.kind][1] / 2
        front = (x + half * math.cos(heading), y + half * math.sin(heading))
        libsumo.vehicle.moveToXY(self.name, "", -1, *front, angle=90.0 - math.degrees(heading), keepRoute=2)

    def _leave(self, here: Any, heading: float) -> None:
        # Ridden against its direction a lane has its border on the left.
        self.way = aside(here, heading, self.spec["kerb_m"])
        self.length, self.place_m, self.waited_s = float(along(self.way.line)[-1]), 0.0, 0.0

    def _hide(self) -> None:
        if self.stage.here(self.name):
            libsumo.vehicle.remove(self.name)

    def _must_wait(self, here: Any, heading: float) -> bool:
        # Who stands in a vehicle's way already walks on.
        ahead = here + STEP_M * np.array([math.cos(heading), math.sin(heading)])
        in_way = {body.name for body in self.stage.near(here, LOOK_M) if _meets(body)}
        return any(_meets(body) and body.name not in in_way for body in self.stage.near(ahead, LOOK_M))

    def _room(self, here: Any) -> float:
        """The speed at which a rider can still stop before one who stands in his way."""
        half = self.stage.sizes[self.kind][2] / 2
        free = min(
            (body.forward for body in self.stage.near(here, LOOK_M) if body.forward > 0 and _band(body, half) > 0),
            default=LOOK_M,
        )
        return math.sqrt(2 * 2.5 * max(0.0, free - self.stage.sizes[self.kind][1] / 2 - 1.0))

    def _warn(self, here: Any) -> None:
        """Those in whose way this one is go around to the left, as far as they need and find room."""
        half = self.stage.sizes[self.kind][2] / 2
        for body in self.stage.near(here, LOOK_M):
            overlap = _band(body, half + 0.35)
            if 0 < body.forward < max(8.0, DODGE_S * (body.speed + self.speed)) and overlap > 0:
                libsumo.vehicle.changeSublane(body.name, overlap if body.aside <= 0.3 or not self.walks else -overlap)


def _meets(body: Body) -> bool:
    """Whether a vehicle that goes on as it does passes the point that it is seen from in the next `LOOK_S`."""
    return -body.length - 0.3 < body.forward < body.speed * LOOK_S + 0.5 and _band(body, LOOK_SIDE_M) > 0


def _band(body: Body, half_m: float) -> float:
    """Metres across that a vehicle and a band `half_m` to both sides of the point have in common."""
    return float(body.width / 2 + half_m - abs(body.aside))


def _way(spec: dict[str, Any], stage: Stage) -> Way:
    lanes = stage.lanes(spec["group"])
    line, width = lanes[0][1].line, lanes[0][1].width_m
    if spec["path"] == "against":
        return against(line, width, spec["start_m"], spec["end_m"], spec["kerb_m"])
    if spec["path"] == "beside":
        return beside_lane(line, width, spec["start_m"], spec["end_m"], spec["inward_m"])
    opposite = stage.lanes(spec["other_group"]) if spec.get("other_group") else lanes
    last = opposite[0][1] if spec.get("other_group") else lanes[-1][1]
    return across([(line, width), (last.line, last.width_m)], spec["start_m"])
