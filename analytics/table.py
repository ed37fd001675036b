"""Which rule serves which kind of spec."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.camera_down import CameraDownRule
from analytics.crowding import CrowdingRule
from analytics.intrusion import IntrusionRule
from analytics.line_crossing import LineCrossingRule
from analytics.loitering import LoiteringRule
from analytics.measure import MeasureRule
from analytics.stopped_vehicle import StoppedVehicleRule
from core.events import Event
from core.protocols import Rule
from core.scene import Scene
from scenes.rules import (
    AnyRuleSpec,
    CameraDownSpec,
    CrowdingSpec,
    IntrusionSpec,
    LineCrossingSpec,
    LoiteringSpec,
    MeasureSpec,
    StoppedVehicleSpec,
)


def build_rule(spec: AnyRuleSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()) -> Rule:
    """The rule for one camera.

    Args:
        spec: names a zone or line of the scene.
        open_events: of this rule at this camera, open when the process ended.

    Raises:
        KeyError: the scene has no such zone or line.
    """
    match spec:
        case LineCrossingSpec():
            return LineCrossingRule(spec, scene, camera_id, open_events)
        case IntrusionSpec():
            return IntrusionRule(spec, scene, camera_id, open_events)
        case LoiteringSpec():
            return LoiteringRule(spec, scene, camera_id, open_events)
        case CrowdingSpec():
            return CrowdingRule(spec, scene, camera_id, open_events)
        case StoppedVehicleSpec():
            return StoppedVehicleRule(spec, scene, camera_id, open_events)
        case CameraDownSpec():
            return CameraDownRule(spec, scene, camera_id, open_events)
        case MeasureSpec():
            return MeasureRule(spec, scene, camera_id)
