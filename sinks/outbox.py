"""What waits for the sinks: on disk before any of them sees it, in memory where there is no disk to write to."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import Final

from core.codec.records import encode
from core.errors import SinkError
from core.records import Record
from sinks.bounds import Bounds
from sinks.cursors import Cursors
from sinks.intake import Intake, Published
from sinks.record_log import Entry, RecordLog, no_step
from sinks.saving import CURSOR_S, Saving
from sinks.tail import Tail
from sinks.trimming import TRIM_S, Trimming

NEWEST: Final = 1 << 62
"""Stands for the number of a record that was dropped before it had one."""


class Outbox:
    """Numbers records and keeps them until every sink has them. One thread of its own writes them down, as many as have
    come meanwhile in one commit (group commit); only then are they to be seen. While the disk fails, records go on from
    memory. What goes when there is too much: `Trimming`.

    Args:
        file: where records are written; None: memory alone.
        on_drop: told of what a bound costs.
        on_unencodable: told of records that have no JSON, which no sink can take.
        on_order: told of a sink that is to go on after another number.

    Attributes:
        changed: notified when there are new records; guards `last`.
        last: number of the newest record to be seen.
    """

    def __init__(
        self,
        file: RecordLog | None,
        bounds: Bounds,
        *,
        on_drop: Callable[[Sequence[Entry]], None],
        on_unencodable: Callable[[Record, str], None],
        on_order: Callable[[str, int], None] = lambda _sink, _seq: None,
        step: Callable[[str], None] = no_step,
    ) -> None:
        self._file, self._step = file, step
        self._on_drop, self._on_unencodable, self._on_order = on_drop, on_unencodable, on_order
        self.changed = Condition()
        self._numbered = self.last = 0 if file is None else file.last
        self._cursors = Cursors({} if file is None else file.cursors())
        self._saving = None if file is None else Saving(file, step)
        self._intake, self._tail = Intake(bounds.memory), Tail()
        self._trimming = Trimming(bounds, self._cursors, self._tail, self.changed, file, self._saving, on_drop)
        self._ending = self._busy = False
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def begin(self, sink: str) -> int:
        """The number after which a sink goes on: where it was, or from now on."""
        with self.changed:
            return self._cursors.begin(sink, self.last)

    def publish(self, records: Sequence[Record]) -> None:
        """Take records. Never waits for the disk."""
        now = time.time_ns()
        with self.changed:
            gone = self._intake.add(records, now)
            self.changed.notify_all()
        if gone:
            self._on_drop([Entry(NEWEST, at_ns, record, b"") for at_ns, record in gone])

    def acknowledge(self, sink: str, seq: int) -> None:
        """A sink has everything up to this number."""
        with self.changed:
            self._cursors.acknowledge(sink, seq)

    def read(self, sink: str, after: int, limit: int) -> list[Entry]:
        """The first records after a number, from memory or, where they are older, from the disk.

        Raises:
            SinkError: the disk cannot be read.
        """
        upto = after
        with self.changed:
            self._cursors.reading(sink, self.last)  # no bound takes what is just being read
        try:
            found = self._read(after, limit)
            upto = found[-1].seq if found else after
        finally:
            with self.changed:
                self._cursors.reading(sink, upto)
        return found

    def counts(self, after: int) -> dict[type[Record], int]:
        """How many records of each type wait behind a number; for a start."""
        return {} if self._file is None else self._file.counts(after)

    def flush(self, deadline: float) -> None:
        """Wait until all that was published can be seen, at most until `deadline` (monotonic)."""
        with self.changed:
            self.changed.wait_for(lambda: not self._intake and not self._busy, max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """Write down where the sinks are, and let go of the file."""
        with self.changed:
            self._ending = True
            self.changed.notify_all()
        self._thread.join(10.0)
        if self._file is not None:
            self._file.close()

    def _read(self, after: int, limit: int) -> list[Entry]:
        with self.changed:
            first = self._tail.first
            if self._file is None or (first is not None and first <= after + 1) or after >= self.last:
                return self._tail.read(after, limit)
            last = self.last
        found = self._file.read(after, limit)
        found = [entry for entry in found if entry.seq < (last + 1 if first is None else first)]
        if found:
            return found
        with self.changed:
            return self._tail.read(after, limit)

    def _run(self) -> None:
        while not self._turn():
            pass

    def _turn(self) -> bool:
        """Write down what has come; whether this was the last turn."""
        with self.changed:
            if not (self._intake or self._ending):
                self.changed.wait(CURSOR_S if self._cursors.changed else TRIM_S)
            taken, ending = self._intake.take(), self._ending
            self._busy = bool(taken)
        if taken:
            self._step("taken")
        entries = self._number(taken)
        self._save(entries, ending=ending)
        with self.changed:
            self._tail.add(entries)
            self.last, self._busy = self._numbered, False
            if entries:
                self.changed.notify_all()
        if entries:
            self._step("seen")
        if self._trimming.due:
            self._follow_orders()
            self._trimming.trim(self.last)
        return ending

    def _number(self, taken: Sequence[Published]) -> list[Entry]:
        entries = []
        for at_ns, record in taken:
            try:
                body = encode(record)
            except (ValueError, OverflowError) as error:
                self._on_unencodable(record, str(error))
                continue
            self._numbered += 1
            entries.append(Entry(self._numbered, at_ns, record, body))
        return entries

    def _save(self, entries: Sequence[Entry], *, ending: bool) -> None:
        if self._saving is None:
            return
        self._saving.add(entries)
        with self.changed:
            changed = self._cursors.changed
            if not self._saving.due(cursors_changed=changed, ending=ending):
                return
            cursors, self._cursors.changed = self._cursors.as_dict(), False
        if not self._saving.write(cursors):
            with self.changed:
                self._cursors.changed = self._cursors.changed or changed

    def _follow_orders(self) -> None:
        if self._file is None or self._saving is None:
            return
        try:
            orders = self._file.take_orders()
        except SinkError as error:
            self._saving.failed(error)
            return
        for sink, seq in orders:
            self._on_order(sink, seq)
