"""An outbox is kept within its bounds, on the disk and in memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import inf
from pathlib import Path
from threading import Condition

import pytest

from core.codec.records import encode
from core.errors import SinkError
from sinks.bounds import Bounds
from sinks.cursors import Cursors
from sinks.record_log import Entry, RecordLog, no_step
from sinks.saving import Saving
from sinks.tail import Tail
from sinks.trimming import Trimming
from tests.support.records import a_measurement, an_event


def entries(count: int) -> list[Entry]:
    """Events under odd numbers, measurements under even ones."""
    records = [an_event(n) if n % 2 else a_measurement(n) for n in range(1, count + 1)]
    return [Entry(n, time.time_ns(), record, encode(record)) for n, record in enumerate(records, 1)]


class Kept:
    """What an outbox keeps of records 1 to `count`, of which one sink has had those up to `delivered`."""

    def __init__(self, bounds: Bounds, count: int, delivered: int, path: Path | None = None) -> None:
        self.gone: list[int] = []
        self.file = None if path is None else RecordLog.open(path)
        self.saving = None if self.file is None else Saving(self.file, no_step)
        self.tail, cursors, self.last = Tail(), Cursors({}), count
        self.tail.add(entries(count))
        cursors.begin("kafka", delivered)
        if self.file is not None:
            self.file.commit(entries(count), cursors.as_dict())
        self.trimming = Trimming(bounds, cursors, self.tail, Condition(), self.file, self.saving, self._lose)

    def _lose(self, gone: Sequence[Entry]) -> None:
        self.gone += [entry.seq for entry in gone]

    def trim(self) -> None:
        assert self.trimming.due
        self.trimming.trim(self.last)


def numbers(found: Sequence[Entry]) -> list[int]:
    return [entry.seq for entry in found]


def test_memory_alone_keeps_what_some_sink_lacks_up_to_its_bound() -> None:
    kept = Kept(Bounds(memory=3), 8, delivered=2)
    kept.trim()
    assert kept.gone == [4, 6, 8], "measurements before events"
    assert numbers(kept.tail.read(0, 10)) == [3, 5, 7]
    assert not kept.trimming.due


def test_the_disk_keeps_what_is_delivered_until_there_is_no_room(tmp_path: Path) -> None:
    size = sum(len(entry.body) for entry in entries(8))
    kept = Kept(Bounds(disk_bytes=size, age_s=inf, keep_s=inf), 8, delivered=4, path=tmp_path / "0.db")
    assert kept.file is not None
    kept.trim()
    assert (numbers(kept.file.read(0, 10)), kept.gone) == ([1, 2, 3, 4, 5, 6, 7, 8], [])


def test_beyond_its_bytes_the_delivered_go_first_and_then_measurements(tmp_path: Path) -> None:
    left = sum(len(entry.body) for entry in entries(7) if entry.seq in (5, 7))
    kept = Kept(Bounds(disk_bytes=left), 8, delivered=4, path=tmp_path / "0.db")
    assert kept.file is not None
    kept.trim()
    assert (numbers(kept.file.read(0, 10)), kept.gone) == ([5, 7], [6, 8])
    assert kept.trimming.due, "more than one helping"


def test_while_the_disk_fails_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(Bounds(memory=3), 8, delivered=2, path=tmp_path / "0.db")

    def fails(*_given: object, **_named: object) -> None:
        raise SinkError("error-outbox-write", path=tmp_path, reason="full")

    monkeypatch.setattr("sinks.trimming.drop_delivered", fails)
    kept.trim()
    assert kept.saving is not None
    assert kept.saving.failing
    assert (numbers(kept.tail.read(0, 10)), kept.gone) == ([3, 5, 7], [4, 6, 8])
