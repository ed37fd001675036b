"""Links what an event store is told, whichever process tells it: the incidents of one machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final

import structlog

from core.errors import StoreError
from core.events import Event
from core.incidents import Incident
from core.records import Record
from incidents.linker import KEEP_NS, Linker
from incidents.sites import Site
from store.event_store import EventStore

log = structlog.get_logger()

POLL_S: Final = 0.2
AFTER_TROUBLE_S: Final = 2.0
_BATCH: Final = 500


class Follower:
    """Reads the store's events as they come, and publishes the incidents that they make.

    Nothing but the store is needed to go on after a restart: the events of the last hours, and of incidents that are
    open, give the same incidents again; only those that the store lacks are published.

    Args:
        publish: where incidents go; must not block.
        clock: UTC now.
    """

    def __init__(
        self,
        store: EventStore,
        sites: Mapping[str, Site],
        publish: Callable[[Sequence[Record]], None],
        *,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._store, self._publish, self._clock = store, publish, clock
        self._linker = Linker(sites, clock=clock)
        self._row = 0
        self._begun = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="incidents", daemon=True)

    def start(self) -> None:
        """Follow in a thread of its own, until `close`."""
        self._thread.start()

    def counts(self) -> dict[str, int]:
        """What became of the events so far (`incidents.linker.Counts`), and how many are remembered."""
        return {**asdict(self._linker.counts), "remembered": len(self._linker)}

    def poll(self) -> int:
        """Take what has come since the last call; how many revisions of events.

        Raises:
            StoreError: the store cannot be read.
        """
        if not self._begun:
            self._begin()
        count = 0
        while found := self._store.events.since(self._row, _BATCH):
            said: list[Record] = []
            for row, event in found:
                said += self._linker.add(event)
                self._row = row
            if said:
                self._publish(said)
            count += len(found)
        return count

    def close(self, timeout_s: float = 5.0) -> None:
        """Take what is there, and end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        try:
            self.poll()
        except StoreError as error:
            log.warning("incidents_not_linked", error=str(error))

    def _begin(self) -> None:
        """Learn again what was known, and say what the store does not have."""
        newest, now = self._store.events.newest_ns(), self._clock()
        row = self._store.events.row_before(min(newest, now) - KEEP_NS) if newest is not None else 0
        known: dict[str, Incident] = {}
        for event in self._store.incidents.open_events():
            self._learn(event, known)
        while found := self._store.events.since(row, _BATCH):
            for row, event in found:  # noqa: B007  goes on from the last
                self._learn(event, known)
        stored = self._store.incidents.known(list(known))
        fresh = [one for one in known.values() if stored.get(one.incident_id, 0) < one.revision]
        if fresh:
            self._publish(fresh)
        self._row, self._begun = row, True

    def _learn(self, event: Event, known: dict[str, Incident]) -> None:
        for incident in self._linker.add(event):
            known[incident.incident_id] = incident

    def _follow(self) -> None:
        troubled = False
        while not self._stop.is_set():
            try:
                self.poll()
                troubled = False
            except StoreError as error:
                if not troubled:
                    log.warning("incidents_wait", error=str(error))
                troubled = True
            self._stop.wait(AFTER_TROUBLE_S if troubled else POLL_S)
