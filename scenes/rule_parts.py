"""What the rules of a scene have in common."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import Annotated, Final, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from core.scene import Scene
from core.taxonomy import GROUPS, LABELS

CLASS_NAMES: Final = (*LABELS, *GROUPS)
"""What may stand in `classes`: a class, or a group of several."""


def _known_class(name: str) -> str:
    if name not in CLASS_NAMES:
        known = ", ".join(CLASS_NAMES)
        raise PydanticCustomError("problem-class-unknown", "unknown class", {"name": name, "known": known})
    return name


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("problem-timezone-unknown", "unknown time zone", {"name": name}) from error
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
ClassName = Annotated[str, AfterValidator(_known_class), WithJsonSchema({"type": "string", "enum": list(CLASS_NAMES)})]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]
PlaceId = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Direction = Literal["forward", "backward", "both"]
Road = Literal["street", "motorway"]
Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
"""From a time of day until before another; over midnight where the second is not after the first."""
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CongestionLevel = Literal["heavy", "slow", "queuing", "stationary"]

PLACES: Final = ("zone", "line", "lane", "group", "signal")
PLACE_OF: Final = {name: name for name in PLACES} | {
    **{"lanes": "lane", "entries": "line", "exits": "line"},
    **{"entry": "line", "exit": "line", "except_zones": "zone"},
    **{"except_lanes": "lane", "except_exits": "line"},
}
"""The kind of place that each field of a rule names."""
Known: TypeAlias = Mapping[str, Collection[str]]
"""The ids of the places of a scene, or of a preset, by kind."""


def _each_once(names: list[str]) -> list[str]:
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise PydanticCustomError("problem-measure-place-twice", "a place twice", {"name": twice[0]})
    return names


MovementLines = Annotated[list[PlaceId], Field(min_length=1, max_length=16), AfterValidator(_each_once)]
LaneList = Annotated[list[PlaceId], Field(min_length=1, max_length=64), AfterValidator(_each_once)]

CLASSES = "Classes or groups that the rule looks at"
HOLD_S = "Seconds for which an event stays open while its cause cannot be found, though the camera looks"
CLEAR_S = "Seconds for which the cause must be seen to be gone before the event ends"
GAP_S = "Longest time without the cause that does not start the waiting anew, in seconds"


def known_places(scene: Scene) -> Known:
    """The places of a scene as rules name them."""
    groups = {lane.group for lane in scene.lanes.values()}
    known = {"zone": scene.zones, "line": scene.lines, "lane": scene.lanes, "signal": scene.signals}
    return {**known, "group": groups}


class RulePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    id: Identifier | None = Field(None, description="Unique in the scene. Default: the kind and the place")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The first sentence as its description: pages under docs/events/ have the rest."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["description"] = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0]
        return schema

    @property
    def place(self) -> str:
        """The zone, line, lane, group of lanes or signal that it watches; empty for the whole camera."""
        return next((str(name) for key in PLACES if (name := getattr(self, key, None))), "")

    @property
    def places(self) -> list[tuple[str, str]]:
        """The places that it names, each with the field that does; `lanes: all` names none."""
        found = []
        for key in PLACE_OF:
            named = getattr(self, key, None)
            if named is not None and (key, named) != ("lanes", "all"):
                found += [(key, name) for name in ([named] if isinstance(named, str) else named)]
        return found

    @property
    def wants_lanes(self) -> bool:
        """Whether it is about all lanes that there are."""
        return getattr(self, "lanes", None) == "all"

    def works_in(self, known: Known) -> bool:
        """Whether a preset of a turning camera has all that it names, and some lane where it is about all of them."""
        named = all(name in known[PLACE_OF[key]] for key, name in self.places)
        return named and not (self.wants_lanes and not known["lane"])

    @property
    def rule_id(self) -> str:
        """`id`, or the kind and the place, such as `security.intrusion:gate`."""
        return self.id or ":".join(part for part in (self.kind, self.place) if part)


class Carriageway(RulePart):
    """A rule about road users on a carriageway: a zone, a lane or a group of lanes; without any, all lanes."""

    zone: PlaceId | None = Field(None, description="Id of a zone of the scene; or give `lane` or `group`")
    lane: PlaceId | None = Field(None, description="Id of a lane of the scene")
    group: PlaceId | None = Field(None, description="Id of a group of lanes; without any place: all lanes of the scene")
    except_zones: list[PlaceId] = Field(
        default_factory=list, description="Ids of zones in which it does not hold: crossings, bus stops, parking places"
    )

    @property
    def wants_lanes(self) -> bool:
        """Whether it is about all lanes that there are."""
        return not (self.zone or self.lane or self.group)

    @model_validator(mode="after")
    def _at_most_one_place(self) -> Self:
        if sum(place is not None for place in (self.zone, self.lane, self.group)) > 1:
            raise PydanticCustomError("problem-rule-one-place", "at most one of zone, lane, group", {})
        return self


class Standing(Carriageway):
    """A rule about vehicles that stand on a carriageway."""

    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES)
    stop_speed_kmh: Positive = Field(
        3.0, description="Slower than this it stands; in km/h, where the scene is calibrated"
    )
    stop_speed_lengths_per_s: Positive = Field(
        0.2, description="The same where it is not: in lengths of the longer side of its box a second"
    )
