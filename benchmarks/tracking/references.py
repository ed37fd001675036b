"""Two trackers that no tracker can be: identities from the truth, and detections from the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.tracking.data import Clip
from core.arrays import F64, offsets_of
from core.geometry import iou
from trackers.kernels.assignment import assign

MATCH_IOU: Final = 0.5
"""Overlap from which a detection is taken for a true box, as MOTA and IDF1 take it."""


def oracle(clip: Clip) -> F64:
    """The clip's own detections with the true identities: what a perfect association would score.

    In each frame, detections and true boxes that count are matched one to one for the largest number of pairs of an
    intersection over union of at least `MATCH_IOU`, then for overlap; unmatched detections are left out.

    Returns:
        (R, 7) float64 rows of frame from 1, id, left, top, width, height, score.
    """
    rows = []
    truth = clip.truth[clip.truth[:, 6] != 0]
    for frame in range(clip.frames):
        true = truth[truth[:, 0] == frame + 1]
        boxes = clip.xyxy[clip.rows(frame)].astype(np.float64)
        share = iou(boxes, np.column_stack((true[:, 2:4], true[:, 2:4] + true[:, 4:6])))
        first, second = np.nonzero(share >= MATCH_IOU)
        real = assign(first, second, 1 + share[first, second] / 1000.0, *share.shape)
        detection = np.flatnonzero(real >= 0)
        real = real[detection]
        size = boxes[detection, 2:] - boxes[detection, :2]
        score = clip.score[clip.rows(frame)][detection]
        rows.append(np.column_stack((np.full(len(real), frame + 1), true[real, 1], boxes[detection, :2], size, score)))
    return np.concatenate(rows)


def truth_as_detections(clip: Clip) -> Clip:
    """The same clip with the true boxes that count, score 1, as its detections."""
    truth = clip.truth[clip.truth[:, 6] != 0]
    counts = np.bincount(truth[:, 0].astype(np.intp) - 1, minlength=clip.frames).tolist()
    xyxy = np.column_stack((truth[:, 2:4], truth[:, 2:4] + truth[:, 4:6])).astype(np.float32)
    return replace(clip, offsets=offsets_of(counts), xyxy=xyxy, score=np.ones(len(truth), np.float32))
