"""Which rule serves which kind of spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from analytics.camera_down import CameraDownRule
from analytics.camera_health import CameraHealthRule
from analytics.collision import CollisionRule
from analytics.congestion import CongestionRule
from analytics.crowding import CrowdingRule
from analytics.debris import DebrisRule
from analytics.encroachment import EncroachmentRule
from analytics.fight import FightRule
from analytics.intrusion import IntrusionRule
from analytics.lane_violation import lane_violation_rule
from analytics.left_behind import AbandonedObjectRule, LitteringRule
from analytics.line_crossing import LineCrossingRule
from analytics.loitering import LoiteringRule
from analytics.measure import MeasureRule
from analytics.pedestrian import PedestrianRule
from analytics.red_light import RedLightRule
from analytics.running import RunningRule
from analytics.shared import Shared
from analytics.sighting import SightingRule
from analytics.slow_vehicle import SlowVehicleRule
from analytics.speeding import SpeedingRule
from analytics.spillback import SpillbackRule
from analytics.stopped_vehicle import StoppedVehicleRule
from analytics.traffic_queue import QueueRule
from analytics.wrong_way import WrongWayRule
from core.events import Event
from core.protocols import Rule
from core.scene import Scene
from scenes.camera_rules import CAMERA_SPECS
from scenes.picture_rules import SIGHTING_SPECS
from scenes.rules import (
    AbandonedObjectSpec,
    AnyRuleSpec,
    CameraDownSpec,
    CollisionSpec,
    CongestionSpec,
    CrowdingSpec,
    DebrisSpec,
    EncroachmentSpec,
    FightSpec,
    IllegalParkingSpec,
    IntrusionSpec,
    LaneViolationSpec,
    LineCrossingSpec,
    LitteringSpec,
    LoiteringSpec,
    MeasureSpec,
    NoCrossingSpec,
    PedestrianSpec,
    QueueSpec,
    RedLightSpec,
    RunningSpec,
    SlowVehicleSpec,
    SpeedingSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)

MEASURES: Final = "measures"
"""Rule id of all measurements of a camera together."""


RULES: Final[Mapping[type[Any], Callable[..., Rule]]] = {
    LineCrossingSpec: LineCrossingRule,
    NoCrossingSpec: LineCrossingRule,
    IntrusionSpec: IntrusionRule,
    LoiteringSpec: LoiteringRule,
    CrowdingSpec: CrowdingRule,
    CongestionSpec: CongestionRule,
    QueueSpec: QueueRule,
    SpillbackSpec: SpillbackRule,
    RunningSpec: RunningRule,
    FightSpec: FightRule,
    WrongWaySpec: WrongWayRule,
    PedestrianSpec: PedestrianRule,
    CollisionSpec: CollisionRule,
    SlowVehicleSpec: SlowVehicleRule,
    SpeedingSpec: SpeedingRule,
    LaneViolationSpec: lane_violation_rule,
    StoppedVehicleSpec: StoppedVehicleRule,
    IllegalParkingSpec: StoppedVehicleRule,
    RedLightSpec: RedLightRule,
    CameraDownSpec: CameraDownRule,
    **dict.fromkeys(CAMERA_SPECS, CameraHealthRule),
    DebrisSpec: DebrisRule,
    AbandonedObjectSpec: AbandonedObjectRule,
    LitteringSpec: LitteringRule,
    EncroachmentSpec: EncroachmentRule,
    **dict.fromkeys(SIGHTING_SPECS, SightingRule),
}
"""What makes the rule of a spec: of the spec, what the camera's rules share, and its events that are open."""


def build_rules(
    specs: Sequence[AnyRuleSpec], scene: Scene, camera_id: str, open_events: Mapping[str, Sequence[Event]]
) -> dict[str, Rule]:
    """The rules of one camera by id; all its measurements are one rule, `MEASURES`.

    Args:
        specs: each with a `rule_id` of its own; names zones, lines, lanes or groups of lanes of the scene.
        open_events: by rule id, those open when the process ended.

    Raises:
        KeyError: the scene has no such place, or none of its lanes crosses the line.
    """
    shared = Shared(scene, camera_id)
    rules: dict[str, Rule] = {}
    measured: list[MeasureSpec] = []
    for spec in specs:
        if isinstance(spec, MeasureSpec):
            measured.append(spec)
        else:
            rules[spec.rule_id] = RULES[type(spec)](spec, shared, open_events.get(spec.rule_id, ()))
    if measured:
        rules[MEASURES] = MeasureRule(measured, scene, camera_id, shared.free_flow)
    return rules


def build_rule(spec: AnyRuleSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> Rule:
    """A rule that is alone at its camera; see `build_rules`."""
    (rule,) = build_rules([spec], scene, camera_id, {spec.rule_id: open_events}).values()
    return rule
