"""The best class of each place of a graph's output, and the places that reach a threshold."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, I64
from core.compiled import compiled, in_place


@compiled
def best_of_columns(output: F32, skipped: int, best: F32, threshold: float) -> tuple[I64, I64, F32, I64]:
    """Of (B, skipped + C, N) the columns whose best of the last C rows, `best` (B, N), is not below the threshold.

    Returns:
        frame, column, best score and its class (K each), by frame and column. The score is not a number where one of
        the column's is not: nothing is lost without a trace.
    """
    images, columns = best.shape
    limit = np.float32(threshold)
    count = 0
    for image in range(images):
        for n in range(columns):
            count += not best[image, n] < limit
    frame, column = np.empty(count, np.int64), np.empty(count, np.int64)
    score, kind = np.empty(count, np.float32), np.empty(count, np.int64)
    k = 0
    for image in range(images):
        for n in range(columns):
            if not best[image, n] < limit:
                frame[k], column[k] = image, n
                score[k], kind[k] = _best(output[image, skipped:, n])
                k += 1
    return frame, column, score, kind


@compiled
def best_of_rows(scores: F32, threshold: float) -> tuple[I64, I64, F32, I64]:
    """Of (B, N, C) the rows whose best is not below the threshold; as `best_of_columns`."""
    images, rows, classes = scores.shape
    frame, place = np.empty(images * rows, np.int64), np.empty(images * rows, np.int64)
    limit = np.float32(threshold)
    count = 0
    for image in range(images):
        for row in range(rows):
            values = scores[image, row]
            reached = False
            for c in range(classes):
                reached |= not (values[c] < limit)
            if reached:
                frame[count], place[count] = image, row
                count += 1
    score, kind = np.empty(count, np.float32), np.empty(count, np.int64)
    for k in range(count):
        score[k], kind[k] = _best(scores[frame[k], place[k]])
    return frame[:count].copy(), place[:count].copy(), score, kind


@in_place
def _best(values: F32) -> tuple[float, int]:
    """The largest value and where it is; the first that is not a number, if there is one."""
    best, at = values[0], 0
    for c in range(1, len(values)):
        if best == best and (values[c] > best or values[c] != values[c]):
            best, at = values[c], c
    return best, at
