"""One function for each kind of record: a reader of its topic."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from matpho_client.reading import Reader
from matpho_client.records import (
    Event,
    Health,
    Incident,
    Measurement,
    Track,
    camera_health,
    event,
    incident,
    measurement,
    track,
)


def events(
    servers: str | Sequence[str],
    *,
    kinds: Collection[str] = (),
    topic: str = "matpho.events.v1",
    **options: Any,
) -> Reader[Event]:
    """Events; `kinds` such as `traffic` or `traffic.queue`. Further options: `Reader`."""
    wanted = tuple(kinds)

    def takes(found: Event) -> bool:
        return not wanted or any(found.kind == kind or found.kind.startswith(f"{kind}.") for kind in wanted)

    return Reader(servers, topic, event, takes=takes, **options)


def incidents(servers: str | Sequence[str], *, topic: str = "matpho.incidents.v1", **options: Any) -> Reader[Incident]:
    """Incidents; `cameras` are those of their causes. Further options: `Reader`."""
    return Reader(servers, topic, incident, **options)


def measurements(
    servers: str | Sequence[str], *, topic: str = "matpho.measurements.v1", **options: Any
) -> Reader[Measurement]:
    """Traffic measurements. Further options: `Reader`."""
    return Reader(servers, topic, measurement, **options)


def tracks(servers: str | Sequence[str], *, topic: str = "matpho.tracks.v1", **options: Any) -> Reader[Track]:
    """Tracks that ended. Further options: `Reader`."""
    return Reader(servers, topic, track, **options)


def health(servers: str | Sequence[str], *, topic: str = "matpho.health.v1", **options: Any) -> Reader[Health]:
    """States of cameras. Further options: `Reader`."""
    return Reader(servers, topic, camera_health, **options)
