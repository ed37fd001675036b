"""Rules about things that lie where nothing was, as the observer of the background tells."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, Field

from core.events import Severity
from scenes.rule_parts import CLEAR_S, HOLD_S, Carriageway, ClassName, PlaceId, Positive, RulePart, Seconds

AWAY_M = "He is away when he is further from it than this, in metres; by the size of his box where not calibrated"
SIZE_PX = "The same where the scene is not calibrated, in its reference pixels"


class Sized(BaseModel):
    """How large things are that a rule looks at."""

    min_size_m: Positive = Field(0.3, description="Longer side that a thing has at least, in metres")
    min_size_px: Positive = Field(12.0, description=SIZE_PX)


class DebrisSpec(Carriageway, Sized):
    """A thing that was not there before lies on a carriageway, and no track explains it.

    One event for each. It rests on looks at the picture, once a second (see [observers](../observers.md)), and says
    nothing in the first minute. A thing is explained by a track that stands where it is, or beside it, and by one that
    was lost while it stood there: a parked car whose track was lost is no debris. So is what is seen mostly inside the
    boxes of tracks: who is before a thing hides it. What was taken away, light, and shadows are no things. What is
    larger than `max_size_m` is rather a vehicle that the detector misses.

    Near the stop line of a lane (`stop_line`) vehicles that are not found may wait: there it must last for `signal_s`.

    The event ends when the thing is gone, not when something hides it. After a restart the thing belongs to the
    picture: its event is held until it is seen to be taken away, at most for `hold_s`.
    """

    kind: Literal["incident.debris"] = "incident.debris"
    max_size_m: Positive = Field(4.0, description="What is larger does not count, in metres, where calibrated")
    for_s: Seconds = Field(30.0, description="Seconds for which it lies there before the event starts")
    signal_s: Seconds = Field(180.0, description="The same within 20 m of the stop line of a lane")
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(1800.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class AbandonedObjectSpec(RulePart, Sized):
    """An object was left by its owner.

    One event for each. The owner is who was nearest to it when it appeared; he keeps his track's number in `owner`. It
    counts as abandoned while neither he nor anybody else who has stayed by it for 10 s is within `away_m`. Where nobody
    was seen to leave it the same holds, with less confidence, unless `owned` is set.

    Things are found as for [incident.debris](incident.debris.md). The event ends when the object is taken away.
    """

    kind: Literal["security.abandoned_object"] = "security.abandoned_object"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    owners: list[ClassName] = Field(["person"], min_length=1, description="Classes or groups of who may leave one")
    owned: bool = Field(False, description="Only objects count whose owner was seen")
    away_m: Positive = Field(3.0, description=AWAY_M)
    max_size_m: Positive = Field(2.0, description="What is larger does not count, in metres, where calibrated")
    for_s: Annotated[float, Field(ge=15, le=1800)] = Field(
        60.0, description="Seconds for which he is away before the event starts; 15 to 1,800"
    )
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(1800.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class LitteringSpec(RulePart, Sized):
    """Somebody leaves something where dumping is forbidden.

    One event for each thing whose owner was seen: who was nearest to it when it appeared, on foot, riding or driving.
    His track's number stands in `owner`. Who stays within `away_m` has not left it yet.

    Things are found as for [incident.debris](incident.debris.md). The event ends when the thing is taken away.
    """

    kind: Literal["environment.littering"] = "environment.littering"
    zone: PlaceId = Field(description="Id of a zone of the scene")
    owners: list[ClassName] = Field(
        ["person", "vehicle"], min_length=1, description="Classes or groups of who may leave something"
    )
    away_m: Positive = Field(3.0, description=AWAY_M)
    max_size_m: Positive = Field(4.0, description="What is larger does not count, in metres, where calibrated")
    for_s: Seconds = Field(60.0, description="Seconds for which he is away before the event starts")
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(1800.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


class EncroachmentSpec(Carriageway, Sized):
    """Goods, a stall or a parked vehicle take up a pavement or a carriageway.

    One event for each thing: what is there that was not, whether a vehicle's track explains it or none. People are no
    encroachment, however long they stand. What stood there when watching began belongs to the picture, and is not
    found until it has been away.

    Things are found as for [incident.debris](incident.debris.md). The event ends when the thing is gone.
    """

    kind: Literal["environment.encroachment"] = "environment.encroachment"
    min_size_m: Positive = Field(0.5, description="Longer side that a thing has at least, in metres")
    min_size_px: Positive = Field(20.0, description=SIZE_PX)
    for_s: Seconds = Field(600.0, description="Seconds for which it is there before the event starts")
    clear_s: Seconds = Field(30.0, description=CLEAR_S)
    hold_s: Seconds = Field(3600.0, description=HOLD_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


ObjectSpec: TypeAlias = DebrisSpec | AbandonedObjectSpec | LitteringSpec | EncroachmentSpec
OBJECT_SPECS: Final[tuple[type[ObjectSpec], ...]] = (
    DebrisSpec,
    AbandonedObjectSpec,
    LitteringSpec,
    EncroachmentSpec,
)
