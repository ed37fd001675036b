"""A describer that says what it is told to say: for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.arrays import F32, AnyArray
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta
from models.appearance.visibility import views


class FakeDescriber:
    """A `core.protocols.Describer` that does not touch the surfaces.

    Args:
        look: what the boxes (N, 4) of a frame look like: (N, `size`), of any length.
        size: numbers of an embedding.
    """

    def __init__(self, look: Callable[[FrameMeta, F32], AnyArray], size: int) -> None:
        self._look = look
        self.size = size

    def describe(self, frames: FrameBatch, detections: DetectionBatch) -> DetectionBatch:
        """The detections with embeddings (N, `size`); all zero where `views` finds too little to see."""
        boxes, seen = views(detections)
        embedding = np.zeros((len(detections), self.size), np.float32)
        for index, meta in enumerate(frames.frames):
            rows = np.flatnonzero(seen[detections.rows(index)]) + detections.offsets[index]
            if len(rows):
                embedding[rows] = self._look(meta, boxes[rows])
        lengths = np.linalg.norm(embedding, axis=1, keepdims=True)
        unit = np.divide(embedding, lengths, out=embedding, where=lengths > 0)
        return replace(detections, embedding=unit)
