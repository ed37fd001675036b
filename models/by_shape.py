"""A detector that computes no more of its input than a picture covers.

A 16:9 picture in a square input leaves 44 % of it grey, and the grey is computed like the rest. Here each shape of
picture has a graph of its own, made of the same weights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Final

import structlog

from core.detections import DetectionBatch
from core.frames import Affine, FrameBatch, InputSpec
from core.protocols import Ticket
from core.taxonomy import ObjectClass
from models.backends.resized import in_steps
from models.boxes import DetectorCounters
from models.detector import DetectorTimings, OnnxDetector
from models.filling import placed_size
from models.grouping import grouped, in_order, some
from models.tickets import Done

log = structlog.get_logger()

Shape = tuple[int, int]
"""Width and height."""
WORTH: Final = 0.95
"""Of the input's area: a shape that needs more is computed whole."""
MOST_SHAPES: Final = 4
"""Graphs held at once, some 15 MB each; pictures of yet another shape are computed whole."""


class ByShape:
    """A `core.protocols.Detector` over one for each shape of picture.

    Args:
        whole: for every picture.
        make: a detector for a smaller input; None where there can be none.
    """

    def __init__(self, whole: OnnxDetector, make: Callable[[Shape], OnnxDetector | None]) -> None:
        self.whole, self._make = whole, make
        self._made: dict[Shape, OnnxDetector] = {}

    @property
    def name(self) -> str:
        """The model's name."""
        return self.whole.name

    @property
    def labels(self) -> frozenset[ObjectClass]:
        """The classes it can give."""
        return self.whole.labels

    @property
    def input_spec(self) -> InputSpec:
        """Of the whole input."""
        return self.whole.input_spec

    @property
    def batch_size(self) -> int:
        """The most frames computed at once; more are computed in turns."""
        return self.whole.batch_size

    @property
    def device(self) -> str:
        """Where it runs."""
        return self.whole.device

    @property
    def counters(self) -> DetectorCounters:
        """What all have dropped so far."""
        return reduce(add, (detector.counters for detector in self._all()))

    @property
    def timings(self) -> DetectorTimings:
        """Where the time of all has gone so far."""
        parts = [detector.timings for detector in self._all()]
        return DetectorTimings(
            sum(part.frames for part in parts),
            sum(part.preprocess for part in parts),
            sum(part.infer for part in parts),
            sum(part.postprocess for part in parts),
        )

    def submit(self, frames: FrameBatch) -> Ticket:
        """`detect`, and its answer to be collected."""
        return Done(self.detect(frames))

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch."""
        groups = grouped(self.at(meta.width, meta.height) for meta in frames.frames)
        if len(groups) <= 1:
            return next(iter(groups), self.whole).detect(frames)
        return in_order(frames.frames, [(one.detect(some(frames, rows)), rows) for one, rows in groups.items()])

    def at(self, width: int, height: int) -> OnnxDetector:
        """The detector for pictures of a size, made at the first of its shape."""
        shape = self._shape(width, height)
        if shape is None:
            return self.whole
        if shape not in self._made:
            if len(self._made) >= MOST_SHAPES:
                return self.whole
            made = self._make(shape)
            self._made[shape] = self.whole if made is None else made
            if made is not None:
                spec = self.input_spec
                log.info("input_trimmed", model=self.name, shape=shape, whole=(spec.width, spec.height))
        return self._made[shape]

    def _shape(self, width: int, height: int) -> Shape | None:
        spec = self.input_spec
        if not spec.keep_aspect:
            return None
        covered = placed_size(width, height, Affine.fit(width, height, spec))
        most = spec.width, spec.height
        w, h = (min(in_steps(side), size) for side, size in zip(covered, most, strict=True))
        return (w, h) if w * h <= WORTH * spec.width * spec.height else None

    def _all(self) -> list[OnnxDetector]:
        return list({id(detector): detector for detector in (self.whole, *self._made.values())}.values())
