"""Collisions: two of SUMO's vehicles are taken in hand, meet, slide on together, and stand."""

from __future__ import annotations

import libsumo  # type: ignore[import-not-found]
from sumo_stage import FREE, STRICT, split  # type: ignore[import-not-found]
from sumo_vehicles import Act  # type: ignore[import-not-found]

BRAKE_MPS2 = 7.0
"""Of the one in front; the one behind sees it too late."""
LATE_M = 2.5
"""From here on the one behind brakes too."""
SLIDE_MPS2 = 7.0
"""Of both, from when they met: dry asphalt gives 7 to 8 m/s² to wheels that are locked."""


class RearEnd(Act):  # type: ignore[misc]
    """The one in front brakes hard, the one behind hits it; both stand.

    They go on at one speed, by their momentum (a plastic impact; masses are as volumes), and slide to a stand.
    """

    front = back = ""
    chosen_s = 0.0
    sliding_mps = -1.0

    def step(self, now_s: float) -> bool:
        if not self.front:
            return self._choose(now_s) or not self.late(now_s)
        if not (self.stage.here(self.front) and self.stage.here(self.back)):
            self.close(now_s)
            self._let_go()
            return False
        if self.began_s is None:
            return self._approach(now_s)
        if self.sliding_mps >= 0:
            self._slide()
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
        ahead = max(0.0, ahead - BRAKE_MPS2 * step)
        behind = max(3.0, behind - (3.5 * step if gap < LATE_M else 0.0))
        if gap + ahead * step <= behind * step:
            self._meet(now_s, ahead, behind, max(gap, 0.0))
        else:
            libsumo.vehicle.setSpeed(self.front, ahead)
            libsumo.vehicle.setSpeed(self.back, behind)
        return True

    def _meet(self, now_s: float, ahead: float, behind: float, gap: float) -> None:
        self.began_s, self.at = now_s, libsumo.vehicle.getPosition(self.back)
        self.users = [self.stage.user(self.back), self.stage.user(self.front)]
        heavy = _volume(self.back) / (_volume(self.back) + _volume(self.front))
        self.sliding_mps = heavy * behind + (1 - heavy) * ahead
        _force(self.front, self.sliding_mps)
        # They touch, and do not pass through each other.
        _force(self.back, min(behind, self.sliding_mps + gap / self.stage.step_s))

    def _slide(self) -> None:
        self.sliding_mps -= SLIDE_MPS2 * self.stage.step_s
        for name in (self.back, self.front):
            _force(name, max(self.sliding_mps, 0.0))
        if self.sliding_mps < 0:
            self._stand()

    def _stand(self) -> None:
        for name in (self.back, self.front):
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


def _force(name: str, speed: float) -> None:
    """A speed at once, whatever its brakes can do."""
    libsumo.vehicle.setPreviousSpeed(name, speed)
    libsumo.vehicle.setSpeed(name, speed)


def _volume(name: str) -> float:
    vehicle = libsumo.vehicle
    return float(vehicle.getLength(name) * vehicle.getWidth(name) * vehicle.getHeight(name))
