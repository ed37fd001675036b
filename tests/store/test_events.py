"""The event store: what was appended is found again, by everything an operator asks for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events import Event, EventKind, Phase
from core.incidents import Incident
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from store.events import EventStore
from store.records import EventQuery, RunRecord, SceneRecord
from tests.support.records import SECOND, T0, a_measurement, a_track, an_event, stored


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    opened = EventStore.open(tmp_path / "events.db")
    yield opened
    opened.close()


def ids(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.event_id, event.revision) for event in events]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(stored, max_size=8))
def test_any_record_is_read_back_as_it_was(written: list[Record]) -> None:
    with TemporaryDirectory() as folder:
        store = EventStore.open(Path(folder) / "events.db")
        store.append(written)
        first: dict[object, Record] = {}
        for record in written:
            first.setdefault(key(record), record)
        found: list[Record] = [event for _, event in store.since(0)]
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


def test_the_latest_revision_of_each_event_newest_first(store: EventStore) -> None:
    store.append([an_event(1), an_event(2), an_event(1, 2), an_event(3), an_event(1, 3, phase=Phase.ENDED)])
    assert ids(store.events()) == [("event-000003", 1), ("event-000002", 1), ("event-000001", 3)]
    assert ids(store.event("event-000001")) == [("event-000001", 1), ("event-000001", 2), ("event-000001", 3)]
    assert store.event("event-unknown") == []
    assert store.count() == 3


def test_a_late_old_revision_does_not_take_the_place_of_a_newer(store: EventStore) -> None:
    store.append([an_event(1), an_event(1, 3)])
    store.append([an_event(1, 2)])
    assert ids(store.events()) == [("event-000001", 3)]
    assert ids(store.event("event-000001"))[-1] == ("event-000001", 3)


def test_appending_again_changes_nothing(store: EventStore) -> None:
    batch: list[Record] = [an_event(1), an_event(1, 2), a_measurement(), a_track()]
    store.append(batch)
    row = store.last_row()
    store.append([*batch, an_event(2)])
    store.append([])
    assert ids(store.events()) == [("event-000002", 1), ("event-000001", 2)]
    assert store.traffic.measurements() == [a_measurement()]
    assert store.traffic.tracks() == [a_track()]
    assert ids([event for _, event in store.since(row)]) == [("event-000002", 1)]


def test_tracks_of_two_runs_with_the_same_numbers_are_both_kept(store: EventStore) -> None:
    later = replace(a_track(1), started_ns=T0 + 3600 * SECOND, ended_ns=T0 + 3610 * SECOND)
    store.append([a_track(1), later])
    assert store.traffic.tracks() == [later, a_track(1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (EventQuery(cameras=("cam-2",)), [3]),
        (EventQuery(cameras=("cam-1", "cam-2")), [4, 3, 2, 1]),
        (EventQuery(kinds=("security",)), [3, 2, 1]),
        (EventQuery(kinds=("security.loitering", "camera")), [5, 3, 2, 1]),
        (EventQuery(kinds=("security.loit",)), []),
        (EventQuery(kinds=("secur_ty",)), []),
        (EventQuery(kinds=("%",)), []),
        (EventQuery(phases=(Phase.ENDED,)), [1]),
        (EventQuery(phases=(Phase.STARTED,)), [5, 4, 3]),
        (EventQuery(since_ns=T0 + 4 * SECOND), [5, 4]),
        (EventQuery(until_ns=T0 + 2 * SECOND), [1]),
        (EventQuery(since_ns=T0 + 3 * SECOND, until_ns=T0 + 4 * SECOND), [3, 2, 1]),
        (EventQuery(limit=2), [5, 4]),
        (EventQuery(limit=2, offset=3), [2, 1]),
        (EventQuery(cameras=("cam-1",), kinds=("security",), phases=(Phase.UPDATED,)), [2]),
    ],
    ids=str,
)
def test_events_are_found_by_what_is_asked(store: EventStore, query: EventQuery, found: list[int]) -> None:
    store.append(
        [
            an_event(1),
            an_event(2),
            an_event(3, camera="cam-2"),
            an_event(4, kind=EventKind.STOPPED_VEHICLE),
            an_event(5, kind=EventKind.CAMERA_DOWN, camera="cam-3"),
            an_event(1, 2),
            an_event(2, 2),
            an_event(1, 3, phase=Phase.ENDED),
        ]
    )
    assert [event.event_id for event in store.events(query)] == [f"event-{number:06d}" for number in found]
    assert store.count(replace(query, limit=100, offset=0)) == store.count(query)
    assert store.count(query) >= len(found)


def test_pages_read_on_from_where_they_were(store: EventStore) -> None:
    assert (store.last_row(), store.since(0)) == (0, [])
    store.append([an_event(number) for number in range(5)])
    first = store.since(0, limit=2)
    rest = store.since(first[-1][0])
    assert ids([event for _, event in first + rest]) == [(f"event-{number:06d}", 1) for number in range(5)]
    assert rest[-1][0] == store.last_row()
    assert store.since(store.last_row()) == []


def test_row_numbers_are_not_given_again_after_a_purge(store: EventStore) -> None:
    store.append([an_event(1)])
    row = store.last_row()
    assert store.purge(T0 + 100 * SECOND) == 1
    store.append([an_event(2)])
    assert ids([event for _, event in store.since(row)]) == [("event-000002", 1)]


def test_open_events_are_those_that_have_not_ended(store: EventStore) -> None:
    store.append([an_event(1), an_event(2), an_event(2, 2), an_event(3), an_event(4, camera="cam-2")])
    store.append([an_event(3, 2, phase=Phase.ENDED)])
    assert ids(store.open_events("cam-1")) == [("event-000001", 1), ("event-000002", 2)]
    assert store.open_events("cam-9") == []


def test_measurements_and_tracks_by_camera_and_time(store: EventStore) -> None:
    store.append([a_measurement(n) for n in range(4)] + [a_measurement(1, camera="cam-2")])
    minute = 60 * SECOND
    assert store.traffic.measurements("cam-1", T0 + minute, T0 + 3 * minute) == [a_measurement(1), a_measurement(2)]
    assert len(store.traffic.measurements(since_ns=T0 + minute, until_ns=T0 + 2 * minute)) == 2
    assert store.traffic.measurements("cam-1", limit=2) == [a_measurement(2), a_measurement(3)], (
        "the newest, in order of time"
    )
    store.append([a_track(n) for n in (1, 20, 40)] + [a_track(5, camera="cam-2")])
    assert store.traffic.tracks("cam-1", T0 + 11 * SECOND, T0 + 40 * SECOND) == [a_track(20), a_track(1)]
    assert store.traffic.tracks(limit=2) == [a_track(40), a_track(20)]


def test_what_was_measured_last_is_told(store: EventStore) -> None:
    assert (store.traffic.newest_ns("cam-1"), store.traffic.last_row()) == (None, 0)
    store.append([a_measurement(3)])
    first = store.traffic.last_row()
    store.append([a_measurement(1), a_measurement(9, camera="cam-2")])
    assert store.traffic.newest_ns("cam-1") == a_measurement(3).start_ns, "by time, not by when it came"
    assert store.traffic.last_row() > first


def test_scenes_are_replaced_and_cameras_listed(store: EventStore) -> None:
    old = SceneRecord("cam-2", "plaza", 1, (768, 576), {"zones": [{"id": "a", "label": "vỉa hè"}], "lines": []})
    new = SceneRecord("cam-2", "plaza", 2, (768, 576), {"zones": []}, "scenes/cam-2.jpg")
    assert store.scenes.of("cam-2") is None
    store.scenes.put(old)
    assert store.scenes.of("cam-2") == old
    store.scenes.put(new)
    assert store.scenes.of("cam-2") == new
    store.append([an_event(1)])
    assert store.cameras() == ["cam-1", "cam-2"]


def test_runs_are_replaced_and_the_last_is_told(store: EventStore) -> None:
    assert store.runs.last() is None
    store.runs.put(RunRecord("run-1", T0, T0 + SECOND, {"frames": 10}))
    store.runs.put(RunRecord("run-2", T0 + 2 * SECOND))
    assert store.runs.last() == RunRecord("run-2", T0 + 2 * SECOND)
    done = RunRecord("run-2", T0 + 2 * SECOND, T0 + 9 * SECOND, {"events": 3, "where": "phố Huế"})
    store.runs.put(done)
    assert store.runs.last() == done


def test_a_purge_takes_old_events_whole_and_leaves_the_rest(store: EventStore) -> None:
    old, alive = an_event(1), an_event(2)
    store.append([old, an_event(1, 2, phase=Phase.ENDED), alive, an_event(2, 2, at_ns=T0 + 500 * SECOND)])
    store.append([a_measurement(0), a_measurement(9), a_track(1), a_track(400)])
    assert store.purge(T0 + 100 * SECOND) == 4
    assert ids(store.event("event-000002")) == [("event-000002", 1), ("event-000002", 2)]
    assert store.event("event-000001") == []
    assert (store.traffic.measurements(), store.traffic.tracks()) == ([a_measurement(9)], [a_track(400)])


def test_threads_write_and_read_at_once(store: EventStore) -> None:
    def write(writer: int) -> None:
        for first in range(writer * 1000, writer * 1000 + 100, 10):
            store.append([an_event(first + n) for n in range(10)])

    def read() -> int:
        seen, row = 0, 0
        while seen < 400:
            found = store.since(row)
            row = found[-1][0] if found else row
            seen += len(found)
            store.events(EventQuery(limit=5))
        return seen

    with ThreadPoolExecutor(6) as pool:
        reading = [pool.submit(read) for _ in range(2)]
        for done in [pool.submit(write, number) for number in range(4)]:
            done.result(60)
        assert [done.result(60) for done in reading] == [400, 400]
    assert store.count() == 400


def test_one_record_that_no_file_can_hold_keeps_the_others_out_of_it(store: EventStore) -> None:
    with pytest.raises(ValueError):
        store.append([an_event(1), an_event(2, camera="cam-\ud800")])
    with pytest.raises(OverflowError):
        store.append([an_event(1), replace(a_track(1), track_id=2**70)])
    assert store.count() == 0
