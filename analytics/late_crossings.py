"""Who must have crossed a line a moment ago, though nobody saw it: tracks that begin, or are seen again, past it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.fronts import go_on
from analytics.kernels.rows import wanted_rows
from analytics.stop_lines import GroundLine
from analytics.track_table import TrackTable
from analytics.views import CONFIRMED, is_in
from core.arrays import F64, I64, AnyArray, Bool
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
REACH_M: Final = 12.0
"""A way that begins further past the line says nothing of it."""
SAME_NS: Final = 300_000_000
SAME_M: Final = 0.6
CARS_M: Final = 3.0
"""Two tracks that cross so near in time and place are of one vehicle; cars have a lane each."""
LATELY_NS: Final = 5_000_000_000
STARTS_MPS2: Final = 3.0
"""No vehicle gains speed faster from rest: motorcycles are the fastest."""


WAY: Final = [
    ("from_ns", np.int64),
    ("from_at", np.float64, 2),
    ("last_ns", np.int64),
    ("at", np.float64, 2),
    ("looks", np.int64),
    ("confirmed", np.bool_),
]
"""Of a track: when and where its way began, and was seen last; how often; whether it was ever confirmed."""
AT_LINE: Final = np.dtype(
    [("past_m", np.float64), ("over_ns", np.int64), ("over_at", np.float64, 2), ("told", np.bool_)]
)
"""Of a track at a line: how far past it; when and where it came over it before it was confirmed (0: it did not);
whether that, or its way, was told."""
ACROSS: Final = np.dtype(
    [(name, np.float64) for name in ("x", "y", "ahead_x", "ahead_y", "along_x", "along_y", "length_m")]
)
"""A line on the ground: its start, the unit vectors over it and along it, its length; metres."""


def across(line: GroundLine) -> tuple[float, ...]:
    """The record (`ACROSS`) of a line."""
    along, length_m = line.end - line.start, float(np.hypot(*(line.end - line.start)))
    return (*line.start, *line.ahead, *(along / length_m), length_m)


@dataclass(frozen=True, slots=True, eq=False)
class LateCrossing:
    """A track that has come from before a line: when (run time) its middle was over it, where, and how fast.

    Attributes:
        place: (2) metres. way_m: metres past the line of the middle of its way, where it was so fast.
        guessed_ns: of the time since then, that before it was seen at all.
        seen: it was seen to come over the line, before it was confirmed.
    """

    row: int
    middle_ns: int
    place: F64
    mps: float
    way_m: float
    guessed_ns: int
    seen: bool = False


class LateCrossings:
    """The ways of tracks since they are seen, or seen again, also before they are confirmed.

    Whoever is a little past a line, and so fast that it cannot have started there from rest, has come over it. So it
    does not matter whose track it had been before. And who is confirmed past a line that it came over before.

    Args:
        clock: has heard the frames that are shown.
        wanted: classes of the tracks that matter (a mask by `views.class_mask`).
    """

    def __init__(self, clock: CameraClock, wanted: Bool) -> None:
        self._clock, self._wanted = clock, wanted
        self._lines: list[GroundLine] = []
        self._across = np.zeros(0, ACROSS)
        self._ways = TrackTable(WAY)
        self._found: list[list[LateCrossing]] = []

    def __len__(self) -> int:
        return len(self._ways)

    def watch(self, line: GroundLine) -> int:
        """Watch a line from the first frame on; the number to ask by."""
        self._lines.append(line)
        self._across = np.array([across(one) for one in self._lines], ACROSS)
        self._ways = TrackTable(WAY, wide=AT_LINE, width=len(self._lines))
        return len(self._lines) - 1

    def at(self, number: int) -> list[LateCrossing]:
        """Who, as is known at this frame, has come over a line; of each way once."""
        return self._found[number]

    def follow(self, view: StepView, jumped: I64) -> None:
        """Hear of the next frame; these tracks are of somebody else from now on."""
        self._found = [[] for _ in self._lines]
        if not self._lines:
            return
        ways, now = self._ways, self._clock.run_ns
        ways.let_go(view, self._clock)
        rows = wanted_rows(self._wanted, view.class_id, view.state, TENTATIVE, CONFIRMED)
        rows = rows[view.valid[rows]]
        if not len(rows):
            return
        at, fresh = ways.locate(view.track_id[rows], now)
        begins = fresh | (now - ways.rows["last_ns"][at] > max(BREAK_NS, self._clock.step_ns))
        if len(jumped):
            begins |= is_in(view.track_id[rows], jumped)
        tracks = rows, view.position, view.state == CONFIRMED
        limits = LOOKS, LEAST_WAY_M, AHEAD, REACH_M
        times = now, KNOWN_NS, LATELY_NS
        found = go_on(ways.rows, at, begins, tracks, (self._across, ways.wide), times, limits)
        for number, n, seen in found.tolist():
            row, line = int(rows[n]), self._lines[number]
            one = (
                _over(view, row, ways.wide[at[n], number])
                if seen
                else self._crossing(view, row, ways.rows[at[n]], line)
            )
            self._found[number].append(one)

    def _crossing(self, view: StepView, row: int, mine: AnyArray, line: GroundLine) -> LateCrossing:
        seen_s = (self._clock.run_ns - int(mine["from_ns"])) / SECOND_NS
        first_m, way = line.past_m(mine["from_at"]), view.position[row] - mine["from_at"]
        forward_m = float(way @ line.ahead)
        mps = forward_m / seen_s
        middle_ns = self._clock.run_ns - round((seen_s + first_m / mps) * SECOND_NS)
        place = mine["from_at"] - way * (first_m / forward_m)
        guessed_ns = round(max(first_m, 0.0) / mps * SECOND_NS)
        return LateCrossing(row, middle_ns, place, mps, first_m + forward_m / 2, guessed_ns)


def _over(view: StepView, row: int, mark: AnyArray) -> LateCrossing:
    """One who was seen to come over a line."""
    mps = float(np.hypot(*view.velocity[row]))
    return LateCrossing(row, int(mark["over_ns"]), mark["over_at"].copy(), mps, 0.0, 0, seen=True)


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

    def before(
        self,
        track: int,
        cut_ns: int,
        place: F64,
        lasts_ns: int = SAME_NS,
        beside_m: float = SAME_M,
        two: Callable[[tuple[int, int]], bool] = lambda _tracks: False,
    ) -> int | None:
        """The track with which a vehicle has crossed already; None: it had not, and has now.

        Args:
            cut_ns: run time at which its front crossed. place: (2) where, in metres; not a number without a ground.
            lasts_ns, beside_m: before and after which, and how far beside, nobody else is taken to be there.
            two: whether two tracks are known to be of two vehicles.
        """
        now = self._clock.run_ns
        self._lately = [one for one in self._lately if 0 <= now - one.cut_ns < LATELY_NS]
        for one in self._lately:
            apart_ns = abs(cut_ns - one.cut_ns)
            near = float(np.hypot(*(place - one.place))) < min(beside_m, one.beside_m)
            close = near and apart_ns < max(lasts_ns, one.lasts_ns)
            if one.track == track or (close and not two((track, one.track))):
                return one.track
        self._lately.append(_Crossing(track, cut_ns, place, lasts_ns, beside_m))
        return None

    def has(self, track: int) -> bool:
        """Whether a track has crossed lately."""
        return any(one.track == track for one in self._lately)
