"""Who has lost its speed abruptly."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.impacts import SHORTEST_S, follow_speeds
from analytics.records import joined
from analytics.sight import Sight
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M
from analytics.views import CONFIRMED, believed_rows, class_mask
from core.arrays import F64, I64, AnyArray, Bool
from core.findings import StepView

ROAD_USERS: Final = ("person", "vehicle")
RIMS_M: Final = 2.0
"""Long ones, whose middles are far from their rims, are in reach when their usual lengths leave at most this."""
VANISHED_NS: Final = 3 * SECOND_NS
ASIDE_M: Final = 1.5
OVERSHOOT_S: Final = 0.4
"""Who begins at rest where another vanished at most so long ago is that one: so far aside of its way, at most. At an
impact a track goes on for so long, at its speed, before it is given up."""
RESTED_NS: Final = 30 * SECOND_NS
RESTED_M: Final = 2.0
"""Who begins at rest so near to where another rested, seen last at most so long ago, is that one."""
FIELDS: Final = [
    ("fast", np.float64),
    ("fast_ns", np.int64),
    ("last_ns", np.int64),
    ("last_at", np.float64, (2,)),
    ("last_way", np.float64, (2,)),
    ("hit", np.bool_),
    ("abrupt_ns", np.int64),
    ("before", np.float64),
    ("loss", np.float64),
    ("others", np.int64),
]
HIT: Final = ("hit", "abrupt_ns", "before", "loss", "others")
"""Highest speed of the last second, and when; when it was last seen, where and with which velocity. Of who lost its
speed abruptly: when it last did, its speed before, hardest deceleration, and others in reach."""


class Impacts:
    """Follows tracks for abrupt losses of speed, in metres.

    Tracks often break at an impact: who begins at rest where somebody fast vanished is taken for that one.

    Args:
        clock: has heard the frames that are shown.
        least_mps: from here on somebody is fast.
        loss_mps2: deceleration that is abrupt.
        reach_m: how far apart two are at most that may have met, but for long ones (`RIMS_M`).

    Attributes:
        users: classes of those that may have been met (`views.class_mask`).
    """

    def __init__(self, clock: CameraClock, least_mps: float, loss_mps2: float, reach_m: float) -> None:
        self._clock, self._least, self._loss, self._reach = clock, least_mps, loss_mps2, reach_m
        self.users = class_mask(ROAD_USERS)
        self._tracks = TrackTable(list(FIELDS))
        self._gone: AnyArray = self._tracks.rows

    def find(self, track: int) -> AnyArray | None:
        """The record (`FIELDS`) of a track."""
        return self._tracks.find(track)

    def losses(self, ids: I64) -> tuple[F64, I64]:
        """How hard (K) these tracks lost their speed, m/s², and when they last did: those that did abruptly, and have
        not gone on; else 0.
        """
        known = self._tracks.rows
        if not len(known):
            return np.zeros(len(ids)), np.zeros(len(ids), np.int64)
        at, there = self._tracks.where(ids)
        hit = there & known["hit"][at]
        return np.where(hit, known["loss"][at], 0.0), np.where(hit, known["abrupt_ns"][at], 0)

    @property
    def hardest(self) -> float:
        """The most that any of these has lost."""
        known = self._tracks.rows
        return float(known["loss"][known["hit"]].max(initial=0.0))

    def follow(self, sight: Sight, rows: AnyArray) -> Bool:
        """Bring these rows (K) to this frame: which of them were hit: have lost their speed abruptly, and not gone on
        since.
        """
        view, clock = sight.view, self._clock
        self._let_go(view)
        at, fresh = self._tracks.locate(view.track_id[rows], clock.run_ns)
        if np.count_nonzero(fresh):
            begun = fresh & (view.state[rows] == CONFIRMED) & view.valid[rows] & (sight.speed[rows] < self._least)
            self._inherit(view, rows[begun], at[begun])
        seen = view.state, view.valid, view.position, view.velocity, sight.speed
        abrupt, loss = np.empty(len(rows), np.bool_), np.empty(len(rows))
        limits = self._least, self._loss
        now, before = follow_speeds(self._tracks.rows, at, fresh, rows, seen, clock.run_ns, limits, (abrupt, loss))
        if now:
            self._note(view, rows[abrupt], at[abrupt], loss[abrupt])
        return self._tracks.rows["hit"][at] if now or before else np.zeros(len(rows), np.bool_)

    def _let_go(self, view: StepView) -> None:
        """Tracks that have ended lately are remembered: trackers often give up at an impact."""
        ended = self._tracks.take(view.ended_id)
        if self._clock.new_epoch:
            self._gone = self._gone[:0]
        elif len(ended):
            self._gone = joined(self._gone[self._lately(self._gone, self._clock.run_ns)], ended)
        self._tracks.let_go(view, self._clock)

    def _lately(self, tracks: AnyArray, now_ns: int) -> Bool:
        """Which of these records (T) are of tracks seen so lately that who begins at rest may be one of them."""
        rests = np.hypot(*tracks["last_way"].T) < self._least
        return np.asarray(now_ns - tracks["last_ns"] <= np.where(rests, RESTED_NS, VANISHED_NS), np.bool_)

    def _note(self, view: StepView, rows: AnyArray, at: AnyArray, loss: F64) -> None:
        """These (K) lose their speed abruptly: how many are in reach?"""
        mine = self._tracks.rows
        others = believed_rows(view, self.users)
        others = others[view.valid[others]]
        near = self._near(view, rows, others) & (rows[:, None] != others)
        new = at[~mine["hit"][at]]
        for field in ("before", "loss", "others"):
            mine[field][new] = 0
        mine["hit"][at], mine["abrupt_ns"][at] = True, self._clock.run_ns
        for field, value in (("before", mine["fast"][at]), ("loss", loss), ("others", near.sum(axis=1))):
            mine[field][at] = np.maximum(mine[field][at], value)

    def _inherit(self, view: StepView, rows: AnyArray, at: AnyArray) -> None:
        """These rows (K) begin at rest: as one that rested there, or where one vanished that was fast."""
        if not len(rows):
            return
        mine, now = self._tracks.rows, self._clock.run_ns
        gone = joined(self._gone, mine[mine["last_ns"] < now])
        gone = gone[self._lately(gone, now)]
        pace = np.hypot(*gone["last_way"].T)
        for row, new in zip(rows, at, strict=True):
            away = view.position[row] - gone["last_at"]
            far = np.hypot(*away.T)
            rested = np.flatnonzero((pace < self._least) & (far <= RESTED_M))
            if len(rested):
                same = gone[rested[far[rested].argmin()]]
                for field in HIT:
                    mine[field][new] = same[field]
                continue
            along = (away * gone["last_way"]).sum(axis=1) / np.maximum(pace, self._least)
            across = np.sqrt(np.maximum(far**2 - along**2, 0.0))
            fits = (pace >= self._least) & (across <= ASIDE_M)
            fits &= (along >= -OVERSHOOT_S * pace) & (along <= pace**2 / (2 * self._loss))
            if fits.any():
                chosen = int(np.where(fits, far, np.inf).argmin())
                self._carry_over(float(pace[chosen]), float(along[chosen]), int(new))

    def _carry_over(self, before: float, along: float, new: int) -> None:
        """A track in the record `new` is what vanished with a speed and stopped so far along its way."""
        mine = self._tracks.rows
        # From where it was last seen it has come so far at most, and lost its speed in SHORTEST_S at least.
        mine["before"][new], mine["loss"][new] = before, before / max(2 * along / before, SHORTEST_S)
        mine["hit"][new], mine["abrupt_ns"][new] = True, self._clock.run_ns

    def _near(self, view: StepView, a: AnyArray, b: AnyArray) -> Bool:
        """Which of these rows (K) and those (N) are in reach of each other (K, N)."""
        rims = (LENGTHS_M[view.class_id[a]][:, None] + LENGTHS_M[view.class_id[b]]) / 2 + RIMS_M
        return ~_far(view.position[a], view.position[b], np.maximum(rims, self._reach))


def _far(a: F64, b: F64, most: float | F64) -> Bool:
    """Which vectors (K, 2) and (N, 2) are further apart (K, N)."""
    away = a[:, None] - b
    return np.asarray(np.hypot(away[..., 0], away[..., 1]) > most, np.bool_)
