"""The tracks of single frames, and their joining into one `TrackBatch`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from core.arrays import F32, I16, I32, I64, U8, AnyArray, offsets_of
from core.detections import DetectionBatch
from core.frames import FrameMeta
from core.tracks import TrackBatch
from trackers.kernels.usable import usable

LARGEST_COORDINATE: Final = 1e7
"""Boxes beyond it are nonsense, and their areas would overflow float32."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameTracks:
    """The m tracks of one frame; fields as in `core.tracks.TrackBatch`."""

    xyxy: F32
    score: F32
    class_id: I16
    track_id: I64
    state: U8
    det_index: I32
    ended_id: I64

    @classmethod
    def empty(cls, ended_id: I64) -> FrameTracks:
        """A frame without tracks, at which the tracks `ended_id` ended."""
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int16),
            np.zeros(0, np.int64),
            np.zeros(0, np.uint8),
            np.zeros(0, np.int32),
            ended_id,
        )


def join(frames: tuple[FrameMeta, ...], parts: Sequence[FrameTracks]) -> TrackBatch:
    """One batch from the tracks of each of its frames."""
    if not parts:
        return TrackBatch.empty(frames)
    return TrackBatch(
        frames,
        offsets_of([len(part.track_id) for part in parts]),
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.score for part in parts]),
        np.concatenate([part.class_id for part in parts]),
        np.concatenate([part.track_id for part in parts]),
        np.concatenate([part.state for part in parts]),
        np.concatenate([part.det_index for part in parts]),
        offsets_of([len(part.ended_id) for part in parts]),
        np.concatenate([part.ended_id for part in parts]),
    )


def time_order(frames: tuple[FrameMeta, ...]) -> list[int]:
    """Indices of the frames so that those of each camera come in time order."""
    return sorted(range(len(frames)), key=lambda i: (frames[i].epoch, frames[i].media_ns))


def usable_rows(detections: DetectionBatch) -> list[I64]:
    """For each frame, the rows of its usable detections, by falling score, then box, then class.

    The order of detections within a frame thus means nothing. Left out are boxes and scores that are not finite, boxes
    without area, and boxes beyond `LARGEST_COORDINATE`.
    """
    order, starts = usable(
        plain(detections.xyxy),
        plain(detections.score),
        plain(detections.class_id),
        plain(detections.offsets),
        LARGEST_COORDINATE,
    )
    bounds = starts.tolist()
    return [order[start:end] for start, end in pairwise(bounds)]


def plain(array: AnyArray) -> AnyArray:
    """Read-only and contiguous, the one kind of array that the inner loops are compiled for."""
    same = np.ascontiguousarray(array).view()
    same.flags.writeable = False
    return same
