"""Where a sink is in the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from sinks.outbox import Outbox
from sinks.record_log import Entry


class Place:
    """Where a sink is in the outbox. `rewind` may be called by any thread.

    Attributes:
        read: up to this number it has taken everything.
    """

    def __init__(self, sink: str, outbox: Outbox) -> None:
        self._sink, self._outbox = sink, outbox
        self.read = outbox.begin(sink)
        self._rewound: int | None = None

    @property
    def rewound(self) -> bool:
        """Whether it is to go on after another number."""
        return self._rewound is not None

    @property
    def more(self) -> bool:
        """Whether there is more to take."""
        return self._outbox.last > self.read

    def rewind(self, seq: int) -> None:
        """Go on after another number, at the next batch."""
        with self._outbox.changed:
            self._rewound = seq
            self._outbox.changed.notify_all()

    def go_back(self) -> None:
        """Go on after the number that was given to `rewind`."""
        with self._outbox.changed:
            if self._rewound is not None:
                self.read, self._rewound = self._rewound, None

    def take(self, most: int) -> list[Entry]:
        """The next records.

        Raises:
            SinkError: the disk cannot be read.
        """
        last = self._outbox.last
        if most <= 0 or last <= self.read:
            return []
        fresh = self._outbox.read(self._sink, self.read, most)
        with self._outbox.changed:
            # Where nothing is left up to the last, a bound has cost it.
            self.read = fresh[-1].seq if fresh else last
        return fresh

    def acknowledge(self, in_hand: Sequence[Entry]) -> None:
        """All that was taken is settled, but for what is in hand."""
        self._outbox.acknowledge(self._sink, in_hand[0].seq - 1 if in_hand else self.read)
