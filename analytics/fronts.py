"""When the fronts of vehicles cross stop lines: timed once for all signals of a camera."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.crossings import Crossings
from analytics.free_flow import CAR_BOX_M
from analytics.kernels.fronts import come
from analytics.late_crossings import SAME_NS, LateCrossing, LateCrossings, from_rest
from analytics.queues import KMH_PER_MPS
from analytics.sight import Sight
from analytics.stop_lines import StopLine
from analytics.track_table import TrackTable
from analytics.vehicles import LENGTHS_M
from core.arrays import F64, AnyArray, Bool
from core.explanation import Reasons
from core.findings import StepView
from core.frames import FrameMeta
from core.geometry import iou

STANDS_MPS: Final = 3 / KMH_PER_MPS
"""Who is slower has stopped."""
SAME_STOP_NS: Final = SECOND_NS
"""Who moves for no longer between still stands: speeds of boxes that tremble come and go."""
HEADS: Final = 0.5
"""Who crosses a line heads over it, within 60°."""
JUMP_MPS: Final = 2.0
STARTS_MPS2: Final = 5.0
"""No vehicle is faster than this after it has stood: motorcycles start with 4 m/s², and speeds are smoothed."""
KNOWN_NS: Final = SECOND_NS
"""The speed of a newer track is not known yet: it begins at 0."""
HIDDEN_NS: Final = 500_000_000
"""Who was not seen for longer (and a frame) as it came to the line may be another: two tracks can be mixed up there."""
STEADY: Final = 1 / 3
STEADY_M: Final = 0.5
ALONE_M: Final = 2.0
GLIDES: Final = 0.15
"""… unless it has come as far as its speeds before and after that tell, but for such a share and so much, within
`LOOK_BACK_NS`, and nobody else is so near its way, or its speed is the same but for so small a share."""
GLIDES_NS: Final = 1_200_000_000
"""Among others the same speed tells for no longer."""
TWO_NS: Final = 2 * SECOND_NS
TWO_SHARE: Final = 0.5
"""Who has two tracks has them for less long, or one box upon the other: boxes beside his own come and go."""
HEIR_NS: Final = 400_000_000
"""The way of a newer track is not known yet."""
LOOK_BACK_NS: Final = 2 * SECOND_NS
"""A crossing longer ago than this, by way and speed, is not known well enough to be judged."""
FORGET_NS: Final = 20 * SECOND_NS
NOBODY: Final = np.zeros(0, np.int64)
CAME: Final = [
    ("lane", np.int64),
    ("stood", np.bool_),
    ("stood_ns", np.int64),
    ("stood_at", np.float64, 2),
    ("stops_ns", np.int64),
    ("stops_at", np.float64, 2),
    ("jumps", np.bool_),
    ("jumped", np.bool_),
    ("gap_ns", np.int64),
    ("last_ns", np.int64),
    ("first_ns", np.int64),
    ("at", np.float64, 2),
    ("velocity", np.float64, 2),
    ("mps", np.float64),
    ("at_before", np.float64, 2),
    ("mps_before", np.float64),
]
"""Of a track: its last lane; whether it has stood, when last and since when, and where; whether it is, from this frame
on or still, faster than one can be who stood; how long it was not seen until its last frame; when, where and how fast
it was then, and at the one before."""


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """A vehicle whose front has crossed a stop line; all times are run times.

    Attributes:
        row: of the frame at which that is known.
        inside_ns: by when its front was over the line at the latest; for who stopped with it there that may be before
            `cut_ns`, when it last came over it. middle_ns: when its middle did.
        mps: its speed. place: (2) where its middle crossed, in metres; not numbers where there is no ground.
        lasts_ns: before and after which nobody else is taken to cross there.
        joined: nobody was seen to come over it: somebody before the line and somebody past it are taken for one.
    """

    row: int
    inside_ns: int
    cut_ns: int
    middle_ns: int
    mps: float
    place: F64
    lasts_ns: int = SAME_NS
    joined: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """One who is not seen any more: when (run time) and where (2) it was seen last, its speed over the line then."""

    last_ns: int
    at: F64
    mps: float


class Fronts:
    """Fronts that cross stop lines.

    When one crossed is told by how far the middle is past the line, half a length (`core.traffic.SIZES_M`), and the
    speed. Without a ground the foot of a box is the front of a vehicle that comes near, and the rear of one that goes
    away.

    Near a stop line tracks are mixed up: of those who wait, those who pass behind them, and those who are hidden. So
    one that stood a moment ago and is fast now, that heads along the line rather than over it, or that was not seen as
    it came to the line, and is not where its speed tells, has crossed nothing by that. But whoever is seen a little
    past it, and so fast that it cannot have started there, has come over it, whosever track it was (`late_crossings`).

    Args:
        clock: of the camera; has heard the frames that are shown.
        lines: crossings of the camera.
        wanted: classes of the tracks that matter (a mask by `views.class_mask`).
    """

    def __init__(self, clock: CameraClock, lines: Crossings, wanted: Bool) -> None:
        self._clock, self._lines, self._wanted = clock, lines, wanted
        self._watched: list[tuple[StopLine, int, int | None]] = []
        self._came, self._late = TrackTable(CAME), LateCrossings(clock, wanted)
        self._followed: deque[int] = deque(maxlen=64)
        """Tracks that others went on with."""
        self._frame: FrameMeta | None = None

    def __len__(self) -> int:
        return len(self._came)

    def watch(self, stop: StopLine, hysteresis_px: float) -> int:
        """Watch a stop line from the first frame on; the number to ask by."""
        late = None if stop.ground is None else self._late.watch(stop.ground)
        self._watched.append((stop, self._lines.watch(stop.line, hysteresis_px, self._wanted), late))
        return len(self._watched) - 1

    def at(self, sight: Sight, number: int) -> Iterator[Front]:
        """Those that have crossed a stop line, as is known at this frame: who is seen to cross, then who must have."""
        view = sight.view
        self._hear(sight)
        stop, line, late = self._watched[number]
        for row, way in self._lines.at(view, line):
            front = self._seen(sight, row, stop) if way > 0 else None
            if front is not None:
                yield front
        for one in () if late is None else self._late.at(late):
            front = self._unseen(sight, stop, one)
            if front is not None:
                yield front

    def two(self, view: StepView, tracks: tuple[int, int]) -> bool:
        """Whether two tracks are of two vehicles: both have been seen for `TWO_NS`, and their boxes are apart."""
        rows, known = np.flatnonzero(np.isin(view.track_id, tracks)), [self._came.find(track) for track in tracks]
        if len(rows) < 2 or any(one is None or self._clock.run_ns - one["first_ns"] < TWO_NS for one in known):
            return False
        return bool(iou(view.xyxy[rows[:1]], view.xyxy[rows[1:]])[0, 0] < TWO_SHARE)

    def lane(self, track: int) -> int:
        """The number of the lane it was last seen on; -1: none."""
        known = self._came.find(track)
        return -1 if known is None else int(known["lane"])

    def explain(self, view: StepView, row: int, number: int) -> Reasons:
        """Where a track seen in the last frame is at a stop line."""
        return self._lines.explain(view, row, self._watched[number][1])[0]

    def heir(self, sight: Sight, stop: StopLine, lost: Lost) -> int | None:
        """The row of the track with which somebody goes on over a stop line who was lost past it; None: no such."""
        self._hear(sight)
        if stop.ground is None or lost.mps <= STANDS_MPS:
            return None
        rows, now = self._came.rows, self._clock.run_ns
        gap_s = (now - lost.last_ns) / SECOND_NS
        reach_m = lost.mps * gap_s + STARTS_MPS2 / 2 * gap_s * gap_s + STEADY_M
        new = (rows["first_ns"] > lost.last_ns - HIDDEN_NS) & (now - rows["first_ns"] >= HEIR_NS)
        for mine in rows[new & (rows["last_ns"] == now)]:
            way, row = mine["at"] - lost.at, np.flatnonzero(sight.view.track_id == mine["id"])
            if float(np.hypot(*way)) > reach_m or not len(row) or int(mine["id"]) in self._followed:
                continue
            past = stop.past(sight, int(row[0]))
            if past.over_mps > HEADS * past.mps and way @ mine["velocity"] > HEADS * np.hypot(*way) * past.mps:
                self._followed.append(int(mine["id"]))
                return int(row[0])
        return None

    def _hear(self, sight: Sight) -> None:
        view, now = sight.view, self._clock.run_ns
        if self._frame is view.frame:
            return
        self._frame = view.frame
        self._came.let_go(view, self._clock)
        rows, jumped = sight.observed(self._wanted), NOBODY
        if len(rows):
            at, fresh = self._came.locate(view.track_id[rows], now)
            slow = sight.slower_than(STANDS_MPS, STANDS_MPS / CAR_BOX_M)
            tracks = rows, view.lane, view.position, view.velocity, slow
            come(self._came.rows, at, fresh, tracks, (now, KNOWN_NS, SAME_STOP_NS), (JUMP_MPS, STARTS_MPS2))
            jumped = view.track_id[rows[self._came.rows["jumps"][at]]]
        self._late.follow(view, jumped)

    def _unseen(self, sight: Sight, stop: StopLine, late: LateCrossing) -> Front | None:
        """One who begins past the line, is seen again there, or confirmed, and must have come over it."""
        past = stop.past(sight, late.row)
        if late.seen and (past.mps <= STANDS_MPS or past.over_mps <= HEADS * past.mps):
            return None
        ahead_m = float(LENGTHS_M[sight.view.class_id[late.row]]) / 2
        cut_ns = late.middle_ns - round(ahead_m / late.mps * SECOND_NS)
        starts = not late.seen and from_rest(late.mps, late.way_m + ahead_m)
        if starts or self._clock.run_ns - cut_ns > LOOK_BACK_NS:
            return None
        red_by_ns, lasts_ns = cut_ns - late.guessed_ns // 2, max(SAME_NS, late.middle_ns - cut_ns)
        return Front(late.row, red_by_ns, cut_ns, late.middle_ns, late.mps, late.place, lasts_ns)

    def _seen(self, sight: Sight, row: int, stop: StopLine) -> Front | None:
        """One whose foot crosses at this frame; None of who heads elsewhere, or jumped."""
        view, past = sight.view, stop.past(sight, row)
        known, now = self._came.find(int(view.track_id[row])), self._clock.run_ns
        if past.over_mps <= HEADS * past.mps or known is None:
            return None
        if known["stood"] and past.mps > JUMP_MPS + STARTS_MPS2 * (now - int(known["stood_ns"])) / SECOND_NS:
            return None
        joined = int(known["gap_ns"]) > max(HIDDEN_NS, self._clock.step_ns)
        if joined and not _same(view, row, known):
            return None
        length = float(LENGTHS_M[view.class_id[row]])
        rises = view.foot_velocity[row, 1] < 0
        ahead_m = length / 2 if stop.ground is not None else length if rises else 0.0
        middle_ns = now - round(past.metres / past.over_mps * SECOND_NS)
        cut_ns = inside_ns = middle_ns - round(ahead_m / past.mps * SECOND_NS)
        if now - cut_ns > LOOK_BACK_NS:
            return None
        if stop.ground is not None and known["stood"] and now - int(known["stood_ns"]) < FORGET_NS:
            # Who has stood with its front over the line crossed it before, and at the latest when it stopped there.
            stops_m, stood_m = stop.ground.past_m(known["stops_at"]), stop.ground.past_m(known["stood_at"])
            cut_ns = min(cut_ns, int(known["stood_ns"])) if stood_m >= -ahead_m else cut_ns
            inside_ns = min(cut_ns, int(known["stops_ns"])) if stops_m >= -ahead_m else cut_ns
        place = _cut_at(view, row, past.metres, stop)
        return Front(row, inside_ns, cut_ns, middle_ns, past.mps, place, joined=joined)


def _same(view: StepView, row: int, known: AnyArray) -> bool:
    """Whether a track that was not seen for a while is still of the same: it has come as far as its speeds tell."""
    gap_ns, before, after = int(known["gap_ns"]), float(known["mps_before"]), float(known["mps"])
    if not view.valid[row] or gap_ns > LOOK_BACK_NS or min(before, after) <= STANDS_MPS:
        return False
    start, way = known["at_before"], known["at"] - known["at_before"]
    expected_m = gap_ns / SECOND_NS * (before + after) / 2
    off_m = abs(float(np.hypot(*way)) - expected_m)
    if off_m > STEADY * expected_m + STEADY_M:
        return False
    glides = gap_ns <= GLIDES_NS and abs(after - before) <= GLIDES * before
    if glides and off_m <= GLIDES * expected_m + STEADY_M:
        return True
    to = view.position[view.valid & (np.arange(len(view.valid)) != row)] - start
    share = np.clip(to @ way / max(float(way @ way), 1e-9), 0.0, 1.0)
    return not bool((np.hypot(*(to - share[:, None] * way).T) < ALONE_M).any())


def _cut_at(view: StepView, row: int, past_m: float, stop: StopLine) -> F64:
    """Where on the ground its middle was over the line."""
    speed = float(np.hypot(*view.velocity[row]))
    if stop.ground is None or not view.valid[row] or speed <= 0:
        return np.full(2, np.nan)
    return np.asarray(view.position[row] - view.velocity[row] * (past_m / speed))
