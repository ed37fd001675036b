"""The rules a scene may have, and their parameters with units in their names; docs/events.md defines them."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from core.events import Severity
from core.taxonomy import GROUPS, LABELS

CLASS_NAMES: Final = (*LABELS, *GROUPS)
"""What may stand in `classes`: a class, or a group of several."""


def _known_class(name: str) -> str:
    if name not in CLASS_NAMES:
        known = ", ".join(CLASS_NAMES)
        raise PydanticCustomError("problem-class-unknown", "unknown class", {"name": name, "known": known})
    return name


ClassName = Annotated[str, AfterValidator(_known_class), WithJsonSchema({"type": "string", "enum": list(CLASS_NAMES)})]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]
PlaceId = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Direction = Literal["forward", "backward", "both"]

PLACES: Final = ("zone", "line", "lane")
_CLASSES = "Classes or groups that the rule looks at"
_HOLD_S = "Seconds for which an event stays open while its cause cannot be found, though the camera looks"
_CLEAR_S = "Seconds for which the cause must be seen to be gone before the event ends"
_GAP_S = "Longest time without the cause that does not start the waiting anew, in seconds"


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    id: Identifier | None = Field(None, description="Unique in the scene. Default: the kind and the place")

    @property
    def place(self) -> str:
        """The zone, line or lane that it watches; empty for the whole camera."""
        return next((str(name) for key in PLACES if (name := getattr(self, key, None))), "")

    @property
    def rule_id(self) -> str:
        """`id`, or the kind and the place, such as `security.intrusion:gate`."""
        return self.id or ":".join(part for part in (self.kind, self.place) if part)


class LineCrossingSpec(_Rule):
    """A tripwire: somebody crosses a line."""

    kind: Literal["security.line_crossing"] = "security.line_crossing"
    line: PlaceId = Field(description="Id of a line of the scene")
    classes: list[ClassName] = Field(["person", "vehicle"], min_length=1, description=_CLASSES)
    direction: Direction = Field(
        "both", description="forward: from the left to the right of a walker from the line's start to its end"
    )
    hysteresis_px: Positive = Field(
        5.0,
        description="A track is on a side only when its foot is further than this from the line, in reference pixels",
    )
    severity: Severity = Field(Severity.LOW, description="Of its events")


class IntrusionSpec(_Rule):
    """Somebody is in a closed zone."""

    kind: Literal["security.intrusion"] = "security.intrusion"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person", "vehicle"], min_length=1, description=_CLASSES)
    for_s: Seconds = Field(1.0, description="Seconds for which somebody is inside before the event starts")
    gap_s: Seconds = Field(0.5, description=_GAP_S)
    clear_s: Seconds = Field(5.0, description=_CLEAR_S)
    hold_s: Seconds = Field(15.0, description=_HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class LoiteringSpec(_Rule):
    """A person stays in a zone."""

    kind: Literal["security.loitering"] = "security.loitering"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person"], min_length=1, description=_CLASSES)
    for_s: Seconds = Field(60.0, description="Seconds in the zone, by one person, before the event starts")
    gap_s: Seconds = Field(2.0, description=_GAP_S)
    clear_s: Seconds = Field(5.0, description=_CLEAR_S)
    hold_s: Seconds = Field(30.0, description=_HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


class CrowdingSpec(_Rule):
    """Too many people in a zone, or too close together."""

    kind: Literal["security.crowding"] = "security.crowding"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person"], min_length=1, description=_CLASSES)
    count: Annotated[int, Field(ge=1)] = Field(10, description="People inside at once, from which it is a crowd")
    density_per_m2: Positive = Field(
        2.0, description="People by square metre, above which it is a crowd; if calibrated"
    )
    dangerous_density_per_m2: Positive = Field(5.0, description="Above this the severity is at least high")
    for_s: Seconds = Field(10.0, description="Seconds for which it is a crowd before the event starts")
    gap_s: Seconds = Field(1.0, description=_GAP_S)
    clear_s: Seconds = Field(10.0, description=_CLEAR_S)
    hold_s: Seconds = Field(30.0, description=_HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class StoppedVehicleSpec(_Rule):
    """A vehicle stands still on a carriageway."""

    kind: Literal["incident.stopped_vehicle"] = "incident.stopped_vehicle"
    zone: PlaceId = Field(description="Id of a zone of the scene: carriageway where nobody queues or waits at a signal")
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=_CLASSES)
    stop_speed_kmh: Positive = Field(
        3.0, description="Slower than this it stands; in km/h, where the scene is calibrated"
    )
    stop_speed_lengths_per_s: Positive = Field(
        0.2, description="The same where it is not: in lengths of the longer side of its box a second"
    )
    for_s: Seconds = Field(10.0, description="Seconds for which it stands before the event starts")
    gap_s: Seconds = Field(1.0, description=_GAP_S)
    clear_s: Seconds = Field(3.0, description=_CLEAR_S)
    hold_s: Seconds = Field(60.0, description=_HOLD_S)
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class CameraDownSpec(_Rule):
    """A camera sends no picture."""

    kind: Literal["camera.down"] = "camera.down"
    after_s: Positive = Field(30.0, description="Seconds without a frame before the event starts")
    clear_s: Seconds = Field(2.0, description="Seconds for which frames must come again before the event ends")
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class MeasureSpec(_Rule):
    """Traffic of a zone, a line or a lane, in each interval. Not an event."""

    kind: Literal["measure"] = "measure"
    zone: PlaceId | None = Field(None, description="Id of a zone of the scene; or give `line` or `lane`")
    line: PlaceId | None = Field(None, description="Id of a line of the scene; or give `zone` or `lane`")
    lane: PlaceId | None = Field(None, description="Id of a lane of the scene; or give `zone` or `line`")
    classes: list[ClassName] = Field(["person", "vehicle"], min_length=1, description=_CLASSES)
    interval_s: Annotated[int, Field(ge=1, le=86_400)] = Field(
        60, description="Length of an interval in seconds, aligned to UTC midnight"
    )
    hysteresis_px: Positive = Field(5.0, description="As in security.line_crossing; for a line")
    gap_s: Seconds = Field(
        1.0, description="A track away from the zone for longer counts again; for a zone, in seconds"
    )
    count_at: Annotated[float, Field(ge=0.05, le=0.95)] = Field(
        0.5, description="Where on a lane is counted: share of its way; for a lane"
    )
    road: Literal["street", "motorway"] = Field(
        "street",
        description="By what the level of service of a lane is judged: share of free-flow speed (street) or density "
        "(motorway)",
    )

    @model_validator(mode="after")
    def _one_place(self) -> MeasureSpec:
        if sum(place is not None for place in (self.zone, self.line, self.lane)) != 1:
            raise PydanticCustomError("problem-measure-one-place", "one of zone, line, lane", {})
        return self


EventRuleSpec: TypeAlias = (
    LineCrossingSpec | IntrusionSpec | LoiteringSpec | CrowdingSpec | StoppedVehicleSpec | CameraDownSpec
)
AnyRuleSpec: TypeAlias = EventRuleSpec | MeasureSpec
RuleSpec = Annotated[AnyRuleSpec, Field(discriminator="kind")]
"""One rule of a scene, told apart by `kind`."""

SPEC_TYPES: Final[tuple[type[AnyRuleSpec], ...]] = (
    LineCrossingSpec,
    IntrusionSpec,
    LoiteringSpec,
    CrowdingSpec,
    StoppedVehicleSpec,
    CameraDownSpec,
    MeasureSpec,
)
