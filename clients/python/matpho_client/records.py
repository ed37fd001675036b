"""Records as consumers see them. Schemas: schemas/*.schema.json of Matpho."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


class NotARecordError(ValueError):
    """A value that is none of Matpho's records."""


@dataclass(frozen=True, slots=True)
class Event:
    """One revision of an event: started, updated, …, ended.

    Attributes:
        kind: such as `traffic.congestion`; `phase`: started, updated, ended; `severity`: lowest … highest.
        measures: numbers by kind, such as `queue_m`.
        box: left, top, right, bottom in pixels; `position`: longitude, latitude; None when unknown.
        raw: the whole JSON value.
    """

    event_id: str
    revision: int
    kind: str
    phase: str
    severity: str
    confidence: float
    started: datetime
    at: datetime
    camera_id: str
    rule_id: str
    zone: str
    measures: Mapping[str, Any]
    classes: tuple[str, ...]
    box: tuple[float, ...] | None
    position: tuple[float, float] | None
    end_reason: str | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def identity(self) -> str:
        """Equal for what was sent twice."""
        return f"{self.event_id}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Member:
    """An event in an incident; `role`: cause, same (the cause seen by another camera) or effect."""

    event_id: str
    revision: int
    kind: str
    role: str
    phase: str
    camera_id: str
    zone: str
    started: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """Events of one cause. Of one `incident_id` the highest revision holds.

    Attributes:
        kind: of its cause, whose event is `cause`; `camera_id`, `zone` and `position` (longitude, latitude) are its.
        members: its events, the cause first; `more`: further ones.
        merged_into: the incident that took over; empty for the others.
        raw: the whole JSON value.
    """

    incident_id: str
    revision: int
    phase: str
    kind: str
    cause: str
    severity: str
    started: datetime
    at: datetime
    camera_id: str
    zone: str
    cameras: tuple[str, ...]
    members: tuple[Member, ...]
    position: tuple[float, float] | None
    more: int
    merged_into: str
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def identity(self) -> str:
        """Equal for what was sent twice."""
        return f"{self.incident_id}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Measurement:
    """Traffic in one place and one interval; None what is unknown. All fields are in `raw`."""

    camera_id: str
    place: str
    direction: str
    start: datetime
    end: datetime
    counts: Mapping[str, int]
    mean_speed_mps: float | None
    flow_vph: float | None
    density_vpkm: float | None
    queue_m: float | None
    level_of_service: str
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def at(self) -> datetime:
        """Its end."""
        return self.end

    @property
    def identity(self) -> str:
        """Equal for what was sent twice."""
        return json.dumps([self.camera_id, self.place, self.direction, self.raw["start"]])


@dataclass(frozen=True, slots=True)
class Track:
    """A track that ended; `path` in the scene's pixels, first to last."""

    camera_id: str
    epoch: int
    track_id: int
    label: str
    started: datetime
    ended: datetime
    path: tuple[tuple[float, float], ...]
    mean_speed_mps: float | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def at(self) -> datetime:
        """Its end."""
        return self.ended

    @property
    def identity(self) -> str:
        """Equal for what was sent twice."""
        return json.dumps([self.camera_id, self.epoch, self.track_id, self.raw["started"]])


@dataclass(frozen=True, slots=True)
class Health:
    """A camera's state: connecting, running, waiting, ended, failed; `faults`: such as `camera.covered`."""

    camera_id: str
    at: datetime
    state: str
    fps: float
    dropped: int
    reconnects: int
    error: str
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    faults: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Equal for what was sent twice."""
        return json.dumps([self.camera_id, self.raw["at"]])


def event(value: bytes) -> Event:
    """An event's JSON.

    Raises:
        NotARecordError: it is none.
    """
    return _read(value, _event)


def incident(value: bytes) -> Incident:
    """An incident's JSON; raises as `event`."""
    return _read(value, _incident)


def measurement(value: bytes) -> Measurement:
    """A measurement's JSON; raises as `event`."""
    return _read(value, _measurement)


def track(value: bytes) -> Track:
    """A track's JSON; raises as `event`."""
    return _read(value, _track)


def camera_health(value: bytes) -> Health:
    """The JSON of a camera's health; raises as `event`."""
    return _read(value, _health)


def _read(value: bytes, make: Callable[[dict[str, Any]], T]) -> T:
    try:
        # A zero and the number of a schema (Confluent Schema Registry): JSON never begins so.
        raw = json.loads(value[5:] if value[:1] == b"\0" else value)
        if "specversion" in raw:  # structured CloudEvents
            raw = raw["data"]
        return make(raw)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise NotARecordError(f"{type(error).__name__}: {error}") from error


def _event(raw: dict[str, Any]) -> Event:
    box, position = raw.get("box"), raw.get("position")
    return Event(
        event_id=str(raw["event_id"]),
        revision=int(raw["revision"]),
        kind=str(raw["kind"]),
        phase=str(raw["phase"]),
        severity=str(raw["severity"]),
        confidence=float(raw["confidence"]),
        started=_time(raw["started"]),
        at=_time(raw["at"]),
        camera_id=str(raw["camera_id"]),
        rule_id=str(raw["rule_id"]),
        zone=str(raw["zone"]),
        measures=dict(raw["measures"]),
        classes=tuple(raw.get("classes", ())),
        box=None if box is None else tuple(float(value) for value in box),
        position=None if position is None else (float(position[0]), float(position[1])),
        end_reason=raw.get("end_reason"),
        raw=raw,
    )


def _incident(raw: dict[str, Any]) -> Incident:
    position = raw.get("position")
    return Incident(
        incident_id=str(raw["incident_id"]),
        revision=int(raw["revision"]),
        phase=str(raw["phase"]),
        kind=str(raw["kind"]),
        cause=str(raw["cause"]),
        severity=str(raw["severity"]),
        started=_time(raw["started"]),
        at=_time(raw["at"]),
        camera_id=str(raw["camera_id"]),
        zone=str(raw["zone"]),
        cameras=tuple(str(name) for name in raw["cameras"]),
        members=tuple(_member(one) for one in raw["members"]),
        position=None if position is None else (float(position[0]), float(position[1])),
        more=int(raw.get("more", 0)),
        merged_into=str(raw.get("merged_into", "")),
        raw=raw,
    )


def _member(raw: dict[str, Any]) -> Member:
    return Member(
        event_id=str(raw["event_id"]),
        revision=int(raw["revision"]),
        kind=str(raw["kind"]),
        role=str(raw["role"]),
        phase=str(raw["phase"]),
        camera_id=str(raw["camera_id"]),
        zone=str(raw["zone"]),
        started=_time(raw["started"]),
        at=_time(raw["at"]),
    )


def _measurement(raw: dict[str, Any]) -> Measurement:
    return Measurement(
        camera_id=str(raw["camera_id"]),
        place=str(raw["place"]),
        direction=str(raw["direction"]),
        start=_time(raw["start"]),
        end=_time(raw["end"]),
        counts={str(name): int(count) for name, count in raw.get("counts", {}).items()},
        mean_speed_mps=raw.get("mean_speed_mps"),
        flow_vph=raw.get("flow_vph"),
        density_vpkm=raw.get("density_vpkm"),
        queue_m=raw.get("queue_m"),
        level_of_service=raw.get("level_of_service", ""),
        raw=raw,
    )


def _track(raw: dict[str, Any]) -> Track:
    return Track(
        camera_id=str(raw["camera_id"]),
        epoch=int(raw["epoch"]),
        track_id=int(raw["track_id"]),
        label=str(raw["class"]),
        started=_time(raw["started"]),
        ended=_time(raw["ended"]),
        path=tuple((float(x), float(y)) for x, y in raw["path"]),
        mean_speed_mps=raw.get("mean_speed_mps"),
        raw=raw,
    )


def _health(raw: dict[str, Any]) -> Health:
    return Health(
        camera_id=str(raw["camera_id"]),
        at=_time(raw["at"]),
        state=str(raw["state"]),
        fps=float(raw["fps"]),
        dropped=int(raw["dropped"]),
        reconnects=int(raw["reconnects"]),
        error=str(raw.get("error", "")),
        raw=raw,
        faults=tuple(map(str, raw.get("faults", ()))),
    )


def _time(value: str) -> datetime:
    """To the microsecond; `raw` has the nanoseconds."""
    head, _, rest = value.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{(rest or '0')[:6]:0<6}+00:00")
