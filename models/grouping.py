"""A batch taken apart for several detectors, and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from core.arrays import offsets_of
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta

Key = TypeVar("Key")


def grouped(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """The positions of each key, in their order."""
    found: dict[Key, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(key, []).append(position)
    return found


def some(frames: FrameBatch, rows: Sequence[int]) -> FrameBatch:
    """Those frames of a batch."""
    return FrameBatch(tuple(frames.frames[i] for i in rows), tuple(frames.surfaces[i] for i in rows))


def in_order(frames: tuple[FrameMeta, ...], parts: Sequence[tuple[DetectionBatch, Sequence[int]]]) -> DetectionBatch:
    """The detections of `frames`, of parts that have the frames of these rows; each row is in one part."""
    place = {row: (batch, number) for batch, rows in parts for number, row in enumerate(rows)}
    ordered = [(place[row][0], place[row][0].rows(place[row][1])) for row in range(len(frames))]
    return DetectionBatch(
        frames,
        offsets_of([rows.stop - rows.start for _, rows in ordered]),
        np.concatenate([batch.xyxy[rows] for batch, rows in ordered]),
        np.concatenate([batch.score[rows] for batch, rows in ordered]),
        np.concatenate([batch.class_id[rows] for batch, rows in ordered]),
    )
