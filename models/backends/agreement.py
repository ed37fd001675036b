"""Whether two backends see the same: by the boxes that come out, on pictures of a street."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F32, AnyArray, Bool
from core.detections import DetectionBatch
from core.frames import ClockSource, FrameMeta
from core.geometry import iou
from models.boxes import AS_IT_IS, Limits, finished
from models.decoding import Candidates, Plan

IOU: Final = 0.7
"""Two boxes are the same from this overlap on (intersection over union)."""
MARGIN: Final = 0.02
"""Of the score: what lies closer above the threshold may be missed by the other."""
LEAST: Final = 0.99
"""Of the boxes of either must be among the other's."""
FEW: Final = 20
"""Boxes below which they prove little, so that the bare outputs count too."""
MOST_PROPOSALS: Final = 2_000
"""In a picture; a usual one has some hundred."""
OUTPUT_ERROR: Final = 0.02
"""Then the most that an output may be off, as a share of its length as a vector."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far one backend sees what another does.

    Attributes:
        share: the smaller of two shares: of the reference's boxes found, and of the boxes found that are the
            reference's; 1 when neither has any.
        boxes: boxes of the reference that were compared.
        close: whether the outputs agree as numbers.
    """

    share: float
    boxes: int
    close: bool

    @property
    def good(self) -> bool:
        """Whether the one can stand in for the other."""
        return self.share >= LEAST and (self.boxes >= FEW or self.close)


def agreement(plan: Plan, reference: Sequence[F32], found: Sequence[F32]) -> Agreement:
    """Compare the outputs of two backends for the same images.

    A box of the one is looked for among all that the other proposes, before suppression: which of two proposals of one
    object it keeps, where they score the same to the second decimal, tells nothing of what is seen.
    """
    nms_iou = plan.nms_iou if plan.decoder.needs_nms else None
    sure = plan.score_threshold + MARGIN
    low = max(plan.score_threshold - MARGIN, 1e-3)
    proposed = [plan.decoder.decode(outputs, low) for outputs in (reference, found)]
    images = len(reference[0])
    mine, theirs = (_boxes(plan, proposals, images, nms_iou) for proposals in proposed)
    all_mine, all_theirs = (_boxes(plan, proposals, images, None) for proposals in proposed)
    shares = found_share(mine, all_theirs, sure), found_share(theirs, all_mine, sure)
    return Agreement(min(shares), int((mine.score >= sure).sum()), _close(reference, found))


def found_share(boxes: DetectionBatch, among: DetectionBatch, sure: float) -> float:
    """The share of the boxes that score `sure` which stand in `among` too; of no boxes it is 1."""
    counted = boxes.score >= sure
    return float(_same(boxes, among)[counted].any(axis=1).mean()) if counted.any() else 1.0


def _boxes(plan: Plan, proposals: Candidates, images: int, nms_iou: float | None) -> DetectionBatch:
    """What comes out, in slot pixels, down to a margin below the threshold; all of it without `nms_iou`."""
    most = plan.max_detections if nms_iou is not None or not plan.decoder.needs_nms else MOST_PROPOSALS
    limits = Limits(plan.taxonomy_ids(), nms_iou, most)
    slot = FrameMeta("", 0, 0, 0, ClockSource.FILE, 0, 0, plan.spec.width, plan.spec.height)
    return finished((slot,) * images, proposals, [AS_IT_IS] * images, limits)[0]


def _same(a: DetectionBatch, b: DetectionBatch) -> Bool:
    """Which box of the one (rows) is which of the other (columns)."""
    frames = [np.repeat(np.arange(len(batch.frames)), np.diff(batch.offsets)) for batch in (a, b)]
    alike = (frames[0][:, None] == frames[1][None]) & (a.class_id[:, None] == b.class_id[None])
    return np.asarray(alike & (iou(a.xyxy, b.xyxy) >= IOU), np.bool_)


def _close(reference: Sequence[F32], found: Sequence[F32]) -> bool:
    return len(reference) == len(found) and all(map(_near, reference, found))


def _near(wanted: AnyArray, got: AnyArray) -> bool:
    if wanted.shape != got.shape or not np.array_equal(np.isfinite(wanted), np.isfinite(got)):
        return False
    finite = np.isfinite(wanted)
    length = float(np.linalg.norm(wanted[finite]))
    return float(np.linalg.norm(wanted[finite] - got[finite])) <= OUTPUT_ERROR * length + 1e-6
