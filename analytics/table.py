"""Which rule serves which kind of spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from analytics.camera_down import CameraDownRule
from analytics.camera_health import CameraHealthRule
from analytics.collision import CollisionRule
from analytics.congestion import CongestionRule
from analytics.crowding import CrowdingRule
from analytics.debris import DebrisRule
from analytics.encroachment import EncroachmentRule
from analytics.intrusion import IntrusionRule
from analytics.lane_violation import ClosedLaneRule, ForbiddenTurnRule
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
from scenes.rules import (
    AbandonedObjectSpec,
    AnyRuleSpec,
    CameraBlurredSpec,
    CameraClockSpec,
    CameraCoveredSpec,
    CameraDarkSpec,
    CameraDownSpec,
    CameraFrozenSpec,
    CameraMovedSpec,
    CollisionSpec,
    CongestionSpec,
    CrowdingSpec,
    DebrisSpec,
    EncroachmentSpec,
    FloodingSpec,
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
    SmokeFireSpec,
    SpeedingSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)

MEASURES: Final = "measures"
"""Rule id of all measurements of a camera together."""


def build_rules(
    specs: Sequence[AnyRuleSpec], scene: Scene, camera_id: str, open_events: Mapping[str, Sequence[Event]]
) -> dict[str, Rule]:
    """The rules of one camera by id; all its measurements are one rule, `MEASURES`.

    Args:
        specs: each with a `rule_id` of its own.
        open_events: by rule id, those open when the process ended.

    Raises:
        KeyError: the scene has no such zone, line or lane.
    """
    shared = Shared(scene)
    rules: dict[str, Rule] = {}
    measured: list[MeasureSpec] = []
    for spec in specs:
        if isinstance(spec, MeasureSpec):
            measured.append(spec)
        else:
            rules[spec.rule_id] = build_rule(spec, scene, camera_id, open_events.get(spec.rule_id, ()), shared)
    if measured:
        rules[MEASURES] = MeasureRule(measured, scene, camera_id, shared.free_flow)
    return rules


def build_rule(
    spec: AnyRuleSpec,
    scene: Scene,
    camera_id: str,
    open_events: Sequence[Event] = (),
    shared: Shared | None = None,
) -> Rule:
    """The rule for one camera.

    Args:
        spec: names a zone, line, lane or group of lanes of the scene.
        open_events: of this rule at this camera, open when the process ended.
        shared: what the camera's rules have in common; None: the rule is alone.

    Raises:
        KeyError: the scene has no such place, or none of its lanes crosses the line.
    """
    shared = shared or Shared(scene)
    match spec:
        case LineCrossingSpec() | NoCrossingSpec():
            return LineCrossingRule(spec, scene, camera_id, open_events, shared)
        case IntrusionSpec():
            return IntrusionRule(spec, camera_id, open_events, shared)
        case LoiteringSpec():
            return LoiteringRule(spec, camera_id, open_events, shared)
        case CrowdingSpec():
            return CrowdingRule(spec, scene, camera_id, open_events, shared)
        case CongestionSpec():
            return CongestionRule(spec, scene, camera_id, open_events, shared)
        case QueueSpec():
            return QueueRule(spec, scene, camera_id, open_events, shared)
        case SpillbackSpec():
            return SpillbackRule(spec, scene, camera_id, open_events, shared)
        case RunningSpec():
            return RunningRule(spec, camera_id, open_events, shared)
        case WrongWaySpec():
            return WrongWayRule(spec, scene, camera_id, open_events, shared)
        case PedestrianSpec():
            return PedestrianRule(spec, camera_id, open_events, shared)
        case CollisionSpec():
            return CollisionRule(spec, scene, camera_id, open_events, shared)
        case SlowVehicleSpec():
            return SlowVehicleRule(spec, scene, camera_id, open_events, shared)
        case SpeedingSpec():
            return SpeedingRule(spec, scene, camera_id, open_events, shared)
        case LaneViolationSpec():
            if spec.entry is None:
                return ClosedLaneRule(spec, camera_id, open_events, shared)
            return ForbiddenTurnRule(spec, scene, camera_id, open_events, shared)
        case StoppedVehicleSpec() | IllegalParkingSpec():
            return StoppedVehicleRule(spec, scene, camera_id, open_events, shared)
        case RedLightSpec():
            return RedLightRule(spec, scene, camera_id, open_events, shared)
        case CameraDownSpec():
            return CameraDownRule(spec, scene, camera_id, open_events)
        case (
            CameraFrozenSpec()
            | CameraDarkSpec()
            | CameraBlurredSpec()
            | CameraCoveredSpec()
            | CameraMovedSpec()
            | CameraClockSpec()
        ):
            return CameraHealthRule(spec, camera_id, open_events)
        case DebrisSpec():
            return DebrisRule(spec, scene, camera_id, open_events, shared)
        case AbandonedObjectSpec():
            return AbandonedObjectRule(spec, scene, camera_id, open_events, shared)
        case LitteringSpec():
            return LitteringRule(spec, scene, camera_id, open_events, shared)
        case EncroachmentSpec():
            return EncroachmentRule(spec, scene, camera_id, open_events, shared)
        case SmokeFireSpec() | FloodingSpec():
            return SightingRule(spec, scene, camera_id, open_events, shared)
        case MeasureSpec():
            return MeasureRule([spec], scene, camera_id, shared.free_flow)
