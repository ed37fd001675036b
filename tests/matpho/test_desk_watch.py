"""What people say reaches the running rules, and the sinks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.events import Event, Phase, Says, Verdict
from core.mutes import Mute, Mutes
from core.records import Record
from matpho.desk_watch import LOOK_BACK_NS, DeskWatch
from store.event_store import EventStore
from tests.support.records import an_event

NAME = "event-000001"


@pytest.fixture
def store(tmp_path: Path) -> EventStore:
    return EventStore.open(tmp_path / "events.db")


def says(now: bool = True) -> Verdict:
    at_ns = time.time_ns() - (0 if now else 2 * LOOK_BACK_NS)
    return Verdict(Says.REJECTED, "person:Lan", at_ns, "shadow")


def watch(store: EventStore, out: list[Record], told: dict[str, Verdict], mutes: Mutes | None = None) -> DeskWatch:
    def publish(records: Sequence[Record]) -> None:
        out.extend(records)
        store.append(records)

    return DeskWatch(store, Mutes() if mutes is None else mutes, ["cam-1"], told.__setitem__, publish)


def test_a_verdict_on_an_event_that_has_ended_becomes_one_more_revision_once(store: EventStore) -> None:
    store.append([an_event(1), an_event(1, 2, phase=Phase.ENDED)])
    out: list[Record] = []
    desk = watch(store, out, {})
    desk.poll()
    verdict = says()
    store.desk.judge(NAME, verdict)
    desk.poll()
    desk.poll()
    (revised,) = out
    assert isinstance(revised, Event)
    assert (revised.revision, revised.phase, revised.verdict) == (3, Phase.ENDED, verdict)
    again: list[Record] = []
    watch(store, again, {}).poll()
    assert again == [], "after a restart it is known"


def test_a_verdict_on_an_open_event_is_handed_to_its_process_until_the_event_bears_it(store: EventStore) -> None:
    store.append([an_event(1)])
    out: list[Record] = []
    told: dict[str, Verdict] = {}
    desk = watch(store, out, told)
    verdict = says()
    store.desk.judge(NAME, verdict)
    desk.poll()
    assert told == {NAME: verdict}
    assert out == []
    store.append([replace(an_event(1, 2, phase=Phase.ENDED), verdict=verdict)])
    desk.poll()
    assert out == []
    store.append([an_event(2)])
    store.desk.judge("event-000002", verdict)
    desk.poll()
    store.append([an_event(2, 2, phase=Phase.ENDED)])  # ended before the verdict could stand on it
    desk.poll()
    assert [(e.event_id, e.revision) for e in out if isinstance(e, Event)] == [("event-000002", 3)]


def test_other_cameras_verdicts_and_very_old_ones_are_left_alone(store: EventStore) -> None:
    store.append([an_event(1, camera="elsewhere", phase=Phase.ENDED), an_event(2, phase=Phase.ENDED)])
    store.desk.judge(NAME, says())
    store.desk.judge("event-000002", says(now=False))
    out: list[Record] = []
    watch(store, out, {}).poll()
    assert out == []


def test_mutes_are_taken_up_and_what_they_kept_back_is_counted_across_restarts(store: EventStore) -> None:
    now = time.time_ns()
    kept = store.desk.mute(Mute("", "Lan", "why", now, now + 10**12, camera_id="cam-1"))
    mutes = Mutes()
    desk = watch(store, [], {}, mutes)
    desk.start()
    assert mutes.now == (kept,)
    mutes.suppressed[kept.mute_id] += 2
    desk.poll()
    mutes.suppressed[kept.mute_id] += 1
    desk.close()
    assert store.desk.suppressed() == {kept.mute_id: 3}
    store.desk.unmute(kept.mute_id, "Lan")
    again = Mutes()
    watch(store, [], {}, again).poll()
    assert again.now == ()
