"""Which tracks cross a line."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import CameraClock
from analytics.kernels.tracks import cross
from analytics.reasons import at_line
from analytics.track_table import TrackTable
from core.arrays import I64, AnyArray
from core.explanation import Reasons
from core.findings import StepView
from core.scene import Line

FIELDS: Final = [
    ("side", np.int8),
    ("crossed", np.int8),
    ("foot", np.float64, (2,)),
    ("distance", np.float64),
    ("place", np.float64),
]
"""Of a track: its side and whether it crosses at this frame (1, -1; 0: neither); last foot, and its distance from the
line; where its way last cut the straight line through the ends: 0 at the start, 1 at the end."""


class Crossings:
    """Crossings of a line segment by the foot points of tracks.

    A track is on a side once its foot is further than `hysteresis_px` from the line; it crosses when it comes to the
    other side and its way last cut the straight line between the segment's ends. So a foot that flickers over the line
    does not cross it, and who walks around its end does not either. Between two frames the way is straight.

    Args:
        line: in reference pixels.
        hysteresis_px: in reference pixels.
    """

    def __init__(self, line: Line, hysteresis_px: float) -> None:
        self._line, self._hysteresis_px = line, hysteresis_px
        self._along = (line.end - line.start) / max(float(np.sum((line.end - line.start) ** 2)), 1e-12)
        self._table = TrackTable(list(FIELDS))

    def __len__(self) -> int:
        return len(self._table)

    def update(self, view: StepView, clock: CameraClock, rows: AnyArray) -> tuple[AnyArray, I64]:
        """One frame; `rows` are those seen in it.

        Returns:
            The rows (K) that cross, and their directions (K): 1 forward, -1 backward.
        """
        self._table.let_go(view, clock)
        if not len(rows):
            return rows, np.zeros(0, np.int64)
        at, fresh = self._table.locate(view.track_id[rows], clock.run_ns)
        line = self._line.start, self._line.end, self._along
        return cross(self._table.rows, at, fresh, view.foot, rows, line, self._hysteresis_px)

    def explain(self, view: StepView, row: int) -> tuple[Reasons, int]:
        """Where a track seen in the last frame is, and the direction in which it crossed then; 0 if it did not."""
        mine = self._table.find(int(view.track_id[row]))
        assert mine is not None, "every track that is seen has a record"  # noqa: S101
        return at_line(self._line, mine, self._hysteresis_px), int(mine["crossed"])
