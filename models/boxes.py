"""From candidates to detections: what every detector does the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from core.arrays import F64, I64
from core.detections import DetectionBatch
from core.frames import Affine, FrameMeta
from core.taxonomy import TWO_WHEELERS, VEHICLES, ObjectClass
from models.decoding import Candidates
from models.kernels.thinning import thin

CANDIDATES_PER_FRAME: Final = 1000
"""Most boxes of a frame that go into suppression, whose cost grows with their square; NanoDet's own bound."""
EXCLUSIVE: Final = (VEHICLES - TWO_WHEELERS, TWO_WHEELERS)
"""Classes that one object cannot be at once: a van seen as car and as truck is one vehicle."""
MIN_SIDE: Final = 1.0
"""Source pixels; a thinner box shows nothing."""
TAXONOMY: Final[I64] = np.arange(len(ObjectClass), dtype=np.int64)
"""The classes of the taxonomy as those of a model that knows them already."""
AS_IT_IS: Final = Affine(1.0, 1.0, 0.0, 0.0)
"""The placing of boxes that are in source pixels already."""


def _suppression_groups() -> I64:
    groups = TAXONOMY.copy()
    for classes in EXCLUSIVE:
        groups[list(classes)] = min(classes)
    return groups


GROUP_OF: Final = _suppression_groups()
"""For each class of the taxonomy the group within which boxes suppress each other."""


@dataclass(frozen=True, slots=True)
class DetectorCounters:
    """What a detector has dropped since it was made, in boxes.

    Attributes:
        not_finite: a side or score was infinite or not a number: the model is broken.
        unmapped: of a class that the model card does not map; before suppression, so one object counts several times.
        over_candidates: beyond the bound of boxes that go into suppression.
        over_limit: beyond the card's `max_detections` in a frame.
        degenerate: outside the frame, or thinner than a pixel.
    """

    not_finite: int = 0
    unmapped: int = 0
    over_candidates: int = 0
    over_limit: int = 0
    degenerate: int = 0

    def __add__(self, other: DetectorCounters) -> DetectorCounters:
        return DetectorCounters(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Limits:
    """How candidates are thinned out.

    Attributes:
        taxonomy_ids: the taxonomy's class for each of the model's own, -1 for those that do not count.
        iou: a box goes when it overlaps a better one of its frame and group by more than this; None where the graph has
            suppressed already.
        max_detections: most detections of a frame.
    """

    taxonomy_ids: I64
    iou: float | None
    max_detections: int


def finished(
    frames: tuple[FrameMeta, ...], found: Candidates, placings: Sequence[Affine], limits: Limits
) -> tuple[DetectionBatch, DetectorCounters]:
    """The detections of a batch, of each frame the best first; equal scores in the order given.

    Left out and counted is what is not finite, of a class that does not count, without an area, beyond
    `CANDIDATES_PER_FRAME` or `limits.max_detections`; left out is what a better box of its group covers.

    Args:
        frames: the B frames.
        found: boxes in slot pixels, frames in any order.
        placings: where each frame lies in its slot.
        limits: the model's.
    """
    sizes: F64 = np.array([(meta.width, meta.height) for meta in frames], np.float64).reshape(-1, 2)
    places: F64 = np.array([(p.scale_x, p.scale_y, p.offset_x, p.offset_y) for p in placings], np.float64)
    offsets, xyxy, score, class_id, lost = thin(
        np.ascontiguousarray(found.frame),
        np.ascontiguousarray(found.xyxy),
        np.ascontiguousarray(found.score),
        np.ascontiguousarray(found.model_class),
        limits.taxonomy_ids,
        GROUP_OF,
        np.nan if limits.iou is None else limits.iou,
        places.reshape(-1, 4),
        sizes,
        np.array((CANDIDATES_PER_FRAME, limits.max_detections, MIN_SIDE)),
    )
    batch = DetectionBatch(frames, offsets, xyxy, score, class_id)
    return batch, DetectorCounters(*map(int, lost))
