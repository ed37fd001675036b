"""How many people are somewhere, of whom a camera sees some now and others a moment later."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.pairing import nearest_first
from analytics.sight import Sight
from analytics.stay_rule import HIDDEN_S
from analytics.track_table import TrackTable
from analytics.views import is_in
from core.arrays import AnyArray, Bool

REMEMBERED_NS: Final = round(HIDDEN_S * SECOND_NS)
"""In a crowd people hide one another, and a detector finds half of them at a time: who was seen so lately, and was not
seen to leave, is still there, as who loiters is."""
APART: Final = 0.35
"""Heights of a box between the feet of two people: who is seen nearer to where another was is the same."""
AGAIN_M: Final = 1.5
AGAIN_NS: Final = SECOND_NS
"""Who is first seen amid the place came over no border: he is the one who was last seen so near, and is hidden since.
The foot of somebody who is half hidden is as far off. Two tracks may be of one person for a second."""
FIELDS: Final = [
    ("foot", np.float32, (2,)),
    ("high", np.float32),
    ("place", np.float64, (2,)),
    ("unit", np.float64),
    ("began_ns", np.int64),
    ("begins", np.bool_),
    ("another", np.bool_),
]
"""Of a track: foot and height of its box; where it is, and how many metres one of that is (`Sight.people_at`); since
when it is in the place, whether it began there and is nobody known so far; whether it has gone on as another."""


class Headcount:
    """People who were seen in a place lately.

    Args:
        clock: has heard the frames that are shown.
    """

    def __init__(self, clock: CameraClock) -> None:
        self._clock = clock
        self._table, self._outside = TrackTable(FIELDS), TrackTable([])

    def __len__(self) -> int:
        return len(self._table) - int(np.count_nonzero(self._table.rows["another"]))

    def follow(self, sight: Sight, rows: AnyArray, inside: Bool) -> None:
        """Hear of a frame: rows (K) of all people who are seen in it, and who of them is in the place."""
        table, view, now = self._table, sight.view, self._clock.run_ns
        if self._clock.new_epoch:
            table.take_all()
        self._outside.let_go(view, self._clock)
        if not len(table) and not np.count_nonzero(inside):
            return
        outside, there = view.track_id[rows[~inside]], rows[inside]
        table.take(outside)
        if len(there):
            at, fresh = table.locate(view.track_id[there], now)
            boxes, mine = sight.boxes[there], table.rows
            mine["foot"][at], mine["high"][at] = view.foot[there], boxes[:, 3] - boxes[:, 1]
            mine["place"][at], mine["unit"][at] = sight.people_at(there)
            mine["another"][at] = False
            new = at[fresh]
            mine["began_ns"][new], mine["begins"][new] = now, ~is_in(mine["id"][new], self._outside.rows["id"])
        if len(outside):
            self._outside.locate(outside, now)
        self._go_on(now)
        late = table.rows["seen_ns"] < now - REMEMBERED_NS
        if np.count_nonzero(late):
            table.take(table.rows["id"][late])

    def _go_on(self, now_ns: int) -> None:
        """Who begins amid the place is one who is hidden, nearest first: that one counts no more, unless seen again."""
        mine = self._table.rows
        mine["begins"] &= now_ns - mine["began_ns"] <= AGAIN_NS
        seen = mine["seen_ns"] == now_ns
        young, hidden = np.flatnonzero(mine["begins"] & seen), np.flatnonzero(~seen & ~mine["another"])
        if not len(young) or not len(hidden):
            return
        away = np.hypot(*(mine["place"][young][:, None] - mine["place"][hidden]).T).T * mine["unit"][young][:, None]
        later = mine["began_ns"][young][:, None] >= mine["seen_ns"][hidden] - AGAIN_NS
        away[~later | (away > AGAIN_M)] = np.inf
        for i, k in nearest_first(away):
            mine["begins"][young[i]], mine["another"][hidden[k]] = False, True

    def unseen(self) -> int:
        """How many are remembered at places where nobody has been seen since."""
        mine = self._table.rows
        mine = mine[~mine["another"]]
        mine = mine[np.argsort(-mine["seen_ns"], kind="stable")]
        foot, later = mine["foot"], np.tri(len(mine), k=-1, dtype=np.bool_)
        away = np.hypot(*(foot[:, None] - foot[None]).transpose(2, 0, 1))
        same = (later & (away < APART * mine["high"][:, None])).any(axis=1)
        return int(np.count_nonzero(~same & (mine["seen_ns"] < self._clock.run_ns)))
