"""The ways of tracks: kept while they last, simplified when they end."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from analytics.kernels.ways import kept_points, take_points
from core.arrays import F32, I64, AnyArray, Bool

TOLERANCE_PX: Final = 2.0
"""A simplified way is never further than this from the points it leaves out, in reference pixels."""
MOST_POINTS: Final = 65_536
"""Of all live tracks of a camera together (1 MB); at the bound every second point of each way is left out."""


def simplify(points: AnyArray, tolerance: float) -> AnyArray:
    """The points (K, 2) that keep a way (N, 2) within `tolerance`; first and last stay (Douglas and Peucker 1973)."""
    if len(points) < 3:
        return points
    return np.asarray(points[kept_points(np.ascontiguousarray(points, np.float32), tolerance)])


class PathLog:
    """Points of many tracks, in the order they came."""

    def __init__(self, most_points: int = MOST_POINTS) -> None:
        self._most = most_points
        self._ids = np.zeros(min(1_024, most_points), np.int64)
        self._points = np.zeros((len(self._ids), 2), np.float32)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def add(self, ids: I64, points: F32) -> None:
        """One point (K, 2) for each of K tracks."""
        if self._used + len(ids) > len(self._ids):
            self._make_room(len(ids))
        end = self._used + len(ids)
        self._ids[self._used : end], self._points[self._used : end] = ids, points
        self._used = end

    def take(self, ids: I64) -> dict[int, AnyArray]:
        """Remove the points of these tracks; the points (N, 2) of each."""
        points, begins, self._used = take_points(self._ids, self._points, self._used, np.ascontiguousarray(ids))
        spans = pairwise(begins.tolist())
        return {track: points[first:last] for track, (first, last) in zip(ids.tolist(), spans, strict=True)}

    def _keep(self, mask: Bool) -> None:
        count = int(mask.sum())
        self._ids[:count], self._points[:count] = self._ids[: self._used][mask], self._points[: self._used][mask]
        self._used = count

    def _make_room(self, count: int) -> None:
        while self._used > self._most // 2 and len(self._ids) >= self._most and self._halve():
            pass
        size = max(len(self._ids), min(self._most, 2 * len(self._ids)), self._used + count)
        ids, points = np.zeros(size, np.int64), np.zeros((size, 2), np.float32)
        ids[: self._used], points[: self._used] = self._ids[: self._used], self._points[: self._used]
        self._ids, self._points = ids, points

    def _halve(self) -> bool:
        """Leave out every second point of each way, never the first; false if there was none to leave out."""
        held = self._ids[: self._used]
        order = np.argsort(held, kind="stable")
        begins = np.flatnonzero(np.diff(held[order], prepend=held[order[0]] - 1))
        rank = np.arange(len(held)) - np.repeat(begins, np.diff(begins, append=len(held)))
        keep = np.ones(len(held), np.bool_)
        keep[order] = rank % 2 == 0
        self._keep(keep)
        return not bool(keep.all())
