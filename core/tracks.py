"""Detections joined over time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from core.arrays import F32, I16, I32, I64, U8, check_offsets, frozen
from core.frames import FrameMeta


class TrackState(IntEnum):
    """How far a track can be believed."""

    TENTATIVE = 0
    """Seen too few times to be sure of; rules ignore it."""
    CONFIRMED = 1
    """Seen in this frame."""
    COASTING = 2
    """Not seen in this frame: its box is predicted, and never counted or exported as observed."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackBatch:
    """M tracks in B frames; those of frame i are the rows `offsets[i]:offsets[i + 1]`. Arrays are read-only.

    The identity of a track is (camera_id, epoch, track_id).

    Attributes:
        frames: the B frames.
        offsets: (B + 1) int32.
        xyxy: (M, 4) float32 in source pixels: the best estimate for this frame; predicted where coasting.
        score: (M) float32, of the last detection.
        class_id: (M) int16 of the taxonomy.
        track_id: (M) int64, above 0, never reused within an epoch.
        state: (M) uint8 of `TrackState`.
        det_index: (M) int32, the row of the detection in the `DetectionBatch`, -1 where coasting.
        ended_offsets: (B + 1) int32, dividing `ended_id` among the frames.
        ended_id: int64 ids of the tracks that ended at each frame.
    """

    frames: tuple[FrameMeta, ...]
    offsets: I32
    xyxy: F32
    score: F32
    class_id: I16
    track_id: I64
    state: U8
    det_index: I32
    ended_offsets: I32
    ended_id: I64

    def __post_init__(self) -> None:
        m = len(self.xyxy)
        for name, dtype, shape in (
            ("offsets", np.int32, (None,)),
            ("xyxy", np.float32, (m, 4)),
            ("score", np.float32, (m,)),
            ("class_id", np.int16, (m,)),
            ("track_id", np.int64, (m,)),
            ("state", np.uint8, (m,)),
            ("det_index", np.int32, (m,)),
            ("ended_offsets", np.int32, (None,)),
            ("ended_id", np.int64, (None,)),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), dtype, shape, name))
        check_offsets(self.offsets, len(self.frames), m)
        check_offsets(self.ended_offsets, len(self.frames), len(self.ended_id), "ended_offsets")

    def __len__(self) -> int:
        return len(self.track_id)

    def rows(self, frame: int) -> slice:
        """The rows of one frame."""
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))

    def ended(self, frame: int) -> I64:
        """The ids that ended at one frame."""
        return self.ended_id[int(self.ended_offsets[frame]) : int(self.ended_offsets[frame + 1])]

    @classmethod
    def empty(cls, frames: tuple[FrameMeta, ...]) -> TrackBatch:
        """No track in any of the frames."""
        n = len(frames) + 1
        return cls(
            frames,
            np.zeros(n, np.int32),
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int16),
            np.zeros(0, np.int64),
            np.zeros(0, np.uint8),
            np.zeros(0, np.int32),
            np.zeros(n, np.int32),
            np.zeros(0, np.int64),
        )
