"""Server-Sent Events: each revision of each event and incident as it is stored, resumable by row numbers; and word of
new measurements, which the page then asks for.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import anyio
import structlog
from anyio.to_thread import run_sync

from console.incidents import latest
from console.incidents import row as incident_row
from console.views import Views
from core.errors import StoreError
from locales import Language, text
from store.event_store import EventStore

log = structlog.get_logger()

POLL_S: Final = 0.25
HEARTBEAT_S: Final = 15.0
AFTER_TROUBLE_S: Final = 2.0
BATCH: Final = 200
MOST_STREAMS: Final = 64
"""Most pages that may listen at once."""


class Streams:
    """Gives each listening page its own stream, and ends all of them when the server closes."""

    def __init__(self, store: EventStore, evidence: Path) -> None:
        self._store = store
        self._evidence = evidence
        self._closing = threading.Event()
        self.listening = 0

    @property
    def full(self) -> bool:
        """Whether no further page may listen."""
        return self.listening >= MOST_STREAMS

    def open(self) -> None:
        """Let pages listen, also again after `close`."""
        self._closing.clear()

    def close(self) -> None:
        """End all streams soon; from any thread."""
        self._closing.set()

    async def listen(self, after: tuple[int, int | None] | None, language: Language) -> AsyncGenerator[str, None]:
        """What to send to one page, until it goes or the server closes.

        Args:
            after: row numbers of the event and the incident that the page has seen; None: what comes from now on.
        """
        self.listening += 1
        try:
            async with aclosing(self._messages(after, language)) as messages:
                async for one in messages:
                    yield one
        finally:
            self.listening -= 1

    async def _messages(self, after: tuple[int, int | None] | None, language: Language) -> AsyncGenerator[str, None]:
        yield "retry: 1000\n\n"
        row, linked = (None, None) if after is None else after
        measured, troubled, said = 0, False, time.monotonic()
        last: int | None = None
        while not self._closing.is_set():
            try:
                if last is None:
                    last = await run_sync(self._store.events.last_row)
                    if row is not None and row > last:  # what the page knows is of another store
                        yield message("reset", {}, last)
                    row = last if row is None else min(row, last)
                if linked is None:
                    linked = await run_sync(self._store.incidents.last_row)
                found = await run_sync(self._after, row or 0, language)
                incidents = await run_sync(self._incidents, linked, language)
                newest = await run_sync(self._store.traffic.last_row)
            except StoreError as error:
                log.warning("stream_store_failed", error=error.message_id)
                troubled = True
                yield message("trouble", {"message": text(error.message_id, language, **error.arguments)})
                await anyio.sleep(AFTER_TROUBLE_S)
                continue
            if troubled:
                troubled = False
                yield message("recovered", {})
            for number, view in found:
                row = number
                yield message("event", view, f"{row}-{linked}")
            for number, view in incidents:
                linked = number
                yield message("incident", view, f"{row}-{linked}")
            if newest != measured:
                measured = newest
                yield message("measured", {"row": newest})
            if found or incidents or time.monotonic() - said >= HEARTBEAT_S:
                said = time.monotonic()
                yield ": still here\n\n"
            if len(found) < BATCH and len(incidents) < BATCH:
                await anyio.sleep(POLL_S)

    def _after(self, row: int, language: Language) -> list[tuple[int, dict[str, Any]]]:
        views = Views(self._store, self._evidence, language)
        found = self._store.events.since(row, BATCH)
        views.know([event for _, event in found])
        return [(number, views.event(event)) for number, event in found]

    def _incidents(self, after: int, language: Language) -> list[tuple[int, dict[str, Any]]]:
        views = Views(self._store, self._evidence, language)
        found = self._store.incidents.since(after, BATCH)
        causes = latest(self._store, [incident.cause for _, incident in found])
        views.know(list(causes.values()))
        return [(number, incident_row(views, one, causes.get(one.cause))) for number, one in found]


def message(name: str, value: dict[str, Any], row: int | str | None = None) -> str:
    """One message of the stream; JSON has no bare line breaks, so one data line holds it."""
    number = "" if row is None else f"id: {row}\n"
    return f"{number}event: {name}\ndata: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n"
