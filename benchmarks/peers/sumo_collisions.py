"""Collisions: two of SUMO's vehicles are taken in hand, meet, and stand where they met."""

from __future__ import annotations

import libsumo  # type: ignore[import-not-found]
from sumo_stage import FREE, STRICT, split  # type: ignore[import-not-found]
from sumo_vehicles import Act  # type: ignore[import-not-found]

BRAKE_MPS2 = 7.0
"""Of the one in front; the one behind sees it too late."""
LATE_M = 2.5
"""From here on the one behind brakes too."""


class RearEnd(Act):  # type: ignore[misc]
    """The one in front brakes hard, the one behind hits it; both stand."""

    front = back = ""
    chosen_s = 0.0

    def step(self, now_s: float) -> bool:
        if not self.front:
            return self._choose(now_s) or not self.late(now_s)
        if not (self.stage.here(self.front) and self.stage.here(self.back)):
            self.close(now_s)
            self._let_go()
            return False
        if self.began_s is None:
            return self._approach(now_s)
        if now_s < self.began_s + self.spec["duration_s"]:
            return True
        self.close(now_s)
        self._let_go()
        return False

    def _choose(self, now_s: float) -> bool:
        spec = self.spec
        for found in self.stage.vehicles(spec["group"], spec["start_m"], spec["end_m"], spec["classes"]):
            leader = libsumo.vehicle.getLeader(found.name, 14.0)
            if found.speed < 5.0 or leader is None or not leader[0] or leader[0] in self.stage.taken:
                continue
            front, gap = leader
            if (
                libsumo.vehicle.getLaneID(front) == found.part
                and libsumo.vehicle.getSpeed(front) > 4.0
                and gap > 1.5
                and _overlap(found.name, front) > 0.3
                and not front.startswith(("ghost", "works"))
                and libsumo.lane.getLength(found.part) - libsumo.vehicle.getLanePosition(front) > 25.0
            ):
                self.back, self.front, self.lane, self.chosen_s = found.name, front, found.lane, now_s
                for name in (self.back, self.front):
                    self.stage.taken.add(name)
                    libsumo.vehicle.setSpeedMode(name, 0)
                    libsumo.vehicle.setLaneChangeMode(name, 0)
                return True
        return False

    def _approach(self, now_s: float) -> bool:
        step = self.stage.step_s
        ahead, behind = libsumo.vehicle.getSpeed(self.front), libsumo.vehicle.getSpeed(self.back)
        gap = (
            libsumo.vehicle.getLanePosition(self.front)
            - libsumo.vehicle.getLength(self.front)
            - libsumo.vehicle.getLanePosition(self.back)
        )
        together = libsumo.vehicle.getLaneID(self.front) == libsumo.vehicle.getLaneID(self.back)
        if not together or now_s > self.chosen_s + 12.0:
            self._let_go()
            return False
        libsumo.vehicle.setSpeed(self.front, max(0.0, ahead - BRAKE_MPS2 * step))
        if gap < 0.08:
            self._meet(now_s)
            return True
        wanted = max(3.0, behind - (3.5 * step if gap < LATE_M else 0.0))
        # What is left of the gap after this step is never negative: they touch, and do not pass through each other.
        moved = max(0.0, ahead - BRAKE_MPS2 * step) * step
        libsumo.vehicle.setSpeed(self.back, min(wanted, max(0.0, gap - 0.03 + moved) / step))
        return True

    def _meet(self, now_s: float) -> None:
        self.began_s, self.at = now_s, libsumo.vehicle.getPosition(self.back)
        self.users = [self.stage.user(self.back), self.stage.user(self.front)]
        for name in (self.back, self.front):
            libsumo.vehicle.setSpeed(name, 0.0)
            edge, index = split(libsumo.vehicle.getLaneID(name))
            try:
                # Standing by a stop, not only at speed 0, others look for a way around.
                place = libsumo.vehicle.getLanePosition(name) + 0.05
                libsumo.vehicle.setStop(name, edge, place, index, self.spec["duration_s"])
            except libsumo.TraCIException:
                continue

    def _let_go(self) -> None:
        for name in (self.back, self.front):
            if self.stage.here(name):
                libsumo.vehicle.setSpeed(name, -1)
                libsumo.vehicle.setSpeedMode(name, STRICT)
                libsumo.vehicle.setLaneChangeMode(name, FREE)


def _overlap(a: str, b: str) -> float:
    """Metres across the lane that two vehicles have in common."""
    places = [libsumo.vehicle.getLateralLanePosition(name) for name in (a, b)]
    widths = [libsumo.vehicle.getWidth(name) for name in (a, b)]
    return float(sum(widths) / 2 - abs(places[0] - places[1]))
