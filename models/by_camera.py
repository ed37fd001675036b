"""A detector whose cameras have inputs of their own widths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta, InputSpec
from core.protocols import Detector, Ticket
from models.grouping import grouped, in_order, some


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """A ticket of several, each with the rows of the batch that it has."""

    frames: tuple[FrameMeta, ...]
    parts: tuple[tuple[Ticket, list[int]], ...]

    @property
    def ready(self) -> bool:
        """Whether all are."""
        return all(ticket.ready for ticket, _ in self.parts)

    def collect(self) -> DetectionBatch:
        """The detections of all, in the order of the batch."""
        return in_order(self.frames, [(ticket.collect(), rows) for ticket, rows in self.parts])


class ByCamera:
    """A `core.protocols.Detector` of several, each for some of the cameras.

    Args:
        detectors: by camera; several may have the same.
        other: that of all other cameras.
    """

    def __init__(self, detectors: Mapping[str, Detector], other: Detector) -> None:
        self._detectors, self._other = detectors, other

    @property
    def input_spec(self) -> InputSpec:
        """Of the cameras that are not named."""
        return self._other.input_spec

    @property
    def batch_size(self) -> int:
        """The most frames that any computes at once."""
        return max(detector.batch_size for detector in (*self._detectors.values(), self._other))

    def submit(self, frames: FrameBatch) -> Ticket:
        """Begin a batch: each detector the frames of its cameras."""
        groups = grouped(self._detectors.get(meta.camera_id, self._other) for meta in frames.frames)
        if len(groups) <= 1:
            return next(iter(groups), self._other).submit(frames)
        parts = tuple((detector.submit(some(frames, rows)), rows) for detector, rows in groups.items())
        return _Parts(frames.frames, parts)

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch."""
        return self.submit(frames).collect()
