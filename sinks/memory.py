"""A sink that keeps what it is given: for tests and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.delivery import Delivered, Delivery, Outcome
from core.records import Record


def _deliver(_record: Record) -> Outcome:
    return Delivered()


class MemorySink:
    """Keeps delivered records in `records`, in the order of their delivery.

    Args:
        answer: the outcome for a record, in place of taking everything; what it raises, `write` raises.
    """

    def __init__(self, name: str = "memory", answer: Callable[[Record], Outcome] = _deliver) -> None:
        self._name = name
        self.answer = answer
        self.records: list[Record] = []
        self.closed = False

    @property
    def name(self) -> str:
        return self._name

    def accepts(self, record: Record) -> bool:
        """Every record."""
        return True

    def write(self, records: Sequence[Record]) -> Delivery:
        """Ask `answer` about each; keep what it calls delivered."""
        outcomes = tuple(self.answer(record) for record in records)
        self.records += [r for r, outcome in zip(records, outcomes, strict=True) if isinstance(outcome, Delivered)]
        return Delivery(outcomes)

    def close(self) -> None:
        self.closed = True
