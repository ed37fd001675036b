"""How fast tracks have been over a way, and how surely."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.clock import CameraClock
from analytics.kernels.speeds import follow_ways
from analytics.track_table import TrackTable
from core.arrays import F64, AnyArray, Bool
from core.findings import StepView


class Way(NamedTuple):
    """Of some tracks (K): metres and seconds since it began, mean speed and its standard deviation, m/s."""

    metres: F64
    seconds: F64
    speed: F64
    doubt: F64


class MeanSpeeds:
    """Mean speeds from where each track was when its way began, in a straight line, to where it is.

    The longer a way, the less the doubt of its ends matters: after a second it is known far better how fast somebody
    has been over it than how fast he is now. A way begins where the track goes on after a gap, or is of another class,
    as the middle of its footprint is sought by the size of its class.

    Args:
        clock: has heard the frames that are shown.
        gap_ns: longest time for which a track may be left out of a way.
    """

    def __init__(self, clock: CameraClock, gap_ns: int) -> None:
        self._clock, self._gap_ns = clock, gap_ns
        self._table = TrackTable(
            [
                ("since_ns", np.int64),
                ("last_ns", np.int64),
                ("class_id", np.int16),
                ("place", np.float64, (2,)),
                ("spread", np.float64, (2, 2)),
            ]
        )

    def __len__(self) -> int:
        return len(self._table)

    def follow(self, view: StepView, rows: AnyArray, goes_on: Bool) -> Way:
        """Hear of a frame: the ways of these rows (K); of those that do not go on (K) all is 0."""
        table, now = self._table, self._clock.run_ns
        table.let_go(view, self._clock)
        way = Way(*np.zeros((4, len(rows))))
        going = np.flatnonzero(goes_on)
        if len(going):
            at, fresh = table.locate(view.track_id[rows[going]], now)
            seen = view.class_id, view.position, view.position_cov
            follow_ways(table.rows, at, fresh, going, rows, seen, (now, self._gap_ns), way)
        return way
