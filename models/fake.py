"""A detector that sees what it is told to see: for tests, demonstrations and replays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta, InputSpec
from core.taxonomy import ObjectClass
from models.boxes import AS_IT_IS, TAXONOMY, DetectorCounters, Limits, finished
from models.decoding import Candidates
from models.tickets import Done


@dataclass(frozen=True, slots=True)
class Seen:
    """One scripted detection; `xyxy` in source pixels."""

    xyxy: tuple[float, float, float, float]
    class_id: ObjectClass = ObjectClass.PERSON
    score: float = 0.9


Script: TypeAlias = Mapping[tuple[str, int], Sequence[Seen]] | Callable[[FrameMeta], Sequence[Seen]]


class FakeDetector:
    """A `core.protocols.Detector` that follows a script: by (camera_id, seq), or a function of the frame.

    A frame that the script does not name shows nothing. Boxes are cut at the frame, as any detector's are.
    """

    def __init__(
        self,
        script: Script,
        *,
        name: str = "fake",
        input_spec: InputSpec | None = None,
        batch_size: int = 4,
        labels: frozenset[ObjectClass] = frozenset(ObjectClass),
        max_detections: int = 300,
    ) -> None:
        self._script = script
        self._name = name
        self._spec = input_spec or InputSpec(64, 64)
        self._batch_size = batch_size
        self._labels = labels
        self._max_detections = max_detections
        self._counters = DetectorCounters()

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def labels(self) -> frozenset[ObjectClass]:
        """As given."""
        return self._labels

    @property
    def input_spec(self) -> InputSpec:
        """As given; nothing is written."""
        return self._spec

    @property
    def batch_size(self) -> int:
        """As given."""
        return self._batch_size

    @property
    def counters(self) -> DetectorCounters:
        """What it has dropped so far."""
        return self._counters

    def submit(self, frames: FrameBatch) -> Done:
        """`detect`, and its answer to be collected."""
        return Done(self.detect(frames))

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """What the script says of each frame, the best first. Does not touch the surfaces."""
        rows = [
            (index, *seen.xyxy, seen.score, seen.class_id)
            for index, meta in enumerate(frames.frames)
            for seen in sorted(self._seen(meta), key=lambda s: -s.score)
        ]
        table = np.array(rows, np.float64).reshape(-1, 7)
        found = Candidates(
            table[:, 0].astype(np.int64),
            table[:, 1:5].astype(np.float32),
            table[:, 5].astype(np.float32),
            table[:, 6].astype(np.int64),
        )
        limits = Limits(TAXONOMY, None, self._max_detections)
        batch, dropped = finished(frames.frames, found, [AS_IT_IS] * len(frames), limits)
        self._counters += dropped
        return batch

    def _seen(self, meta: FrameMeta) -> Sequence[Seen]:
        if callable(self._script):
            return self._script(meta)
        return self._script.get((meta.camera_id, meta.seq), ())
