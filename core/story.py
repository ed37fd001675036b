"""An incident as a story: what came first, what it brought about, before which cameras."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.events import Event, Phase
from core.incidents import Incident, Member, Role
from core.sentences import duration, sentence
from locales import Language, text

SECOND_NS = 1_000_000_000
Place = Callable[[Event], str]
"""The name of an event's zone, line, lane or group."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event of an incident.

    Attributes:
        after_s: since the incident began.
        sentence: what happened, by its latest revision; the kind alone where that is not at hand.
    """

    event_id: str
    role: Role
    camera_id: str
    kind_name: str
    sentence: str
    started_ns: int
    at_ns: int
    after_s: float
    phase: Phase


def story(
    incident: Incident, events: Mapping[str, Event], place: Place, language: Language | None = None
) -> list[Line]:
    """The lines of an incident in the order in which its events began.

    Args:
        incident: any revision.
        events: latest revisions by id, as far as they are known.
        place: in the language.
    """
    return [
        Line(
            member.event_id,
            member.role,
            member.camera_id,
            _kind(member, language),
            _said(member, events.get(member.event_id), place, language),
            member.started_ns,
            member.at_ns,
            (member.started_ns - incident.started_ns) / SECOND_NS,
            member.phase,
        )
        for member in sorted(incident.members, key=lambda one: (one.started_ns, one.role is not Role.CAUSE))
    ]


def headline(incident: Incident, cause: Event | None, place: Place, language: Language | None = None) -> str:
    """An incident in one sentence: its cause, and what it brought about by kind."""
    first = incident.members[0] if incident.members else None
    told = "" if first is None else _said(first, cause, place, language)
    effects = Counter(_kind(one, language) for one in incident.members if one.role is Role.EFFECT)
    if not effects:
        return told
    listed = ", ".join(name if count == 1 else f"{name} × {count}" for name, count in effects.items())
    return text("incident-headline", language, cause=told, effects=listed)


def lasted(incident: Incident, language: Language | None = None) -> str:
    """How long it has gone on, by its events."""
    return duration((incident.at_ns - incident.started_ns) / SECOND_NS, language)


def _kind(member: Member, language: Language | None) -> str:
    return text("kind-" + member.kind.value.replace(".", "-"), language)


def _said(member: Member, event: Event | None, place: Place, language: Language | None) -> str:
    return _kind(member, language) if event is None else sentence(event, place(event), language)
