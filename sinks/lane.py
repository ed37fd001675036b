"""One sink: where it is in the outbox, its thread, what became of its records."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Thread
from typing import Final

import structlog

from core.delivery import Delivered, Delivery, Rejected, RetryAfter
from core.errors import SinkError
from core.events import (
    CameraDownMeasures,
    CameraHealth,
    CameraState,
    Event,
    EventKind,
    FrameTracks,
    Incident,
    Measurement,
    Phase,
    Record,
    Severity,
    TrackSummary,
)
from core.protocols import Sink
from sinks.dead_letters import DeadLetters
from sinks.outbox import LOG_EVERY_S, Outbox
from sinks.record_log import Entry, no_step

_log = structlog.get_logger()

BATCH: Final = 500
"""Most records in one write: enough for thousands a second, few enough to be settled within seconds."""
MAX_PAUSE_S: Final = 30.0
"""Longest pause between tries: what a sink that came back is made to wait at most."""
FAILED_S: Final = 1.0
"""First pause after a sink raised or answered nonsense."""
CLOSE_S: Final = 2.0
_EXAMPLES: Final[tuple[Record, ...]] = (
    Event("", 1, EventKind.CAMERA_DOWN, Phase.ENDED, Severity.LOWEST, 0.0, 0, 0, "", "", "", CameraDownMeasures(0.0)),
    Measurement("", "", "", 0, 0),
    TrackSummary("", 0, 1, 0, 0, 0, (), 0),
    CameraHealth("", 0, CameraState.ENDED, 0, 0.0, 0, 0),
    FrameTracks("", 0, 0, 0),
    Incident("", 1, Phase.ENDED, EventKind.CAMERA_DOWN, "", Severity.LOWEST, 0, 0, "", "", cameras=(), members=()),
)


@dataclass(frozen=True, slots=True)
class SinkCounters:
    """Records of one sink since the start; `retried` counts each try again, `waiting` is now."""

    delivered: int = 0
    retried: int = 0
    rejected: int = 0
    dropped: int = 0
    waiting: int = 0


class Lane:
    """Takes one sink's records out of the outbox, in order, until each is delivered, rejected or dropped.

    Records that have to wait stay in hand, at most one batch, and are tried again before any other.

    Args:
        step: called at each named step; tests end the process there.
    """

    def __init__(
        self,
        sink: Sink,
        outbox: Outbox,
        letters: DeadLetters,
        step: Callable[[str], None] = no_step,
    ) -> None:
        self.name = sink.name
        self._sink, self._outbox, self._letters, self._step = sink, outbox, letters, step
        self._read = outbox.begin(sink.name)
        self._in_hand: list[Entry] = []
        self._deadline: float | None = None
        self._rewound: int | None = None
        self._counts = SinkCounters(waiting=self._count(self._read))
        self._failures = 0
        self._unlogged = [0, 0]
        self._logged_at = -LOG_EVERY_S
        self._thread = Thread(target=self._run, name=f"sink-{self.name}", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        if self._counts.waiting:
            _log.info("records_from_before", sink=self.name, waiting=self._counts.waiting)
        self._thread.start()

    def expect(self, records: Sequence[Record]) -> None:
        """Records were published; once finished, it takes none."""
        wanted = [record for record in records if self._sink.accepts(record)]
        with self._outbox.changed:
            if self._deadline is None:
                self._counts = replace(self._counts, waiting=self._counts.waiting + len(wanted))
                return
        self._drop(wanted)

    def lose(self, entries: Sequence[Entry]) -> None:
        """A bound cost these records; those that it has taken already are no loss."""
        with self._outbox.changed:
            wanted = [e.record for e in entries if e.seq > self._read and self._sink.accepts(e.record)]
            self._counts = replace(self._counts, waiting=max(0, self._counts.waiting - len(wanted)))
        self._drop(wanted)

    def give_up(self, record: Record) -> None:
        """A record that was published can never be delivered."""
        if self._sink.accepts(record):
            with self._outbox.changed:
                rejected, waiting = self._counts.rejected + 1, self._counts.waiting - 1
                self._counts = replace(self._counts, rejected=rejected, waiting=waiting)

    def rewind(self, seq: int) -> None:
        """Go on after another number, at the next batch."""
        with self._outbox.changed:
            self._rewound = seq
            self._outbox.changed.notify_all()

    def counters(self) -> SinkCounters:
        """What became of its records so far."""
        with self._outbox.changed:
            return self._counts

    def finish(self, deadline: float) -> None:
        """End when nothing waits any more, or at the deadline (monotonic)."""
        with self._outbox.changed:
            self._deadline = deadline
            self._outbox.changed.notify_all()

    def join(self, deadline: float) -> int:
        """Wait for its end; how many records are left. One that hangs is left behind 2 s after the deadline."""
        self._thread.join(max(0.0, deadline + CLOSE_S - time.monotonic()))
        left = self.counters().waiting
        self._log_dropped(now=True)
        if self._thread.is_alive():
            _log.warning("sink_left_behind", sink=self.name, waiting=left)
        elif left:
            _log.warning("records_undelivered", sink=self.name, waiting=left)
        return left

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            wanted = [entry for entry in batch if self._sink.accepts(entry.record)]
            pause = self._deliver(wanted) if wanted else 0.0
            self._acknowledge()
            if pause > 0:
                self._rest(pause)
        try:
            self._sink.close()
        except Exception as error:  # noqa: BLE001 a sink may be anyone's; its failure must stay its own
            _log.warning("sink_close_failed", sink=self.name, reason=_words(error))

    def _next(self) -> list[Entry] | None:
        """The next batch; None when the lane is to end."""
        outbox = self._outbox
        with outbox.changed:
            outbox.changed.wait_for(self._has_reason_to_wake)
            if self._rewound is not None:
                self._read, self._rewound, self._in_hand = self._rewound, None, []
                self._counts = replace(self._counts, waiting=self._count(self._read))
            if self._deadline is not None and (
                time.monotonic() >= self._deadline or not (self._in_hand or outbox.last > self._read)
            ):
                return None
            last = outbox.last
        batch, self._in_hand = self._in_hand + self._fresh(BATCH - len(self._in_hand), last), []
        return batch

    def _fresh(self, most: int, last: int) -> list[Entry]:
        if most <= 0 or last <= self._read:
            return []
        try:
            fresh = self._outbox.read(self.name, self._read, most)
        except SinkError as error:
            _log.error("outbox_not_read", sink=self.name, reason=str(error))
            self._rest(FAILED_S)
            return []
        with self._outbox.changed:
            # Where nothing is left up to the last, a bound has cost it.
            self._read = fresh[-1].seq if fresh else last
        return fresh

    def _has_reason_to_wake(self) -> bool:
        waits = bool(self._in_hand) or self._outbox.last > self._read
        return waits or self._deadline is not None or self._rewound is not None

    def _deliver(self, batch: list[Entry]) -> float:
        """Write, and book the outcomes; how long to rest before the next try, in seconds."""
        outcomes = self._write([entry.record for entry in batch]).outcomes
        self._step("delivered")
        for entry, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Rejected):
                self._letters.bury(self.name, entry.record, outcome.reason)
        self._in_hand = [e for e, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, RetryAfter)]
        delivered = sum(isinstance(outcome, Delivered) for outcome in outcomes)
        later = [outcome for outcome in outcomes if isinstance(outcome, RetryAfter)]
        rejected = len(outcomes) - delivered - len(later)
        with self._outbox.changed:
            counts = self._counts
            self._counts = SinkCounters(
                counts.delivered + delivered,
                counts.retried + len(later),
                counts.rejected + rejected,
                counts.dropped,
                max(0, counts.waiting - delivered - rejected),
            )
            waiting = self._counts.waiting
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

    def _write(self, batch: list[Record]) -> Delivery:
        try:
            delivery = self._sink.write(batch)
        except Exception as error:  # noqa: BLE001 a sink may be anyone's; its failure must stay its own
            return Delivery.retry_all(len(batch), FAILED_S, _words(error))
        if len(delivery.outcomes) != len(batch):
            reason = f"{len(delivery.outcomes)} outcomes for {len(batch)} records"
            return Delivery.retry_all(len(batch), FAILED_S, reason)
        return delivery

    def _acknowledge(self) -> None:
        self._outbox.acknowledge(self.name, self._in_hand[0].seq - 1 if self._in_hand else self._read)
        self._step("acknowledged")

    def _rest(self, seconds: float) -> None:
        # The end is a deadline, not a wish to hurry: a sink that asked for rest is given it as far as time allows.
        until = time.monotonic() + seconds
        with self._outbox.changed:
            while (left := self._resting(until)) > 0:
                self._outbox.changed.wait(left)

    def _resting(self, until: float) -> float:
        end = until if self._deadline is None else min(until, self._deadline)
        return end - time.monotonic()

    def _count(self, after: int) -> int:
        """About how many records wait behind a number: those of the types that it takes."""
        taken = {type(record) for record in _EXAMPLES if self._sink.accepts(record)}
        return sum(count for kind, count in self._outbox.counts(after).items() if kind in taken)

    def _drop(self, records: Sequence[Record]) -> None:
        if records:
            events = sum(isinstance(record, Event) for record in records)
            with self._outbox.changed:
                self._counts = replace(self._counts, dropped=self._counts.dropped + len(records))
                self._unlogged[0] += events
                self._unlogged[1] += len(records) - events
        self._log_dropped(now=False)

    def _log_dropped(self, *, now: bool) -> None:
        # At the bound every publish drops: one line each would drown the rest.
        clock = time.monotonic()
        if any(self._unlogged) and (now or clock - self._logged_at >= LOG_EVERY_S):
            _log.error("records_dropped", sink=self.name, events=self._unlogged[0], others=self._unlogged[1])
            self._unlogged, self._logged_at = [0, 0], clock


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
