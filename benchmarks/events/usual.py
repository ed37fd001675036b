"""What speed is usual on a lane, and who is truly far below it."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.events.traffic.recording import Recording
from core.arrays import F64, Bool
from core.taxonomy import VEHICLES

WINDOW_S: Final = 120.0
EVERY_S: Final = 10.0
"""The usual speed is that of so long before, worked out so often."""
LEAST_ROWS: Final = 50
"""Rows of the window, about five vehicles for a second, below which nothing is usual."""
USUAL_MPS: Final = 20 / 3.6
STANDS_MPS: Final = 3 / 3.6
"""As the rule has them by default: where less is usual all are slow; who is slower stands."""
AHEAD_M: Final = 50.0
ASIDE_M: Final = 8.0
"""Somebody as slow so near ahead is what it waits for."""
AS_SLOW: Final = 1.5
"""Times its own speed: who drives so is no faster, for this."""


def too_slow(recording: Recording, here: Bool, share: float) -> Bool:
    """Which of the rows (N) in `here` move, at less than this share of the median speed on their lane.

    The median counts each vehicle by the way that it made there, in the `WINDOW_S` before.
    """
    found = np.zeros(len(here), np.bool_)
    rows = np.flatnonzero(here & (recording.lane >= 0))
    time_s, speed = recording.time_s[recording.steps_of(rows)], recording.speed[rows].astype(np.float64)
    for lane in np.unique(recording.lane[rows]).tolist():
        mine = recording.lane[rows] == lane
        usual = _usual(time_s[mine], speed[mine])
        moves = speed[mine] > STANDS_MPS
        found[rows[mine]] = moves & (speed[mine] < share * usual) & (usual >= USUAL_MPS)
    return found


def _usual(time_s: F64, speed: F64) -> F64:
    """For each row (K, by time) the usual speed at its time, NaN where too few passed."""
    usual = np.full(len(time_s), np.nan)
    for begin_s in np.arange(0.0, float(time_s.max(initial=0.0)) + EVERY_S, EVERY_S):
        now = slice(*np.searchsorted(time_s, (begin_s, begin_s + EVERY_S)))
        before = speed[slice(*np.searchsorted(time_s, (begin_s - WINDOW_S, begin_s)))]
        if now.stop > now.start and len(before) >= LEAST_ROWS:
            before = np.sort(before)
            way = np.cumsum(before)
            usual[now] = before[np.searchsorted(way, 0.5 * way[-1])]
    return usual


def held_up(recording: Recording, row: int) -> bool:
    """Whether the vehicle in a row has somebody about as slow close ahead."""
    rows = recording.users_at(int(recording.steps_of(row)))
    away = np.column_stack((recording.x[rows] - recording.x[row], recording.y[rows] - recording.y[row]))
    heading = float(recording.heading[row])
    ahead = away @ (np.cos(heading), np.sin(heading))
    aside = np.abs(away @ (-np.sin(heading), np.cos(heading)))
    vehicles = np.isin(recording.cls[rows], [int(item) for item in VEHICLES])
    alike = np.cos(recording.heading[rows] - heading) > 0.5
    slow = recording.speed[rows] <= AS_SLOW * recording.speed[row]
    near = (ahead > 0.5) & (ahead <= AHEAD_M) & (aside <= ASIDE_M)
    return bool((vehicles & alike & slow & near & (recording.user[rows] != recording.user[row])).any())
