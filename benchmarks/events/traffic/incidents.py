"""What is made to happen, when and where: drawn from the seed before the simulation begins.

Each is a dictionary that `benchmarks/peers/sumo_incidents.py` plays: `act`, `kind`, `at_s` (earliest), `group`,
`start_m`, `end_m` (along the group's lanes), `duration_s`, and what the act needs beside. SUMO's own vehicles break
down, slow down, stand as works, run into each other and wait at a signal held red; wrong-way drivers and people on the
carriageway are scripted, and SUMO's traffic brakes for them or goes around.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.events.traffic.scene import Scene, Stretch
from core.taxonomy import ObjectClass

EVERY_S: Final = 45.0
"""One incident begins about so often, at a place drawn anew: traffic recovers in between, or meets two at once."""
LAST_S: Final = 200.0
"""None begins so close to the end that it could not be over."""
CALM: Final = 0.8
"""Above this share of capacity queues stand, and one vehicle more that stands is no incident; nor is there room to
ride against the stream."""

Spec = dict[str, Any]
_CARS: Final = [int(c) for c in (ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK)]
_RIDERS: Final = [int(ObjectClass.MOTORCYCLE)]


def plan(scene: Scene, seed: int, seconds: float, every_s: float = EVERY_S) -> list[Spec]:
    """All incidents of a run, by time; kinds take turns in random order, so that each comes about equally often."""
    rng = np.random.default_rng((seed, 2))
    found: list[Spec] = []
    bag: list[str] = []
    last = max(seconds - LAST_S, 0.6 * seconds)
    for at_s in np.arange(min(15.0, every_s), last, every_s):
        begin = float(at_s + rng.uniform(0, 0.6 * every_s))
        if not bag:
            bag = [
                str(name) for name in rng.permutation([*CALM_KINDS, *ALWAYS_KINDS, *(["hold"] if scene.holds else [])])
            ]
        calm = scene.share(begin, seconds) < CALM
        fitting = [name for name in bag if calm or name not in CALM_KINDS] or list(ALWAYS_KINDS)
        name = fitting[0]
        if name in bag:
            bag.remove(name)
        found.append(_draw(name, scene, rng) | {"at_s": round(begin, 1)})
    return found


def _draw(name: str, scene: Scene, rng: np.random.Generator) -> Spec:
    if name == "hold":
        group = scene.holds[int(rng.integers(len(scene.holds)))]
        return {"act": "hold", "kind": "traffic.spillback", "group": group, "duration_s": _between(rng, 100, 160)}
    stretch = scene.stretches[int(rng.integers(len(scene.stretches)))]
    return {"group": stretch.group} | MAKERS[name](scene, stretch, rng)


def _stopped(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    limit = scene.limit_mps(stretch.group)
    return {
        "act": "breakdown",
        "kind": "incident.stopped_vehicle",
        "start_m": stretch.start_m,
        "end_m": stretch.end_m - limit**2 / 6,
        "classes": _classes(scene, rng),
        "duration_s": _between(rng, 30, 150),
    }


def _short_stop(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    return _stopped(scene, stretch, rng) | {"kind": "decoy.short_stop", "duration_s": _between(rng, 3, 6)}


def _slow(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    return {
        "act": "slow",
        "kind": "incident.slow_vehicle",
        "start_m": stretch.start_m,
        "end_m": stretch.end_m,
        "classes": _classes(scene, rng),
        "speed_mps": scene.limit_mps(stretch.group) * _between(rng, 0.2, 0.27),
        "duration_s": _between(rng, 40, 90),
    }


def _works(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    place = _between(rng, stretch.start_m + 0.4 * stretch.length_m, stretch.end_m)
    return {
        "act": "works",
        "kind": "traffic.lane_closure",
        "start_m": place,
        "end_m": place,
        "lane": int(rng.integers(scene.lanes(stretch.group))),
        "route": list(scene.route_over(stretch.group)),
        "duration_s": _between(rng, 80, 150),
    }


def _collision(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    return {
        "act": "rear_end",
        "kind": "incident.collision",
        "start_m": stretch.start_m,
        "end_m": stretch.end_m,
        "classes": _RIDERS + _CARS,
        "duration_s": _between(rng, 45, 120),
    }


def _wrong_way(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    length = min(stretch.length_m, _between(rng, 55, 110))
    start = _between(rng, stretch.start_m, stretch.end_m - length)
    rider = bool(rng.random() < 0.75)
    return {
        "act": "ghost",
        "kind": "incident.wrong_way",
        "path": "against",
        "type": "ghost_motorcycle" if rider else "ghost_car",
        "kerb_m": 0.7 if rider else 1.1,
        "start_m": start,
        "end_m": start + length,
        "speed_mps": _between(rng, 4.5, 8.0),
        "note": "rider" if rider else "car",
    }


def _pedestrian(scene: Scene, stretch: Stretch, rng: np.random.Generator) -> Spec:
    crosses = bool(rng.random() < 0.6)
    length = _between(rng, 22, 45)
    start = _between(rng, stretch.start_m, stretch.end_m - length)
    return {
        "act": "ghost",
        "kind": "incident.pedestrian_on_carriageway",
        "path": "across" if crosses else "beside",
        "type": "ghost_person",
        "other_group": stretch.across,
        "inward_m": _between(rng, 0.6, 1.6),
        "start_m": start,
        "end_m": start + length,
        "speed_mps": _between(rng, 1.0, 1.5),
        "note": "crosses" if crosses else "walks along",
    }


MAKERS: Final[dict[str, Callable[[Scene, Stretch, np.random.Generator], Spec]]] = {
    "stopped": _stopped,
    "short_stop": _short_stop,
    "slow": _slow,
    "works": _works,
    "collision": _collision,
    "wrong_way": _wrong_way,
    "pedestrian": _pedestrian,
}
CALM_KINDS: Final = ("stopped", "stopped", "slow", "short_stop", "works", "wrong_way", "wrong_way")
ALWAYS_KINDS: Final = ("pedestrian", "pedestrian", "collision", "collision")


def _classes(scene: Scene, rng: np.random.Generator) -> list[int]:
    # Riders and others by turns: by their share alone nearly all would be riders.
    riders = any(int(c) in _RIDERS for c in scene.origins[0].mix)
    return _RIDERS if riders and rng.random() < 0.5 else _CARS


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 2)
