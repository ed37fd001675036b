"""Since when somebody has been on a lane, also while he was not seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.arrivals import follow_arrivals
from analytics.sight import Sight
from analytics.track_table import TrackTable
from core.arrays import AnyArray, Bool

MOVES: Final = 0.5
"""Of the longer side of its box a second: what is slower may stand, and does not tell when it came."""


class Arrivals:
    """When each track came onto a lane.

    A track is sure only after some frames, and who drives fast is past half of a short view by then. Who is first seen
    amid a lane, and drives along it, came from where it begins in the picture; it took him as long as it does at his
    speed. That is believed for no longer than he has been seen. And who was on the lane before others hid him, and is
    there after, was there all the while.

    Args:
        clock: has heard the frames that are shown.
        gap_ns: who is seen beside the lane for longer has left it.
    """

    def __init__(self, clock: CameraClock, gap_ns: int) -> None:
        self._clock, self._gap_ns = clock, gap_ns
        self._table = TrackTable(
            [
                ("first_ns", np.int64),
                ("since_ns", np.int64),
                ("on_ns", np.int64),
                ("on", np.bool_),
                ("along", np.float64),
                ("speed", np.float64),
            ]
        )

    def __len__(self) -> int:
        return len(self._table)

    def follow(self, sight: Sight, rows: AnyArray, on: Bool) -> None:
        """Hear of a frame: these rows (K) are all whom a rule looks at and who are seen; who of them is on the lane."""
        view, table, now = sight.view, self._table, self._clock.run_ns
        table.let_go(view, self._clock)
        table.take(view.ended_id)
        if not len(rows):
            return
        at, fresh = table.locate(view.track_id[rows], now)
        seen = view.along, view.lane_speed, sight.foot_speed, sight.side
        follow_arrivals(table.rows, at, fresh, rows, on, seen, (now, self._gap_ns), MOVES)

    def since_ns(self, tracks: AnyArray) -> AnyArray:
        """Run time (K) since when each of these tracks has been on the lane; now where that is not known."""
        now = self._clock.run_ns
        if not len(self._table):
            return np.full(len(tracks), now)
        at, there = self._table.where(tracks)
        mine = self._table.rows[at]
        way_ns = np.maximum(mine["along"], 0.0) / np.maximum(mine["speed"], 1e-9) * SECOND_NS
        # Nobody's time beside the lane counts: only of those who were on it as soon as they were seen.
        came = (mine["since_ns"] == mine["first_ns"]) & (mine["speed"] > 0)
        before = np.where(came, np.minimum(way_ns, now - mine["first_ns"]), 0.0).astype(np.int64)
        return np.where(there & mine["on"], mine["since_ns"] - before, now)
