"""From candidates to detections: what every detector does the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from core.arrays import I64, AnyArray, Bool
from core.detections import DetectionBatch
from core.frames import Affine, FrameMeta
from core.taxonomy import TWO_WHEELERS, VEHICLES, ObjectClass
from models.decoding import Candidates
from models.nms import best_of_each_frame, nms

CANDIDATES_PER_FRAME: Final = 1000
"""Most boxes of a frame that go into suppression, whose cost grows with their square; NanoDet's own bound."""
EXCLUSIVE: Final = (VEHICLES - TWO_WHEELERS, TWO_WHEELERS)
"""Classes that one object cannot be at once: a van seen as car and as truck is one vehicle."""
MIN_SIDE: Final = 1.0
"""Source pixels; a thinner box shows nothing."""


def _suppression_groups() -> I64:
    groups = np.arange(len(ObjectClass), dtype=np.int64)
    for classes in EXCLUSIVE:
        groups[list(classes)] = min(classes)
    return groups


_GROUP_OF: Final = _suppression_groups()


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
    """How candidates are thinned out; `iou` is None where the graph has suppressed already."""

    taxonomy_ids: I64
    iou: float | None
    max_detections: int


def sound(found: Candidates, limits: Limits) -> tuple[Candidates, DetectorCounters]:
    """The candidates that are finite, of a class that counts, and within bounds; their `model_class` is the
    taxonomy's.
    """
    finite = np.isfinite(found.score) & np.isfinite(found.xyxy).all(axis=1)
    known = (found.model_class >= 0) & (found.model_class < len(limits.taxonomy_ids))
    class_id = np.where(known, limits.taxonomy_ids.take(found.model_class, mode="clip"), -1)
    mapped = finite & (class_id >= 0)
    solid = mapped & (found.xyxy[:, 2:] > found.xyxy[:, :2]).all(axis=1)
    kept = _rows(Candidates(found.frame, found.xyxy, found.score, class_id), solid)
    best = best_of_each_frame(kept.frame, kept.score, CANDIDATES_PER_FRAME)
    counters = DetectorCounters(
        not_finite=_lost(finite),
        unmapped=int(finite.sum() - mapped.sum()),
        over_candidates=_lost(best),
        degenerate=int(mapped.sum() - solid.sum()),
    )
    return _rows(kept, best), counters


def distinct(found: Candidates, iou: float | None) -> Candidates:
    """One candidate for each object, by frame, the best first; `model_class` is the taxonomy's."""
    if iou is None:
        return _rows(found, np.lexsort((-found.score, found.frame)))
    return _rows(found, nms(found.xyxy, found.score, found.frame, _GROUP_OF[found.model_class], iou))


def in_source(found: Candidates, placings: Sequence[Affine]) -> Candidates:
    """The candidates, ordered by frame, with boxes in the pixels of their own frames."""
    xyxy = np.empty_like(found.xyxy)
    bounds = np.searchsorted(found.frame, np.arange(len(placings) + 1))
    for index, placing in enumerate(placings):
        rows = slice(bounds[index], bounds[index + 1])
        xyxy[rows] = placing.to_source(found.xyxy[rows])
    return Candidates(found.frame, xyxy, found.score, found.model_class)


def detections(
    frames: tuple[FrameMeta, ...], found: Candidates, max_detections: int
) -> tuple[DetectionBatch, DetectorCounters]:
    """Candidates in source pixels, ordered by frame, cut at their frames and held to the bound.

    `model_class` is the taxonomy's.
    """
    sizes = np.array([(meta.width, meta.height) * 2 for meta in frames], np.float32).reshape(-1, 4)
    xyxy = np.clip(found.xyxy, 0.0, sizes[found.frame])
    solid: Bool = np.all(xyxy[:, 2:] - xyxy[:, :2] >= MIN_SIDE, axis=1)
    kept = _rows(Candidates(found.frame, xyxy, found.score, found.model_class), solid)
    within = best_of_each_frame(kept.frame, kept.score, max_detections)
    kept = _rows(kept, within)
    offsets = np.searchsorted(kept.frame, np.arange(len(frames) + 1)).astype(np.int32)
    batch = DetectionBatch(frames, offsets, kept.xyxy, np.clip(kept.score, 0.0, 1.0), kept.model_class.astype(np.int16))
    return batch, DetectorCounters(over_limit=_lost(within), degenerate=_lost(solid))


def _rows(found: Candidates, rows: AnyArray) -> Candidates:
    return Candidates(found.frame[rows], found.xyxy[rows], found.score[rows], found.model_class[rows])


def _lost(kept: Bool) -> int:
    return int(kept.size - kept.sum())
