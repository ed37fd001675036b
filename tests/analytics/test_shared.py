"""Rules of a camera that share what they work out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.table import build_rules
from core.scene import Label, Zone
from core.taxonomy import ObjectClass
from scenes.rules import CollisionSpec, IllegalParkingSpec, StoppedVehicleSpec
from tests.support.tracks import Actor, film, make_scene, play, still, walk, with_lanes

CAR = ObjectClass.CAR


def test_rules_find_together_what_each_finds_alone() -> None:
    """Two zones, two kinds, and another speed: a car is parked in each, one creeps, one comes to wait behind."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    west = np.array([(200, 400), (450, 400), (450, 600), (200, 600)], np.float64)
    zones = {"w": Zone("w", Label("", ""), west), "z": scene.zones["z"]}
    actors = [
        Actor(1, still(300, 560), CAR, (100, 60)),
        Actor(2, still(600, 480, start=5), CAR, (100, 60)),
        Actor(3, walk([(10, 380, 480), (16, 480, 480), (200, 480, 480)]), CAR, (100, 60)),
        Actor(4, walk([(0, 250, 440), (100, 450, 440)]), CAR, (100, 60)),
    ]
    shots = film(actors, 90, scene=replace(scene, zones=zones), fps=5)
    specs = [
        spec
        for zone in zones
        for spec in (
            StoppedVehicleSpec(id=f"s-{zone}", zone=zone),
            StoppedVehicleSpec(id=f"creeps-{zone}", zone=zone, stop_speed_kmh=2),
            IllegalParkingSpec(id=f"p-{zone}", zone=zone),
            CollisionSpec(id=f"c-{zone}", zone=zone),
        )
    ]
    together = build_rules(specs, shots[0].scene, "cam", {})
    found: dict[str, list[tuple[int, str, tuple[int, ...]]]] = {name: [] for name in together}
    for shot in shots:
        for name, rule in together.items():
            found[name] += [(e.at_ns, str(e.phase), e.track_ids) for e in rule.update(shot.view).events]
    for spec in specs:
        alone = play(build_rules([spec], shots[0].scene, "cam", {})[spec.rule_id], shots).events
        assert found[spec.rule_id] == [(e.at_ns, str(e.phase), e.track_ids) for e in alone], spec.rule_id
    assert sum(map(len, found.values())) > len(specs)
    assert {tracks for told in found.values() for *_, tracks in told} >= {(1,), (2,)}
