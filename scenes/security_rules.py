"""Rules for the security of places: who is where he should not be, too long, too many, too fast."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.events import Severity
from scenes.rule_parts import (
    CLASSES,
    CLEAR_S,
    GAP_S,
    HOLD_S,
    ClassName,
    Day,
    Direction,
    Hours,
    PlaceId,
    Positive,
    RulePart,
    Seconds,
    TimeZone,
)


class LineCrossingSpec(RulePart):
    """A tripwire: somebody crosses a line.

    A crossing has no duration: its two revisions, started and ended, come together, so that every event has the same
    life and none stays open. A track crosses again only after it has gone back. Who passes around the line's end does
    not cross it.

    Limit: a track that gets a new number on the line itself is missed.
    """

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
    """Somebody is in a closed zone.

    One event for the zone, however many are inside and whatever their numbers. It starts with somebody whose foot is
    further inside than it may be misplaced. What looks like a person may be a thing: it counts once it has come a
    metre from where it was first seen, or after `still_s`. Where only people are asked for, a rider whose machine the
    detector misses is told from somebody on foot as in
    [incident.pedestrian_on_carriageway](incident.pedestrian_on_carriageway.md).
    """

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
    still_s: Seconds = Field(
        60.0, description="A person who does not come away from his place counts only after this: it may be a thing"
    )
    for_s: Seconds = Field(1.0, description="Seconds for which somebody is inside before the event starts")
    gap_s: Seconds = Field(0.5, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(15.0, description=HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class LoiteringSpec(RulePart):
    """A person stays in a zone.

    One event for each. A person who is hidden, or whose track gets a new number, is found again within one height of
    his box: after as long as he has stayed, at most 10 s. What looks like a person may be a thing: time counts from
    when the track began that first came a metre from its place, or after `still_s`. On calibrated ground nobody is
    taller than 2.5 m.
    """

    kind: Literal["security.loitering"] = "security.loitering"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    classes: list[ClassName] = Field(["person"], min_length=1, description=CLASSES)
    for_s: Seconds = Field(60.0, description="Seconds in the zone, by one person, before the event starts")
    still_s: Seconds = Field(
        300.0, description="A person who never came away from his place counts only after this: it may be a thing"
    )
    gap_s: Seconds = Field(2.0, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(30.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


class RunningSpec(RulePart):
    """A person runs.

    A hint, not a finding: watched only where a scene asks for it. One event for each. Who runs comes away from
    where he was, 5 m at 12 km/h in 1.5 s; who seems as fast and has not come so far does not run: in a crowd boxes go
    over from one to the next.
    """

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


class FightSpec(RulePart):
    """People rush at each other and stay together.

    A hint, not a finding: watched only where a scene asks for it; friends who run to meet look the same. One event
    for the zone, whatever the numbers of those involved. Two who walk towards each other close in at 10 km/h and
    pass; of two who fight each makes a part of the way, and both stay where they met. Who was seen to go on has
    not stayed. In a crowd nobody can tell: amid more than six people within 5 m none begins. Needs two frames a
    second. Whether they strike, tracks do not tell: a [second look](../incidents.md) may.
    """

    kind: Literal["security.fight_suspected"] = "security.fight_suspected"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    approach_kmh: Positive = Field(14.0, description="Two rush at each other who close in faster, over about a second")
    reach_m: Positive = Field(
        1.5, description="Together are those within this of where they met, by their boxes where it is not calibrated"
    )
    for_s: Seconds = Field(3.0, description="Seconds for which they are together before the event starts")
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(10.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOWEST, description="Of its events")


class CrowdingSpec(RulePart):
    """Too many people in a zone, or too close together.

    The limit by square metre holds where the scene knows the zone's area. Those count who are seen, and those who were
    in the last ten seconds, at places where nobody has been seen since: people hide one another. Who is first
    seen amid the zone, within 1.5 m of one who is hidden, is that one. A detector sees fewer than there are in a dense
    crowd all the same: the true density is higher. Once enough were counted, it stays crowded while so many are known,
    though two of them may be one.
    """

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
