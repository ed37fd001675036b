"""Frames whose source knows who is in them, past the detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F32, I16, offsets_of
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta, InputSpec, Known, KnownSurface
from core.protocols import Detector, Ticket
from models.grouping import some
from models.tickets import Done

SURE: Final = 1.0
"""The score of what is known."""


class KnownFirst:
    """A `core.protocols.Detector` that takes from sources what they know, and hands the other frames to a detector.

    Args:
        detector: looks at the others; not called for a batch that has none.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    @property
    def input_spec(self) -> InputSpec:
        """The detector's."""
        return self._detector.input_spec

    @property
    def batch_size(self) -> int:
        """The detector's."""
        return self._detector.batch_size

    def submit(self, frames: FrameBatch) -> Ticket:
        """Begin the frames that nobody knows."""
        known = {i: one.known() for i, one in enumerate(frames.surfaces) if isinstance(one, KnownSurface)}
        if not known:
            return self._detector.submit(frames)
        rest = [index for index in range(len(frames)) if index not in known]
        ticket: Ticket = Done(DetectionBatch.empty(()))
        if rest:
            ticket = self._detector.submit(some(frames, rest))
        return _Joined(ticket, frames.frames, known)

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch."""
        return self.submit(frames).collect()


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """A ticket whose frames come back in among those that are known."""

    inner: Ticket
    frames: tuple[FrameMeta, ...]
    known: dict[int, Known]

    @property
    def ready(self) -> bool:
        """Whether `collect` answers at once."""
        return self.inner.ready

    def collect(self) -> DetectionBatch:
        """The detections of all frames, in their order."""
        found = self.inner.collect()
        parts: list[tuple[F32, F32, I16]] = []
        looked_at = 0
        for index in range(len(self.frames)):
            known = self.known.get(index)
            if known is None:
                rows = found.rows(looked_at)
                looked_at += 1
                parts.append((found.xyxy[rows], found.score[rows], found.class_id[rows]))
            else:
                parts.append((known.xyxy, np.full(len(known.class_id), SURE, np.float32), known.class_id))
        xyxy, score, classes = (np.concatenate(column) for column in zip(*parts, strict=True))
        offsets = offsets_of([len(part[1]) for part in parts])
        return DetectionBatch(self.frames, offsets, xyxy, score, classes)
