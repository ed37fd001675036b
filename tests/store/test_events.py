"""Events are found by everything an operator asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.events import EventKind, Phase
from store.event_store import EventStore
from store.records import EventQuery
from tests.support.records import SECOND, T0, an_event, ids


def test_the_latest_revision_of_each_event_newest_first(store: EventStore) -> None:
    store.append([an_event(1), an_event(2), an_event(1, 2), an_event(3), an_event(1, 3, phase=Phase.ENDED)])
    assert ids(store.events.find()) == [("event-000003", 1), ("event-000002", 1), ("event-000001", 3)]
    assert ids(store.events.revisions("event-000001")) == [
        ("event-000001", 1),
        ("event-000001", 2),
        ("event-000001", 3),
    ]
    assert store.events.revisions("event-unknown") == []
    assert store.events.count() == 3


def test_a_late_old_revision_does_not_take_the_place_of_a_newer(store: EventStore) -> None:
    store.append([an_event(1), an_event(1, 3)])
    store.append([an_event(1, 2)])
    assert ids(store.events.find()) == [("event-000001", 3)]
    assert ids(store.events.revisions("event-000001"))[-1] == ("event-000001", 3)


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
    assert [event.event_id for event in store.events.find(query)] == [f"event-{number:06d}" for number in found]
    assert store.events.count(replace(query, limit=100, offset=0)) == store.events.count(query)
    assert store.events.count(query) >= len(found)


def test_pages_read_on_from_where_they_were(store: EventStore) -> None:
    assert (store.events.last_row(), store.events.since(0)) == (0, [])
    store.append([an_event(number) for number in range(5)])
    first = store.events.since(0, limit=2)
    rest = store.events.since(first[-1][0])
    assert ids([event for _, event in first + rest]) == [(f"event-{number:06d}", 1) for number in range(5)]
    assert rest[-1][0] == store.events.last_row()
    assert store.events.since(store.events.last_row()) == []


def test_open_events_are_those_that_have_not_ended(store: EventStore) -> None:
    store.append([an_event(1), an_event(2), an_event(2, 2), an_event(3), an_event(4, camera="cam-2")])
    store.append([an_event(3, 2, phase=Phase.ENDED)])
    assert ids(store.events.open_of("cam-1")) == [("event-000001", 1), ("event-000002", 2)]
    assert store.events.open_of("cam-9") == []
