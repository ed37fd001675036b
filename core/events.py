"""What the system finds: events over their life.

An event is minted once (`event_id`) and revised (1, 2, …) as it goes started → updated … → ended. Consumers
de-duplicate by (event_id, revision). Values of the enumerations are stored and sent: added to, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.immutable import immutable
from core.measures import Measures

SCHEMA_VERSION: Final = 1


class EventKind(StrEnum):
    """Every kind of event that a rule here can find; each has a page under docs/events/. All kinds: `core.kinds`."""

    LINE_CROSSING = "security.line_crossing"
    INTRUSION = "security.intrusion"
    LOITERING = "security.loitering"
    CROWDING = "security.crowding"
    CONGESTION = "traffic.congestion"
    QUEUE = "traffic.queue"
    SPILLBACK = "traffic.spillback"
    STOPPED_VEHICLE = "incident.stopped_vehicle"
    CAMERA_DOWN = "camera.down"
    RUNNING = "security.running"
    FIGHT = "security.fight_suspected"
    WRONG_WAY = "incident.wrong_way"
    PEDESTRIAN = "incident.pedestrian_on_carriageway"
    COLLISION = "incident.collision"
    SLOW_VEHICLE = "incident.slow_vehicle"
    ILLEGAL_PARKING = "violation.illegal_parking"
    SPEEDING = "violation.speeding"
    LANE = "violation.lane"
    NO_CROSSING = "violation.no_crossing"
    CAMERA_FROZEN = "camera.frozen"
    CAMERA_DARK = "camera.dark"
    CAMERA_BLURRED = "camera.blurred"
    CAMERA_COVERED = "camera.covered"
    CAMERA_MOVED = "camera.moved"
    CAMERA_CLOCK = "camera.clock"
    RED_LIGHT = "violation.red_light"
    DEBRIS = "incident.debris"
    ABANDONED_OBJECT = "security.abandoned_object"
    LITTERING = "environment.littering"
    ENCROACHMENT = "environment.encroachment"
    SMOKE_FIRE = "incident.smoke_fire"
    FLOODING = "environment.flooding"


class Phase(StrEnum):
    """Where in its life an event is."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why an event ended."""

    CLEARED = "cleared"
    """Its cause was seen to go."""
    UNSEEN = "unseen"
    """Its cause could not be found again, though the camera looked."""
    CAMERA_LOST = "camera_lost"
    """The camera was away for too long to know."""
    LOOKED_AWAY = "looked_away"
    """A turning camera looked elsewhere for too long to know."""
    CAMERA_REMOVED = "camera_removed"
    RULE_REMOVED = "rule_removed"
    MUTED = "muted"
    """A person muted it; its cause may still be there."""


class Says(StrEnum):
    """What a second look, or a person, says of an event."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNSURE = "unsure"
    UNVERIFIED = "unverified"
    """A second look was to be taken, and was not: `Verdict.reason` is `slow`, `full`, `failed` or `unseen`."""


class Severity(StrEnum):
    """How much it matters, lowest first (the levels of DATEX II's SeverityEnum)."""

    LOWEST = "lowest"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    HIGHEST = "highest"

    @property
    def rank(self) -> int:
        """0 for the lowest."""
        return RANKS[self]


RANKS: Final[Mapping[Severity, int]] = {severity: rank for rank, severity in enumerate(Severity)}


@immutable
class Picture:
    """A picture that proves an event: `path` relative to the evidence folder; `captured_ns`, UTC, of its frame."""

    path: str
    captured_ns: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look, or a person, says of an event.

    Attributes:
        says: of a person confirmed (a true alert) or rejected (a false one).
        by: `model:NAME`, `http:HOST` or `person:NAME`.
        at_ns: UTC.
        reason: in their words.
    """

    says: Says
    by: str
    at_ns: int
    reason: str = ""


@immutable
class Event:
    """One revision of an event.

    Attributes:
        event_id: minted once; found again after restart or reconnect by camera, rule, zone and place.
        revision: 1, 2, …
        rule_id: the rule of the scene that found it.
        confidence: 0..1.
        started_ns: UTC, when its definition began to hold.
        at_ns: UTC of this revision.
        zone: the zone, line, lane or group of lanes of the scene, empty for the whole camera.
        track_ids: tracks involved, within the camera's epoch.
        class_ids: their classes (`core.taxonomy`).
        box: left, top, right, bottom of the place in the scene's reference pixels, None when it has none.
        position: longitude, latitude, None when unknown.
        pictures: the evidence, oldest first.
        end_reason: None until it has ended.
        view: the preset of a turning camera in which `zone` and `box` lie; empty for a fixed camera.
        verdict: of a second look or a person, None while nobody has looked.
    """

    event_id: str
    revision: int
    kind: EventKind
    phase: Phase
    severity: Severity
    confidence: float
    started_ns: int
    at_ns: int
    camera_id: str
    rule_id: str
    zone: str
    measures: Measures
    track_ids: tuple[int, ...] = ()
    class_ids: tuple[int, ...] = ()
    box: tuple[float, float, float, float] | None = None
    position: tuple[float, float] | None = None
    pictures: tuple[Picture, ...] = ()
    end_reason: EndReason | None = None
    view: str = ""
    verdict: Verdict | None = None
    schema_version: int = SCHEMA_VERSION
