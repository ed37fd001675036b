"""What waits for the sinks: on disk before any of them sees it, in memory where there is no disk to write to."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from threading import Condition, Thread
from typing import Final, TypeVar

import structlog

from core.codec import SECOND_NS, encode
from core.errors import SinkError
from core.events import Event, Incident, Record
from sinks.record_log import Entry, RecordLog, no_step

T = TypeVar("T")
log = structlog.get_logger()

CURSOR_S: Final = 0.2
"""Longest time for which a delivery stands in memory alone; a process killed within it delivers again."""
TRIM_S: Final = 1.0
TROUBLE_S: Final = 1.0
"""Pause after the disk failed: a full one is freed by a person or a clean-up job, not within moments."""
LOG_EVERY_S: Final = 10.0
NEWEST: Final = 1 << 62
"""Stands for the number of a record that was dropped before it had one."""
TAIL: Final = 10_000
"""Newest records kept in memory beside the disk, so that sinks that keep up never read from it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait.

    Attributes:
        memory: records where there is no disk, or while it fails: about 1 kB each.
        disk_bytes: of the records' JSON; the file is about a fifth larger.
        age_s: what no sink took for so long goes.
        keep_s: what every sink has is kept for so long, to be sent again on request; the first to go at the bound.
    """

    memory: int = 100_000
    disk_bytes: int = 1 << 30
    age_s: float = 7 * 86_400.0
    keep_s: float = 3_600.0


class Outbox:
    """Numbers records and keeps them until every sink has them. One thread of its own writes them down, as many as have
    come meanwhile in one commit (group commit); only then are they to be seen.

    At a bound, what every sink has goes first, then the oldest measurements and tracks, then the oldest events: an
    incident that nobody hears of costs more than a minute's count. While the disk fails, records go on from memory.

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
        self._file, self._bounds, self._step = file, bounds, step
        self._on_drop, self._on_unencodable, self._on_order = on_drop, on_unencodable, on_order
        self.changed = Condition()
        self._numbered = self.last = 0 if file is None else file.last
        self._cursors: dict[str, int] = {} if file is None else file.cursors()
        self._intake: list[tuple[int, Record]] = []
        self._tail: list[Entry] = []
        self._unsaved: list[Entry] = []
        self._reading: dict[str, int] = {}
        self._dirty = self._ending = self._failing = self._busy = False
        self._next_trim = self._next_try = self._next_cursor = 0.0
        self._said = -LOG_EVERY_S
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def begin(self, sink: str) -> int:
        """The number after which a sink goes on: where it was, or from now on."""
        with self.changed:
            self._dirty = self._dirty or sink not in self._cursors
            self._reading[sink] = self._cursors.setdefault(sink, self.last)
            return self._cursors[sink]

    def publish(self, records: Sequence[Record]) -> None:
        """Take records. Never waits for the disk."""
        now = time.time_ns()
        with self.changed:
            self._intake += [(now, record) for record in records]
            gone = self._bound_intake()
            self.changed.notify_all()
        if gone:
            self._on_drop([Entry(NEWEST, at_ns, record, b"") for at_ns, record in gone])

    def acknowledge(self, sink: str, seq: int) -> None:
        """A sink has everything up to this number."""
        with self.changed:
            self._cursors[sink] = seq
            self._dirty = True

    def read(self, sink: str, after: int, limit: int) -> list[Entry]:
        """The first records after a number, from memory or, where they are older, from the disk.

        Raises:
            SinkError: the disk cannot be read.
        """
        found = self._read(after, limit)
        with self.changed:
            self._reading[sink] = found[-1].seq if found else after
        return found

    def _read(self, after: int, limit: int) -> list[Entry]:
        with self.changed:
            tail = self._tail
            if self._file is None or (tail and tail[0].seq <= after + 1) or after >= self.last:
                return self._from_tail(after, limit)
            first = tail[0].seq if tail else self.last + 1
        found = self._file.read(after, limit)
        return [entry for entry in found if entry.seq < first] or self._from_tail(after, limit)

    def _bound_intake(self) -> list[tuple[int, Record]]:
        """What the newest cost, where the disk neither answers nor fails."""
        excess = len(self._intake) - self._bounds.memory
        if excess <= 0:
            return []
        gone = _victims(self._intake, excess, lambda item: isinstance(item[1], Event | Incident))
        going = {id(item) for item in gone}
        self._intake = [item for item in self._intake if id(item) not in going]
        return gone

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

    def _run(self) -> None:
        while not self._turn():
            pass

    def _turn(self) -> bool:
        """Write down what has come; whether this was the last turn."""
        with self.changed:
            self.changed.wait_for(lambda: self._intake or self._ending, self._patience())
            taken, self._intake, ending = self._intake, [], self._ending
            self._busy = bool(taken)
        if taken:
            self._step("taken")
        entries = self._number(taken)
        self._unsaved += entries
        self._save(ending=ending)
        with self.changed:
            self._tail += entries
            self.last, self._busy = self._numbered, False
            if entries:
                self.changed.notify_all()
        if entries:
            self._step("seen")
        self._trim()
        return ending

    def _patience(self) -> float:
        if self._file is None:
            return TRIM_S
        return CURSOR_S if self._dirty else TRIM_S

    def _number(self, taken: Sequence[tuple[int, Record]]) -> list[Entry]:
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

    def _save(self, *, ending: bool) -> None:
        if self._file is None:
            self._unsaved.clear()
            return
        now = time.monotonic()
        due = self._dirty and (ending or now >= self._next_cursor)
        if not (self._unsaved or due) or (self._failing and now < self._next_try and not ending):
            return
        with self.changed:
            cursors, was_dirty = dict(self._cursors), self._dirty
            self._dirty = False
        try:
            self._file.commit(self._unsaved, cursors, self._step)
        except SinkError as error:
            self._failed(error, was_dirty=was_dirty)
            return
        self._step("committed")
        self._next_cursor = now + CURSOR_S
        if self._failing:
            log.info("outbox_recovered", path=str(self._file.path), saved=len(self._unsaved))
        self._failing = False
        self._unsaved = []

    def _failed(self, error: SinkError, *, was_dirty: bool) -> None:
        self._failing, self._next_try = True, time.monotonic() + TROUBLE_S
        self._dirty = self._dirty or was_dirty
        if time.monotonic() >= self._said + LOG_EVERY_S:
            self._said = time.monotonic()
            log.error("outbox_not_written", reason=str(error), in_memory=len(self._unsaved))

    def _trim(self) -> None:
        now = time.monotonic()
        full = len(self._tail) > (self._bounds.memory if self._file is None or self._failing else 2 * TAIL)
        if now < self._next_trim and not full:
            return
        self._next_trim = now + TRIM_S
        with self.changed:
            floor = min(self._cursors.values(), default=self.last)
            # What a sink has in hand is not dropped: it holds it itself.
            taken = min(self._reading.values(), default=self.last)
        if self._file is not None:
            self._trim_file(floor, taken)
        self._trim_memory(floor, taken)

    def _trim_file(self, floor: int, taken: int) -> None:
        assert self._file is not None  # noqa: S101
        bounds, now_ns = self._bounds, time.time_ns()
        try:
            for sink, seq in self._file.take_orders():
                self._on_order(sink, seq)
            excess = self._file.bytes - bounds.disk_bytes
            self._file.drop_delivered(floor, now_ns - round(bounds.keep_s * SECOND_NS), excess)
            excess = self._file.bytes - bounds.disk_bytes
            gone = self._file.sacrifice(taken, max(excess, 0), now_ns - round(bounds.age_s * SECOND_NS))
        except SinkError as error:
            self._failed(error, was_dirty=False)
            return
        if excess > 0:
            self._next_trim = 0.0  # more than one helping
        if gone:
            self._on_drop(gone)

    def _trim_memory(self, floor: int, taken: int) -> None:
        with self.changed:
            if self._file is None or self._failing:
                seen = bisect_right(self._tail, floor, key=_seq)
                self._unsaved = [entry for entry in self._unsaved if entry.seq > floor]
                del self._tail[:seen]
                free = bisect_right(self._tail, taken, key=_seq)
                excess = max(0, len(self._tail) - self._bounds.memory)
                gone = _victims(self._tail[free:], excess, lambda entry: entry.is_event)
                if gone:
                    going = {entry.seq for entry in gone}
                    self._tail = [entry for entry in self._tail if entry.seq not in going]
                    self._unsaved = [entry for entry in self._unsaved if entry.seq not in going]
            else:
                gone = []
                del self._tail[: max(0, len(self._tail) - TAIL)]
        if gone:
            self._on_drop(gone)

    def _from_tail(self, after: int, limit: int) -> list[Entry]:
        with self.changed:
            start = bisect_right(self._tail, after, key=_seq)
            return self._tail[start : start + limit]


_seq = attrgetter("seq")


def _victims(items: Sequence[T], count: int, is_event: Callable[[T], bool]) -> list[T]:
    """The oldest measurements and tracks, then the oldest events."""
    return sorted(items, key=is_event)[:count] if count else []
