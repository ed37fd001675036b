"""What became of one sink's records."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import structlog

from core.events import Event
from core.records import Record
from sinks.saving import LOG_EVERY_S

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SinkCounters:
    """Records of one sink since the start; `retried` counts each try again, `waiting` is now."""

    delivered: int = 0
    retried: int = 0
    rejected: int = 0
    dropped: int = 0
    waiting: int = 0


class Tally:
    """Counts, and tells of what is dropped. May be shared by threads."""

    def __init__(self, sink: str) -> None:
        self._sink, self._lock = sink, Lock()
        self._delivered = self._retried = self._rejected = self._dropped = self._waiting = 0
        self._unlogged = [0, 0]
        self._logged_at = -LOG_EVERY_S

    def waiting(self, count: int) -> None:
        """So many wait, whatever was counted before."""
        with self._lock:
            self._waiting = count

    def expect(self, count: int) -> None:
        """So many more wait."""
        with self._lock:
            self._waiting += count

    def settle(self, delivered: int, retried: int, rejected: int) -> int:
        """After a write; how many wait now."""
        with self._lock:
            self._delivered += delivered
            self._retried += retried
            self._rejected += rejected
            self._waiting = max(0, self._waiting - delivered - rejected)
            return self._waiting

    def drop(self, records: Sequence[Record], *, waited: bool) -> None:
        """These are lost; `waited`: they were counted as waiting."""
        if records:
            events = sum(isinstance(record, Event) for record in records)
            with self._lock:
                self._dropped += len(records)
                self._waiting = max(0, self._waiting - len(records)) if waited else self._waiting
                self._unlogged[0] += events
                self._unlogged[1] += len(records) - events
        self.tell_dropped(now=False)

    def tell_dropped(self, *, now: bool) -> None:
        """Log what was dropped: at the bound every publish drops, and one line each would drown the rest."""
        clock = time.monotonic()
        with self._lock:
            if not any(self._unlogged) or not (now or clock - self._logged_at >= LOG_EVERY_S):
                return
            (events, others), self._unlogged, self._logged_at = self._unlogged, [0, 0], clock
        _log.error("records_dropped", sink=self._sink, events=events, others=others)

    def counters(self) -> SinkCounters:
        """So far."""
        with self._lock:
            return SinkCounters(self._delivered, self._retried, self._rejected, self._dropped, self._waiting)
