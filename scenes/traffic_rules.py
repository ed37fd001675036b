"""Rules for traffic as a whole: congestion, queues, and where these reach."""

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
    ClassName,
    CongestionLevel,
    PlaceId,
    Positive,
    Road,
    RulePart,
    Seconds,
)


class CongestionSpec(RulePart):
    """Traffic is far slower than it could be.

    The mean speed of the last seconds, as a share of the free-flow speed of the same lanes, falls into a level:

    | level | share of free flow | severity |
    | --- | --- | --- |
    | heavy | below 90 % | `severity` |
    | slow | below 75 % | `severity` |
    | queuing | below 25 % | at least `medium` |
    | stationary | below 10 % | at least `high` |

    The event starts when the share has stayed below the limit of `from_level` for `for_s`; `level` is the worst in
    which it has stayed so long. It may rise and fall while the event lasts, each step after its own `for_s` or
    `clear_s`: a revision that raises the severity comes at once. A share just below 90 % comes and goes with a few
    slow lorries, so `heavy` is an event only where `from_level` asks for it.

    **Signals.** Who waits for green is not congested, though the mean speed over a cycle is low: a 100 m approach that
    takes 7 s at free flow takes 30 s with an ordinary red. What tells congestion from waiting is that it does not
    pass: with too much traffic the queue is still there when red comes again, so traffic moves at its free speed at no
    time of the cycle; with less, the queue is gone before, and those who follow pass freely or there are fewer than
    three. So the window is shorter than a green, and `for_s` longer than a cycle: on a street with a cycle above 120 s
    give its length. Free flow is space-mean: vehicles that brake for a red line lower the share, so an approach used
    to over about two thirds of its green may be `slow` without an overflow.

    **Speeds.** The mean is space-mean: distance travelled along the lanes over time spent on them (Edie 1963), of
    vehicles seen. Those that cross a lane (faster than 1 m/s, 60° or more aside) or drive against it do not count.
    Free flow is that of each lane: `free_flow_kmh`, else what was learnt at this hour of the day, else the speed
    limit; the share is over what the same vehicles would have travelled in the same time. Where it is unknown there is
    no event. In a scene that is not calibrated all speeds are in lengths of a car's box at the place of each vehicle,
    so that the share holds, and the free-flow speed must be learnt (30 vehicles).
    """

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
    """Vehicles queue on a lane.

    From the foremost vehicle that queues backwards those form a queue that follow each other closely enough; vehicles
    side by side, as motorcycles stand, have no gap. A lane may have several; the longest is its queue. It reaches from
    the foot of its head to the rear of its last vehicle.

    A red signal makes queues too; with these times a queue that goes at each green and comes back is one event only
    where it stands for longer than half a minute.

    A foot says where a vehicle stands, not how long it is: gaps and lengths take the usual length of its class
    (motorcycle 2 m, car 4.5 m, truck 8 m, bus 11 m). Where the camera sees the rear of vehicles, a gap is wrong by the
    difference of two lengths. Vehicles that coast count: in a queue they hide each other. Lanes are judged one by one:
    a queue that goes on in the lane before is cut there. In a scene that is not calibrated 4 m are the length of a
    car's box.
    """

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
    except_red: bool = Field(
        False,
        description="Leave out queues before signals that are known to be red, or to have become green less than 10 s "
        "ago: an event is then a queue that green does not clear",
    )
    severity: Severity = Field(Severity.LOW, description="Of its events")

    @model_validator(mode="after")
    def _one_place(self) -> QueueSpec:
        if (self.lane is None) == (self.group is None):
            raise PydanticCustomError("problem-queue-one-place", "one of lane, group", {})
        return self


class SpillbackSpec(_Queues):
    """A queue reaches a line: the junction behind, a ramp.

    A queue reaches a line when its head is downstream of it and its tail at the line or upstream, on a lane whose
    centreline crosses the line. In metres 2 m short of it is at the line, and from then on 5 m: the last ones are
    hidden now and then. Queues are those of [traffic.queue](traffic.queue.md), of any length. The line's direction does
    not matter. Where the lane ends shortly behind the line, only vehicles on it count.
    """

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
