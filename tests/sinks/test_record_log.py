"""Records on disk: what was committed is there, in order, and a bound costs the least first."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.codec.records import encode
from core.errors import SinkError
from core.records import Record
from sinks.log_file import alone
from sinks.record_log import Entry, RecordLog
from sinks.retention import drop_delivered, sacrifice
from tests.support.records import a_measurement, a_track, an_event


def entry(seq: int, record: Record, at_ns: int = 0) -> Entry:
    return Entry(seq, at_ns, record, encode(record))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "matpho.outbox" / "0.db"


def filled(path: Path) -> RecordLog:
    """Numbers 1 to 9: event, measurement, track, and again; a byte each counts its own."""
    log = RecordLog.open(path)
    log.commit([entry(k, (an_event(k), a_measurement(k), a_track(k))[(k - 1) % 3], at_ns=k) for k in range(1, 10)], {})
    return log


def test_records_and_cursors_are_there_after_opening_again(path: Path) -> None:
    log = RecordLog.open(path)
    written = [entry(1, an_event(1, zone="ngã tư Sở")), entry(2, a_measurement(1)), entry(5, a_track(1))]
    log.commit(written[:1], {"kafka": 0, "store": 1})
    log.commit(written[1:], {"store": 5})
    log.close()
    again = RecordLog.open(path)
    assert again.read(0, 10) == written
    assert again.read(1, 1) == written[1:2]
    assert again.cursors() == {"kafka": 0, "store": 5}
    assert (again.last, again.file.bytes) == (5, sum(len(e.body) for e in written))


def test_a_full_disk_changes_nothing_and_says_so(path: Path) -> None:
    log = RecordLog.open(path)
    log.commit([entry(1, an_event(1))], {"kafka": 1})
    pages = log.file._database.execute("PRAGMA page_count").fetchone()[0]
    log.file._database.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(SinkError, match="full"):
        log.commit([entry(k, an_event(k)) for k in range(2, 200)], {"kafka": 2})
    assert [e.seq for e in log.read(0, 10)] == [1]
    assert log.cursors() == {"kafka": 1}
    log.file._database.execute(f"PRAGMA max_page_count={pages + 1000}")
    log.commit([entry(2, an_event(2))], {"kafka": 2})
    assert [e.seq for e in log.read(0, 10)] == [1, 2]


def test_delivered_records_go_by_age_or_for_room(path: Path) -> None:
    log = filled(path)
    assert drop_delivered(log, up_to=6, before_ns=3) == 2
    assert [e.seq for e in log.read(0, 10)] == [3, 4, 5, 6, 7, 8, 9]
    size = len(log.read(2, 1)[0].body)
    assert drop_delivered(log, up_to=6, before_ns=0, least_bytes=size) == 1
    assert drop_delivered(log, up_to=6, before_ns=0, least_bytes=10**6) == 3
    assert [e.seq for e in log.read(0, 10)] == [7, 8, 9]


def test_what_nobody_took_goes_measurements_first_then_the_oldest_events(path: Path) -> None:
    log = filled(path)
    held = {e.seq: len(e.body) for e in log.read(0, 10)}
    assert [e.seq for e in sacrifice(log, 0, held[2] + 1)] == [2, 3]
    assert [e.seq for e in sacrifice(log, 0, 1, before_ns=2)] == [1]
    lesser = sum(held[k] for k in (5, 6, 8, 9))
    assert [e.seq for e in sacrifice(log, 4, lesser + 1)] == [5, 6, 8, 9, 7]
    assert [e.seq for e in log.read(0, 10)] == [4]
    assert log.file.bytes == held[4]


def test_a_number_is_never_given_twice(path: Path) -> None:
    log = filled(path)
    sacrifice(log, 0, 10**6)
    log.close()
    assert RecordLog.open(path).last == 9


def test_a_file_that_kept_no_totals_gets_them_when_it_is_opened(path: Path) -> None:
    log = filled(path)
    sacrifice(log, 8, 1)
    wanted = (log.last, log.file.bytes)
    log.close()
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM meta WHERE name = 'bytes'")
        database.execute("UPDATE meta SET value = 1 WHERE name = 'version'")
    again = RecordLog.open(path)
    assert (again.last, again.file.bytes) == wanted == (9, sum(len(e.body) for e in again.read(0, 10)))
    again.commit([entry(10, an_event(10))], {})
    again.close()
    once_more = RecordLog.open(path)
    assert (once_more.last, once_more.file.bytes) == (10, sum(len(e.body) for e in once_more.read(0, 20)))


def test_one_process_at_a_time(path: Path) -> None:
    with alone(path), pytest.raises(SinkError, match="another process"), alone(path):
        pass
    with alone(path):
        pass


def test_orders_are_taken_once(path: Path) -> None:
    log = filled(path)
    RecordLog.open(path).order("kafka", 4)
    assert log.take_orders() == [("kafka", 4)]
    assert log.take_orders() == []


def test_a_record_that_rotted_is_told_and_left_out(path: Path) -> None:
    log = filled(path)
    log.file._database.execute("UPDATE records SET body = x'7b' WHERE seq = 2")
    assert [e.seq for e in log.read(0, 3)] == [1, 3]


def test_no_outbox_and_a_newer_one_are_refused_in_words(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"a picture, perhaps" * 100)
    with pytest.raises(SinkError, match="cannot be opened"):
        RecordLog.open(path)
    path.unlink()
    filled(path).close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE meta SET value = 99 WHERE name = 'version'")
    with pytest.raises(SinkError, match="newer"):
        RecordLog.open(path)
