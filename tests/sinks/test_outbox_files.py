"""Which process has which outbox, and that none is left behind."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from core.delivery import Outcome, RetryAfter
from core.records import Record
from sinks.fan_out import FanOut
from sinks.memory import MemorySink
from sinks.outbox_files import open_outbox, outbox_files, outbox_folder
from tests.support.records import an_event


def away(_record: Record) -> Outcome:
    return RetryAfter(30, "away")


def leave(folder: Path, number: int, of: int, *names: int) -> None:
    """A worker whose sink took nothing."""
    with ExitStack() as stack:
        fan_out = FanOut([MemorySink("kafka", away)], file=open_outbox(folder, stack, number=number, of=of))
        fan_out.publish([an_event(name) for name in names])
        fan_out.close(0.2)


def deliver(folder: Path, number: int, of: int) -> list[Record]:
    sink = MemorySink("kafka")
    with ExitStack() as stack:
        FanOut([sink], file=open_outbox(folder, stack, number=number, of=of)).close(5)
    return sink.records


def test_each_worker_finds_its_own_again(tmp_path: Path) -> None:
    folder = outbox_folder(tmp_path / "matpho.db")
    leave(folder, 0, 2, 1, 2)
    leave(folder, 1, 2, 3)
    assert deliver(folder, 0, 2) == [an_event(1), an_event(2)]
    assert deliver(folder, 1, 2) == [an_event(3)]


def test_the_first_takes_over_what_workers_of_before_left(tmp_path: Path) -> None:
    leave(tmp_path, 0, 3, 1)
    leave(tmp_path, 1, 3, 2)
    leave(tmp_path, 2, 3, 3, 4)
    assert deliver(tmp_path, 0, 2) == [an_event(1), an_event(3), an_event(4)]
    assert [path.name for path in outbox_files(tmp_path)] == ["0.db", "1.db"]
    assert deliver(tmp_path, 0, 1) == [an_event(2)]
    assert [path.name for path in outbox_files(tmp_path)] == ["0.db"]


def test_a_second_run_over_the_same_store_has_its_own_and_the_next_takes_it_over(tmp_path: Path) -> None:
    with ExitStack() as first:
        FanOut([MemorySink("kafka")], file=open_outbox(tmp_path, first)).close(5)
        leave(tmp_path, 0, 1, 7)
        assert [path.name for path in outbox_files(tmp_path)] == ["0.db", "1000.db"]
    assert deliver(tmp_path, 0, 1) == [an_event(7)]
    assert [path.name for path in outbox_files(tmp_path)] == ["0.db"]
