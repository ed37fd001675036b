"""What waits for one sink."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.events import Event, Record

_Numbered: TypeAlias = tuple[int, Record]


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many waiting records the bound cost."""

    events: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """Events and others."""
        return self.events + self.others


class MemoryOutbox:
    """At most `capacity` records, in order, in memory: lost when the process ends.

    At the bound the oldest measurements and tracks go before any event, then the oldest events: an incident that nobody
    hears of costs more than a minute's count. Records handed out by `take` count, and are not dropped. Not for several
    threads at once: whoever owns it holds a lock.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._events: deque[_Numbered] = deque()
        self._others: deque[_Numbered] = deque()
        self._taken: list[_Numbered] = []
        self._next = 0

    def __len__(self) -> int:
        return len(self._events) + len(self._others) + len(self._taken)

    @property
    def ready(self) -> bool:
        """Whether `take` would hand out anything."""
        return bool(self._events or self._others)

    def put(self, records: Sequence[Record]) -> Dropped:
        """Add records at the end; says what had to go for them."""
        for record in records:
            self._queue_of(record).append((self._next, record))
            self._next += 1
        return self._shrink()

    def take(self, limit: int) -> list[Record]:
        """Hand out the oldest records, in order. They stay here until `settle`.

        Raises:
            RuntimeError: those handed out before are not settled.
        """
        if self._taken:
            raise RuntimeError("take before settle")
        while self.ready and len(self._taken) < limit:
            self._taken.append(self._oldest().popleft())
        return [record for _, record in self._taken]

    def settle(self, again: Sequence[bool]) -> None:
        """What became of those handed out: True goes back to its place, False is done with."""
        for numbered, wanted in reversed(list(zip(self._taken, again, strict=True))):
            if wanted:
                self._queue_of(numbered[1]).appendleft(numbered)
        self._taken = []

    def _queue_of(self, record: Record) -> deque[_Numbered]:
        return self._events if isinstance(record, Event) else self._others

    def _oldest(self) -> deque[_Numbered]:
        if not self._events or (self._others and self._others[0][0] < self._events[0][0]):
            return self._others
        return self._events

    def _shrink(self) -> Dropped:
        excess = max(0, len(self) - self._capacity)
        others = min(excess, len(self._others))
        events = min(excess - others, len(self._events))
        for _ in range(others):
            self._others.popleft()
        for _ in range(events):
            self._events.popleft()
        return Dropped(events, others)
