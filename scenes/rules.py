"""The rules of a scene: which kinds there are, and their parameters with defaults. Definitions: docs/events.md."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.events import Severity
from core.taxonomy import GROUPS
from scenes.incident_rules import (
    CollisionSpec,
    PedestrianSpec,
    SlowVehicleSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)
from scenes.rule_parts import (
    CLASSES,
    CLEAR_S,
    GAP_S,
    HOLD_S,
    ClassName,
    CongestionLevel,
    Day,
    Direction,
    Hours,
    LaneList,
    MovementLines,
    PlaceId,
    Positive,
    Road,
    RulePart,
    Seconds,
    TimeZone,
)
from scenes.violation_rules import IllegalParkingSpec, LaneViolationSpec, NoCrossingSpec, SpeedingSpec

__all__ = [
    "SPEC_TYPES",
    "AnyRuleSpec",
    "CameraDownSpec",
    "CollisionSpec",
    "CongestionLevel",
    "CongestionSpec",
    "CrowdingSpec",
    "Direction",
    "EventRuleSpec",
    "IllegalParkingSpec",
    "IntrusionSpec",
    "LaneViolationSpec",
    "LineCrossingSpec",
    "LoiteringSpec",
    "MeasureSpec",
    "NoCrossingSpec",
    "PedestrianSpec",
    "QueueSpec",
    "RuleSpec",
    "RunningSpec",
    "SlowVehicleSpec",
    "SpeedingSpec",
    "SpillbackSpec",
    "StoppedVehicleSpec",
    "WrongWaySpec",
]


class LineCrossingSpec(RulePart):
    """A tripwire: somebody crosses a line."""

    kind: Literal["security.line_crossing"] = "security.line_crossing"
    line: PlaceId = Field(description="Id of a line of the scene")
    classes: list[ClassName] = Field(["person", "vehicle"], min_length=1, description=CLASSES)
    direction: Direction = Field(
        "both", description="forward: from the left to the right of a walker from the line's start to its end"
    )
    hysteresis_px: Positive = Field(
        5.0,
        description="A track is on a side only when its foot is further than this from the line, in reference pixels",
    )
    severity: Severity = Field(Severity.LOW, description="Of its events")


class IntrusionSpec(RulePart):
    """Somebody is in a closed zone."""

    kind: Literal["security.intrusion"] = "security.intrusion"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person", "vehicle"], min_length=1, description=CLASSES)
    hours: list[Hours] = Field(
        default_factory=list, description="When it is closed, such as 22:00-06:00; default: at all hours"
    )
    days: list[Day] = Field(
        default_factory=list, description="On which days these hours begin, `mon` to `sun`; default: on all"
    )
    timezone: TimeZone = Field("Asia/Ho_Chi_Minh", description="Of `hours` and `days`, an IANA name")
    for_s: Seconds = Field(1.0, description="Seconds for which somebody is inside before the event starts")
    gap_s: Seconds = Field(0.5, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(15.0, description=HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class LoiteringSpec(RulePart):
    """A person stays in a zone."""

    kind: Literal["security.loitering"] = "security.loitering"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person"], min_length=1, description=CLASSES)
    for_s: Seconds = Field(60.0, description="Seconds in the zone, by one person, before the event starts")
    gap_s: Seconds = Field(2.0, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(30.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


class RunningSpec(RulePart):
    """A person runs: a hint, not a finding; watched only where a scene asks for it."""

    kind: Literal["security.running"] = "security.running"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person"], min_length=1, description=CLASSES)
    speed_kmh: Positive = Field(12.0, description="Faster than this a person runs; in km/h, where calibrated")
    speed_lengths_per_s: Positive = Field(
        2.0, description="The same where it is not: in heights of the person's box a second"
    )
    for_s: Seconds = Field(1.5, description="Seconds for which the person runs before the event starts")
    gap_s: Seconds = Field(0.5, description=GAP_S)
    clear_s: Seconds = Field(3.0, description=CLEAR_S)
    hold_s: Seconds = Field(5.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOWEST, description="Of its events")


class CrowdingSpec(RulePart):
    """Too many people in a zone, or too close together."""

    kind: Literal["security.crowding"] = "security.crowding"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person"], min_length=1, description=CLASSES)
    count: Annotated[int, Field(ge=1)] = Field(10, description="People inside at once, from which it is a crowd")
    density_per_m2: Positive = Field(
        2.0, description="People by square metre, above which it is a crowd; if calibrated"
    )
    dangerous_density_per_m2: Positive = Field(5.0, description="Above this the severity is at least high")
    for_s: Seconds = Field(10.0, description="Seconds for which it is a crowd before the event starts")
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(10.0, description=CLEAR_S)
    hold_s: Seconds = Field(30.0, description=HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class CongestionSpec(RulePart):
    """Traffic is far slower than it could be."""

    kind: Literal["traffic.congestion"] = "traffic.congestion"
    group: PlaceId = Field(description="Id of a group of lanes of the scene")
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES)
    from_level: CongestionLevel = Field("slow", description="The mildest level that is an event")
    road: Road = Field("street", description="A street has signals, a motorway none: what the three times below follow")
    window_s: Annotated[float, Field(ge=2, le=600)] | None = Field(
        None, description="Seconds over which the mean speed is taken. Default: 15 on a street, 30 on a motorway"
    )
    for_s: Seconds | None = Field(
        None,
        description="Seconds for which traffic stays at a level or below before that counts. Default: 120 on a street "
        "(longer than a cycle of its signals), 60 on a motorway",
    )
    clear_s: Seconds | None = Field(
        None, description="Seconds for which traffic stays above a level before that is left. Default: as for_s"
    )
    least_vehicles: Annotated[int, Field(ge=1)] = Field(
        3, description="Vehicles at once, at some moment of the window; fewer are no congestion"
    )
    hold_s: Seconds = Field(120.0, description=HOLD_S)
    severity: Severity = Field(
        Severity.LOW, description="Of its events; `queuing` is at least medium, `stationary` at least high"
    )

    @property
    def times_s(self) -> tuple[float, float, float]:
        """`window_s`, `for_s` and `clear_s`, as given or as the road asks for."""
        window_s, for_s = (15.0, 120.0) if self.road == "street" else (30.0, 60.0)
        for_s = for_s if self.for_s is None else self.for_s
        return self.window_s or window_s, for_s, for_s if self.clear_s is None else self.clear_s


class _Queues(RulePart):
    begin_kmh: Positive = Field(5.0, description="A vehicle joins a queue when it is slower than this, in km/h")
    end_kmh: Positive = Field(10.0, description="It leaves the queue when it is faster than this, in km/h")
    gap_m: Positive = Field(20.0, description="Longest gap between two vehicles of a queue, in metres")

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.end_kmh < self.begin_kmh:
            raise PydanticCustomError("problem-queue-speeds", "end_kmh below begin_kmh", {})
        return self


class QueueSpec(_Queues):
    """Vehicles queue on a lane."""

    kind: Literal["traffic.queue"] = "traffic.queue"
    lane: PlaceId | None = Field(None, description="Id of a lane of the scene; or give `group`")
    group: PlaceId | None = Field(None, description="Id of a group of lanes of the scene; or give `lane`")
    min_length_m: Positive = Field(30.0, description="A queue is an event from this length on, in metres")
    min_vehicles: Annotated[int, Field(ge=1)] | None = Field(
        None, description="… or from so many vehicles in it on, however long it is"
    )
    for_s: Seconds = Field(30.0, description="Seconds for which it is so long before the event starts")
    gap_s: Seconds = Field(2.0, description=GAP_S)
    clear_s: Seconds = Field(30.0, description=CLEAR_S)
    hold_s: Seconds = Field(60.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")

    @model_validator(mode="after")
    def _one_place(self) -> QueueSpec:
        if (self.lane is None) == (self.group is None):
            raise PydanticCustomError("problem-queue-one-place", "one of lane, group", {})
        return self


class SpillbackSpec(_Queues):
    """A queue reaches a line: the junction behind, a ramp."""

    kind: Literal["traffic.spillback"] = "traffic.spillback"
    line: PlaceId = Field(description="Id of a line of the scene")
    group: PlaceId | None = Field(
        None, description="Id of a group of lanes; default: all lanes whose centreline crosses the line"
    )
    for_s: Seconds = Field(10.0, description="Seconds for which the queue reaches the line before the event starts")
    gap_s: Seconds = Field(2.0, description=GAP_S)
    clear_s: Seconds = Field(10.0, description=CLEAR_S)
    hold_s: Seconds = Field(60.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class CameraDownSpec(RulePart):
    """A camera sends no picture."""

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
    | CameraDownSpec
)
AnyRuleSpec: TypeAlias = EventRuleSpec | MeasureSpec
RuleSpec = Annotated[AnyRuleSpec, Field(discriminator="kind")]
"""One rule of a scene, told apart by `kind`."""

SPEC_TYPES: Final[tuple[type[AnyRuleSpec], ...]] = (
    LineCrossingSpec,
    IntrusionSpec,
    LoiteringSpec,
    RunningSpec,
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
    CameraDownSpec,
    MeasureSpec,
)
