"""Where a reader is in each partition: where it began, how far it is, and how much of that its group knows."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from kafka.errors import (  # type: ignore[import-untyped]
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]

LOOK_BACK: Final = 500
"""Records of each partition before the place to go on from that are looked at again, to know what was read."""
COMMIT_S: Final = 1.0
SETTLE_S: Final = 5.0
"""At the end it waits so long for a group that is dividing its partitions anew, to note how far it was."""
POLL_MS: Final = 500
_OTHERS_HAVE_THEM: Final = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError)


class Places:
    """Of a consumer that does not commit by itself.

    Args:
        consumer: a `KafkaConsumer`.
        group: whether it has one.
        since: where to begin, by the time of sending; None: where the group stopped. Without a group: at the end, or
            at the start unless it will `follow`.
    """

    def __init__(self, consumer: Any, *, group: bool, since: datetime | None, follow: bool) -> None:
        self._consumer, self._group, self._since, self._follow = consumer, group, since, follow
        self._begin: dict[Any, int] = {}
        self._done: dict[Any, int] = {}
        self._committed_at = time.monotonic()

    def begin(self, parts: Sequence[Any]) -> None:
        """Go to where to begin in these partitions, a little before what is to be given."""
        if not parts:
            return
        first, end = self._consumer.beginning_offsets(parts), self._consumer.end_offsets(parts)
        begins = self._begins(parts, first, end)
        for part in parts:
            self._begin[part] = begins[part]
            self._consumer.seek(part, max(first[part], begins[part] - LOOK_BACK))

    def begin_new(self) -> Collection[Any]:
        """Begin in the partitions that the group gave since, and forget those that it took; the new ones."""
        if not self._group:
            return ()
        self._leave()
        fresh = [part for part in self._consumer.assignment() if part not in self._begin]
        self.begin(fresh)
        return fresh

    def given(self, message: Any, part: Any) -> bool:
        """Whether a message lies before where it began: it was given out by an earlier run."""
        return bool(message.offset < self._begin.get(part, 0))

    def done(self, message: Any, part: Any) -> None:
        """It is done with a message."""
        if self._group:
            self._done[part] = message.offset + 1

    def at_end(self) -> bool:
        """Whether it has read all that there is now."""
        parts = list(self._consumer.assignment())
        if not parts:
            return False
        end = self._consumer.end_offsets(parts)
        return all(self._consumer.position(part) >= end[part] for part in parts)

    def note_when_due(self) -> None:
        """Tell the group how far it is, now and then."""
        if time.monotonic() - self._committed_at >= COMMIT_S:
            self._commit()

    def settle(self) -> None:
        """Tell the group how far it is, at the end."""
        until = time.monotonic() + SETTLE_S
        self._commit()
        while self._done and time.monotonic() < until:
            self._consumer.poll(timeout_ms=POLL_MS)
            self._leave()
            self._commit()

    def _begins(self, parts: Sequence[Any], first: dict[Any, int], end: dict[Any, int]) -> dict[Any, int]:
        if self._since is not None:
            at_ms = int(self._since.timestamp() * 1000)
            found = self._consumer.offsets_for_times(dict.fromkeys(parts, at_ms))
            return {part: end[part] if found.get(part) is None else found[part].offset for part in parts}
        if not self._group:
            return dict(end) if self._follow else dict(first)
        committed = {part: self._consumer.committed(part) for part in parts}
        return {part: first[part] if offset is None else offset for part, offset in committed.items()}

    def _leave(self) -> None:
        """Forget partitions that others of the group have now."""
        for part in self._begin.keys() - self._consumer.assignment():
            self._done.pop(part, None)
            del self._begin[part]

    def _commit(self) -> None:
        """While the group divides its partitions anew, that waits for the next time."""
        self._committed_at = time.monotonic()
        if not self._done:
            return
        # Never back to what is only looked at again.
        offsets = {part: max(offset, self._begin.get(part, 0)) for part, offset in self._done.items()}
        try:
            self._consumer.commit({part: OffsetAndMetadata(offset, "", -1) for part, offset in offsets.items()})
        except RebalanceInProgressError:
            return
        except _OTHERS_HAVE_THEM:
            pass  # they go on from what was noted before
        self._done = {}
