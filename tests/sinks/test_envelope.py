"""Records as CloudEvents: what a consumer can rely on without reading a value."""

from __future__ import annotations

import json

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, from_structured
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given

from core.codec.records import record_to_dict
from core.incidents import Incident
from core.records import Record
from sinks.envelope import key_of, message_of
from tests.support.records import a_health, a_measurement, a_track, an_event, an_incident, described

EXAMPLES: list[Record] = [an_event(1), a_measurement(), a_track(), a_health(), an_incident()]


@given(described)
def test_the_sdk_reads_any_record_alike_in_both_modes(record: Record) -> None:
    headers, value = message_of(record)
    binary = from_binary(KafkaMessage(dict(headers), key_of(record), value), JSONFormat())
    headers, value = message_of(record, "structured")
    structured = from_structured(KafkaMessage(dict(headers), key_of(record), value), JSONFormat())
    assert structured.get_attributes() == binary.get_attributes() | {"datacontenttype": "application/json"}
    assert structured.get_data() == binary.get_data() == json.loads(json.dumps(record_to_dict(record)))
    key = record.incident_id if isinstance(record, Incident) else record.camera_id
    assert key_of(record).decode() == key


def test_each_type_is_told_by_its_attributes() -> None:
    found = [dict(message_of(record)[0]) for record in EXAMPLES]
    assert [headers["ce_type"].decode() for headers in found] == [
        "matpho.security.loitering.started",
        "matpho.measurement",
        "matpho.track",
        "matpho.health.running",
        "matpho.incident.updated",
    ]
    assert [headers["ce_dataschema"].decode() for headers in found] == [
        f"urn:matpho:schema:{name}:1" for name in ("event", "measurement", "track", "health", "incident")
    ]


def test_what_differs_has_another_id_and_what_is_sent_again_the_same() -> None:
    later: list[Record] = [an_event(1, 2), a_measurement(2), a_track(2), a_health(2), an_incident(1, 3)]
    other: list[Record] = [an_event(2), a_measurement(camera="b"), a_track(camera="b"), a_health(camera="b")]
    other.append(an_incident(2))
    ids = [dict(message_of(record)[0])["ce_id"] for record in [*EXAMPLES, *later, *other]]
    assert len(set(ids)) == len(ids)
    assert [dict(message_of(record)[0])["ce_id"] for record in EXAMPLES] == ids[:5]


def test_names_with_separators_are_not_confused() -> None:
    one, two = a_track(camera="a:1"), a_track(camera="a%3A1")
    assert dict(message_of(one)[0])["ce_id"] != dict(message_of(two)[0])["ce_id"]
