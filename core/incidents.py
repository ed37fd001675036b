"""Incidents: events of one cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.events import SCHEMA_VERSION, EventKind, Phase, Severity, Verdict


class Role(StrEnum):
    """What an event is in its incident."""

    CAUSE = "cause"
    SAME = "same"
    """The cause, as another camera or rule sees it."""
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class Member:
    """An event in an incident, by its latest revision that is known."""

    event_id: str
    revision: int
    kind: EventKind
    role: Role
    phase: Phase
    camera_id: str
    zone: str
    started_ns: int
    at_ns: int
    view: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """Events of one cause: what an operator sees as one row.

    What it says depends on the events alone: the same ones give the same incident with the same revision, whatever
    their order.

    Attributes:
        incident_id: from the event in it that started first.
        revision: the sum of its events' revisions: it rises with each change, and leaves numbers out.
        phase: ended when all its events are; a late effect opens it again.
        kind: of its cause.
        cause: the event that explains the others.
        severity: the highest of its events.
        started_ns: UTC, when its first event began.
        at_ns: UTC of the newest revision among its events.
        camera_id: that of the cause, as are `zone`, `view` and `position` (longitude, latitude).
        cameras: that see something of it.
        members: its events, the cause first, then by their start.
        more: further events, of more than `members` holds.
        merged_into: the incident that took over, where two turned out to be one; empty for the others.
        verdict: that of the cause.
    """

    incident_id: str
    revision: int
    phase: Phase
    kind: EventKind
    cause: str
    severity: Severity
    started_ns: int
    at_ns: int
    camera_id: str
    zone: str
    cameras: tuple[str, ...]
    members: tuple[Member, ...]
    position: tuple[float, float] | None = None
    view: str = ""
    more: int = 0
    merged_into: str = ""
    verdict: Verdict | None = None
    schema_version: int = SCHEMA_VERSION
