"""Rules for violations of traffic law: indications for people to look at, not evidence for fines by themselves."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.events import Severity
from scenes.rule_parts import (
    CLASSES,
    CLEAR_S,
    GAP_S,
    HOLD_S,
    Carriageway,
    ClassName,
    Direction,
    PlaceId,
    Positive,
    RulePart,
    Seconds,
    Standing,
)


class IllegalParkingSpec(Standing):
    """A vehicle stands where stopping is forbidden.

    As [incident.stopped_vehicle](incident.stopped_vehicle.md), for longer, in a no-stopping zone. A stop line alone is
    no reason to stand there; a signal that is known to be red is, and so is a queue, but for who stood for 10 s before
    it came to stand around him, or stands on for 10 s when it has gone (then all the time counts for which he stood):
    near to where the camera sees no further only if traffic has gone past him meanwhile, as there. Nor does anybody
    who stands ahead excuse him, short of a queue, or the picture's edge that hides a part of him. A two-wheeler that
    stands first in a queue parks like others.

    Who has stood for 10 s parks on though his number goes off with one who passes, or his box jumps, if within 10 s
    his box is seen at his place again, as a whole, and not of one who was seen to drive up. Boxes like his at his
    place that belong to no track that is sure tell that he is hidden for longer, up to the time for which he stood.
    """

    kind: Literal["violation.illegal_parking"] = "violation.illegal_parking"
    for_s: Seconds = Field(60.0, description="Seconds for which it stands before the event starts")
    gap_s: Seconds = Field(2.0, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(120.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


class SpeedingSpec(Carriageway):
    """A vehicle is faster than allowed.

    An indication, not for fines: cameras are not calibrated as instruments. One event for each vehicle whose mean speed
    over the way is above the limit and its tolerance by a standard deviation of what is known of it; where lanes with
    other limits are so near that it may be on one of these, above the highest. Needs a ground.
    """

    kind: Literal["violation.speeding"] = "violation.speeding"
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES)
    limit_kmh: Positive | None = Field(
        None,
        description="Allowed speed in km/h. Default: that of the lane, `speed_limit_kmh`; without one none is watched",
    )
    tolerance: Annotated[float, Field(ge=0, le=1)] = Field(0.1, description="Share of the limit above which it counts")
    over_m: Positive = Field(20.0, description="Metres of way for which it is exceeded before the event starts")
    gap_s: Seconds = Field(0.5, description=GAP_S)
    clear_s: Seconds = Field(1.0, description=CLEAR_S)
    hold_s: Seconds = Field(5.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


class LaneViolationSpec(RulePart):
    """A lane that is closed to a class, or a forbidden turn.

    One event for each. A bus lane, motorcycles on a flyover: give the lane, and the classes to which it is closed. Who
    is first seen amid the lane and drives along it was on it before, for as long as it takes at his speed from where it
    begins, and at most as long as he has been seen. A
    forbidden turn: who crosses the line `entry` forward and then the line `exit`; it has no duration, its two
    revisions come together.
    """

    kind: Literal["violation.lane"] = "violation.lane"
    lane: PlaceId | None = Field(None, description="Id of a lane closed to `classes`; or give `group`, or `entry`")
    group: PlaceId | None = Field(None, description="Id of a group of lanes that is closed to them")
    entry: PlaceId | None = Field(None, description="Id of a line: who crosses it forward …")
    exit: PlaceId | None = Field(None, description="… must not cross this one forward afterwards")
    within_s: Annotated[float, Field(gt=0, le=60)] = Field(
        60.0, description="Longest time from `entry` to `exit` that is one turn, in seconds"
    )
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES)
    for_s: Seconds = Field(2.0, description="Seconds on the closed lane before the event starts")
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(2.0, description=CLEAR_S)
    hold_s: Seconds = Field(10.0, description=HOLD_S)
    hysteresis_px: Positive = Field(5.0, description="As in security.line_crossing; for `entry` and `exit`")
    severity: Severity = Field(Severity.LOW, description="Of its events")

    @property
    def place(self) -> str:
        """The lane or group; of a turn its entry and exit."""
        return super().place or f"{self.entry}→{self.exit}"

    @property
    def rule_id(self) -> str:
        """As of any rule; of a turn with its two lines."""
        return self.id or ":".join(p for p in (self.kind, super().place or f"{self.entry}:{self.exit}") if p)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        turn = self.entry is not None and self.exit is not None
        given = sum(place is not None for place in (self.lane, self.group, self.entry or self.exit))
        if given != 1 or (not turn and (self.entry or self.exit)):
            raise PydanticCustomError("problem-lane-rule-place", "one of lane, group, entry with exit", {})
        return self


class NoCrossingSpec(RulePart):
    """A vehicle crosses a solid line.

    As [security.line_crossing](security.line_crossing.md), for vehicles, over a line drawn along the marking.
    """

    kind: Literal["violation.no_crossing"] = "violation.no_crossing"
    line: PlaceId = Field(description="Id of a line of the scene, along the marking")
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES)
    direction: Direction = Field(
        "both", description="forward: from the left to the right of a walker from the line's start to its end"
    )
    hysteresis_px: Positive = Field(
        12.0,
        description="A track is on a side only when its foot is further than this from the line, in reference pixels",
    )
    severity: Severity = Field(Severity.LOW, description="Of its events")


class RedLightSpec(RulePart):
    """A vehicle crosses the stop line while its signal is red.

    An indication, not evidence for a fine. The front of the vehicle crosses forward when the signal has been red, or
    red and amber, for `grace_s`; who is over the line before, or drives on amber, is excepted. It is told once the
    vehicle has gone on by `past_m`: who stops just past the line has not run it. One event for each vehicle, which has
    no duration; its two revisions come together. While the state of the signal is unknown, nothing is told.

    Where turning is allowed at red, name the lanes from which one turns, or the lines by which one leaves: with such
    lines an alert waits for the vehicle to leave. A lit arrow does the same for what it `releases`.

    Without a ground metres are told by the sizes of boxes, and less exactly. The picture must show `past_m` of road
    past the line.
    """

    kind: Literal["violation.red_light"] = "violation.red_light"
    signal: PlaceId = Field(description="Id of a signal of the scene")
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES)
    grace_s: Seconds = Field(0.5, description="Seconds of red within which crossing does not count")
    past_m: Positive = Field(5.0, description="Its middle goes on by so many metres past the line, without stopping")
    except_lanes: list[PlaceId] = Field(default_factory=list, description="Ids of lanes whose vehicles may turn at red")
    except_exits: list[PlaceId] = Field(
        default_factory=list, description="Ids of lines: who leaves forward over one of them was allowed to turn at red"
    )
    exit_s: Annotated[float, Field(gt=0, le=60)] = Field(
        10.0, description="Seconds for which an alert waits for the vehicle to leave over an excepted line"
    )
    hysteresis_px: Positive = Field(
        1.0, description="As in security.line_crossing; who crosses must also go on by `past_m`"
    )
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")
