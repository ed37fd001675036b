"""What the detector saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import F32, I16, I32, check_offsets, frozen
from core.frames import FrameMeta


@dataclass(frozen=True, slots=True, eq=False)
class DetectionBatch:
    """N detections in B frames; those of frame i are the rows `offsets[i]:offsets[i + 1]`. Arrays are read-only.

    Attributes:
        frames: the B frames.
        offsets: (B + 1) int32.
        xyxy: (N, 4) float32, left, top, right, bottom in source pixels.
        score: (N) float32 in 0..1.
        class_id: (N) int16 of `core.taxonomy.ObjectClass`.
    """

    frames: tuple[FrameMeta, ...]
    offsets: I32
    xyxy: F32
    score: F32
    class_id: I16

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        for name, dtype, shape in (
            ("offsets", np.int32, (None,)),
            ("xyxy", np.float32, (n, 4)),
            ("score", np.float32, (n,)),
            ("class_id", np.int16, (n,)),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), dtype, shape, name))
        check_offsets(self.offsets, len(self.frames), n)

    def __len__(self) -> int:
        return len(self.score)

    def rows(self, frame: int) -> slice:
        """The rows of one frame."""
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))

    @classmethod
    def empty(cls, frames: tuple[FrameMeta, ...]) -> DetectionBatch:
        """No detection in any of the frames."""
        return cls(
            frames,
            np.zeros(len(frames) + 1, np.int32),
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int16),
        )
