"""Records as CloudEvents 1.0 over Kafka: binary content mode, structured by option.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal
from urllib.parse import quote

import orjson

from core.codec.records import encode
from core.events import Event, EventKind, Phase
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from core.schemas import RECORDS, urn_of
from core.times import time_text
from sinks.nv_frame import nv_frame

Mode = Literal["binary", "structured"]

CONTENT_TYPE: Final = "application/json"
FRAME: Final = "nv.Frame"
PROTOBUF_TYPE: Final = "application/protobuf"
STRUCTURED_TYPE: Final = "application/cloudevents+json; charset=UTF-8"
_SCHEMAS: Final[dict[type[Record], str]] = {
    **{record: name for name, record in RECORDS.items()},
    FrameTracks: FRAME,
}


def attributes_of(record: Record) -> dict[str, str]:
    """The CloudEvents attributes of a record.

    - `type`: of an event kind and phase, `matpho.security.loitering.started`, so that a consumer can pick out what
      begins without reading the value; else `matpho.incident.<phase>`, `matpho.measurement`, `matpho.track`,
      `matpho.health.<state>`
    - `source`: the camera (of an incident that of its cause), `/matpho/cameras/<camera_id>`, percent-encoded
    - `id`: what consumers de-duplicate by, `<event_id>:<revision>` of an event, `<incident_id>:<revision>` of an
      incident, else what identifies the record; `subject`: the event, the incident, the place, the track, the camera
    - `time`: of this revision, the end of a measurement or track, RFC 3339 UTC
    - `dataschema`: `urn:matpho:schema:<name>:<schema version>`
    """
    kind, identity, subject, at_ns = _described(record)
    lasting = _lasting(_SCHEMAS[type(record)], kind, record.camera_id, record.schema_version)
    return {**dict(lasting), "id": identity, "time": time_text(at_ns), "subject": subject}


def message_of(
    record: Record, mode: Mode = "binary", body: bytes | None = None
) -> tuple[list[tuple[str, bytes]], bytes]:
    """Headers and value of a record; the tracks of a frame are always protobuf in binary mode (`sinks.nv_frame`).

    Args:
        body: its JSON, where that has been made already.

    Raises:
        ValueError, OverflowError: it has no JSON.
    """
    frame = isinstance(record, FrameTracks)
    made = body if body is not None and not frame else None
    value = made or (nv_frame(record) if isinstance(record, FrameTracks) else encode(record))
    if mode == "structured" and not frame:
        whole = {**attributes_of(record), "datacontenttype": CONTENT_TYPE, "data": orjson.Fragment(value)}
        return [("content-type", STRUCTURED_TYPE.encode())], orjson.dumps(whole)
    kind, identity, subject, at_ns = _described(record)
    return [
        *_lasting_headers(_SCHEMAS[type(record)], kind, record.camera_id, record.schema_version),
        ("ce_id", identity.encode()),
        ("ce_time", time_text(at_ns).encode()),
        ("ce_subject", subject.encode()),
    ], value


def key_of(record: Record) -> bytes:
    """The camera, of an incident the incident: its records share a partition, so they keep their order.

    Raises:
        ValueError: its name is not Unicode.
    """
    return ordered_by(record).encode()


def ordered_by(record: Record) -> str:
    """The camera of a record, of an incident the incident: records that share it keep their order."""
    return record.incident_id if isinstance(record, Incident) else record.camera_id


def _described(record: Record) -> tuple[str, str, str, int]:
    """Type, id, subject, time."""
    if isinstance(record, Event):
        identity = f"{record.event_id}:{record.revision}"
        return _type_of(record.kind, record.phase), identity, record.event_id, record.at_ns
    if isinstance(record, Incident):
        identity = f"{record.incident_id}:{record.revision}"
        return f"matpho.incident.{record.phase.value}", identity, record.incident_id, record.at_ns
    camera = _quoted(record.camera_id)
    match record:
        case Measurement():
            place = f"{_quoted(record.place)}:{_quoted(record.direction)}"
            return "matpho.measurement", f"{camera}:{place}:{record.start_ns}", place, record.end_ns
        case TrackSummary():
            track = f"{camera}:{record.epoch}:{record.track_id}"
            return "matpho.track", f"{track}:{record.started_ns}", track, record.ended_ns
        case FrameTracks():
            frame = f"{camera}:{record.epoch}:{record.seq}"
            return "matpho.frame", f"{frame}:{record.at_ns}", frame, record.at_ns
        case CameraHealth():
            return f"matpho.health.{record.state.value}", f"{camera}:{record.at_ns}", camera, record.at_ns


@lru_cache(maxsize=1024)
def _type_of(kind: EventKind, phase: Phase) -> str:
    return f"matpho.{kind.value}.{phase.value}"


# What a camera's records of one type have in common is made once: at 100,000 records a second each piece counts.
@lru_cache(maxsize=16_384)
def _lasting(schema: str, kind: str, camera_id: str, version: int) -> tuple[tuple[str, str], ...]:
    return (
        ("specversion", "1.0"),
        ("type", kind),
        ("source", f"/matpho/cameras/{_quoted(camera_id)}"),
        ("dataschema", urn_of(schema, version)),
    )


@lru_cache(maxsize=16_384)
def _lasting_headers(schema: str, kind: str, camera_id: str, version: int) -> tuple[tuple[str, bytes], ...]:
    found = [(f"ce_{name}", text.encode()) for name, text in _lasting(schema, kind, camera_id, version)]
    return (*found, ("content-type", (PROTOBUF_TYPE if schema == FRAME else CONTENT_TYPE).encode()))


@lru_cache(maxsize=4096)
def _quoted(name: str) -> str:
    return quote(name, safe="")
