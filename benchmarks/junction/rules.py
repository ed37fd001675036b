"""A rule of every kind that the junction has a place for."""

from __future__ import annotations

from core.scene import Scene
from scenes.rules import (
    AnyRuleSpec,
    CongestionSpec,
    CrowdingSpec,
    IntrusionSpec,
    LineCrossingSpec,
    LoiteringSpec,
    QueueSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
)


def event_rules(scene: Scene) -> list[AnyRuleSpec]:
    """Over all zones, lines and groups of lanes."""
    zones, lines = list(scene.zones), list(scene.lines)
    groups = list(dict.fromkeys(lane.group for lane in scene.lanes.values()))
    specs: list[AnyRuleSpec] = []
    for number, zone in enumerate(zones):
        specs.append((IntrusionSpec, StoppedVehicleSpec, LoiteringSpec, CrowdingSpec)[number % 4](zone=zone))
    for number, line in enumerate(lines):
        specs.append((LineCrossingSpec, SpillbackSpec)[number % 2](line=line))
    for group in groups:
        specs += [CongestionSpec(group=group), QueueSpec(group=group)]
    return specs
