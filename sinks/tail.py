"""The newest records of an outbox, in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TypeVar

from sinks.record_log import Entry

T = TypeVar("T")
_seq = itemgetter(0)


class Tail:
    """Beside a disk, so that sinks that keep up never read from it; in place of one, all there is. Whoever calls guards
    it.
    """

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def first(self) -> int | None:
        """The number of the oldest."""
        return self._entries[0].seq if self._entries else None

    def add(self, entries: Sequence[Entry]) -> None:
        """Newer ones."""
        self._entries += entries

    def read(self, after: int, limit: int) -> list[Entry]:
        """The first records after a number."""
        start = bisect_right(self._entries, after, key=_seq)
        return self._entries[start : start + limit]

    def keep_newest(self, count: int) -> None:
        """The older ones are on the disk."""
        del self._entries[: max(0, len(self._entries) - count)]

    def drop_delivered(self, up_to: int) -> None:
        """What every sink has."""
        del self._entries[: bisect_right(self._entries, up_to, key=_seq)]

    def sacrifice(self, after: int, most: int) -> list[Entry]:
        """Drop of the records after a number until at most so many are left: the dropped."""
        free = bisect_right(self._entries, after, key=_seq)
        gone = victims(self._entries[free:], max(0, len(self._entries) - most), _is_event)
        if gone:
            going = {entry.seq for entry in gone}
            self._entries = [entry for entry in self._entries if entry.seq not in going]
        return gone


def victims(items: Sequence[T], count: int, is_event: Callable[[T], bool]) -> list[T]:
    """What goes first when there is too much: the oldest measurements and tracks, then the oldest events."""
    return sorted(items, key=is_event)[:count] if count else []


def _is_event(entry: Entry) -> bool:
    return entry.is_event
