"""The outbox keeps order, never loses count, and gives up measurements before events."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.events import Event, Record
from sinks.outbox import Dropped, MemoryOutbox
from tests.support.records import a_measurement, a_track, an_event


class Outboxes(RuleBasedStateMachine):
    """Against a plain list."""

    @initialize(capacity=st.integers(1, 6))
    def begin(self, capacity: int) -> None:
        self.capacity = capacity
        self.outbox = MemoryOutbox(capacity)
        self.waiting: list[Record] = []
        self.taken: list[Record] = []
        self.made = 0

    @rule(kinds=st.lists(st.booleans(), max_size=8))
    def put(self, kinds: list[bool]) -> None:
        fresh: list[Record] = []
        for is_event in kinds:
            self.made += 1
            fresh.append(an_event(self.made) if is_event else a_measurement(self.made))
        dropped = self.outbox.put(fresh)
        self.waiting += fresh
        excess = max(0, len(self.waiting) + len(self.taken) - self.capacity)
        victims = [r for r in self.waiting if not isinstance(r, Event)] + [
            r for r in self.waiting if isinstance(r, Event)
        ]
        victims = victims[:excess]
        self.waiting = [record for record in self.waiting if record not in victims]
        events = sum(isinstance(record, Event) for record in victims)
        assert dropped == Dropped(events, len(victims) - events)

    @precondition(lambda self: not self.taken)
    @rule(limit=st.integers(1, 5))
    def take(self, limit: int) -> None:
        self.taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        assert self.outbox.take(limit) == self.taken

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        again = data.draw(st.lists(st.booleans(), min_size=len(self.taken), max_size=len(self.taken)))
        self.outbox.settle(again)
        self.waiting = [r for r, wanted in zip(self.taken, again, strict=True) if wanted] + self.waiting
        self.taken = []

    @invariant()
    def counted(self) -> None:
        assert len(self.outbox) == len(self.waiting) + len(self.taken)
        assert self.outbox.ready == bool(self.waiting)
        assert len(self.outbox) <= self.capacity


TestOutboxes = Outboxes.TestCase


def test_an_event_outlives_measurements_and_tracks_that_came_after_it() -> None:
    outbox = MemoryOutbox(2)
    assert outbox.put([an_event(1), a_measurement(1)]) == Dropped()
    assert outbox.put([a_track(1), an_event(2)]) == Dropped(events=0, others=2)
    assert outbox.put([an_event(3)]) == Dropped(events=1, others=0)
    assert outbox.take(9) == [an_event(2), an_event(3)]


def test_a_batch_must_be_settled_before_the_next() -> None:
    outbox = MemoryOutbox(5)
    outbox.put([an_event(1), an_event(2)])
    outbox.take(1)
    with pytest.raises(RuntimeError, match="settle"):
        outbox.take(1)
