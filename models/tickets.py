"""Tickets of detectors that compute while they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.detections import DetectionBatch


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A `core.protocols.Ticket` whose detections are there."""

    detections: DetectionBatch

    @property
    def ready(self) -> Literal[True]:
        """Always."""
        return True

    def collect(self) -> DetectionBatch:
        """The detections."""
        return self.detections
