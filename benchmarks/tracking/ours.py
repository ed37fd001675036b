"""Matpho's own tracker at the same work as the others."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.tracking.data import Clip
from benchmarks.tracking.scoring import Board
from core.protocols import Tracker
from trackers.mot_challenge import write_tracks
from trackers.online import OnlineTracker

NAME = "matpho"

MakeTracker = Callable[[], Tracker]


def make_tracker() -> Tracker:
    """The default tracker with its default parameters."""
    return OnlineTracker()


def write_rows(clip: Clip, board: Board, make: MakeTracker = make_tracker) -> None:
    """Track a clip, and give the board what an online system would have reported as seen: confirmed rows."""
    tracker = make()
    with board.file(NAME, clip).open("w", encoding="ascii") as file:
        for frame, batch in enumerate(clip.batches(), 1):
            write_tracks(file, frame, tracker.update(batch))


def time_clip(clip: Clip, repeats: int, make: MakeTracker = make_tracker) -> list[float]:
    """Milliseconds a frame of each repeat by a fresh tracker, the making of the batch from arrays included."""
    found = []
    for _ in range(repeats):
        tracker, batches, seconds = make(), clip.batches(), 0.0
        for _frame in range(clip.frames):
            began = time.perf_counter()
            tracker.update(next(batches))
            seconds += time.perf_counter() - began
        found.append(1000 * seconds / clip.frames)
    return found
