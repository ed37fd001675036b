"""One sink: where it is in the outbox, its thread, what became of its records."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Final

import structlog

from core.delivery import Delivered, Delivery, Rejected, RetryAfter
from core.errors import SinkError
from core.events import Event, EventKind, Phase, Severity
from core.incidents import Incident
from core.measures import CameraDownMeasures
from core.protocols import EncodedSink, Sink
from core.records import CameraHealth, CameraState, FrameTracks, Measurement, Record, TrackSummary
from sinks.dead_letters import DeadLetters
from sinks.outbox import Outbox
from sinks.place import Place
from sinks.record_log import Entry, no_step
from sinks.tally import SinkCounters, Tally

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
        self._sink, self._changed, self._letters, self._step = sink, outbox.changed, letters, step
        self._count_from = outbox.counts
        self._place = Place(sink.name, outbox)
        self._in_hand: list[Entry] = []
        self._deadline: float | None = None
        self._tally = Tally(sink.name)
        self._tally.waiting(self._waiting())
        self._failures = 0
        self._thread = Thread(target=self._run, name=f"sink-{self.name}", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        waiting = self.counters().waiting
        if waiting:
            _log.info("records_from_before", sink=self.name, waiting=waiting)
        self._thread.start()

    def expect(self, records: Sequence[Record]) -> None:
        """Records were published; once finished, it takes none."""
        wanted = self._accepted(records)
        with self._changed:
            if self._deadline is None:
                self._tally.expect(len(wanted))
                return
        self._tally.drop(wanted, waited=False)

    def lose(self, entries: Sequence[Entry]) -> None:
        """A bound cost these records; those that it has taken already are no loss."""
        with self._changed:
            read = self._place.read
        self._tally.drop(self._accepted([entry.record for entry in entries if entry.seq > read]), waited=True)

    def give_up(self, record: Record) -> None:
        """A record that was published can never be delivered."""
        if self._sink.accepts(record):
            self._tally.settle(0, 0, 1)

    def rewind(self, seq: int) -> None:
        """Go on after another number, at the next batch."""
        self._place.rewind(seq)

    def counters(self) -> SinkCounters:
        """What became of its records so far."""
        return self._tally.counters()

    def finish(self, deadline: float) -> None:
        """End when nothing waits any more, or at the deadline (monotonic)."""
        with self._changed:
            self._deadline = deadline
            self._changed.notify_all()

    def join(self, deadline: float) -> int:
        """Wait for its end; how many records are left. One that hangs is left behind 2 s after the deadline."""
        self._thread.join(max(0.0, deadline + CLOSE_S - time.monotonic()))
        left = self.counters().waiting
        self._tally.tell_dropped(now=True)
        if self._thread.is_alive():
            _log.warning("sink_left_behind", sink=self.name, waiting=left)
        elif left:
            _log.warning("records_undelivered", sink=self.name, waiting=left)
        return left

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            accepts = self._sink.accepts
            wanted = [entry for entry in batch if accepts(entry.record)]
            pause = self._deliver(wanted) if wanted else 0.0
            self._place.acknowledge(self._in_hand)
            self._step("acknowledged")
            if pause > 0:
                self._rest(pause)
        try:
            self._sink.close()
        except Exception as error:  # noqa: BLE001 a sink may be anyone's; its failure must stay its own
            _log.warning("sink_close_failed", sink=self.name, reason=_words(error))

    def _next(self) -> list[Entry] | None:
        """The next batch; None when the lane is to end."""
        place = self._place
        with self._changed:
            while not (self._in_hand or place.more or place.rewound or self._deadline is not None):
                self._changed.wait()
            if place.rewound:
                place.go_back()
                self._in_hand = []
                self._tally.waiting(self._waiting())
            if self._deadline is not None and (time.monotonic() >= self._deadline or not (self._in_hand or place.more)):
                return None
        try:
            fresh = place.take(BATCH - len(self._in_hand))
        except SinkError as error:
            _log.error("outbox_not_read", sink=self.name, reason=str(error))
            self._rest(FAILED_S)
            fresh = []
        batch, self._in_hand = self._in_hand + fresh, []
        return batch

    def _deliver(self, batch: list[Entry]) -> float:
        """Write, and book the outcomes; how long to rest before the next try, in seconds."""
        outcomes = self._write(batch).outcomes
        self._step("delivered")
        delivered = sum([type(outcome) is Delivered for outcome in outcomes])
        if delivered == len(batch):
            waiting, later, self._in_hand = self._tally.settle(delivered, 0, 0), [], []
        else:
            for entry, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Rejected):
                    self._letters.bury(self.name, entry.record, outcome.reason)
            self._in_hand = [e for e, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, RetryAfter)]
            later = [outcome for outcome in outcomes if isinstance(outcome, RetryAfter)]
            waiting = self._tally.settle(delivered, len(later), len(batch) - delivered - len(later))
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

    def _write(self, batch: list[Entry]) -> Delivery:
        records = [entry.record for entry in batch]
        try:
            if isinstance(self._sink, EncodedSink):
                delivery = self._sink.write_encoded(records, [entry.body for entry in batch])
            else:
                delivery = self._sink.write(records)
        except Exception as error:  # noqa: BLE001 a sink may be anyone's; its failure must stay its own
            return Delivery.retry_all(len(batch), FAILED_S, _words(error))
        if len(delivery.outcomes) != len(batch):
            reason = f"{len(delivery.outcomes)} outcomes for {len(batch)} records"
            return Delivery.retry_all(len(batch), FAILED_S, reason)
        return delivery

    def _rest(self, seconds: float) -> None:
        # The end is a deadline, not a wish to hurry: a sink that asked for rest is given it as far as time allows.
        until = time.monotonic() + seconds
        with self._changed:
            while (left := (until if self._deadline is None else min(until, self._deadline)) - time.monotonic()) > 0:
                self._changed.wait(left)

    def _waiting(self) -> int:
        """About how many records wait behind its place: those of the types that it takes."""
        taken = {type(record) for record in self._accepted(_EXAMPLES)}
        return sum(count for kind, count in self._count_from(self._place.read).items() if kind in taken)

    def _accepted(self, records: Sequence[Record]) -> list[Record]:
        accepts = self._sink.accepts
        return [record for record in records if accepts(record)]


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
