"""Incidents to and from plain JSON values."""

from __future__ import annotations

from typing import Any

from core.codec.events import verdict_from, verdict_to_dict
from core.codec.fields import WRONG
from core.events import SCHEMA_VERSION, EventKind, Phase, Severity
from core.incidents import Incident, Member, Role
from core.times import time_ns, time_text


def incident_to_dict(value: Incident) -> dict[str, Any]:
    """An incident as JSON values, in the order a person reads."""
    return {
        "incident_id": value.incident_id,
        "revision": value.revision,
        "phase": value.phase.value,
        "kind": value.kind.value,
        "cause": value.cause,
        "severity": value.severity.value,
        "started": time_text(value.started_ns),
        "at": time_text(value.at_ns),
        "camera_id": value.camera_id,
        "zone": value.zone,
        "cameras": list(value.cameras),
        "members": [_member_to_dict(member) for member in value.members],
        "position": None if value.position is None else [round(v, 7) for v in value.position],
        "view": value.view,
        "more": value.more,
        "merged_into": value.merged_into,
        "verdict": verdict_to_dict(value.verdict),
        "schema_version": value.schema_version,
    }


def incident_from_dict(value: dict[str, Any]) -> Incident:
    """The incident that `incident_to_dict` wrote.

    Raises:
        ValueError: a newer, unknown schema, or a field that is missing or wrong.
    """
    try:
        version = int(value["schema_version"])
        if version > SCHEMA_VERSION:
            raise ValueError(f"incident schema {version} is newer than {SCHEMA_VERSION}")
        position = value.get("position")
        return Incident(
            incident_id=str(value["incident_id"]),
            revision=int(value["revision"]),
            phase=Phase(value["phase"]),
            kind=EventKind(value["kind"]),
            cause=str(value["cause"]),
            severity=Severity(value["severity"]),
            started_ns=time_ns(value["started"]),
            at_ns=time_ns(value["at"]),
            camera_id=str(value["camera_id"]),
            zone=str(value["zone"]),
            cameras=tuple(str(name) for name in value["cameras"]),
            members=tuple(_member_from(member) for member in value["members"]),
            position=None if position is None else (float(position[0]), float(position[1])),
            view=str(value.get("view", "")),
            more=int(value.get("more", 0)),
            merged_into=str(value.get("merged_into", "")),
            verdict=verdict_from(value.get("verdict")),
            schema_version=version,
        )
    except WRONG as error:
        raise ValueError(f"not an incident: {type(error).__name__} {error}") from error


def _member_to_dict(value: Member) -> dict[str, Any]:
    return {
        "event_id": value.event_id,
        "revision": value.revision,
        "kind": value.kind.value,
        "role": value.role.value,
        "phase": value.phase.value,
        "camera_id": value.camera_id,
        "zone": value.zone,
        "started": time_text(value.started_ns),
        "at": time_text(value.at_ns),
        "view": value.view,
    }


def _member_from(value: dict[str, Any]) -> Member:
    return Member(
        str(value["event_id"]),
        int(value["revision"]),
        EventKind(value["kind"]),
        Role(value["role"]),
        Phase(value["phase"]),
        str(value["camera_id"]),
        str(value["zone"]),
        time_ns(value["started"]),
        time_ns(value["at"]),
        str(value.get("view", "")),
    )
