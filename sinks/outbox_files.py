"""The outbox files of one event store: each running process has one of its own, and none is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import structlog

from core.errors import SinkError
from sinks.log_file import alone
from sinks.record_log import Entry, RecordLog

log = structlog.get_logger()

ANOTHER_RUN: Final = 1_000
"""Numbers of the files of one run; a second run over the same store, at the same time, takes those after them."""
MOST_RUNS: Final = 8
_CHUNK: Final = 1_000


def outbox_folder(store: Path) -> Path:
    """Where the outbox of an event store lies: beside it."""
    return store.with_suffix(".outbox")


def outbox_files(folder: Path) -> list[Path]:
    """The files of an outbox, by number."""
    return sorted((p for p in folder.glob("*.db") if p.stem.isdigit()), key=lambda p: int(p.stem))


def open_outbox(folder: Path, stack: ExitStack, *, number: int = 0, of: int = 1, sync: bool = True) -> RecordLog:
    """The outbox of process `number` of `of`, for as long as `stack` is open.

    A process that is started again finds the file it had, so that the records of its cameras keep their order. The
    first process also takes over what nobody has any more: files of processes that a run before had and this one has
    not.

    Raises:
        SinkError: no file can be opened.
    """
    for run in range(MOST_RUNS):
        path = folder / f"{number + run * ANOTHER_RUN}.db"
        try:
            stack.enter_context(alone(path))
        except SinkError as error:
            if error.message_id != "error-outbox-taken" or run + 1 == MOST_RUNS:
                raise
            continue
        own = RecordLog.open(path, sync=sync)
        if number == 0:
            for other in outbox_files(folder):
                if other != path and int(other.stem) % ANOTHER_RUN not in range(1, of):
                    _take_over(own, other)
        return own
    raise AssertionError("unreachable")


def _take_over(own: RecordLog, path: Path) -> None:
    """Move what a file still holds for some sink to the end of ours. Killed in the middle, it begins again: then some
    records arrive twice, and none is lost.
    """
    try:
        with alone(path):
            other = RecordLog.open(path)
            missing = {sink: own.last for sink in other.cursors() if sink not in own.cursors()}
            count = 0
            for entries in _undelivered(other):
                own.commit([e._replace(seq=own.last + 1 + i) for i, e in enumerate(entries)], missing)
                missing = {}
                count += len(entries)
            other.close()
            for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                file.unlink(missing_ok=True)
        path.with_suffix(".lock").unlink(missing_ok=True)
        if count:
            log.info("outbox_taken_over", path=str(path), records=count)
    except SinkError as error:
        if error.message_id != "error-outbox-taken":
            log.exception("outbox_not_taken_over", path=str(path))


def _undelivered(other: RecordLog) -> Iterator[list[Entry]]:
    after = min(other.cursors().values(), default=other.last)
    while entries := other.read(after, _CHUNK):
        yield entries
        after = entries[-1].seq
