"""Records to and from plain JSON values: one form for the store, files, Kafka and the page.

Times are RFC 3339 UTC strings with nanoseconds; classes are labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from operator import attrgetter
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

from core.events import (
    MEASURES_OF,
    SCHEMA_VERSION,
    CameraHealth,
    CameraState,
    EndReason,
    Event,
    EventKind,
    FrameObject,
    FrameTracks,
    Incident,
    Measurement,
    Measures,
    Member,
    Phase,
    Picture,
    Record,
    Role,
    Says,
    Severity,
    TrackSummary,
    Verdict,
)
from core.taxonomy import LABELS, class_of

SECOND_NS = 1_000_000_000

_MEASURED = (
    "mean_speed_mps",
    "occupancy",
    "flow_vph",
    "flow_pcuph",
    "time_mean_speed_mps",
    "density_vpkm",
    "density_pcupkm",
    "headway_s",
    "queue_m",
    "free_flow_mps",
    "start_up_lost_s",
    "saturation_headway_s",
)
"""Numbers of a measurement that may be unknown; the oldest records have only the first two."""

_WRONG = (KeyError, TypeError, IndexError, AttributeError, OverflowError)
"""What reading a field raises that is missing, or of another type or size."""


# The same moment is written several times: of a frame in all its events, of a start and a picture in all revisions.
@lru_cache(maxsize=4096)
def time_text(ns: int) -> str:
    """RFC 3339 in UTC with nine decimals, such as `2026-01-05T08:00:00.250000000Z`."""
    seconds, rest = divmod(ns, SECOND_NS)
    return f"{_second_text(seconds)}.{rest:09d}Z"


def _measures_to_dict(measures: Measures) -> dict[str, Any]:
    value = {}
    for name, allowed in _ALLOWED_IN[type(measures)]:
        value[name] = found = getattr(measures, name)
        if (type(found) not in allowed and not _text(found, str in allowed)) or (
            type(found) is float and not isfinite(found)
        ):
            raise ValueError(f"measures.{name} is {found!r}")
    return value


def _text(value: object, wanted: bool) -> bool:
    """Enumerations of texts are texts too."""
    return wanted and isinstance(value, str)


def _allowed_in(form: type[Any]) -> tuple[tuple[str, frozenset[type]], ...]:
    """Names of fields without parts, and the types that each may have; whole numbers stand for others too."""
    found = []
    for name, hint in get_type_hints(form).items():
        kinds = set(get_args(hint)) if get_origin(hint) is UnionType else {hint}
        if not any(get_origin(kind) for kind in kinds):
            found.append((name, frozenset(kinds | {int} if float in kinds else kinds)))
    return tuple(found)


_ALLOWED_IN = {form: _allowed_in(form) for form in MEASURES_OF.values()}


@lru_cache(maxsize=1024)
def _second_text(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def time_ns(value: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 time; without an offset it is UTC.

    Raises:
        ValueError: not such a time.
    """
    head, dot, tail = value.strip().partition(".")
    digits = len(tail) - len(tail.lstrip("0123456789")) if dot else 0
    moment = datetime.fromisoformat(head + tail[digits:] if dot else head)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp()) * SECOND_NS + int(tail[:digits][:9].ljust(9, "0") if digits else 0)


def record_to_dict(record: Record) -> dict[str, Any]:
    """A record as JSON values."""
    match record:
        case Event():
            return event_to_dict(record)
        case Incident():
            return incident_to_dict(record)
        case Measurement():
            return measurement_to_dict(record)
        case TrackSummary():
            return track_to_dict(record)
        case CameraHealth():
            return health_to_dict(record)
        case FrameTracks():
            return frame_to_dict(record)


def event_to_dict(event: Event) -> dict[str, Any]:
    """An event as JSON values, in the order a person reads.

    Raises:
        ValueError, OverflowError: a number in it is not finite, and so has no JSON.
    """
    box, position = event.box, event.position
    return {
        "event_id": event.event_id,
        "revision": event.revision,
        "kind": event.kind._value_,
        "phase": event.phase._value_,
        "severity": event.severity._value_,
        "confidence": round(event.confidence * 1e4) / 1e4,  # a third of the time of round(x, 4), and refuses NaN
        "started": time_text(event.started_ns),
        "at": time_text(event.at_ns),
        "camera_id": event.camera_id,
        "rule_id": event.rule_id,
        "zone": event.zone,
        "track_ids": list(event.track_ids),
        "classes": list(_labels(event.class_ids)),
        "box": None if box is None else _hundredths(*box),
        "position": None if position is None else [round(position[0] * 1e7) / 1e7, round(position[1] * 1e7) / 1e7],
        "measures": _measures_to_dict(event.measures),
        "pictures": [{"path": p.path, "captured": time_text(p.captured_ns)} for p in event.pictures],
        "end_reason": None if event.end_reason is None else event.end_reason.value,
        "view": event.view,
        "verdict": _verdict_to_dict(event.verdict),
        "schema_version": event.schema_version,
    }


@lru_cache(maxsize=4096)
def _labels(class_ids: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(LABELS[number] for number in class_ids)


def _hundredths(left: float, top: float, right: float, bottom: float) -> list[float]:
    return [round(left * 100) / 100, round(top * 100) / 100, round(right * 100) / 100, round(bottom * 100) / 100]


def event_from_dict(value: dict[str, Any]) -> Event:
    """The event that `event_to_dict` wrote. Fields that this version does not know are left out.

    Raises:
        ValueError: a newer, unknown schema, or a field that is missing or wrong.
    """
    try:
        version = int(value["schema_version"])
        if version > SCHEMA_VERSION:
            raise ValueError(f"event schema {version} is newer than {SCHEMA_VERSION}")
        kind = EventKind(value["kind"])
        form = MEASURES_OF[kind]
        known = {k: v for k, v in value["measures"].items() if k in form.__dataclass_fields__}
        box, position, end_reason = value.get("box"), value.get("position"), value.get("end_reason")
        return Event(
            event_id=str(value["event_id"]),
            revision=int(value["revision"]),
            kind=kind,
            phase=Phase(value["phase"]),
            severity=Severity(value["severity"]),
            confidence=float(value["confidence"]),
            started_ns=time_ns(value["started"]),
            at_ns=time_ns(value["at"]),
            camera_id=str(value["camera_id"]),
            rule_id=str(value["rule_id"]),
            zone=str(value["zone"]),
            measures=form(**known),
            track_ids=tuple(int(v) for v in value["track_ids"]),
            class_ids=tuple(int(class_of(v)) for v in value["classes"]),
            box=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
            position=None if position is None else (float(position[0]), float(position[1])),
            pictures=tuple(Picture(str(p["path"]), time_ns(p["captured"])) for p in value["pictures"]),
            end_reason=None if end_reason is None else EndReason(end_reason),
            view=str(value.get("view", "")),
            verdict=_verdict_from(value.get("verdict")),
            schema_version=version,
        )
    except _WRONG as error:
        raise ValueError(f"not an event: {type(error).__name__} {error}") from error


def _verdict_to_dict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"says": verdict.says.value, "by": verdict.by, "at": time_text(verdict.at_ns), "reason": verdict.reason}


def _verdict_from(value: dict[str, Any] | None) -> Verdict | None:
    if value is None:
        return None
    return Verdict(Says(value["says"]), str(value["by"]), time_ns(value["at"]), str(value.get("reason", "")))


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
        "verdict": _verdict_to_dict(value.verdict),
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
            verdict=_verdict_from(value.get("verdict")),
            schema_version=version,
        )
    except _WRONG as error:
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


def measurement_to_dict(value: Measurement) -> dict[str, Any]:
    """A measurement as JSON values."""
    numbers = {name: getattr(value, name) for name in _MEASURED}
    return {
        "camera_id": value.camera_id,
        "place": value.place,
        "direction": value.direction,
        "start": time_text(value.start_ns),
        "end": time_text(value.end_ns),
        "counts": dict(value.counts),
        **{name: None if number is None else round(number, 3) for name, number in numbers.items()},
        "queue_vehicles": value.queue_vehicles,
        "green_starts": value.green_starts,
        "level_of_service": value.level_of_service,
        "los_scheme": value.los_scheme,
        "unit": value.unit,
        "view": value.view,
        "schema_version": value.schema_version,
    }


def measurement_from_dict(value: dict[str, Any]) -> Measurement:
    """The measurement that `measurement_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        numbers = {"mean_speed_mps": value["mean_speed_mps"], "occupancy": value["occupancy"]}
        numbers |= {name: value.get(name) for name in _MEASURED[2:]}
        vehicles, starts = value.get("queue_vehicles"), value.get("green_starts")
        return Measurement(
            camera_id=str(value["camera_id"]),
            place=str(value["place"]),
            direction=str(value["direction"]),
            start_ns=time_ns(value["start"]),
            end_ns=time_ns(value["end"]),
            counts={str(k): int(v) for k, v in value["counts"].items()},
            **{name: None if number is None else float(number) for name, number in numbers.items()},
            queue_vehicles=None if vehicles is None else int(vehicles),
            green_starts=None if starts is None else int(starts),
            level_of_service=str(value.get("level_of_service", "")),
            los_scheme=str(value.get("los_scheme", "")),
            unit=str(value.get("unit", "metres")),
            view=str(value.get("view", "")),
            schema_version=int(value["schema_version"]),
        )
    except _WRONG as error:
        raise ValueError(f"not a measurement: {type(error).__name__} {error}") from error


def track_to_dict(value: TrackSummary) -> dict[str, Any]:
    """A track summary as JSON values."""
    return {
        "camera_id": value.camera_id,
        "epoch": value.epoch,
        "track_id": value.track_id,
        "class": LABELS[value.class_id],
        "started": time_text(value.started_ns),
        "ended": time_text(value.ended_ns),
        "path": [[round(x * 10) / 10, round(y * 10) / 10] for x, y in value.path],
        "observed": value.observed,
        "mean_speed_mps": None if value.mean_speed_mps is None else round(value.mean_speed_mps, 3),
        "view": value.view,
        "schema_version": value.schema_version,
    }


def track_from_dict(value: dict[str, Any]) -> TrackSummary:
    """The track summary that `track_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        return TrackSummary(
            camera_id=str(value["camera_id"]),
            epoch=int(value["epoch"]),
            track_id=int(value["track_id"]),
            class_id=int(class_of(value["class"])),
            started_ns=time_ns(value["started"]),
            ended_ns=time_ns(value["ended"]),
            path=tuple((float(x), float(y)) for x, y in value["path"]),
            observed=int(value["observed"]),
            mean_speed_mps=None if value["mean_speed_mps"] is None else float(value["mean_speed_mps"]),
            view=str(value.get("view", "")),
            schema_version=int(value["schema_version"]),
        )
    except _WRONG as error:
        raise ValueError(f"not a track summary: {type(error).__name__} {error}") from error


def health_to_dict(value: CameraHealth) -> dict[str, Any]:
    """A camera's health as JSON values."""
    return {
        "camera_id": value.camera_id,
        "at": time_text(value.at_ns),
        "state": value.state.value,
        "epoch": value.epoch,
        "fps": round(value.fps * 1e3) / 1e3,
        "dropped": value.dropped,
        "reconnects": value.reconnects,
        "last_frame": None if value.last_frame_ns is None else time_text(value.last_frame_ns),
        "error": value.error,
        "schema_version": value.schema_version,
        "faults": list(value.faults),
    }


def health_from_dict(value: dict[str, Any]) -> CameraHealth:
    """The camera's health that `health_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        return CameraHealth(
            camera_id=str(value["camera_id"]),
            at_ns=time_ns(value["at"]),
            state=CameraState(value["state"]),
            epoch=int(value["epoch"]),
            fps=float(value["fps"]),
            dropped=int(value["dropped"]),
            reconnects=int(value["reconnects"]),
            last_frame_ns=None if value["last_frame"] is None else time_ns(value["last_frame"]),
            error=str(value["error"]),
            schema_version=int(value["schema_version"]),
            faults=tuple(map(str, value.get("faults", ()))),
        )
    except _WRONG as error:
        raise ValueError(f"not a camera's health: {type(error).__name__} {error}") from error


def frame_to_dict(value: FrameTracks) -> dict[str, Any]:
    """The tracks of a frame as JSON values."""
    return {
        "camera_id": value.camera_id,
        "epoch": value.epoch,
        "seq": value.seq,
        "at": time_text(value.at_ns),
        "objects": [_object_row(thing) for thing in value.objects],
        "schema_version": value.schema_version,
    }


def frame_from_dict(value: dict[str, Any]) -> FrameTracks:
    """The tracks of a frame that `frame_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        return FrameTracks(
            camera_id=str(value["camera_id"]),
            epoch=int(value["epoch"]),
            seq=int(value["seq"]),
            at_ns=time_ns(value["at"]),
            objects=tuple(_object_from(row) for row in value["objects"]),
            schema_version=int(value["schema_version"]),
        )
    except _WRONG as error:
        raise ValueError(f"not the tracks of a frame: {type(error).__name__} {error}") from error


def _object_row(value: FrameObject) -> list[Any]:
    pairs = [None if pair is None else list(pair) for pair in (value.direction, value.ground, value.position)]
    return [value.track_id, LABELS[value.class_id], value.confidence, list(value.box), value.speed_mps, *pairs]


def _object_from(row: list[Any]) -> FrameObject:
    track_id, label, confidence, (left, top, right, bottom), speed, *pairs = row
    direction, ground, position = (None if pair is None else (float(pair[0]), float(pair[1])) for pair in pairs)
    return FrameObject(
        int(track_id),
        int(class_of(label)),
        float(confidence),
        (float(left), float(top), float(right), float(bottom)),
        None if speed is None else float(speed),
        direction,
        ground,
        position,
    )


def encode(record: Record) -> bytes:
    """A record as one line of JSON, UTF-8; what its schema would refuse has none.

    Raises:
        ValueError: text that is not Unicode, a number that is not finite, a field of another type than its own.
        OverflowError: an integer of more than 64 bits.
    """
    try:
        _refuse_wrong_types(record)
        return orjson.dumps(record_to_dict(record))
    except orjson.JSONEncodeError as error:
        kind = OverflowError if "Integer" in str(error) else ValueError
        raise kind(str(error)) from error
    except _WRONG as error:
        if isinstance(error, OverflowError):
            raise
        raise ValueError(f"not a {type(record).__name__}: {type(error).__name__} {error}") from error


def _refuse_wrong_types(record: Record) -> None:
    """Texts and whole numbers are of their type; the rest shows when it is written. A rule may be anyone's."""
    names, usual, allowed, values = _PLAIN_OF[type(record)]
    found = values(record)
    if tuple(map(type, found)) != usual:
        for name, value, kinds in zip(names, found, allowed, strict=True):
            if type(value) not in kinds and not _text(value, str in kinds):
                raise ValueError(f"{name} is {value!r}")
    if isinstance(record, Event):
        _refuse_others("track_ids", record.track_ids, int)
        _refuse_others("pictures", [picture.path for picture in record.pictures], str)
    elif isinstance(record, Measurement):
        _refuse_others("counts", record.counts, str)
        _refuse_others("counts", record.counts.values(), int)
    elif isinstance(record, CameraHealth):
        _refuse_others("faults", record.faults, str)


def _refuse_others(name: str, values: Iterable[object], kind: type) -> None:
    for value in values:
        if type(value) is not kind:
            raise ValueError(f"{name} has {value!r}")


def _plain_fields(form: type[Any]) -> _Plain:
    """Names; the types that they mostly have; all that they may have; how to get the values."""
    found = {name: kinds for name, kinds in _allowed_in(form) if kinds <= _INTEGERS | _TEXTS | {type(None)}}
    usual = tuple(str if str in kinds else int for kinds in found.values())
    return tuple(found), usual, tuple(found.values()), attrgetter(*found)


_Plain = tuple[tuple[str, ...], tuple[type, ...], tuple[frozenset[type], ...], Callable[[Any], tuple[Any, ...]]]
_INTEGERS: frozenset[type] = frozenset({int})
_TEXTS: frozenset[type] = frozenset({str})
_FORMS: tuple[type[Record], ...] = (Event, Incident, Measurement, TrackSummary, CameraHealth, FrameTracks)
_PLAIN_OF = {form: _plain_fields(form) for form in _FORMS}


def to_json(record: Record) -> str:
    """A record as one line of JSON."""
    return encode(record).decode()
