"""Which tracks cross which lines."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import CameraClock
from analytics.kernels.crossings import cross
from analytics.reasons import at_line
from analytics.track_table import EXPIRE_NS, TrackTable
from analytics.views import observed_rows
from core.arrays import Bool
from core.explanation import Reasons
from core.findings import StepView
from core.frames import FrameMeta
from core.scene import Line

SIDE: Final = np.dtype(
    [
        ("known", np.bool_),
        ("seen_ns", np.int64),
        ("side", np.int8),
        ("crossed", np.int8),
        ("x", np.float64),
        ("y", np.float64),
        ("distance", np.float64),
        ("place", np.float64),
    ]
)
"""Of a track at a line: whether it was seen before, and when last; its side and whether it crosses at this frame (1,
-1; 0: neither); last foot, and its distance from the line; where its way last cut the straight line through the ends: 0
at the start, 1 at the end."""
LINE: Final = np.dtype([(name, np.float64) for name in ("x0", "y0", "x1", "y1", "length", "hysteresis")])


class Crossings:
    """Crossings of line segments by the foot points of tracks: of all lines that the rules of a camera watch, at once.

    A track is on a side once its foot is further than the hysteresis from the line; it crosses when it comes to the
    other side and its way last cut the straight line between the segment's ends. So a foot that flickers over the line
    does not cross it, and who walks around its end does not either. Between two frames the way is straight.

    Args:
        clock: has heard the frames that are shown.
    """

    def __init__(self, clock: CameraClock) -> None:
        self._clock = clock
        self._watched: list[tuple[Line, float, Bool]] = []
        self._lines = np.zeros(0, LINE)
        self._wanted: Bool = np.zeros((0, 0), np.bool_)
        self._any: Bool = np.zeros(0, np.bool_)
        self._table = TrackTable([])
        self._frame: FrameMeta | None = None
        self._found: list[list[tuple[int, int]]] = []

    def __len__(self) -> int:
        return len(self._table)

    def watch(self, line: Line, hysteresis_px: float, wanted: Bool) -> int:
        """Watch a line from the first frame on.

        Args:
            line, hysteresis_px: in reference pixels.
            wanted: classes of the tracks that matter (a mask by `views.class_mask`).

        Returns:
            The number to ask by.
        """
        for number, (other, px, mask) in enumerate(self._watched):
            if other is line and px == hysteresis_px and np.array_equal(mask, wanted):
                return number
        self._watched.append((line, hysteresis_px, wanted))
        lines = [
            (*item.start.tolist(), *item.end.tolist(), float(np.hypot(*(item.end - item.start))) or 1.0, px)
            for item, px, _ in self._watched
        ]
        self._lines = np.array(lines, LINE)
        self._wanted = np.array([mask for *_, mask in self._watched])
        self._any = np.asarray(self._wanted.any(axis=0), np.bool_)
        self._table = TrackTable([], wide=SIDE, width=len(lines))
        return len(lines) - 1

    def at(self, view: StepView, number: int) -> list[tuple[int, int]]:
        """Row and direction (1 forward, -1 backward) of each track that crosses a line at this frame."""
        if self._frame is not view.frame:
            self._frame = view.frame
            self._update(view)
        return self._found[number]

    def _update(self, view: StepView) -> None:
        self._found = [[] for _ in self._watched]
        table = self._table
        table.let_go(view, self._clock)
        rows = observed_rows(view, self._any)
        if not len(rows):
            return
        now_ns = self._clock.run_ns
        at, _ = table.locate(view.track_id[rows], now_ns)
        found = np.empty((len(rows) * len(self._lines), 3), np.int64)
        tracks = table.wide, at, rows, view.class_id, view.foot
        count = cross(*tracks, self._lines, self._wanted, (now_ns, EXPIRE_NS), found)
        for number, row, direction in found[:count].tolist():
            self._found[number].append((row, direction))

    def explain(self, view: StepView, row: int, number: int) -> tuple[Reasons, int]:
        """Where a track seen in the last frame is, and the direction in which it crossed then; 0 if it did not."""
        at = self._table.row(int(view.track_id[row]))
        assert at is not None, "every track that is seen has a record"  # noqa: S101
        line, hysteresis_px, _ = self._watched[number]
        mine = self._table.wide[at, number]
        return at_line(line, mine, hysteresis_px), int(mine["crossed"])
