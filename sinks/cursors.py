"""Up to which number each sink has its records."""

from __future__ import annotations


class Cursors:
    """Of one outbox; whoever calls guards it.

    Attributes:
        changed: since it was last written down.
    """

    def __init__(self, known: dict[str, int]) -> None:
        self._known = known
        self._reading: dict[str, int] = {}
        self.changed = False

    def begin(self, sink: str, last: int) -> int:
        """The number after which a sink goes on: where it was, or after the last."""
        self.changed = self.changed or sink not in self._known
        self._reading[sink] = self._known.setdefault(sink, last)
        return self._known[sink]

    def acknowledge(self, sink: str, seq: int) -> None:
        """A sink has everything up to this number."""
        self._known[sink] = seq
        self.changed = True

    def reading(self, sink: str, seq: int) -> None:
        """A sink has everything up to this number in hand: what it holds itself, no bound takes from it."""
        self._reading[sink] = seq

    def delivered(self, last: int) -> int:
        """Every sink has what is up to this number."""
        return min(self._known.values(), default=last)

    def taken(self, last: int) -> int:
        """Every sink of this run has had what is up to this number in hand."""
        return min(self._reading.values(), default=last)

    def as_dict(self) -> dict[str, int]:
        """By sink."""
        return dict(self._known)
