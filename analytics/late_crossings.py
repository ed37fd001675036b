"""Who must have crossed a line a moment ago, though nobody saw it: tracks that begin, or are seen again, past it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.rows import wanted_rows
from analytics.track_table import TrackTable
from analytics.views import CONFIRMED
from core.arrays import F64, AnyArray, Bool
from core.findings import StepView
from core.tracks import TrackState

TENTATIVE: Final = int(TrackState.TENTATIVE)
BREAK_NS: Final = 500_000_000
"""Who was not seen for longer (and a frame) may be another than before: two tracks can be mixed up there."""
LOOKS: Final = 4
LEAST_WAY_M: Final = 2.0
"""So often it must be seen, and so far it must come, until its way is known; boxes tremble by half a metre."""
KNOWN_NS: Final = 1_500_000_000
"""Its way is known by then, or it is too slow to be asked."""
AHEAD: Final = 0.5
"""Who comes over the line goes at most by this share of its way to the side: 27°."""
REACH_M: Final = 8.0
"""A way that begins further past the line says nothing of it."""
SAME_NS: Final = 300_000_000
SAME_M: Final = 0.6
CARS_M: Final = 3.0
"""Two tracks that cross so near in time and place are of one vehicle; cars have a lane each."""
LATELY_NS: Final = 5_000_000_000
STARTS_MPS2: Final = 4.0
"""No vehicle gains speed faster from rest: motorcycles are the fastest."""


@dataclass(frozen=True, slots=True, eq=False)
class LateCrossing:
    """A track that has come from before a line: when (run time) its middle was over it, where, and how fast.

    Attributes:
        place: (2) metres. way_m: metres past the line of the middle of its way, where it was so fast.
        guessed_ns: of the time since then, that before it was seen at all.
    """

    row: int
    middle_ns: int
    place: F64
    mps: float
    way_m: float
    guessed_ns: int


class LateCrossings:
    """The ways of tracks since they are seen, or seen again, also before they are confirmed.

    Whoever is a little past a line, and so fast that it cannot have started there from rest, has come over it. So it
    does not matter whose track it had been before.

    Args:
        clock: has heard the frames that are shown.
        wanted: classes of the tracks that matter (a mask by `views.class_mask`).
    """

    def __init__(self, clock: CameraClock, wanted: Bool) -> None:
        self._clock, self._wanted = clock, wanted
        self._ways = TrackTable(
            [
                ("from_ns", np.int64),
                ("from_at", np.float64, 2),
                ("last_ns", np.int64),
                ("looks", np.int64),
                ("done", np.bool_),
            ]
        )
        self._ready: tuple[AnyArray, AnyArray] = (np.zeros(0, np.int64), np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self._ways)

    def follow(self, view: StepView) -> None:
        """Hear of the next frame."""
        ways, now = self._ways, self._clock.run_ns
        ways.let_go(view, self._clock)
        rows = wanted_rows(self._wanted, view.class_id, view.state, TENTATIVE, CONFIRMED)
        rows = rows[view.valid[rows]]
        self._ready = rows[:0], rows[:0]
        if not len(rows):
            return
        at, fresh = ways.locate(view.track_id[rows], now)
        mine = ways.rows
        begins = fresh | (now - mine["last_ns"][at] > max(BREAK_NS, self._clock.step_ns))
        mine["last_ns"][at] = now
        if begins.any():
            new = at[begins]
            mine["from_ns"][new], mine["from_at"][new] = now, view.position[rows[begins]]
            mine["looks"][new], mine["done"][new] = 0, False
        mine["looks"][at] += 1
        ready = ~mine["done"][at] & (mine["looks"][at] >= LOOKS) & (view.state[rows] == CONFIRMED)
        if ready.any():
            self._ready = rows[ready], at[ready]

    def over(self, view: StepView, start_m: F64, end_m: F64, ahead: F64) -> Iterator[LateCrossing]:
        """Who, as is known at this frame, has come over a line on the ground; of each way at most once.

        Args:
            start_m, end_m: of the line (2), metres. ahead: unit vector over it.
        """
        rows, at = self._ready
        if not len(rows):
            return
        mine, now = self._ways.rows, self._clock.run_ns
        old = now - mine["from_ns"][at] > KNOWN_NS
        mine["done"][at[old]] = True
        began, place = mine["from_at"][at], view.position[rows]
        way, first_m, past_m = place - began, (began - start_m) @ ahead, (place - start_m) @ ahead
        along = (end_m - start_m) / float(np.hypot(*(end_m - start_m)))
        forward, aside = way @ ahead, way @ along
        fits = ~old & (past_m > 0) & (first_m < REACH_M) & (forward >= LEAST_WAY_M) & (np.abs(aside) <= AHEAD * forward)
        for n in np.flatnonzero(fits).tolist():
            seen_s = (now - int(mine["from_ns"][at[n]])) / SECOND_NS
            mps, first = float(forward[n]) / seen_s, float(first_m[n])
            cut_at = began[n] - way[n] * (first / float(forward[n]))
            beside = float((cut_at - start_m) @ along)
            if not 0 <= beside <= float(np.hypot(*(end_m - start_m))):
                continue
            mine["done"][at[n]] = True
            middle_ns = now - round((seen_s + first / mps) * SECOND_NS)
            guessed_ns = round(max(first, 0.0) / mps * SECOND_NS)
            yield LateCrossing(int(rows[n]), middle_ns, cut_at, mps, first + float(forward[n]) / 2, guessed_ns)


def from_rest(mps: float, way_m: float) -> bool:
    """Whether somebody can be so fast who has stood so far back."""
    return mps * mps <= 2 * STARTS_MPS2 * way_m


@dataclass(frozen=True, slots=True, eq=False)
class _Crossing:
    track: int
    cut_ns: int
    place: F64
    lasts_ns: int
    beside_m: float


class Crossed:
    """Who has crossed a stop line lately, of all signals of a camera: each vehicle once, whatever tracks it has."""

    def __init__(self, clock: CameraClock) -> None:
        self._clock = clock
        self._lately: list[_Crossing] = []

    def __len__(self) -> int:
        return len(self._lately)

    def is_first(self, track: int, cut_ns: int, place: F64, lasts_ns: int = SAME_NS, beside_m: float = SAME_M) -> bool:
        """Whether a vehicle has not crossed already; it has now.

        Args:
            cut_ns: run time at which its front crossed. place: (2) where, in metres; not a number without a ground.
            lasts_ns, beside_m: before and after which, and how far beside, nobody else is taken to be there.
        """
        now = self._clock.run_ns
        self._lately = [one for one in self._lately if 0 <= now - one.cut_ns < LATELY_NS]
        for one in self._lately:
            apart_ns = abs(cut_ns - one.cut_ns)
            near = float(np.hypot(*(place - one.place))) < min(beside_m, one.beside_m)
            if one.track == track or (near and apart_ns < max(lasts_ns, one.lasts_ns)):
                return False
        self._lately.append(_Crossing(track, cut_ns, place, lasts_ns, beside_m))
        return True
