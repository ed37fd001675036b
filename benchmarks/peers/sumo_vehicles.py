"""Acts that SUMO's own vehicles play: breakdown, slow vehicle, works, a signal that stays red."""

from __future__ import annotations

from typing import Any

import libsumo  # type: ignore[import-not-found]
from sumo_stage import STOPPED_MPS, Found, Stage, place_of, split  # type: ignore[import-not-found]

PATIENCE_S = 90.0
"""An act for which no vehicle fits for so long is left out, and counted."""
CLEAR_M, CLEAR_MPS = 40.0, 4.0
"""One who breaks down has nobody slower than this so close in front: it is no queue."""


class Act:
    """One incident. `step` is called at every step until it answers False: it is over, or could not be."""

    def __init__(self, spec: dict[str, Any], stage: Stage) -> None:
        self.spec = spec
        self.stage = stage
        self.happened = False
        self.began_s: float | None = None
        self.users: list[int] = []
        self.at: Any = (0.0, 0.0)
        self.lane = -1

    def step(self, now_s: float) -> bool:
        """Go on; whether there is more to do."""
        raise NotImplementedError

    def close(self, now_s: float) -> None:
        """It is over, or the recording is: what began goes into the truth."""
        if self.began_s is not None and not self.happened:
            self.stage.tell(self.spec, self.began_s, now_s, self.users, self.at, self.lane)
            self.happened = True

    def late(self, now_s: float) -> bool:
        """Whether it should have begun long ago."""
        return bool(now_s > self.spec["at_s"] + PATIENCE_S)


class Breakdown(Act):
    """A moving vehicle brakes to a stop on its lane, stands, and goes on; also a short stop to let somebody off."""

    name = ""
    chosen_s = 0.0

    def step(self, now_s: float) -> bool:
        if not self.name:
            return self._choose(now_s) or not self.late(now_s)
        if not self.stage.here(self.name):
            self.close(now_s)
            return False
        speed = libsumo.vehicle.getSpeed(self.name)
        if self.began_s is None:
            if speed < STOPPED_MPS:
                self.began_s, self.at = now_s, libsumo.vehicle.getPosition(self.name)
                self.users = [self.stage.user(self.name)]
            return now_s < self.chosen_s + 30.0
        if speed > STOPPED_MPS:
            self.close(now_s)
            return False
        return True

    def _choose(self, now_s: float) -> bool:
        spec = self.spec
        for found in self.stage.vehicles(spec["group"], spec["start_m"], spec["end_m"], spec["classes"]):
            if found.speed > 5.0 and _nobody_slow(found) and self._stop(found):
                self.name, self.lane, self.chosen_s = found.name, found.lane, now_s
                self.stage.taken.add(found.name)
                return True
        return False

    def _stop(self, found: Found) -> bool:
        edge, index = split(found.part)
        place = found.place_m + found.speed**2 / 6 + 4.0  # braking at 3 m/s²
        if edge.startswith(":") or place > libsumo.lane.getLength(found.part) - 1.0:
            return False
        try:
            libsumo.vehicle.setStop(found.name, edge, place, index, self.spec["duration_s"])
        except libsumo.TraCIException:
            return False
        return True


class Slow(Act):
    """A vehicle that drives at a quarter of the limit while others pass it."""

    name = ""

    def step(self, now_s: float) -> bool:
        spec = self.spec
        if not self.name:
            stretch = (spec["start_m"], spec["start_m"] + 40.0)
            for found in self.stage.vehicles(spec["group"], *stretch, spec["classes"]):
                if found.speed > 5.0 and _nobody_slow(found):
                    self.name, self.lane = found.name, found.lane
                    self.usual = libsumo.vehicle.getMaxSpeed(found.name)
                    libsumo.vehicle.setMaxSpeed(found.name, spec["speed_mps"])
                    self.stage.taken.add(found.name)
                    return True
            return not self.late(now_s)
        found = self.stage.find(self.name) if self.stage.here(self.name) else None
        if self.began_s is None and found and found.speed < 1.1 * spec["speed_mps"]:
            self.began_s, self.at, self.lane = now_s, libsumo.vehicle.getPosition(self.name), found.lane
            self.users = [self.stage.user(self.name)]
        still = found and found.along_m < spec["end_m"] and self.stage.net.recorded[found.lane].group == spec["group"]
        if still and (self.began_s is None or now_s < self.began_s + spec["duration_s"]):
            return True
        self.close(now_s)
        if self.stage.here(self.name):
            libsumo.vehicle.setMaxSpeed(self.name, self.usual)
        return False


class Works(Act):
    """A works vehicle comes, stands on a lane, and goes: the lane is closed meanwhile."""

    asked_s: float | None = None

    def step(self, now_s: float) -> bool:
        spec = self.spec
        name = f"works:{spec['at_s']:.1f}:{spec['lane']}"
        number, lane = self.stage.lanes(spec["group"])[spec["lane"]]
        if self.began_s is None and not self.stage.here(name):
            if self.asked_s is not None:
                return now_s < self.asked_s + PATIENCE_S
            part, place = place_of(lane, spec["start_m"])
            edge, index = split(part)
            libsumo.route.add(f"route:{name}", spec["route"])
            libsumo.vehicle.add(name, f"route:{name}", typeID="works", departLane="best", departSpeed="max")
            libsumo.vehicle.setStop(name, edge, place, index, spec["duration_s"])
            self.asked_s = now_s
            return True
        if not self.stage.here(name):
            return False
        standing = libsumo.vehicle.getSpeed(name) < STOPPED_MPS and libsumo.vehicle.isStopped(name)
        if self.began_s is None and standing:
            self.began_s, self.at, self.lane = now_s, libsumo.vehicle.getPosition(name), number
            self.users = [self.stage.user(name)]
        elif self.began_s is not None and not standing:
            self.close(now_s)
            return False
        return True

    def close(self, now_s: float) -> None:
        """Both what it means, a closed lane, and what is seen, a vehicle that stands."""
        super().close(now_s)
        if self.began_s is not None:
            works = self.spec | {"kind": "incident.stopped_vehicle", "note": "works vehicle"}
            self.stage.tell(works, self.began_s, now_s, self.users, self.at, self.lane)


class Hold(Act):
    """The signal at the end of a group stays red: its queue grows back into the junction behind."""

    def step(self, now_s: float) -> bool:
        spec, until = self.spec, self.spec["at_s"] + self.spec["duration_s"]
        lanes = self.stage.lanes(spec["group"])
        light = lanes[0][1].signals[0][0]
        if now_s < until:
            self.began_s, self.at, self.lane = spec["at_s"], lanes[0][1].line[-1], lanes[0][0]
            held = {index for _number, lane in lanes for _light, index in lane.signals}
            state = _by_program(light, libsumo.simulation.getTime())
            forced = "".join("r" if k in held else colour for k, colour in enumerate(state))
            libsumo.trafficlight.setRedYellowGreenState(light, forced)
            return True
        libsumo.trafficlight.setProgram(light, "0")
        self.close(now_s)
        return False


def _by_program(light: str, time_s: float) -> str:
    (program,) = (p for p in libsumo.trafficlight.getAllProgramLogics(light) if p.programID == "0")
    rest = time_s % sum(phase.duration for phase in program.phases)
    for phase in program.phases:
        if rest < phase.duration:
            return str(phase.state)
        rest -= phase.duration
    return str(program.phases[-1].state)


def _nobody_slow(found: Found) -> bool:
    leader = libsumo.vehicle.getLeader(found.name, CLEAR_M)
    return leader is None or not leader[0] or libsumo.vehicle.getSpeed(leader[0]) > CLEAR_MPS
