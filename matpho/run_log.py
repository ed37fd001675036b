"""A run as the store has it, and pages and reports show it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from core.off_rules import OffRule
from matpho.summary import off_dict
from store.event_store import EventStore
from store.records import RunRecord


class RunLog:
    """From when it is made, a run has begun.

    Args:
        store: None keeps nothing.

    Attributes:
        started_ns: UTC.
    """

    def __init__(self, store: EventStore | None) -> None:
        self._store, self._run_id = store, uuid.uuid4().hex
        self.started_ns, self._began = time.time_ns(), time.monotonic()

    @property
    def wall_s(self) -> float:
        """How long it has gone on, in seconds."""
        return time.monotonic() - self._began

    def goes_on(self, off: Sequence[OffRule]) -> None:
        """Say which rules are off: at the start, and whenever that changes.

        Raises:
            StoreError: the store cannot be written.
        """
        if self._store is not None:
            self._store.runs.put(RunRecord(self._run_id, self.started_ns, summary=off_dict(off)))

    def ended(self, summary: Mapping[str, Any]) -> None:
        """Say what it did.

        Raises:
            StoreError: the store cannot be written.
        """
        if self._store is not None:
            self._store.runs.put(RunRecord(self._run_id, self.started_ns, time.time_ns(), summary))
