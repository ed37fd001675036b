"""Incidents as rows and stories of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from console.views import Views, kind_name
from core.codec.incidents import incident_to_dict
from core.events import Event
from core.incidents import Incident, Role
from core.story import headline, lasted, story
from core.times import time_text
from locales import text
from store.event_store import EventStore
from store.records import EventQuery

_CHUNK: Final = 500


def rows(store: EventStore, views: Views, query: EventQuery) -> list[dict[str, Any]]:
    """Rows of a query: incidents, and events that are in none."""
    found = store.rows.find(query)
    events = latest(store, [name for name, linked in found if not linked])
    incidents = {name: store.incidents.latest(name) for name, linked in found if linked}
    causes = latest(store, [one.cause for one in incidents.values() if one is not None])
    views.know([*events.values(), *causes.values()])
    shown = []
    for name, linked in found:
        incident = incidents.get(name)
        if incident is not None:
            shown.append(row(views, incident, causes.get(incident.cause)))
        elif not linked and name in events:
            shown.append(views.event(events[name]))
    return shown


def row(views: Views, incident: Incident, cause: Event | None) -> dict[str, Any]:
    """An incident as a row: its cause, with what the whole incident has instead of what the cause has."""
    shown = {} if cause is None else views.event(cause)
    value = incident_to_dict(incident)
    kinds = [member["kind"] for member in value["members"]]
    return shown | {
        "event_id": incident.incident_id,
        "incident": value,
        "revision": incident.revision,
        "phase": value["phase"],
        "phase_name": text(f"phase-{value['phase']}", views.language),
        "severity": value["severity"],
        "severity_name": text(f"severity-{value['severity']}", views.language),
        "started": value["started"],
        "at": value["at"],
        "kind": value["kind"],
        "kind_name": kind_name(value["kind"], views.language),
        "kinds": list(dict.fromkeys(kinds)),
        "camera_id": incident.camera_id,
        "cameras": list(incident.cameras),
        "sentence": headline(incident, cause, views.place, views.language),
        "pictures": shown.get("pictures", []),
        "box": shown.get("box"),
        "zone": incident.zone,
        "zone_name": shown.get("zone_name", incident.zone),
    }


def tell(store: EventStore, views: Views, incident: Incident) -> dict[str, Any]:
    """An incident with its story; the event shown beside it is its cause."""
    events = latest(store, [member.event_id for member in incident.members])
    cause = events.get(incident.cause)
    views.know(list(events.values()))
    lines = [
        {
            "event_id": line.event_id,
            "role": line.role.value,
            "role_name": text(f"role-{line.role.value}", views.language),
            "camera_id": line.camera_id,
            "kind_name": line.kind_name,
            "sentence": line.sentence,
            "started": time_text(line.started_ns),
            "at": time_text(line.at_ns),
            "after_s": line.after_s,
            "phase": line.phase.value,
            "phase_name": text(f"phase-{line.phase.value}", views.language),
            "picture": next((p["url"] for p in _pictures(views, events.get(line.event_id)) if p["ready"]), None),
        }
        for line in story(incident, events, views.place, views.language)
    ]
    effects = sum(member.role is Role.EFFECT for member in incident.members)
    return {
        "event": row(views, incident, cause),
        "cause": None if cause is None else views.event(cause),
        "revisions": [] if cause is None else [views.event(one) for one in store.events.revisions(cause.event_id)],
        "scene": None if cause is None else views.scenes.drawing(cause.camera_id, cause.view),
        "story": lines,
        "lasted": lasted(incident, views.language),
        "effects": effects,
    }


def latest(store: EventStore, event_ids: Sequence[str]) -> dict[str, Event]:
    """The latest revision of each event that is known."""
    found: dict[str, Event] = {}
    for first in range(0, len(event_ids), _CHUNK):
        found |= store.events.latest(event_ids[first : first + _CHUNK])
    return found


def _pictures(views: Views, event: Event | None) -> list[dict[str, Any]]:
    return [] if event is None else list(views.event(event)["pictures"])
