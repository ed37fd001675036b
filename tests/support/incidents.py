"""Events of traffic made up for linking: when, where, before which camera."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Final

from core.events import EndReason, Event, EventKind, Phase, Severity
from core.measures import (
    CameraDownMeasures,
    CollisionMeasures,
    CongestionMeasures,
    DebrisMeasures,
    LoiteringMeasures,
    Measures,
    PedestrianMeasures,
    QueueMeasures,
    SightingMeasures,
    SlowVehicleMeasures,
    SpillbackMeasures,
    StoppedVehicleMeasures,
    WrongWayMeasures,
)
from core.scene import METRES_PER_DEGREE
from tests.support.records import SECOND, T0

HANOI = (105.85, 21.03)
_numbers = count()
_MEASURES: Final[Mapping[EventKind, Measures]] = {
    EventKind.STOPPED_VEHICLE: StoppedVehicleMeasures(12.0, "m/s"),
    EventKind.ILLEGAL_PARKING: StoppedVehicleMeasures(70.0, "m/s"),
    EventKind.QUEUE: QueueMeasures(60.0, 80.0, 9, 20.0, "m"),
    EventKind.CONGESTION: CongestionMeasures("queuing", 0.2, 14, 70.0, 2.5, 13.0),
    EventKind.SPILLBACK: SpillbackMeasures(150.0, 20, 12.0, "m"),
    EventKind.PEDESTRIAN: PedestrianMeasures(2, 4.0),
    EventKind.COLLISION: CollisionMeasures(3.0, 11.0, 6.0, 1),
    EventKind.WRONG_WAY: WrongWayMeasures(3.0, 25.0, 9.0),
    EventKind.SLOW_VEHICLE: SlowVehicleMeasures(12.0, 0.3, 4.0, 13.0),
    EventKind.LOITERING: LoiteringMeasures(61.0),
    EventKind.CAMERA_DOWN: CameraDownMeasures(31.0),
    EventKind.DEBRIS: DebrisMeasures(31.0, 0.6, "m"),
    EventKind.SMOKE_FIRE: SightingMeasures(6.0, 5, 10, 0.7, 0.2, "smoke-fire"),
    EventKind.FLOODING: SightingMeasures(6.0, 5, 10, 0.7, 0.2, "water"),
}


def an_event_of(
    kind: EventKind,
    start_s: float,
    *,
    camera: str = "a",
    zone: str = "",
    position: tuple[float, float] | None = None,
    event_id: str = "",
    severity: Severity = Severity.MEDIUM,
    rule_id: str = "",
    track_ids: tuple[int, ...] = (),
    box: tuple[float, float, float, float] | None = None,
) -> Event:
    """The first revision of an event, told as it begins; seconds after `T0`."""
    at_ns = T0 + round(start_s * SECOND)
    return Event(
        event_id=event_id or f"event-{next(_numbers)}",
        revision=1,
        kind=kind,
        phase=Phase.STARTED,
        severity=severity,
        confidence=0.8,
        started_ns=at_ns,
        at_ns=at_ns,
        camera_id=camera,
        rule_id=rule_id or kind.value,
        zone=zone,
        measures=_MEASURES[kind],
        track_ids=track_ids,
        box=box,
        position=position,
    )


def life(event: Event, *times_s: float, end: bool = False) -> list[Event]:
    """Later revisions of an event, the last of them its end if that is wanted."""
    told = []
    for number, time_s in enumerate(times_s, 2):
        last = end and number == len(times_s) + 1
        told.append(
            replace(
                event,
                revision=number,
                at_ns=T0 + round(time_s * SECOND),
                phase=Phase.ENDED if last else Phase.UPDATED,
                end_reason=EndReason.CLEARED if last else None,
            )
        )
    return told


def east_of(point: tuple[float, float], metres: float, north: float = 0.0) -> tuple[float, float]:
    """A point so many metres east, and north."""
    shrink = math.cos(math.radians(point[1]))
    return point[0] + metres / (METRES_PER_DEGREE * shrink), point[1] + north / METRES_PER_DEGREE
