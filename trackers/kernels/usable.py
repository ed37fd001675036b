"""Which detections of a frame can be tracked, and in which order."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, I16, I32, I64
from core.compiled import compiled, in_place


@compiled
def usable(xyxy: F32, score: F32, class_id: I16, offsets: I32, largest: float) -> tuple[I64, I64]:
    """Rows of usable detections, frame by frame, and where each frame's begin (B + 1); see `batches.usable_rows`."""
    order, starts = np.empty(len(score), np.int64), np.zeros(len(offsets), np.int64)
    count = 0
    for frame in range(len(offsets) - 1):
        first = count
        for row in range(offsets[frame], offsets[frame + 1]):
            if not _sane(xyxy[row], score[row], largest):
                continue
            # Detectors give the best first, so that hardly anything has to move.
            at = count
            while at > first and _before(xyxy, score, class_id, row, order[at - 1]):
                order[at] = order[at - 1]
                at -= 1
            order[at] = row
            count += 1
        starts[frame + 1] = count
    return order[:count], starts


@in_place
def _sane(box: F32, score: float, largest: float) -> bool:
    good = np.isfinite(score) and box[2] > box[0] and box[3] > box[1]
    for side in range(4):
        good = good and abs(box[side]) <= largest
    return bool(good)


@in_place
def _before(xyxy: F32, score: F32, class_id: I16, a: int, b: int) -> bool:
    """Whether row `a` comes before `b`: by falling score, then box, then class."""
    if score[a] != score[b]:
        return bool(score[a] > score[b])
    for side in range(4):
        if xyxy[a, side] != xyxy[b, side]:
            return bool(xyxy[a, side] < xyxy[b, side])
    return bool(class_id[a] < class_id[b])
