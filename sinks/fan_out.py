"""From the step to all sinks: one outbox, and a thread for each sink, so that none waits for another."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from core.errors import SinkError
from core.protocols import Sink
from core.records import Record
from sinks.bounds import Bounds
from sinks.dead_letters import DeadLetters
from sinks.lane import Lane
from sinks.outbox import Outbox
from sinks.record_log import Entry, RecordLog, no_step
from sinks.tally import SinkCounters

__all__ = ["FanOut", "SinkCounters"]

_log = structlog.get_logger()
BOUNDS: Final = Bounds()


class FanOut:
    """Hands every record to every sink that accepts it, each at its own pace.

    A sink that says "later", raises or hangs is tried again, in order, with pauses that double up to
    `lane.MAX_PAUSE_S`; the others do not notice. What a sink rejects goes to the dead letters. With a `file`, records
    are on the disk before any sink sees them, and what was not delivered when the process ended, however it ended, is
    delivered by the next one: at least once, in order for each camera. Without, they wait in memory.

    Args:
        sinks: with names of their own, under which the outbox remembers where they are.
        file: the outbox on disk; closed with this.
        dead_letters: file (JSON lines) for rejected records; without one they are logged and counted only.

    Raises:
        SinkError: two sinks of one name, or no folder for the dead letters.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        bounds: Bounds = BOUNDS,
        *,
        file: RecordLog | None = None,
        dead_letters: str | Path | None = None,
        step: Callable[[str], None] = no_step,
    ) -> None:
        names = [sink.name for sink in sinks]
        for name in names:
            if names.count(name) > 1:
                raise SinkError("error-sink-name-twice", name=name)
        self._letters = DeadLetters(None if dead_letters is None else Path(dead_letters))
        self._lanes: list[Lane] = []
        self._closed = False
        self._outbox = Outbox(
            file,
            bounds,
            on_drop=self._dropped,
            on_unencodable=self._unencodable,
            on_order=self._ordered,
            step=step,
        )
        self._lanes += [Lane(sink, self._outbox, self._letters, step) for sink in sinks]
        for lane in self._lanes:
            lane.start()

    def publish(self, records: Sequence[Record]) -> None:
        """Take records for all sinks. Waits neither for a sink nor for the disk."""
        for lane in self._lanes:
            lane.expect(records)
        if not self._closed:
            self._outbox.publish(records)

    def wait_written(self, timeout_s: float) -> None:
        """Wait until what was published is on the disk (in memory, where there is none), or the disk fails."""
        self._outbox.flush(time.monotonic() + timeout_s)

    def counters(self) -> dict[str, SinkCounters]:
        """The counters of each sink, by its name."""
        return {lane.name: lane.counters() for lane in self._lanes}

    def close(self, timeout_s: float = 10.0) -> dict[str, int]:
        """Deliver what waits, for at most `timeout_s` in all, and close the sinks; what was left undelivered, by sink.

        A sink that hangs is left behind after 2 s more: its thread ends with the process. What is published after this
        is dropped, and counted so.
        """
        deadline = time.monotonic() + timeout_s
        self._outbox.flush(deadline)
        self._closed = True
        for lane in self._lanes:
            lane.finish(deadline)
        left = {lane.name: lane.join(deadline) for lane in self._lanes}
        self._outbox.close()
        self._letters.close()
        return left

    def _dropped(self, entries: Sequence[Entry]) -> None:
        for lane in self._lanes:
            lane.lose(entries)

    def _unencodable(self, record: Record, reason: str) -> None:
        self._letters.bury("outbox", record, reason)
        for lane in self._lanes:
            lane.give_up(record)

    def _ordered(self, sink: str, seq: int) -> None:
        for lane in self._lanes:
            if lane.name == sink:
                _log.info("sink_rewound", sink=sink, after=seq)
                lane.rewind(seq)
