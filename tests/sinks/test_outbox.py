"""Nothing that was published is lost or overtaken, whatever the sinks, the disk and restarts do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event as Flag

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.delivery import Delivered, Delivery, Outcome, RetryAfter
from core.events import Event
from core.records import Record
from sinks.bounds import Bounds
from sinks.fan_out import FanOut, SinkCounters
from sinks.memory import MemorySink
from sinks.record_log import RecordLog
from tests.support.records import a_measurement, a_track, an_event
from tests.support.waiting import eventually


def away(_record: Record) -> Outcome:
    return RetryAfter(30, "away")


class EventsOnly(MemorySink):
    def accepts(self, record: Record) -> bool:
        return isinstance(record, Event)


def mixed(count: int, first: int = 0) -> list[Record]:
    made: list[Record] = []
    for k in range(first, first + count):
        made += [an_event(k), a_measurement(k), a_track(k)]
    return made


def run(path: Path, sinks: Sequence[MemorySink], records: Sequence[Record], timeout_s: float = 5.0) -> dict[str, int]:
    fan_out = FanOut(sinks, file=RecordLog.open(path))
    for start in range(0, len(records), 7):
        fan_out.publish(records[start : start + 7])
    return fan_out.close(timeout_s)


def test_what_a_sink_did_not_take_is_delivered_by_the_next_process_and_to_it_alone(tmp_path: Path) -> None:
    path, first, second = tmp_path / "0.db", mixed(30), mixed(20, 30)
    there = MemorySink("there")
    assert run(path, [there, MemorySink("kafka", away)], first, 0.5) == {"there": 0, "kafka": 90}
    back, there_again = MemorySink("kafka"), MemorySink("there")
    assert run(path, [back, there_again], second) == {"kafka": 0, "there": 0}
    assert back.records == first + second
    assert there.records == first
    assert there_again.records == second


def test_a_sink_that_is_left_out_for_a_while_misses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "0.db"
    run(path, [MemorySink("kafka", away)], mixed(5), 0.3)
    run(path, [MemorySink("store")], mixed(5, 5))
    kafka = MemorySink("kafka")
    assert run(path, [kafka], []) == {"kafka": 0}
    assert kafka.records == mixed(10)


def test_a_new_sink_begins_now(tmp_path: Path) -> None:
    run(tmp_path / "0.db", [MemorySink("store")], mixed(5))
    fresh = MemorySink("fresh")
    run(tmp_path / "0.db", [MemorySink("store"), fresh], mixed(2, 5))
    assert fresh.records == mixed(2, 5)


def test_records_from_before_are_counted_by_what_the_sink_takes(tmp_path: Path) -> None:
    path = tmp_path / "0.db"
    run(path, [EventsOnly("kafka", away)], mixed(9), 0.3)
    fan_out = FanOut([EventsOnly("kafka", away)], file=RecordLog.open(path))
    assert fan_out.counters()["kafka"].waiting == 9
    assert fan_out.close(0.1) == {"kafka": 9}


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), lives=st.integers(1, 4))
def test_any_moods_and_restarts_keep_order_by_camera_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lives: int
) -> None:
    chance, path = Random(seed), tmp_path_factory.mktemp("outbox") / "0.db"
    taken: list[Record] = []
    published: list[Record] = []
    for life in range(lives):
        waiting: set[str] = set()

        def answer(record: Record, waiting: set[str] = waiting) -> Outcome:
            if record.camera_id in waiting or chance.random() < 0.2:
                waiting.add(record.camera_id)
                return RetryAfter(0.0005, "busy")
            return Delivered()

        class Moody(MemorySink):
            def write(self, records: Sequence[Record], waiting: set[str] = waiting) -> Delivery:
                waiting.clear()
                return super().write(records)

        last = life == lives - 1
        sink = MemorySink("s") if last else Moody("s", answer)
        records: list[Record] = [an_event(life * 1000 + k, camera=f"cam-{k % 3}") for k in range(40)]
        published += records
        run(path, [sink], records, 5.0 if last else 0.02)
        taken += sink.records
    firsts = list(dict.fromkeys(r.event_id for r in taken if isinstance(r, Event)))
    for camera in ("cam-0", "cam-1", "cam-2"):
        wanted = [r.event_id for r in published if isinstance(r, Event) and r.camera_id == camera]
        assert [i for i in firsts if i in set(wanted)] == wanted


def full(log: RecordLog, *, free: bool) -> None:
    pages = log.file._database.execute("PRAGMA page_count").fetchone()[0]
    log.file._database.execute(f"PRAGMA max_page_count={pages + (100_000 if free else 0)}")


def test_while_the_disk_is_full_records_go_on_from_memory_and_are_written_when_it_is_free(tmp_path: Path) -> None:
    log = RecordLog.open(tmp_path / "0.db")
    full(log, free=False)
    there, kafka = MemorySink("there"), MemorySink("kafka", away)
    with capture_logs() as logs:
        fan_out = FanOut([there, kafka], file=log)
        for k in range(0, 900, 90):
            fan_out.publish(mixed(300)[k : k + 90])
        eventually(lambda: len(there.records) == 900)
        assert any(line["event"] == "outbox_not_written" for line in logs)
        full(log, free=True)
        eventually(lambda: any(line["event"] == "outbox_recovered" for line in logs))
        assert fan_out.close(0.2) == {"there": 0, "kafka": 900}
    back = MemorySink("kafka")
    run(tmp_path / "0.db", [back], [])
    assert back.records == mixed(300)


def test_at_the_bound_of_the_disk_measurements_go_before_events_and_are_counted(tmp_path: Path) -> None:
    log, kafka = RecordLog.open(tmp_path / "0.db"), MemorySink("kafka", away)
    with capture_logs() as logs:
        fan_out = FanOut([kafka], Bounds(disk_bytes=300_000), file=log)
        fan_out.publish(mixed(200))  # of which it has up to a batch in hand
        eventually(lambda: fan_out.counters()["kafka"].retried > 0)
        fan_out.publish(mixed(400, 200))
        eventually(lambda: log.file.bytes <= 300_000 and fan_out.counters()["kafka"].dropped > 400)
        fan_out.close(0.1)
    left = RecordLog.open(tmp_path / "0.db").read(0, 2000)
    counts = fan_out.counters()["kafka"]
    assert len(left) == counts.waiting == 1800 - counts.dropped
    late = [e for e in left if e.seq > 600]
    assert late[-1].record == an_event(599)
    assert all(e.is_event for e in late)
    assert len(late) > 100
    dropped = [line for line in logs if line["event"] == "records_dropped"]
    assert sum(line["events"] + line["others"] for line in dropped) == counts.dropped


def test_what_nobody_took_for_too_long_goes_and_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, shift = time.time_ns, [0]
    monkeypatch.setattr("sinks.trimming.time.time_ns", lambda: real() + shift[0])
    before = FanOut([MemorySink("kafka", away)], file=RecordLog.open(tmp_path / "0.db"))
    before.publish(mixed(1))
    assert before.close(0.1) == {"kafka": 3}
    # What is on disk at the start is taken at once, and stays with the sink that has it in hand.
    fan_out = FanOut([MemorySink("kafka", away)], Bounds(age_s=3600), file=RecordLog.open(tmp_path / "0.db"))
    eventually(lambda: fan_out.counters()["kafka"].retried > 0)
    fan_out.publish(mixed(4, 1))
    fan_out.wait_written(60)
    shift[0] = 3601 * 10**9
    eventually(lambda: fan_out.counters()["kafka"].dropped == 12)
    assert fan_out.close(0.1) == {"kafka": 3}
    assert [e.record for e in RecordLog.open(tmp_path / "0.db").read(0, 100)] == mixed(1)


def test_delivered_records_are_kept_for_a_while(tmp_path: Path) -> None:
    run(tmp_path / "0.db", [MemorySink("kafka")], mixed(4))
    assert len(RecordLog.open(tmp_path / "0.db").read(0, 100)) == 12
    log = RecordLog.open(tmp_path / "0.db")
    fan_out = FanOut([MemorySink("kafka")], Bounds(keep_s=0), file=log)
    eventually(lambda: log.read(0, 100) == [])
    fan_out.close()


def test_a_sink_can_be_sent_back_while_it_runs(tmp_path: Path) -> None:
    path, sink = tmp_path / "0.db", MemorySink("kafka")
    fan_out = FanOut([sink], file=RecordLog.open(path))
    fan_out.publish(mixed(5))
    eventually(lambda: len(sink.records) == 15)
    RecordLog.open(path).order("kafka", 6)
    eventually(lambda: len(sink.records) == 24)
    assert sink.records[15:] == mixed(5)[6:]
    assert fan_out.close() == {"kafka": 0}


def test_a_disk_that_hangs_does_not_hold_the_publisher_and_memory_stays_bounded(tmp_path: Path) -> None:
    log, let_go = RecordLog.open(tmp_path / "0.db"), Flag()
    commit = log.commit

    def hanging(*given: object, **named: object) -> None:
        let_go.wait(30)
        commit(*given, **named)  # type: ignore[arg-type]

    log.commit = hanging  # type: ignore[method-assign]
    sink = MemorySink("kafka")
    fan_out = FanOut([sink], Bounds(memory=50), file=log)
    began = time.monotonic()
    for k in range(100):
        fan_out.publish([an_event(k), a_measurement(k)])
    assert time.monotonic() - began < 10
    let_go.set()
    assert fan_out.close(10) == {"kafka": 0}
    counts = fan_out.counters()["kafka"]
    assert counts.delivered + counts.dropped == 200
    assert counts.dropped >= 100
    assert sum(isinstance(r, Event) for r in sink.records) >= 50


def test_a_record_without_json_goes_to_the_dead_letters_and_holds_up_no_other(tmp_path: Path) -> None:
    sink = MemorySink("kafka")
    fan_out = FanOut([sink], file=RecordLog.open(tmp_path / "0.db"), dead_letters=tmp_path / "dead.jsonl")
    huge = replace(a_track(1), track_id=2**70)
    fan_out.publish([an_event(1), an_event(2, camera="cam-\ud800"), huge, an_event(3)])
    assert fan_out.close() == {"kafka": 0}
    assert sink.records == [an_event(1), an_event(3)]
    assert fan_out.counters()["kafka"] == SinkCounters(delivered=2, rejected=2)
    assert "surrogates" in (tmp_path / "dead.jsonl").read_text(encoding="utf-8")
