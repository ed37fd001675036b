"""What the detector saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.arrays import F32, I16, I32, check_offsets, frozen
from core.frames import FrameMeta

NO_APPEARANCE: Final[F32] = np.zeros((0, 0), np.float32)
"""Stands for an embedding left out; a batch holds (N, 0) in its place."""


@dataclass(frozen=True, slots=True, eq=False)
class DetectionBatch:
    """N detections in B frames; those of frame i are the rows `offsets[i]:offsets[i + 1]`. Arrays are read-only.

    Attributes:
        frames: the B frames.
        offsets: (B + 1) int32.
        xyxy: (N, 4) float32, left, top, right, bottom in source pixels.
        score: (N) float32 in 0..1.
        class_id: (N) int16 of `core.taxonomy.ObjectClass`.
        embedding: (N, D) float32, what each looks like: a row of unit length, so that the product of two rows is their
            cosine similarity; all zero where nothing could be said. D is 0 without appearance.
    """

    frames: tuple[FrameMeta, ...]
    offsets: I32
    xyxy: F32
    score: F32
    class_id: I16
    embedding: F32 = field(default_factory=lambda: NO_APPEARANCE)

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.embedding is NO_APPEARANCE:
            object.__setattr__(self, "embedding", np.zeros((n, 0), np.float32))
        for name, dtype, shape in (
            ("offsets", np.int32, (None,)),
            ("xyxy", np.float32, (n, 4)),
            ("score", np.float32, (n,)),
            ("class_id", np.int16, (n,)),
            ("embedding", np.float32, (n, None)),
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
