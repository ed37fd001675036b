"""What an operator sees as rows: an incident in the place of its events, page by page, each once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events import EventKind
from incidents.linker import Linker
from store.event_store import EventStore
from store.records import EventQuery
from tests.support.incidents import an_event_of, life


def fill(store: EventStore, kinds: list[EventKind], *, apart_s: int = 20) -> None:
    linker = Linker({})
    for number, kind in enumerate(kinds):
        event = an_event_of(kind, number * apart_s, event_id=f"e{number:04d}")
        for one in (event, *life(event, number * apart_s + 5)):
            store.append([one, *linker.add(one)])


def test_an_incident_is_a_row_whichever_of_its_events_is_asked_for(store: EventStore) -> None:
    fill(store, [EventKind.STOPPED_VEHICLE, EventKind.LOITERING, EventKind.QUEUE])
    (incident,) = store.incidents.listed()
    assert store.rows.find() == [(incident.incident_id, True), ("e0001", False)]
    assert store.rows.find(EventQuery(kinds=("traffic.queue",))) == [(incident.incident_id, True)]
    assert store.rows.find(EventQuery(kinds=("security",))) == [("e0001", False)]
    assert store.rows.count() == 2
    assert store.rows.find(EventQuery(cameras=("elsewhere",))) == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(
        st.sampled_from([EventKind.STOPPED_VEHICLE, EventKind.QUEUE, EventKind.LOITERING]), min_size=1, max_size=25
    ),
    size=st.integers(1, 7),
)
def test_pages_together_are_all_rows_each_once(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[EventKind], size: int
) -> None:
    store = EventStore.open(tmp_path_factory.mktemp("rows") / "events.db")
    fill(store, kinds)
    whole = store.rows.find(EventQuery(limit=500))
    paged = [
        row
        for page in range(len(whole) // size + 1)
        for row in store.rows.find(EventQuery(limit=size, offset=page * size))
    ]
    assert paged == whole
    assert len(set(whole)) == len(whole) == store.rows.count()
    store.close()
