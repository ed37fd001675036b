"""What was published and has no number yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from core.events import Event
from core.incidents import Incident
from core.records import Record
from sinks.tail import victims

Published: TypeAlias = tuple[int, Record]
"""A record, and when it was published (UTC)."""


class Intake:
    """Whoever calls guards it.

    Args:
        most: records that may wait, where the disk neither answers nor fails.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: list[Published] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, records: Sequence[Record], at_ns: int) -> list[Published]:
        """Take records; what the bound costs."""
        self._waiting += [(at_ns, record) for record in records]
        gone = victims(self._waiting, max(0, len(self._waiting) - self._most), _is_event)
        if gone:
            going = {id(item) for item in gone}
            self._waiting = [item for item in self._waiting if id(item) not in going]
        return gone

    def take(self) -> list[Published]:
        """All that waits."""
        taken, self._waiting = self._waiting, []
        return taken


def _is_event(item: Published) -> bool:
    return isinstance(item[1], Event | Incident)
