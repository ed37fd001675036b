"""How many people are somewhere, of whom a camera sees some now and others a moment later."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.sight import Sight
from analytics.stay_rule import HIDDEN_S
from analytics.track_table import TrackTable
from core.arrays import AnyArray, Bool

REMEMBERED_NS: Final = round(HIDDEN_S * SECOND_NS)
"""In a crowd people hide one another, and a detector finds half of them at a time: who was seen so lately, and was not
seen to leave, is still there, as who loiters is."""
APART: Final = 0.35
"""Heights of a box between the feet of two people: who is seen nearer to where another was is the same."""


class Headcount:
    """People who were seen in a place lately.

    Args:
        clock: has heard the frames that are shown.
    """

    def __init__(self, clock: CameraClock) -> None:
        self._clock = clock
        self._table = TrackTable([("foot", np.float32, (2,)), ("high", np.float32)])

    def __len__(self) -> int:
        return len(self._table)

    def follow(self, sight: Sight, rows: AnyArray, inside: Bool) -> None:
        """Hear of a frame: rows (K) of all people who are seen in it, and who of them is in the place."""
        table, view, now = self._table, sight.view, self._clock.run_ns
        if self._clock.new_epoch:
            table.take_all()
        if not len(table) and not np.count_nonzero(inside):
            return
        table.take(view.track_id[rows[~inside]])
        there = rows[inside]
        if len(there):
            at, _ = table.locate(view.track_id[there], now)
            boxes = sight.boxes[there]
            table.rows["foot"][at], table.rows["high"][at] = view.foot[there], boxes[:, 3] - boxes[:, 1]
        late = table.rows["seen_ns"] < now - REMEMBERED_NS
        if np.count_nonzero(late):
            table.take(table.rows["id"][late])

    def unseen(self) -> int:
        """How many are remembered at places where nobody has been seen since."""
        mine = self._table.rows
        mine = mine[np.argsort(-mine["seen_ns"], kind="stable")]
        foot, later = mine["foot"], np.tri(len(mine), k=-1, dtype=np.bool_)
        away = np.hypot(*(foot[:, None] - foot[None]).transpose(2, 0, 1))
        same = (later & (away < APART * mine["high"][:, None])).any(axis=1)
        return int(np.count_nonzero(~same & (mine["seen_ns"] < self._clock.run_ns)))
