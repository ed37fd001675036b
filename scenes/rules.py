"""The rules of a scene: which kinds there are, and their parameters with defaults. Definitions: docs/events.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.events import Severity
from core.taxonomy import GROUPS
from scenes.camera_rules import (
    CameraBlurredSpec,
    CameraClockSpec,
    CameraCoveredSpec,
    CameraDarkSpec,
    CameraFrozenSpec,
    CameraMovedSpec,
)
from scenes.incident_rules import (
    CollisionSpec,
    PedestrianSpec,
    SlowVehicleSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)
from scenes.object_rules import AbandonedObjectSpec, DebrisSpec, EncroachmentSpec, LitteringSpec
from scenes.picture_rules import FloodingSpec, SmokeFireSpec
from scenes.rule_parts import (
    CLASSES,
    ClassName,
    CongestionLevel,
    Direction,
    LaneList,
    MovementLines,
    PlaceId,
    Positive,
    Road,
    RulePart,
    Seconds,
)
from scenes.security_rules import CrowdingSpec, FightSpec, IntrusionSpec, LineCrossingSpec, LoiteringSpec, RunningSpec
from scenes.traffic_rules import CongestionSpec, QueueSpec, SpillbackSpec
from scenes.violation_rules import IllegalParkingSpec, LaneViolationSpec, NoCrossingSpec, RedLightSpec, SpeedingSpec

__all__ = [
    "SPECS",
    "SPEC_TYPES",
    "AbandonedObjectSpec",
    "AnyRuleSpec",
    "CameraBlurredSpec",
    "CameraClockSpec",
    "CameraCoveredSpec",
    "CameraDarkSpec",
    "CameraDownSpec",
    "CameraFrozenSpec",
    "CameraMovedSpec",
    "CollisionSpec",
    "CongestionLevel",
    "CongestionSpec",
    "CrowdingSpec",
    "DebrisSpec",
    "Direction",
    "EncroachmentSpec",
    "EventRuleSpec",
    "FightSpec",
    "FloodingSpec",
    "IllegalParkingSpec",
    "IntrusionSpec",
    "LaneViolationSpec",
    "LineCrossingSpec",
    "LitteringSpec",
    "LoiteringSpec",
    "MeasureSpec",
    "NoCrossingSpec",
    "PedestrianSpec",
    "QueueSpec",
    "RedLightSpec",
    "RuleSpec",
    "RunningSpec",
    "SlowVehicleSpec",
    "SmokeFireSpec",
    "SpeedingSpec",
    "SpillbackSpec",
    "StoppedVehicleSpec",
    "WrongWaySpec",
]


class CameraDownSpec(RulePart):
    """A camera sends no picture.

    Always watched, whether or not the scene names it; files are not. It has no picture. A camera that flaps is one
    event.

    Silence is counted by the clock's ticks after the last frame, each at most 10 s, so that neither a camera with a
    wrong clock nor a clock that is set looks like silence. No frame ever since watching began is silence too.
    """

    kind: Literal["camera.down"] = "camera.down"
    after_s: Positive = Field(30.0, description="Seconds without a frame before the event starts")
    clear_s: Seconds = Field(2.0, description="Seconds for which frames must come again before the event ends")
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class MeasureSpec(RulePart):
    """What passed and stood at places of the scene, in each interval. Not an event."""

    kind: Literal["measure"] = "measure"
    zone: PlaceId | None = Field(None, description="Id of a zone of the scene; or one of the other places")
    line: PlaceId | None = Field(None, description="Id of a line of the scene")
    lane: PlaceId | None = Field(None, description="Id of a lane of the scene")
    lanes: Literal["all"] | LaneList | None = Field(None, description="`all`, or ids of lanes of the scene")
    entries: MovementLines | None = Field(
        None, description="Ids of lines, crossed forward by who comes in; with `exits`, for turning movements"
    )
    exits: MovementLines | None = Field(
        None, description="Ids of lines, crossed forward by who goes out; backward if the line is also an entry"
    )
    all_ways: bool = Field(
        False,
        description="`entries` and `exits` are all ways in and out: those whose way is lost in between are then shared "
        "out in `estimate`",
    )
    classes: list[ClassName] = Field(["person", "vehicle"], min_length=1, description=CLASSES)
    interval_s: Annotated[int, Field(ge=1, le=86_400)] = Field(
        60, description="Length of an interval in seconds, aligned to UTC midnight"
    )
    hysteresis_px: Positive = Field(
        5.0, description="As in security.line_crossing; for lines, and for lanes where the scene is not calibrated"
    )
    gap_s: Seconds = Field(
        1.0, description="A track away from the zone for longer counts again; for a zone, in seconds"
    )
    count_at: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="Where along a lane's centreline vehicles are counted, as a share of its length; for lanes"
    )
    road: Road = Field(
        "street", description="How level of service is judged: by speed in streets, by density on motorways; for lanes"
    )
    pcu: dict[ClassName, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default_factory=dict,
        description="Passenger car units of classes, where they differ from those of TCVN 104:2007",
    )

    @property
    def place(self) -> str:
        """The zone, line or lane; `lanes` or `movements` for several places."""
        return super().place or ("lanes" if self.lanes is not None else "movements")

    @model_validator(mode="after")
    def _one_place(self) -> MeasureSpec:
        if sum(place is not None for place in (self.zone, self.line, self.lane, self.lanes, self.entries)) != 1:
            raise PydanticCustomError("problem-measure-one-place", "one of zone, line, lane, lanes, entries", {})
        if (self.entries is None) != (self.exits is None):
            raise PydanticCustomError("problem-measure-movements", "entries without exits", {})
        return self

    @model_validator(mode="after")
    def _single_classes(self) -> MeasureSpec:
        groups = sorted(set(self.pcu) & set(GROUPS))
        if groups:
            raise PydanticCustomError("problem-measure-pcu-group", "a group of classes", {"name": groups[0]})
        return self


EventRuleSpec: TypeAlias = (
    LineCrossingSpec
    | IntrusionSpec
    | LoiteringSpec
    | RunningSpec
    | FightSpec
    | CrowdingSpec
    | CongestionSpec
    | QueueSpec
    | SpillbackSpec
    | StoppedVehicleSpec
    | WrongWaySpec
    | PedestrianSpec
    | CollisionSpec
    | SlowVehicleSpec
    | IllegalParkingSpec
    | SpeedingSpec
    | LaneViolationSpec
    | NoCrossingSpec
    | RedLightSpec
    | CameraDownSpec
    | CameraFrozenSpec
    | CameraDarkSpec
    | CameraBlurredSpec
    | CameraCoveredSpec
    | CameraMovedSpec
    | CameraClockSpec
    | DebrisSpec
    | AbandonedObjectSpec
    | LitteringSpec
    | EncroachmentSpec
    | SmokeFireSpec
    | FloodingSpec
)
AnyRuleSpec: TypeAlias = EventRuleSpec | MeasureSpec
RuleSpec = Annotated[AnyRuleSpec, Field(discriminator="kind")]
"""One rule of a scene, told apart by `kind`."""

SPEC_TYPES: Final[tuple[type[AnyRuleSpec], ...]] = (
    LineCrossingSpec,
    IntrusionSpec,
    LoiteringSpec,
    RunningSpec,
    FightSpec,
    CrowdingSpec,
    CongestionSpec,
    QueueSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
    PedestrianSpec,
    CollisionSpec,
    SlowVehicleSpec,
    IllegalParkingSpec,
    SpeedingSpec,
    LaneViolationSpec,
    NoCrossingSpec,
    RedLightSpec,
    CameraDownSpec,
    CameraFrozenSpec,
    CameraDarkSpec,
    CameraBlurredSpec,
    CameraCoveredSpec,
    CameraMovedSpec,
    CameraClockSpec,
    DebrisSpec,
    AbandonedObjectSpec,
    LitteringSpec,
    EncroachmentSpec,
    SmokeFireSpec,
    FloodingSpec,
    MeasureSpec,
)
SPECS: Final[Mapping[str, type[AnyRuleSpec]]] = {spec.model_fields["kind"].default: spec for spec in SPEC_TYPES}
"""By kind."""
