"""From a batch's candidates to its detections, in one pass over the frames."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, F64, I16, I32, I64
from core.compiled import compiled, in_place

NOT_FINITE, UNMAPPED, OVER_CANDIDATES, OVER_LIMIT, DEGENERATE = range(5)
REACH = 1e5
"""Boxes are cut here (slot pixels, either side of 0) for their overlap, so that a wild value costs no precision."""


@compiled
def thin(
    frame: I64,
    xyxy: F32,
    score: F32,
    model_class: I64,
    taxonomy_ids: I64,
    group_of: I64,
    iou: float,
    placings: F64,
    sizes: F64,
    bounds: F64,
) -> tuple[I32, F32, F32, I16, I64]:
    """Sort out, suppress, bring to source pixels and cut; see `models.boxes.finished`.

    Args:
        frame, xyxy, score, model_class: the K candidates.
        taxonomy_ids: the taxonomy's class of each of the model's, -1 for none.
        group_of: the suppression group of each class of the taxonomy.
        iou: a box goes when it overlaps a better one of its group by more than this; not a number: none goes.
        placings: (B, 4) scale_x, scale_y, offset_x, offset_y of `core.frames.Affine`.
        sizes: (B, 2) width and height of the frames.
        bounds: most candidates of a frame that go into suppression, most detections of a frame, least side.

    Returns:
        offsets (B + 1), boxes (N, 4) in source pixels, scores, classes, and counts by the constants above.
    """
    count = len(sizes)
    class_id = np.empty(len(score), np.int64)
    lost = np.zeros(5, np.int64)
    starts = _sort_out(frame, xyxy, score, model_class, taxonomy_ids, class_id, lost, count)
    rows = _by_frame(frame, class_id, starts)
    offsets = np.zeros(count + 1, np.int32)
    boxes, scores = np.empty((len(rows), 4), np.float32), np.empty(len(rows), np.float32)
    classes = np.empty(len(rows), np.int16)
    kept = 0
    for f in range(count):
        mine = rows[starts[f] : starts[f + 1]]
        best = mine[np.argsort(-score[mine], kind="mergesort")]
        most = int(bounds[0])
        if len(best) > most:
            lost[OVER_CANDIDATES] += len(best) - most
            best = best[:most]
        if iou == iou:
            best = _distinct(best, xyxy, class_id, group_of, iou)
        first = kept
        for row in best:
            if not _place(xyxy[row], placings[f], sizes[f], bounds[2], boxes[kept]):
                lost[DEGENERATE] += 1
            elif kept - first >= bounds[1]:
                lost[OVER_LIMIT] += 1
            else:
                scores[kept] = min(max(score[row], np.float32(0.0)), np.float32(1.0))
                classes[kept] = class_id[row]
                kept += 1
        offsets[f + 1] = kept
    return offsets, boxes[:kept].copy(), scores[:kept].copy(), classes[:kept].copy(), lost


@compiled
def _sort_out(
    frame: I64, xyxy: F32, score: F32, model_class: I64, taxonomy_ids: I64, class_id: I64, lost: I64, count: int
) -> I64:
    """The taxonomy's class of each candidate, -1 for what is no box of a class that counts; where frames start."""
    starts = np.zeros(count + 1, np.int64)
    for row in range(len(score)):
        box = xyxy[row]
        class_id[row] = -1
        finite = np.isfinite(score[row])
        for side in range(4):
            finite = finite and np.isfinite(box[side])
        if not finite:
            lost[NOT_FINITE] += 1
            continue
        found = model_class[row]
        meant = taxonomy_ids[found] if 0 <= found < len(taxonomy_ids) else -1
        if meant < 0:
            lost[UNMAPPED] += 1
        elif not (box[2] > box[0] and box[3] > box[1]):
            lost[DEGENERATE] += 1
        else:
            class_id[row] = meant
            starts[frame[row] + 1] += 1
    for f in range(count):
        starts[f + 1] += starts[f]
    return starts


@compiled
def _by_frame(frame: I64, class_id: I64, starts: I64) -> I64:
    """Rows of what counts, by frame, within it in their own order."""
    rows = np.empty(starts[-1], np.int64)
    next_place = starts.copy()
    for row in range(len(frame)):
        if class_id[row] >= 0:
            rows[next_place[frame[row]]] = row
            next_place[frame[row]] += 1
    return rows


@compiled
def _distinct(best: I64, xyxy: F32, class_id: I64, group_of: I64, iou: float) -> I64:
    """Greedy suppression: of rows in falling order of score, those that no better one of their group covers."""
    n = len(best)
    boxes, area = np.empty((n, 4)), np.empty(n)
    for i in range(n):
        for side in range(4):
            boxes[i, side] = min(max(np.float64(xyxy[best[i], side]), -REACH), REACH)
        area[i] = (boxes[i, 2] - boxes[i, 0]) * (boxes[i, 3] - boxes[i, 1])
    group = group_of[class_id[best]]
    gone = np.zeros(n, np.bool_)
    kept = 0
    for i in range(n):
        if gone[i]:
            continue
        best[kept] = best[i]
        kept += 1
        for j in range(i + 1, n):
            if gone[j] or group[j] != group[i]:
                continue
            w = min(boxes[i, 2], boxes[j, 2]) - max(boxes[i, 0], boxes[j, 0])
            h = min(boxes[i, 3], boxes[j, 3]) - max(boxes[i, 1], boxes[j, 1])
            if w > 0 and h > 0:
                common = w * h
                gone[j] = common > iou * (area[i] + area[j] - common)
    return best[:kept]


@in_place
def _place(box: F32, placing: F64, size: F64, least: float, out: F32) -> bool:
    """Write a box in source pixels, cut at the frame; whether enough of it is left."""
    for side in range(4):
        axis = side % 2
        value = (box[side] - np.float32(placing[2 + axis])) / np.float32(placing[axis])
        out[side] = min(max(value, np.float32(0.0)), np.float32(size[axis]))
    return bool(out[2] - out[0] >= least and out[3] - out[1] >= least)
