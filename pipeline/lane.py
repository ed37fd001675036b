"""Frames of one camera waiting in order."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from core.frames import FrameMeta, Surface


class Lane:
    """A bounded queue of one camera's frames. What it drops is released, and counted into the next frame's `dropped`.

    Not thread-safe: its owner holds a lock. Frames are dropped from the old end only, so that a loss always lies just
    before the frame that is handed out next.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a queue needs room for at least one frame, not {capacity}")
        self.capacity = capacity
        self._frames: deque[tuple[FrameMeta, Surface, int]] = deque()
        self._lost = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def full(self) -> bool:
        """Whether another frame finds no room."""
        return len(self._frames) >= self.capacity

    def append(self, meta: FrameMeta, surface: Surface, now_ns: int = 0) -> None:
        """Add the newest frame, put at `now_ns` (monotonic).

        Raises:
            ValueError: the lane is full.
        """
        if self.full:
            raise ValueError("the queue is full")
        self._frames.append((meta, surface, now_ns))

    def oldest_ns(self) -> int:
        """When the oldest frame was put; the lane is not empty."""
        return self._frames[0][2]

    def drop_oldest(self) -> None:
        """Release the oldest frame; the one after it will tell."""
        meta, surface, _ = self._frames.popleft()
        self._lost += 1 + meta.dropped
        surface.release()

    def popleft(self) -> tuple[FrameMeta, Surface]:
        """Take the oldest frame; the lane is not empty."""
        meta, surface, _ = self._frames.popleft()
        if self._lost:
            meta, self._lost = replace(meta, dropped=meta.dropped + self._lost), 0
        return meta, surface

    def clear(self) -> int:
        """Release all frames; how many there were."""
        count = len(self._frames)
        while self._frames:
            self.drop_oldest()
        return count
