"""Runs are found as they were put last."""

from __future__ import annotations

from store.event_store import EventStore
from store.records import RunRecord
from tests.support.records import SECOND, T0


def test_runs_are_replaced_and_the_last_is_told(store: EventStore) -> None:
    assert store.runs.last() is None
    store.runs.put(RunRecord("run-1", T0, T0 + SECOND, {"frames": 10}))
    store.runs.put(RunRecord("run-2", T0 + 2 * SECOND))
    assert store.runs.last() == RunRecord("run-2", T0 + 2 * SECOND)
    done = RunRecord("run-2", T0 + 2 * SECOND, T0 + 9 * SECOND, {"events": 3, "where": "phố Huế"})
    store.runs.put(done)
    assert store.runs.last() == done
