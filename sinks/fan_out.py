"""From the step to all sinks: a queue and a thread for each, so that none waits for another."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import Final

import structlog

from core.delivery import Delivered, Delivery, Rejected, RetryAfter
from core.errors import SinkError
from core.events import Event, Record
from core.protocols import Sink
from sinks.dead_letters import DeadLetters
from sinks.outbox import Dropped, MemoryOutbox

CAPACITY: Final = 100_000
"""Records waiting for one sink: about 1 kB each, so 100 MB; a busy machine's events and measurements of some hours."""

BATCH: Final = 500
"""Most records in one write: enough for thousands a second, few enough to be settled within seconds."""

MAX_PAUSE_S: Final = 30.0
"""Longest pause between tries: what a sink that came back is made to wait at most."""

FAILED_S: Final = 1.0
"""First pause after a sink raised or answered nonsense."""

_LOG_EVERY_S: Final = 10.0
_CLOSE_S: Final = 2.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SinkCounters:
    """Records of one sink since the start; `retried` counts each try again, `waiting` is now."""

    delivered: int = 0
    retried: int = 0
    rejected: int = 0
    dropped: int = 0
    waiting: int = 0


class FanOut:
    """Hands every record to every sink that accepts it, each at its own pace.

    A sink that says "later", raises or hangs holds back its own queue alone: it is tried again, in order, with pauses
    that double up to `MAX_PAUSE_S`. What a sink rejects goes to the dead letters. A queue holds `capacity` records; at
    the bound the oldest measurements and tracks go first, then the oldest events, counted and logged.

    Args:
        dead_letters: file (JSON lines) for rejected records; without one they are logged and counted only.

    Raises:
        SinkError: two sinks of one name, or no folder for the dead letters.
    """

    def __init__(
        self, sinks: Sequence[Sink], capacity: int = CAPACITY, *, dead_letters: str | Path | None = None
    ) -> None:
        names = [sink.name for sink in sinks]
        for name in names:
            if names.count(name) > 1:
                raise SinkError("error-sink-name-twice", name=name)
        self._letters = DeadLetters(None if dead_letters is None else Path(dead_letters))
        self._lanes = [_Lane(sink, MemoryOutbox(capacity), self._letters) for sink in sinks]
        for lane in self._lanes:
            lane.start()

    def publish(self, records: Sequence[Record]) -> None:
        """Queue records for all sinks. Never waits for one."""
        for lane in self._lanes:
            lane.offer(records)

    def counters(self) -> dict[str, SinkCounters]:
        """The counters of each sink, by its name."""
        return {lane.name: lane.counters() for lane in self._lanes}

    def close(self, timeout_s: float = 10.0) -> dict[str, int]:
        """Deliver what waits, for at most `timeout_s` in all, and close the sinks; what was left undelivered, by sink.

        A sink that hangs is left behind after 2 s more: its thread ends with the process. What is published after this
        is dropped, and counted so.
        """
        deadline = time.monotonic() + timeout_s
        for lane in self._lanes:
            lane.finish(deadline)
        left = {lane.name: lane.join(deadline) for lane in self._lanes}
        self._letters.close()
        return left


class _Lane:
    """One sink, its outbox, its thread."""

    def __init__(self, sink: Sink, outbox: MemoryOutbox, letters: DeadLetters) -> None:
        self.name = sink.name
        self._sink = sink
        self._outbox = outbox
        self._letters = letters
        self._changed = Condition()
        self._deadline: float | None = None
        self._counts = {"delivered": 0, "retried": 0, "rejected": 0, "dropped": 0}
        self._failures = 0
        self._unlogged = Dropped()
        self._logged_at = -_LOG_EVERY_S
        self._thread = Thread(target=self._run, name=f"sink-{self.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def offer(self, records: Sequence[Record]) -> None:
        wanted = [record for record in records if self._sink.accepts(record)]
        if not wanted:
            return
        with self._changed:
            if self._deadline is None:
                self._count_dropped(self._outbox.put(wanted))
                self._changed.notify()
            else:
                events = sum(isinstance(record, Event) for record in wanted)
                self._count_dropped(Dropped(events, len(wanted) - events))

    def counters(self) -> SinkCounters:
        with self._changed:
            return SinkCounters(waiting=len(self._outbox), **self._counts)

    def finish(self, deadline: float) -> None:
        with self._changed:
            self._deadline = deadline
            self._changed.notify()

    def join(self, deadline: float) -> int:
        self._thread.join(max(0.0, deadline + _CLOSE_S - time.monotonic()))
        with self._changed:
            left = len(self._outbox)
            self._log_dropped(now=True)
        if self._thread.is_alive():
            _log.warning("sink_left_behind", sink=self.name, waiting=left)
        elif left:
            _log.warning("records_undelivered", sink=self.name, waiting=left)
        return left

    def _run(self) -> None:
        while batch := self._next():
            delivery = self._write(batch)
            pause = self._settle(batch, delivery)
            if pause > 0:
                self._rest(pause)
        try:
            self._sink.close()
        except Exception as error:  # noqa: BLE001 a sink may be anyone's; its failure must stay its own
            _log.warning("sink_close_failed", sink=self.name, reason=_words(error))

    def _next(self) -> list[Record]:
        """The next batch; empty when the lane is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._outbox.ready or self._deadline is not None)
            if self._deadline is not None and time.monotonic() >= self._deadline:
                return []
            return self._outbox.take(BATCH)

    def _write(self, batch: list[Record]) -> Delivery:
        try:
            delivery = self._sink.write(batch)
        except Exception as error:  # noqa: BLE001 a sink may be anyone's; its failure must stay its own
            return Delivery.retry_all(len(batch), FAILED_S, _words(error))
        if len(delivery.outcomes) != len(batch):
            reason = f"{len(delivery.outcomes)} outcomes for {len(batch)} records"
            return Delivery.retry_all(len(batch), FAILED_S, reason)
        return delivery

    def _settle(self, batch: list[Record], delivery: Delivery) -> float:
        """Book the outcomes; how long to rest before the next try, in seconds."""
        outcomes = delivery.outcomes
        for record, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Rejected):
                self._letters.bury(self.name, record, outcome.reason)
        later = [outcome for outcome in outcomes if isinstance(outcome, RetryAfter)]
        delivered = sum(isinstance(outcome, Delivered) for outcome in outcomes)
        with self._changed:
            self._outbox.settle([isinstance(outcome, RetryAfter) for outcome in outcomes])
            self._counts["delivered"] += delivered
            self._counts["retried"] += len(later)
            self._counts["rejected"] += len(outcomes) - delivered - len(later)
            waiting = len(self._outbox)
        if not later:
            if self._failures:
                _log.info("sink_recovered", sink=self.name, waiting=waiting)
            self._failures = 0
            return 0.0
        self._failures = 1 if delivered else self._failures + 1
        asked = max(outcome.seconds for outcome in later)
        pause = min(asked * 2.0 ** min(self._failures - 1, 10), max(asked, MAX_PAUSE_S))
        _log.warning("sink_retry", sink=self.name, reason=later[0].reason, pause_s=pause, waiting=waiting)
        return pause

    def _rest(self, seconds: float) -> None:
        # The end is a deadline, not a wish to hurry: a sink that asked for rest is given it as far as time allows.
        until = time.monotonic() + seconds
        with self._changed:
            while (left := self._resting(until)) > 0:
                self._changed.wait(left)

    def _resting(self, until: float) -> float:
        end = until if self._deadline is None else min(until, self._deadline)
        return end - time.monotonic()

    def _count_dropped(self, dropped: Dropped) -> None:
        if dropped.total:
            self._counts["dropped"] += dropped.total
            self._unlogged = Dropped(self._unlogged.events + dropped.events, self._unlogged.others + dropped.others)
        self._log_dropped(now=False)

    def _log_dropped(self, *, now: bool) -> None:
        # At the bound every publish drops: one line each would drown the rest.
        clock = time.monotonic()
        if self._unlogged.total and (now or clock - self._logged_at >= _LOG_EVERY_S):
            _log.error("records_dropped", sink=self.name, events=self._unlogged.events, others=self._unlogged.others)
            self._unlogged, self._logged_at = Dropped(), clock


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
