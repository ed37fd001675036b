"""Records into the event store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.delivery import Delivered, Delivery, Outcome, Rejected, RetryAfter
from core.errors import StoreError
from core.events import Event
from core.incidents import Incident
from core.records import Measurement, Record, TrackSummary
from store.event_store import EventStore

RETRY_S: Final = 5.0
"""Pause after a failed write: a full disk is freed by a person or a purge, not within moments."""


class StoreSink:
    """Appends to an event store, which it does not own: closing the sink leaves the store open."""

    def __init__(self, store: EventStore, name: str = "store") -> None:
        self._store = store
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def accepts(self, record: Record) -> bool:
        """Events, incidents, measurements and tracks."""
        return isinstance(record, Event | Incident | Measurement | TrackSummary)

    def write(self, records: Sequence[Record]) -> Delivery:
        """All in one transaction; a full disk or a locked file is tried again, a record no store can hold rejected."""
        try:
            self._store.append(records)
        except StoreError as error:
            return Delivery.retry_all(len(records), RETRY_S, str(error))
        except (ValueError, OverflowError):
            return Delivery(tuple(self._write_one(record) for record in records))
        return Delivery.all_delivered(len(records))

    def _write_one(self, record: Record) -> Outcome:
        try:
            self._store.append([record])
        except StoreError as error:
            return RetryAfter(RETRY_S, str(error))
        except (ValueError, OverflowError) as error:
            return Rejected(str(error))
        return Delivered()

    def close(self) -> None:
        """Nothing to let go of."""
