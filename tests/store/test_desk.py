"""What people did is kept with who, when and why; nothing is taken back."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from core.errors import StoreError
from core.events import Says, Verdict
from core.mutes import Mute
from store import schema
from store.desk import MOST_MUTES
from store.event_store import EventStore
from tests.support.records import SECOND, T0, an_event

MUTE = Mute("", "Lan", "roadworks", T0, T0 + 3600 * SECOND, camera_id="cam-1", zone="n")


def test_a_mute_is_in_force_until_its_end_also_for_another_process_and_after_a_restart(
    store: EventStore, tmp_path: Path
) -> None:
    kept = store.desk.mute(MUTE)
    store.close()
    other = EventStore.open(tmp_path / "events.db")
    assert other.desk.mutes(T0 + SECOND) == [kept]
    assert other.desk.mutes(MUTE.until_ns) == []
    assert other.desk.mutes() == [kept]
    other.desk.count_suppressed({kept.mute_id: 2})
    other.desk.count_suppressed({kept.mute_id: 3})
    assert other.desk.suppressed() == {kept.mute_id: 5}


def test_a_mute_given_at_an_event_is_kept_whole_and_one_of_before_is_still_read(store: EventStore) -> None:
    given = replace(MUTE, track_id=4, event_id="e", seen_ns=T0 + 1, box=(1.0, 2.0, 3.0, 4.0))
    kept = store.desk.mute(given)
    (read,) = store.desk.mutes()
    assert read == kept == replace(given, mute_id=kept.mute_id)
    old = asdict(replace(MUTE, mute_id="old", until_ns=MUTE.until_ns + 1))
    for name in ("event_id", "seen_ns", "box"):
        del old[name]
    row = {"mute_id": "old", "until_ns": MUTE.until_ns + 1, "suppressed": 0, "body": json.dumps(old)}
    with store.desk._database.write() as connection:
        connection.execute(schema.mutes.insert(), [row])
    assert store.desk.mutes()[-1] == replace(MUTE, mute_id="old", until_ns=MUTE.until_ns + 1)


def test_ending_a_mute_is_written_down_and_can_be_done_once(store: EventStore) -> None:
    kept = store.desk.mute(MUTE)
    store.desk.unmute(kept.mute_id, "Minh", "done early", T0 + 60 * SECOND)
    assert store.desk.mutes(T0 + 61 * SECOND) == []
    with pytest.raises(StoreError):
        store.desk.unmute(kept.mute_id, "Minh", "", T0 + 62 * SECOND)
    assert [(one.who, one.what, one.why) for one in store.desk.audit()] == [
        ("Minh", "unmute", "done early"),
        ("Lan", "mute", "roadworks"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "  "},
        {"by": ""},
        {"until_ns": T0},
        {"camera_id": "", "zone": ""},
        {"camera_id": "", "track_id": 4, "kind": "violation"},
        {"reason": "x" * 501},
    ],
    ids=str,
)
def test_a_mute_without_reason_name_scope_or_end_is_refused_and_nothing_is_written(
    store: EventStore, change: dict[str, object]
) -> None:
    with pytest.raises(StoreError):
        store.desk.mute(replace(MUTE, **change))  # type: ignore[arg-type]
    assert store.desk.mutes() == []
    assert store.desk.audit() == []


def test_mutes_are_bounded(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_MUTES >= 100
    monkeypatch.setattr("store.desk.MOST_MUTES", 2)
    store.desk.mute(MUTE)
    store.desk.mute(MUTE)
    with pytest.raises(StoreError, match="2"):
        store.desk.mute(MUTE)


def test_the_last_verdict_holds_and_all_are_kept(store: EventStore) -> None:
    store.append([an_event(1)])
    for number, says in enumerate((Says.CONFIRMED, Says.REJECTED)):
        store.desk.judge("event-000001", Verdict(says, "person:Lan", T0 + number, "shadow"))
    assert store.desk.verdicts(["event-000001", "other"])["event-000001"].says is Says.REJECTED
    first, second = store.desk.judged()
    assert first.row < second.row
    assert store.desk.judged(first.row) == [second]
    assert store.desk.judged(0, since_ns=T0 + 1) == [second]
    assert len(store.desk.audit()) == 2


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(Says.UNSURE, "person:Lan", T0, "why"),
        Verdict(Says.CONFIRMED, "person:", T0, "why"),
        Verdict(Says.CONFIRMED, "person:Lan", T0, ""),
    ],
    ids=str,
)
def test_a_verdict_says_true_or_false_who_and_why(store: EventStore, verdict: Verdict) -> None:
    store.append([an_event(1)])
    with pytest.raises(StoreError):
        store.desk.judge("event-000001", verdict)
    assert store.desk.judged() == []


def test_a_verdict_on_what_is_not_there_is_refused(store: EventStore) -> None:
    with pytest.raises(StoreError, match="nobody"):
        store.desk.judge("nobody", Verdict(Says.CONFIRMED, "person:Lan", T0, "why"))
    assert store.desk.audit() == []


def test_a_store_of_before_has_these_tables_as_soon_as_it_is_opened(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "old.db"
    store = EventStore.open(path)
    store.append([an_event(1)])
    store.close()
    with sqlite3.connect(path) as old:
        for name in ("incidents", "incident_events", "mutes", "verdicts", "audit"):
            old.execute(f"DROP TABLE {name}")
    again = EventStore.open(path)
    assert again.events.count() == 1
    again.desk.mute(MUTE)
    assert again.incidents.listed() == []
