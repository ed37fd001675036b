"""matpho-client gives each record that was asked for once, and remembers no more than it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.codec.records import encode
from core.records import Record
from matpho_client import Event, NotARecordError
from matpho_client.records import event
from matpho_client.wanted import Wanted
from tests.support.records import T0, an_event

START = datetime.fromtimestamp(T0 / 1e9, UTC)


def given(wanted: Wanted[Event], *records: Record) -> list[str]:
    found = [wanted.record(encode(record)) for record in records]
    return [record.identity for record in found if record is not None]


def test_what_is_sent_twice_is_given_once_and_each_revision() -> None:
    found = given(Wanted(event), an_event(1), an_event(2), an_event(1), an_event(1, 2))
    assert found == ["event-000001:1", "event-000002:1", "event-000001:2"]


def test_what_an_earlier_run_has_given_is_remembered_and_not_given() -> None:
    wanted = Wanted(event)
    assert wanted.record(encode(an_event(1)), given=True) is None
    assert given(wanted, an_event(1), an_event(2)) == ["event-000002:1"]


def test_cameras_times_and_kinds_are_picked() -> None:
    assert given(Wanted(event, cameras=["cam-2"]), an_event(1), an_event(2, camera="cam-2")) == ["event-000002:1"]
    assert given(Wanted(event, since=START + timedelta(seconds=2)), an_event(1), an_event(2)) == ["event-000002:1"]
    assert given(Wanted(event, takes=lambda one: one.revision > 1), an_event(1), an_event(1, 2)) == ["event-000001:2"]


def test_what_is_no_record_is_told_and_passed_over() -> None:
    told: list[NotARecordError] = []
    wanted = Wanted(event, on_bad=told.append)
    assert wanted.record(b"not JSON") is None
    assert wanted.record(None) is None, "of a compacted topic: what was deleted"
    assert len(told) == 1


def test_of_many_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matpho_client.wanted.REMEMBERED", 2)
    wanted = Wanted(event)
    again = given(wanted, an_event(1), an_event(2), an_event(1), an_event(3), an_event(1), an_event(2))
    assert again == ["event-000001:1", "event-000002:1", "event-000003:1", "event-000002:1"]
