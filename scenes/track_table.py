"""Tracks as one table: what self-calibration and suggestions read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.arrays import F64, I16, I64, AnyArray, frozen


@dataclass(frozen=True, slots=True, eq=False)
class TrackTable:
    """Observed boxes of one camera, sorted by track and within it by time. Arrays are read-only.

    Attributes:
        size: (width, height) of the picture that the boxes refer to.
        time_s: (N) float64.
        track_id: (N) int64.
        class_id: (N) int16 of the taxonomy; one for each track, that of most of its rows.
        xyxy: (N, 4) float64 in pixels of `size`.
    """

    size: tuple[int, int]
    time_s: F64
    track_id: I64
    class_id: I16
    xyxy: F64

    @classmethod
    def of(
        cls, size: tuple[int, int], time_s: AnyArray, track_id: AnyArray, class_id: AnyArray, xyxy: AnyArray
    ) -> TrackTable:
        """The table of rows in any order."""
        order = np.lexsort((time_s, track_id))
        ids = np.asarray(track_id, np.int64)[order]
        classes = np.asarray(class_id, np.int16)[order]
        for rows in _runs(ids):
            classes[rows] = np.bincount(classes[rows]).argmax()
        return cls(
            size,
            frozen(np.asarray(time_s, np.float64)[order], np.float64, (None,), "time_s"),
            frozen(ids, np.int64, (None,), "track_id"),
            frozen(classes, np.int16, (None,), "class_id"),
            frozen(np.asarray(xyxy, np.float64).reshape(-1, 4)[order], np.float64, (None, 4), "xyxy"),
        )

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def foot(self) -> F64:
        """Foot points (N, 2): the middle of each box's lower edge."""
        return np.column_stack(((self.xyxy[:, 0] + self.xyxy[:, 2]) / 2, self.xyxy[:, 3]))

    def tracks(self, least: int = 1) -> Iterator[slice]:
        """The rows of each track that has at least so many."""
        return (rows for rows in _runs(self.track_id) if rows.stop - rows.start >= least)

    def whole(self, margin: float = 0.004) -> AnyArray:
        """Which boxes (N) bool end inside the picture: those that touch its border are cut off."""
        width, height = self.size
        room = max(2.0, margin * width)
        x1, y1, x2, y2 = self.xyxy.T
        return np.asarray((x1 > room) & (y1 > room) & (x2 < width - room) & (y2 < height - room), np.bool_)


def _runs(ids: I64) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(ids)) + 1
    bounds = [0, *edges.tolist(), len(ids)]
    return (slice(a, b) for a, b in pairwise(bounds) if b > a)
