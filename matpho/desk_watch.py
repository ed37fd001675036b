"""What people say, from the store to the running rules: mutes, and verdicts on events."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

import structlog

from core.errors import StoreError
from core.events import Phase, Verdict
from core.mutes import Mutes
from core.records import Record
from store.desk import Judged
from store.event_store import EventStore

log = structlog.get_logger()

POLL_S: Final = 1.0
LOOK_BACK_NS: Final = 7 * 86_400_000_000_000
"""Verdicts that came while nothing ran are taken up when they are no older."""


class DeskWatch:
    """Looks once a second for what people said of the cameras of this process.

    A verdict on an event that has ended is published as one more revision of it; on an open one it stands on the next
    revision, which only the process that watches its camera may number.

    Args:
        cameras: of this process.
        judge: told of a verdict on an open event.
        publish: where revisions go.
    """

    def __init__(
        self,
        store: EventStore,
        mutes: Mutes,
        cameras: Collection[str],
        judge: Callable[[str, Verdict], None],
        publish: Callable[[Sequence[Record]], None],
    ) -> None:
        self._store, self._mutes, self._cameras = store, mutes, frozenset(cameras)
        self._judge, self._publish = judge, publish
        self._counted: Counter[str] = Counter()
        self._row = 0
        self._waiting: dict[str, Judged] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="desk", daemon=True)

    def start(self) -> None:
        """Take up what there is, then watch in a thread of its own until `close`."""
        self.poll()
        self._thread.start()

    def poll(self) -> None:
        """What there is now.

        Raises:
            StoreError: the store cannot be read or written.
        """
        self._mutes.replace(self._store.desk.mutes(time.time_ns()))
        more = Counter(self._mutes.suppressed) - self._counted
        if more:
            self._store.desk.count_suppressed(more)
            self._counted += more
        since_ns = time.time_ns() - LOOK_BACK_NS
        while found := self._store.desk.judged(self._row, since_ns=since_ns):
            self._row = found[-1].row
            self._waiting |= {one.event_id: one for one in found}
        for one in list(self._waiting.values()):
            if self._take(one):
                del self._waiting[one.event_id]

    def close(self) -> None:
        """End, with what was suppressed counted."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2 * POLL_S)
        self._quietly()

    def _take(self, one: Judged) -> bool:
        """Whether nothing is left to do about a verdict."""
        revisions = self._store.events.revisions(one.event_id)
        if not revisions or revisions[-1].camera_id not in self._cameras or revisions[-1].verdict == one.verdict:
            return True
        last = revisions[-1]
        if last.phase is not Phase.ENDED:
            self._judge(one.event_id, one.verdict)
            return False
        at_ns = max(last.at_ns, one.verdict.at_ns)
        self._publish((replace(last, revision=last.revision + 1, at_ns=at_ns, verdict=one.verdict),))
        return True

    def _quietly(self) -> None:
        try:
            self.poll()
        except StoreError as error:
            log.warning("desk_not_read", error=str(error))

    def _watch(self) -> None:
        while not self._stop.wait(POLL_S):
            self._quietly()
