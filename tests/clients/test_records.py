"""matpho-client reads whatever record Matpho writes, and tells what is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

import matpho_client.records as client_records
from core.codec.records import encode, record_to_dict
from core.events import Event
from core.incidents import Incident
from core.records import CameraHealth, Measurement, Record, TrackSummary
from matpho_client import NotARecordError
from sinks.envelope import message_of
from tests.support.records import described


@given(described)
def test_any_record_is_read_whole(record: Record) -> None:
    readers: dict[type[Record], Any] = {
        Event: client_records.event,
        Incident: client_records.incident,
        Measurement: client_records.measurement,
        TrackSummary: client_records.track,
        CameraHealth: client_records.camera_health,
    }
    read = readers[type(record)]
    found = read(encode(record))
    assert found.raw == record_to_dict(record)
    assert found.camera_id == record.camera_id
    assert read(message_of(record, "structured")[1]) == found
    if isinstance(record, Event):
        assert isinstance(found, client_records.Event)
        assert (found.event_id, found.revision, found.kind) == (record.event_id, record.revision, record.kind.value)
        assert abs((found.at - datetime.fromtimestamp(record.at_ns / 1e9, UTC)).total_seconds()) < 0.001


@pytest.mark.parametrize("value", [b"", b"[]", b"3", b"{}", b"\xff", b'{"event_id": 1}', b'{"specversion": "1.0"}'])
def test_what_is_no_record_is_told(value: bytes) -> None:
    with pytest.raises(NotARecordError):
        client_records.event(value)
