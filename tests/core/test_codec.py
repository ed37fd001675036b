"""Records survive their JSON, and JSON from elsewhere is read or refused in words."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codec.events import event_from_dict, event_to_dict
from core.codec.health import health_from_dict
from core.codec.incidents import incident_from_dict
from core.codec.measurements import measurement_from_dict
from core.codec.records import encode, record_to_dict, to_json
from core.codec.tracks import frame_from_dict, track_from_dict
from core.events import SCHEMA_VERSION, Event
from core.incidents import Incident
from core.measures import LoiteringMeasures
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from core.schemas import RECORDS, schema_of
from core.times import time_ns, time_text
from tests.support.records import a_frame, a_health, a_measurement, a_track, an_event, an_incident, records, times

READ: dict[type[Any], Any] = {
    Event: event_from_dict,
    Measurement: measurement_from_dict,
    TrackSummary: track_from_dict,
    CameraHealth: health_from_dict,
    FrameTracks: frame_from_dict,
    Incident: incident_from_dict,
}
SCHEMAS = {record: schema_of(name) for name, record in RECORDS.items()}
PLAIN: list[Record] = [an_event(), an_incident(), a_measurement(), a_track(), a_health(), a_frame()]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(records)
def test_a_record_is_the_same_after_its_json(record: Record) -> None:
    line = to_json(record)
    assert "\n" not in line
    assert READ[type(record)](json.loads(line)) == record


@given(records)
def test_written_json_is_json(record: Record) -> None:
    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    assert json.loads(to_json(record), parse_constant=no_constant) == record_to_dict(record)


@given(times)
def test_a_time_keeps_its_nanoseconds(ns: int) -> None:
    assert time_ns(time_text(ns)) == ns


@pytest.mark.parametrize(
    ("written", "ns"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000_000),
        ("1970-01-01T07:00:01+07:00", 1_000_000_000),
        ("1970-01-01T07:00:00.25+07:00", 250_000_000),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1970-01-01T00:00:00.1234567891Z", 123_456_789),
        ("1970-01-01T00:00:02", 2_000_000_000),
    ],
)
def test_times_of_other_writers_are_read(written: str, ns: int) -> None:
    assert time_ns(written) == ns


@given(st.text())
def test_what_is_no_time_is_refused(written: str) -> None:
    with suppress(ValueError):
        time_ns(written)


def test_a_field_from_a_later_writer_is_passed_over() -> None:
    event = an_event()
    value = event_to_dict(event)
    value["plate"] = "29A-123.45"
    value["measures"]["speed_kmh"] = 12
    assert event_from_dict(value) == event


def test_an_event_of_a_newer_schema_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match=str(SCHEMA_VERSION + 1)):
        event_from_dict(event_to_dict(replace(an_event(), schema_version=SCHEMA_VERSION + 1)))


ADDED_LATER = [f.name for f in fields(Measurement)][8:-1]
"""Fields of measurements that records written before do not have."""


@pytest.mark.parametrize(
    ("record", "name"), [(record, name) for record in PLAIN for name in record_to_dict(record)], ids=str
)
def test_a_record_without_a_field_is_refused_unless_the_field_may_be_empty(record: Record, name: str) -> None:
    value = record_to_dict(record)
    del value[name]
    if name in {"view", "faults"}:
        assert READ[type(record)](value) == record
    elif isinstance(record, Event) and name in {"box", "position", "end_reason", "verdict"}:
        assert getattr(event_from_dict(value), name) is None
    elif isinstance(record, Incident) and name in {"position", "more", "merged_into", "verdict"}:
        assert getattr(incident_from_dict(value), name) in (None, 0, "")
    elif isinstance(record, Measurement) and name in ADDED_LATER:
        assert measurement_from_dict(value) == record
    else:
        with pytest.raises(ValueError, match=name):
            READ[type(record)](value)


@given(st.data())
def test_a_wrong_value_anywhere_is_refused_and_nothing_worse(data: st.DataObject) -> None:
    record = data.draw(st.sampled_from(PLAIN))
    value = json.loads(to_json(record))
    value[data.draw(st.sampled_from(sorted(value)))] = data.draw(json_values)
    with suppress(ValueError):
        READ[type(record)](value)


@given(st.data())
def test_what_the_schema_would_refuse_has_no_json(data: st.DataObject) -> None:
    examples: list[Record] = [an_event(1), a_measurement(), a_track(), a_health()]
    record = data.draw(st.sampled_from(examples))
    name = data.draw(st.sampled_from([field.name for field in fields(record) if field.name != "schema_version"]))
    wrong: Any = data.draw(json_values | st.just(object()) | st.tuples(st.floats(), st.floats()))
    try:
        body = encode(replace(record, **{name: wrong}))
    except (ValueError, OverflowError):
        return
    jsonschema.validate(json.loads(body), SCHEMAS[type(record)])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), None, "12", True])
def test_measures_are_finite_numbers(number: object) -> None:
    with pytest.raises(ValueError, match="dwell_s"):
        encode(replace(an_event(1), measures=LoiteringMeasures(number)))  # type: ignore[arg-type]
