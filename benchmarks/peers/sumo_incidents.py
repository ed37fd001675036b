"""Lets each act begin when its time comes, and keeps what only looks like an incident: the decoys."""

from __future__ import annotations

from typing import Any

import libsumo  # type: ignore[import-not-found]
from sumo_collisions import RearEnd  # type: ignore[import-not-found]
from sumo_ghosts import Ghost  # type: ignore[import-not-found]
from sumo_net import Net  # type: ignore[import-not-found]
from sumo_rows import Rows  # type: ignore[import-not-found]
from sumo_stage import Stage  # type: ignore[import-not-found]
from sumo_vehicles import Act, Breakdown, Hold, Slow, Works  # type: ignore[import-not-found]

ACTS: dict[str, type[Act]] = {
    "breakdown": Breakdown,
    "slow": Slow,
    "works": Works,
    "hold": Hold,
    "ghost": Ghost,
    "rear_end": RearEnd,
}
LOOK_S = 0.5
"""How often decoys are looked for."""


class Director:
    """Plays the job's incidents; `incidents` and `decoys` are the truth, `missed` the kinds that could not be."""

    def __init__(self, job: dict[str, Any], net: Net, rows: Rows) -> None:
        self.stage = Stage(net, rows, job["sizes"], job["step_s"])
        self._waiting = sorted(job["incidents"], key=lambda spec: float(spec["at_s"]), reverse=True)
        self._acts: list[Act] = []
        self.missed: list[str] = []
        self._look_every = round(LOOK_S / job["step_s"])
        self._steps = 0
        self._open: dict[tuple[str, str], dict[str, Any]] = {}
        self._closed: list[dict[str, Any]] = []

    @property
    def incidents(self) -> list[dict[str, Any]]:
        """What truly happened, by time."""
        real = [i for i in self.stage.incidents if not i["kind"].startswith("decoy.")]
        return sorted(real, key=lambda incident: float(incident["start_s"]))

    @property
    def decoys(self) -> list[dict[str, Any]]:
        """What only looks like it, by time."""
        acted = [i for i in self.stage.incidents if i["kind"].startswith("decoy.")]
        return sorted([*acted, *self._closed, *self._open.values()], key=lambda decoy: float(decoy["start_s"]))

    def step(self, now_s: float) -> None:
        """After each step of the simulation."""
        while self._waiting and self._waiting[-1]["at_s"] <= now_s:
            spec = self._waiting.pop()
            self._acts.append(ACTS[spec["act"]](spec, self.stage))
        if self._acts:
            self.stage.look()
        going = []
        for act in self._acts:
            if act.step(now_s):
                going.append(act)
            elif not act.happened:
                self.missed.append(act.spec["kind"])
        self._acts = going
        if now_s >= 0 and self._steps % self._look_every == 0:
            self._look(now_s)
        self._steps += 1

    def record(self, rows: Rows) -> None:
        """Add the rows of road users that scripts move."""
        for act in self._acts:
            if isinstance(act, Ghost):
                act.record(rows)

    def close(self, now_s: float) -> None:
        """The recording is over, and with it what still goes on."""
        for act in self._acts:
            act.close(now_s)

    def _look(self, now_s: float) -> None:
        seen: set[tuple[str, str]] = set()
        for name in libsumo.vehicle.getIDList():
            kind = ""
            if libsumo.vehicle.getLaneID(name) in self.stage.net.turns:
                kind = "decoy.u_turn"
            elif libsumo.vehicle.getVehicleClass(name) == "bus" and libsumo.vehicle.isAtBusStop(name):
                kind = "decoy.bus_stop"
            if kind:
                seen.add((kind, name))
                place = libsumo.vehicle.getPosition(name)
                self._keep(kind, name, self.stage.user(name), place, now_s)
        for name in libsumo.person.getIDList():
            if libsumo.person.getLaneID(name) in self.stage.net.crossing_lanes:
                seen.add(("decoy.crossing", name))
                user = int(self.stage.rows.number(f"person:{name}", libsumo.person.getTypeID(name)))
                self._keep("decoy.crossing", name, user, libsumo.person.getPosition(name), now_s)
        for key in self._open.keys() - seen:
            self._closed.append(self._open.pop(key))

    def _keep(self, kind: str, name: str, user: int, at: tuple[float, float], now_s: float) -> None:
        found = self._open.get((kind, name))
        if found is None:
            place = {"x": round(at[0], 2), "y": round(at[1], 2), "lane": -1, "group": "", "note": ""}
            self._open[kind, name] = {"kind": kind, "start_s": now_s, "end_s": now_s, "users": [user], **place}
        else:
            found["end_s"] = round(now_s, 2)
