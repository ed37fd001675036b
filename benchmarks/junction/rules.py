"""A rule of every kind that tracks alone carry and the junction has a place for."""

from __future__ import annotations

from typing import Final

from core.scene import Scene
from scenes.rules import (
    AnyRuleSpec,
    CollisionSpec,
    CongestionSpec,
    CrowdingSpec,
    FightSpec,
    IllegalParkingSpec,
    IntrusionSpec,
    LaneViolationSpec,
    LineCrossingSpec,
    LoiteringSpec,
    NoCrossingSpec,
    PedestrianSpec,
    QueueSpec,
    RunningSpec,
    SlowVehicleSpec,
    SpeedingSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)

LIMIT_KMH: Final = 50
OF_ZONES: Final = (
    IntrusionSpec,
    StoppedVehicleSpec,
    LoiteringSpec,
    CrowdingSpec,
    IllegalParkingSpec,
    RunningSpec,
    FightSpec,
)
OF_LINES: Final = (LineCrossingSpec, SpillbackSpec, NoCrossingSpec)
"""As many as `traffic.SOLID`: the third is of solid lines."""


def event_rules(scene: Scene) -> list[AnyRuleSpec]:
    """Over all zones, lines and groups of lanes, by turns; a lane for buses, a forbidden turn, and all of the road."""
    zones, lines, lanes = list(scene.zones), list(scene.lines), list(scene.lanes)
    groups = dict.fromkeys(lane.group for lane in scene.lanes.values())
    specs: list[AnyRuleSpec] = [OF_ZONES[number % len(OF_ZONES)](zone=zone) for number, zone in enumerate(zones)]
    specs += [OF_LINES[number % len(OF_LINES)](line=line) for number, line in enumerate(lines)]
    for group in groups:
        specs += [CongestionSpec(group=group), QueueSpec(group=group)]
    specs += [LaneViolationSpec(lane=lanes[-1], classes=["bus"]), LaneViolationSpec(entry=lines[1], exit=lines[-2])]
    specs += [WrongWaySpec(), PedestrianSpec(), CollisionSpec(), SlowVehicleSpec(), SpeedingSpec(limit_kmh=LIMIT_KMH)]
    return specs
