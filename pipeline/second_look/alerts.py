"""Holds events back while somebody looks a second time, never longer than agreed, and never the frames."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from core.arrays import U8
from core.errors import MatphoError
from core.events import Event, EventKind, Phase, Says, Verdict
from core.records import Record

log = structlog.get_logger()

MOST_VERDICTS: Final = 10_000
"""Verdicts remembered of events that have not ended; the oldest go."""
CLOSE_S: Final = 2.0
PERSON: Final = "person:"
"""How the `by` of a person's verdict begins: it stands against any machine's."""


@dataclass(frozen=True, slots=True)
class Crop:
    """What there is to see of an event.

    Attributes:
        picture: (h, w, 3) BGR, at the full resolution of its frame.
        box: left, top, right, bottom of the event in it; the whole where it has no place.
    """

    picture: U8
    box: tuple[float, float, float, float]


class Verifier(Protocol):
    """Looks a second time. Called by threads of its own; may take long, and may raise `MatphoError`."""

    @property
    def name(self) -> str:
        """As it stands in `Verdict.by`."""
        ...

    def look(self, event: Event, crop: Crop, within_s: float) -> tuple[Says, str]:
        """Confirmed, rejected or unsure, and why in words (may be empty).

        Raises:
            MatphoError: it cannot say: it is away, or answers nonsense.
        """
        ...


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A second look as configured.

    Attributes:
        kinds: whole kinds, or their first part.
        wait_s: longest time for which an event is held back.
        waiting: most events whose look has not begun.
        at_once: looks taken at one time.
    """

    verifier: Verifier
    kinds: tuple[str, ...]
    wait_s: float = 3.0
    waiting: int = 32
    at_once: int = 1

    def wants(self, kind: EventKind) -> bool:
        """Whether events of a kind are looked at."""
        return any(kind.value == one or kind.value.startswith(f"{one}.") for one in self.kinds)


@dataclass(slots=True)
class LookCounts:
    """Second looks since the start, by how they ended; the last four went out unverified.

    Attributes:
        slow: no answer within the time; `late`: of these, answers that came after it.
        full: too many waited; `failed`: the verifier was away or raised, or the picture could not be cut out; `unseen`:
            there was no picture.
    """

    confirmed: int = 0
    rejected: int = 0
    unsure: int = 0
    late: int = 0
    slow: int = 0
    full: int = 0
    failed: int = 0
    unseen: int = 0


@dataclass(slots=True)
class _Held:
    deadline: float
    records: list[Event] = field(default_factory=list)


class Alerts:
    """What stands between the rules and the sinks: verdicts are stamped on events, and those that get a second look
    wait for it.

    Args:
        publish: where records go on; must not block.
        look: None: no event waits.

    `ask` and `publish` are called by the loop's thread and wait for nothing. Revisions of an event keep their order.
    """

    def __init__(self, publish: Callable[[Sequence[Record]], None], look: SecondLook | None = None) -> None:
        self._publish, self._look = publish, look
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._held: dict[str, _Held] = {}
        self._verdicts: OrderedDict[str, Verdict] = OrderedDict()
        self._jobs: queue.Queue[tuple[Event, Crop] | None] = queue.Queue(1 if look is None else look.waiting)
        self._closed = False
        self.counts = LookCounts()
        self._threads: list[threading.Thread] = []
        if look is not None:
            work = [
                threading.Thread(target=self._work, name=f"second-look-{n}", daemon=True) for n in range(look.at_once)
            ]
            self._threads = [*work, threading.Thread(target=self._watch, name="second-look-clock", daemon=True)]
            for thread in self._threads:
                thread.start()

    def ask(self, event: Event, crop: Callable[[], Crop] | None) -> None:
        """An event that begins, before it is published; `crop` is asked at once, and only for a kind that is wanted."""
        look = self._look
        if look is None or self._closed or not look.wants(event.kind):
            return
        if crop is None:
            self._unverified(event.event_id, "unseen", look)
            return
        if self._jobs.full():
            self._unverified(event.event_id, "full", look)
            return
        try:
            seen = crop()
        except Exception:  # as a verifier that fails: the frames go on, and so does the event
            log.exception("second_look_failed", event_id=event.event_id, verifier=look.verifier.name)
            self._unverified(event.event_id, "failed", look)
            return
        with self._lock:
            self._held[event.event_id] = _Held(time.monotonic() + look.wait_s)
            self._changed.notify_all()
        self._jobs.put_nowait((event, seen))  # the one side that puts: what had room still has

    def publish(self, records: Sequence[Record]) -> None:
        """Let records through, but for the events that wait."""
        look = self._look
        if look is None and not self._verdicts:
            self._publish(records)
            return
        through: list[Record] = []
        with self._lock:
            for record in records:
                if isinstance(record, Event):
                    if look is not None and record.revision == 1 and record.event_id not in self._held:
                        self._note_unseen(record, look)
                    held = self._held.get(record.event_id)
                    if held is not None:
                        held.records.append(record)
                        continue
                    record = self._stamped(record)
                through.append(record)
            # Inside the lock: what was held is published before what follows it.
            if through:
                self._publish(through)

    def judge(self, event_id: str, verdict: Verdict) -> None:
        """A person's verdict on an event that is open: it stands on its next revision."""
        with self._lock:
            self._remember(event_id, verdict)

    def close(self) -> None:
        """Let go of what waits, unverified, and end soon."""
        with self._lock:
            self._closed = True
            for event_id in list(self._held):
                self._release(event_id, "slow")
            self._changed.notify_all()
        for _ in self._threads:
            try:
                self._jobs.put_nowait(None)
            except queue.Full:
                break
        end = time.monotonic() + CLOSE_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _note_unseen(self, event: Event, look: SecondLook) -> None:
        """An event that nobody could be asked about: it has no picture, as when a camera is silent."""
        if look.wants(event.kind) and event.event_id not in self._verdicts:
            self._unverified(event.event_id, "unseen", look)

    def _unverified(self, event_id: str, why: str, look: SecondLook) -> None:
        with self._lock:
            self._count(why)
            self._remember(event_id, Verdict(Says.UNVERIFIED, look.verifier.name, time.time_ns(), why))
        log.warning("second_look_missed", event_id=event_id, why=why, verifier=look.verifier.name)

    def _release(self, event_id: str, why: str | None) -> None:
        """Publish what was held of an event; `why`: it stays unverified. The lock is held."""
        held = self._held.pop(event_id, None)
        if held is None:
            return
        if why is not None and self._look is not None:
            self._unverified(event_id, why, self._look)
        if held.records:
            self._publish([self._stamped(record) for record in held.records])

    def _stamped(self, event: Event) -> Event:
        verdict = self._verdicts.get(event.event_id)
        if event.phase is Phase.ENDED:
            self._verdicts.pop(event.event_id, None)
        if verdict is None or (event.verdict is not None and not _stands_against(verdict, event.verdict)):
            return event
        return replace(event, verdict=verdict)

    def _remember(self, event_id: str, verdict: Verdict) -> None:
        before = self._verdicts.get(event_id)
        if before is not None and not _stands_against(verdict, before):
            return
        self._verdicts[event_id] = verdict
        self._verdicts.move_to_end(event_id)
        if len(self._verdicts) > MOST_VERDICTS:
            self._verdicts.popitem(last=False)

    def _count(self, outcome: str) -> None:
        setattr(self.counts, outcome, getattr(self.counts, outcome) + 1)

    def _work(self) -> None:
        look = self._look
        while look is not None and (job := self._jobs.get()) is not None:
            event, crop = job
            held = self._held.get(event.event_id)
            left = 0.0 if held is None else held.deadline - time.monotonic()
            if left <= 0:
                continue  # it went out meanwhile: a look is of no use to anybody who waits
            try:
                says, reason = look.verifier.look(event, crop, left)
            except MatphoError as error:
                log.warning(
                    "second_look_failed", event_id=event.event_id, verifier=look.verifier.name, error=str(error)
                )
                answer = None
            except Exception:
                log.exception("second_look_failed", event_id=event.event_id, verifier=look.verifier.name)
                answer = None
            else:
                answer = Verdict(says, look.verifier.name, time.time_ns(), reason)
            self._answered(event.event_id, answer)

    def _answered(self, event_id: str, answer: Verdict | None) -> None:
        with self._lock:
            if event_id not in self._held:
                self.counts.late += 1
                before = self._verdicts.get(event_id)  # its later revisions may still bear it
                if answer is not None and before is not None and before.says is Says.UNVERIFIED:
                    self._verdicts[event_id] = answer
                return
            if answer is None:
                self._release(event_id, "failed")
                return
            self._count(answer.says.value)
            self._remember(event_id, answer)
            self._release(event_id, None)

    def _watch(self) -> None:
        """Let go of what has waited for too long."""
        with self._lock:
            while not self._closed:
                now = time.monotonic()
                for event_id in [one for one, held in self._held.items() if held.deadline <= now]:
                    self._release(event_id, "slow")
                soonest = min((held.deadline for held in self._held.values()), default=None)
                self._changed.wait(None if soonest is None else max(0.0, soonest - now))


def _stands_against(verdict: Verdict, other: Verdict) -> bool:
    """Whether a verdict takes the place of another: a person's of any, a machine's of a machine's."""
    return verdict.by.startswith(PERSON) or not other.by.startswith(PERSON)
