"""Which tracks cross a line."""

from __future__ import annotations

import numpy as np

from analytics.clock import CameraClock
from analytics.track_table import TrackTable
from core.arrays import I64, AnyArray
from core.findings import StepView
from core.geometry import signed_distance
from core.scene import Line


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
        self._table = TrackTable(
            [("side", np.int8), ("foot", np.float64, (2,)), ("distance", np.float64), ("within", np.bool_)]
        )

    def __len__(self) -> int:
        return len(self._table)

    def update(self, view: StepView, clock: CameraClock, rows: AnyArray) -> tuple[AnyArray, I64]:
        """One frame; `rows` are those seen in it.

        Returns:
            The rows (K) that cross, and their directions (K): 1 forward, -1 backward.
        """
        if clock.new_epoch:
            self._table.take_all()
        self._table.take(view.ended_id)
        self._table.take_unseen(clock.run_ns)
        if not len(rows):
            return rows, np.zeros(0, np.int64)
        foot = view.foot[rows].astype(np.float64)
        distance = signed_distance(foot, self._line.start, self._line.end)
        at, fresh = self._table.locate(view.track_id[rows], clock.run_ns)
        state = self._table.rows
        before, was = state["distance"][at], state["side"][at]
        cuts = ~fresh & ((before < 0) != (distance < 0))
        if cuts.any():
            share = np.divide(before, before - distance, out=np.zeros_like(before), where=cuts)
            point = state["foot"][at] + share[:, None] * (foot - state["foot"][at])
            place = (point - self._line.start) @ self._along
            state["within"][at] = np.where(cuts, (place >= 0) & (place <= 1), state["within"][at])
        side = np.where(np.abs(distance) > self._hysteresis_px, np.sign(distance), was).astype(np.int8)
        crossed = (was != 0) & (side != was) & state["within"][at]
        state["side"][at], state["foot"][at], state["distance"][at] = side, foot, distance
        return rows[crossed], side[crossed].astype(np.int64)
