"""Measurements and tracks are found by camera and time."""

from __future__ import annotations

from dataclasses import replace

from store.event_store import EventStore
from tests.support.records import SECOND, T0, a_measurement, a_track


def test_tracks_of_two_runs_with_the_same_numbers_are_both_kept(store: EventStore) -> None:
    later = replace(a_track(1), started_ns=T0 + 3600 * SECOND, ended_ns=T0 + 3610 * SECOND)
    store.append([a_track(1), later])
    assert store.traffic.tracks() == [later, a_track(1)]


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
