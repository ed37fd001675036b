"""Writes an outbox down, and goes on trying while the disk fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import structlog

from core.errors import SinkError
from sinks.record_log import Entry, RecordLog

log = structlog.get_logger()

CURSOR_S: Final = 0.2
"""Longest time for which a delivery stands in memory alone; a process killed within it delivers again."""
TROUBLE_S: Final = 1.0
"""Pause after the disk failed: a full one is freed by a person or a clean-up job, not within moments."""
LOG_EVERY_S: Final = 10.0


class Saving:
    """What has to be written, until it is. Of one thread.

    Attributes:
        failing: the disk took nothing when it was last tried.
    """

    def __init__(self, file: RecordLog, step: Callable[[str], None]) -> None:
        self._file, self._step = file, step
        self._unsaved: list[Entry] = []
        self.failing = False
        self._next_try = self._next_cursors = 0.0
        self._said = -LOG_EVERY_S

    def add(self, entries: Sequence[Entry]) -> None:
        """Records to write."""
        self._unsaved += entries

    def due(self, *, cursors_changed: bool, ending: bool) -> bool:
        """Whether to write now."""
        now = time.monotonic()
        wanted = bool(self._unsaved) or (cursors_changed and (ending or now >= self._next_cursors))
        return wanted and (ending or not self.failing or now >= self._next_try)

    def write(self, cursors: Mapping[str, int]) -> bool:
        """In one transaction; False where the disk failed."""
        now = time.monotonic()
        try:
            self._file.commit(self._unsaved, cursors, self._step)
        except SinkError as error:
            self.failed(error)
            return False
        self._step("committed")
        self._next_cursors = now + CURSOR_S
        if self.failing:
            log.info("outbox_recovered", path=str(self._file.path), saved=len(self._unsaved))
        self.failing = False
        self._unsaved = []
        return True

    def failed(self, error: SinkError) -> None:
        """The disk failed: tried again after a pause."""
        self.failing, self._next_try = True, time.monotonic() + TROUBLE_S
        if time.monotonic() >= self._said + LOG_EVERY_S:
            self._said = time.monotonic()
            log.error("outbox_not_written", reason=str(error), in_memory=len(self._unsaved))

    def spare(self, up_to: int, gone: Collection[int]) -> None:
        """Need not be written any more: what every sink has, and what a bound has cost."""
        self._unsaved = [entry for entry in self._unsaved if entry.seq > up_to and entry.seq not in gone]
