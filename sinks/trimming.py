"""Keeps an outbox within its bounds: on the disk, and in memory where there is none or while it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Condition
from typing import Final

from core.errors import SinkError
from core.times import SECOND_NS
from sinks.bounds import Bounds
from sinks.cursors import Cursors
from sinks.record_log import Entry, RecordLog
from sinks.retention import drop_delivered, sacrifice
from sinks.saving import Saving
from sinks.tail import Tail

TRIM_S: Final = 1.0
TAIL: Final = 10_000
"""Newest records kept in memory beside the disk, so that sinks that keep up never read from it."""


class Trimming:
    """Called by the outbox's thread alone.

    What every sink has goes first, then the oldest measurements and tracks, then the oldest events: an incident that
    nobody hears of costs more than a minute's count.

    Args:
        guard: held around `cursors` and `tail`.
        on_drop: told of what a bound costs.
    """

    def __init__(
        self,
        bounds: Bounds,
        cursors: Cursors,
        tail: Tail,
        guard: Condition,
        file: RecordLog | None,
        saving: Saving | None,
        on_drop: Callable[[Sequence[Entry]], None],
    ) -> None:
        self._bounds, self._cursors, self._tail, self._guard = bounds, cursors, tail, guard
        self._file, self._saving, self._on_drop = file, saving, on_drop
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Once a second, and whenever there is too much in memory."""
        in_memory = self._saving is None or self._saving.failing
        full = len(self._tail) > (self._bounds.memory if in_memory else 2 * TAIL)
        return full or time.monotonic() >= self._next

    def trim(self, last: int) -> None:
        """Drop what the bounds do not leave room for; `last`: the newest record's number."""
        self._next = time.monotonic() + TRIM_S
        with self._guard:
            delivered, taken = self._cursors.delivered(last), self._cursors.taken(last)
        if self._file is not None and self._saving is not None:
            self._trim_file(self._file, self._saving, delivered, taken)
        self._trim_memory(delivered, taken)

    def _trim_file(self, log: RecordLog, saving: Saving, delivered: int, taken: int) -> None:
        bounds, now_ns = self._bounds, time.time_ns()
        try:
            excess = log.file.bytes - bounds.disk_bytes
            drop_delivered(log, delivered, _ago(bounds.keep_s, now_ns), excess)
            excess = log.file.bytes - bounds.disk_bytes
            # What a sink has in hand is not dropped: it holds it itself.
            gone = sacrifice(log, taken, max(excess, 0), _ago(bounds.age_s, now_ns))
        except SinkError as error:
            saving.failed(error)
            return
        if excess > 0:
            self._next = 0.0  # more than one helping
        if gone:
            self._on_drop(gone)

    def _trim_memory(self, delivered: int, taken: int) -> None:
        saving = self._saving
        with self._guard:
            if saving is not None and not saving.failing:
                self._tail.keep_newest(TAIL)
                return
            self._tail.drop_delivered(delivered)
            gone = self._tail.sacrifice(taken, self._bounds.memory)
        if saving is not None:
            saving.spare(delivered, {entry.seq for entry in gone})
        if gone:
            self._on_drop(gone)


def _ago(seconds: float, now_ns: int) -> int:
    """UTC; however long, even for ever, no earlier than 1970."""
    return now_ns - round(min(seconds * SECOND_NS, now_ns))
