"""The event store: what was appended is found again, once, until it is purged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events import Event, Phase
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from store.event_store import EventStore
from store.records import EventQuery
from tests.support.records import SECOND, T0, a_measurement, a_track, an_event, ids, stored


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(stored, max_size=8))
def test_any_record_is_read_back_as_it_was(written: list[Record]) -> None:
    with TemporaryDirectory() as folder:
        store = EventStore.open(Path(folder) / "events.db")
        store.append(written)
        first: dict[object, Record] = {}
        for record in written:
            first.setdefault(key(record), record)
        found: list[Record] = [event for _, event in store.events.since(0)]
        found += [incident for _, incident in store.incidents.since(0)]
        found += [*store.traffic.measurements(), *store.traffic.tracks()]
        assert {key(record): record for record in found} == first
        assert set(store.cameras()) == {record.camera_id for record in written}
        store.close()


def key(record: Record) -> object:
    match record:
        case Event():
            return record.event_id, record.revision
        case Incident():
            return record.incident_id, record.revision, "incident"
        case Measurement():
            return record.camera_id, record.place, record.direction, record.start_ns, record.end_ns
        case TrackSummary():
            return record.camera_id, record.epoch, record.track_id, record.started_ns
        case CameraHealth() | FrameTracks():
            raise AssertionError("not stored")


def test_appending_again_changes_nothing(store: EventStore) -> None:
    batch: list[Record] = [an_event(1), an_event(1, 2), a_measurement(), a_track()]
    store.append(batch)
    row = store.events.last_row()
    store.append([*batch, an_event(2)])
    store.append([])
    assert ids(store.events.find()) == [("event-000002", 1), ("event-000001", 2)]
    assert store.traffic.measurements() == [a_measurement()]
    assert store.traffic.tracks() == [a_track()]
    assert ids([event for _, event in store.events.since(row)]) == [("event-000002", 1)]


def test_row_numbers_are_not_given_again_after_a_purge(store: EventStore) -> None:
    store.append([an_event(1)])
    row = store.events.last_row()
    assert store.purge(T0 + 100 * SECOND) == 1
    store.append([an_event(2)])
    assert ids([event for _, event in store.events.since(row)]) == [("event-000002", 1)]


def test_a_purge_takes_old_events_whole_and_leaves_the_rest(store: EventStore) -> None:
    old, alive = an_event(1), an_event(2)
    store.append([old, an_event(1, 2, phase=Phase.ENDED), alive, an_event(2, 2, at_ns=T0 + 500 * SECOND)])
    store.append([a_measurement(0), a_measurement(9), a_track(1), a_track(400)])
    assert store.purge(T0 + 100 * SECOND) == 4
    assert ids(store.events.revisions("event-000002")) == [("event-000002", 1), ("event-000002", 2)]
    assert store.events.revisions("event-000001") == []
    assert (store.traffic.measurements(), store.traffic.tracks()) == ([a_measurement(9)], [a_track(400)])


def test_threads_write_and_read_at_once(store: EventStore) -> None:
    def write(writer: int) -> None:
        for first in range(writer * 1000, writer * 1000 + 100, 10):
            store.append([an_event(first + n) for n in range(10)])

    def read() -> int:
        seen, row = 0, 0
        while seen < 400:
            found = store.events.since(row)
            row = found[-1][0] if found else row
            seen += len(found)
            store.events.find(EventQuery(limit=5))
        return seen

    with ThreadPoolExecutor(6) as pool:
        reading = [pool.submit(read) for _ in range(2)]
        for done in [pool.submit(write, number) for number in range(4)]:
            done.result(60)
        assert [done.result(60) for done in reading] == [400, 400]
    assert store.events.count() == 400


def test_one_record_that_no_file_can_hold_keeps_the_others_out_of_it(store: EventStore) -> None:
    with pytest.raises(ValueError):
        store.append([an_event(1), an_event(2, camera="cam-\ud800")])
    with pytest.raises(OverflowError):
        store.append([an_event(1), replace(a_track(1), track_id=2**70)])
    assert store.events.count() == 0
