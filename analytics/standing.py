"""Who stands, and whom he may stand for: worked out once a frame for all rules of a camera that define it alike."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.ahead import Ahead
from analytics.passing import Passing
from analytics.queues import KMH_PER_MPS, LATEST_NS, QueueState
from analytics.shared import Shared
from analytics.sight import CUT, EDGE_PX, Sight
from analytics.views import is_in, longer_sides, reference_boxes
from analytics.waiting import Waiting
from core.arrays import I64, AnyArray, Bool
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import StepView
from core.frames import FrameMeta
from scenes.rules import IllegalParkingSpec, StoppedVehicleSpec

PASSED: Final = 2.0
"""So many vehicles (`analytics.passing.WEIGHTS`) go past who stands by himself, and not past a queue that stands."""
FREELY: Final = 1.0
"""So many that cannot stop for a queue ahead tell that there is none: of whom nothing else tells that he waits."""
LONGEST_S: Final = 90.0
"""Longer than this hardly a red phase lasts (cycles are of 60 to 120 s, Highway Capacity Manual). For so long, too, he
may be at his stop, or in a queue that nobody sees, of whose foot the picture's edge hides a part: on which lane, and
behind whom he stands is not known."""
CREEPS: Final = 3.0
"""Times the speed below which one stands: boxes at the picture's edge tremble so much."""
NOBODY: Final = np.zeros(0, np.int64)

StandSpec = StoppedVehicleSpec | IllegalParkingSpec


class Unseen(NamedTuple):
    """Who may stand for what the camera does not see.

    Attributes:
        held_back: tracks that may wait for it. sure: of those near it that do not.
        freed: rows of these that are foremost.
        cut: tracks of those whose foot the picture's edge cut as they stood, until they drive on.
        behind: tracks that have somebody ahead whom queues do not count (`analytics.ahead`).
    """

    held_back: I64 = NOBODY
    sure: I64 = NOBODY
    freed: AnyArray = NOBODY
    cut: I64 = NOBODY
    behind: I64 = NOBODY


NOTHING_UNSEEN: Final = Unseen()


class Standing:
    """Which vehicles stand, and which of them wait for nobody.

    Measured in metres where the ground is known and in box lengths where not. Ask `Standing.of` for the one that rules
    of a camera share.
    """

    def __init__(self, spec: StandSpec, shared: Shared) -> None:
        self._slow_mps = spec.stop_speed_kmh / KMH_PER_MPS
        self._slow_lengths = spec.stop_speed_lengths_per_s
        self._parks = isinstance(spec, IllegalParkingSpec)
        behind, lanes = isinstance(spec, StoppedVehicleSpec), bool(shared.scene.lanes)
        self._clock = shared.clock
        self._waits = Waiting(shared, signals=not self._parks, behind=behind) if lanes else None
        key = Passing, tuple(spec.classes), self._slow_mps, self._slow_lengths
        self._passing = shared.common(key, lambda: Passing(shared.scene, shared.clock)) if lanes else None
        self._ahead = Ahead(shared.scene, shared.clock) if behind and lanes else None
        self._state: QueueState | None = None
        self._frame: FrameMeta | None = None
        self._found: tuple[Bool, Bool] = np.zeros(0, np.bool_), np.zeros(0, np.bool_)
        self._told: FrameMeta | None = None
        self._unseen = NOTHING_UNSEEN

    @classmethod
    def of(cls, spec: StandSpec, shared: Shared) -> Standing:
        """One for all rules that look at the same vehicles in the same way."""
        limits = spec.stop_speed_kmh, spec.stop_speed_lengths_per_s
        return shared.common((cls, type(spec), tuple(spec.classes), *limits), lambda: cls(spec, shared))

    def __len__(self) -> int:
        return len(self._waits or ()) + len(self._passing or ()) + len(self._ahead or ())

    def at(self, sight: Sight, rows: AnyArray) -> tuple[Bool, Bool]:
        """Which of the rows (K) of these classes stand, and which of them wait for nobody."""
        if self._frame is not sight.view.frame:
            self._frame = sight.view.frame
            self._found = self._look(sight, rows)
        return self._found

    def _look(self, sight: Sight, rows: AnyArray) -> tuple[Bool, Bool]:
        stands = sight.stands(self._slow_mps, self._slow_lengths)[rows]
        if self._waits is None or self._passing is None:
            return stands, stands
        self._state = self._waits.queues.update(sight.view, self._clock)
        if not np.count_nonzero(stands):
            return stands, stands
        self._passing.update(sight, rows[stands])
        return stands, stands & ~self._waits.among(self._state, sight, rows, self._passing.place)

    def since(self, tracks: I64, least_ns: I64) -> I64:
        """Run time since when each of these tracks (K) stands, whether or not it waits; at most `least_ns` (K)."""
        return least_ns if self._passing is None else self._passing.since(tracks, least_ns)

    def came_ns(self, tracks: I64) -> I64:
        """Run time since when each of these tracks (K) is known, of those that were seen to drive on lanes; of others
        `LATEST_NS`.
        """
        if self._waits is None:
            return np.full(len(tracks), LATEST_NS)
        return self._waits.queues.came_ns(tracks)

    def unseen(self, sight: Sight, rows: AnyArray) -> Unseen:
        """Who of the rows (K) may stand for what the camera does not see; `at` was asked first."""
        if self._told is not sight.view.frame:
            self._told = sight.view.frame
            self._unseen = self._look_beyond(sight, rows, self._found[0])
        return self._unseen

    def _look_beyond(self, sight: Sight, rows: AnyArray, stands: Bool) -> Unseen:
        here = rows[stands]
        if not len(here) and not len(self._unseen.cut):
            return NOTHING_UNSEEN
        cut = NOBODY if self._parks else self._cut_off(sight, rows, stands)
        near = NOBODY, NOBODY, NOBODY
        if self._waits is not None and len(here):
            near = self._held_back(sight, here)
        return Unseen(*near, cut, self._behind(sight, here))

    def _behind(self, sight: Sight, here: AnyArray) -> I64:
        """Of those that stand (K rows) the tracks that have somebody ahead whom queues do not count."""
        if self._ahead is None or not len(here):
            return NOBODY
        return sight.view.track_id[here[self._ahead.seen(sight, here)]]

    def _cut_off(self, sight: Sight, rows: AnyArray, stands: Bool) -> I64:
        view, before = sight.view, self._unseen.cut
        cut = sight.cut[rows]
        if np.count_nonzero(cut):
            cut[cut] = _foot_cut(view, rows[cut])
        if not len(before) and not np.count_nonzero(cut):
            return NOBODY
        cut &= stands
        if len(before):
            creeps = sight.slower_than(CREEPS * self._slow_mps, CREEPS * self._slow_lengths)[rows]
            cut |= creeps & is_in(view.track_id[rows], before)
        return view.track_id[rows[cut]]

    def _held_back(self, sight: Sight, here: AnyArray) -> tuple[I64, I64, AnyArray]:
        """Of those that stand (K rows) the tracks that may wait for what the camera does not see, those near to it that
        do not, and the rows of the foremost of these that the traffic goes past.

        They stand near to where it sees no further along their lane, and nothing tells that they do not wait: neither
        does the traffic go past them (`PASSED`, `FREELY`), nor have they stood longer than one waits (`LONGEST_S`). The
        foremost of a queue past which the traffic goes is what the others wait for.
        """
        assert self._waits is not None and self._passing is not None and self._state is not None  # noqa: S101
        view = sight.view
        at_end = self._waits.at_end_of_view(view, here, sight.side[here])
        passed, freely, seconds = (what[at_end] for what in self._passing.update(sight, here))
        here = here[at_end]
        if not len(here):
            return NOBODY, NOBODY, NOBODY
        freed = here[passed >= PASSED]
        if len(freed):
            freed = freed[self._waits.foremost(self._state, view, freed, sight.side[freed])]
        unknown = (passed < PASSED) & (freely < FREELY) & (self._parks | (seconds < LONGEST_S))
        return view.track_id[here[unknown]], view.track_id[here[~unknown]], freed

    def explain(self, sight: Sight, row: int, *, settled: bool) -> Reasons:
        """Whether a row stands, and what it waits for; who is `settled` waits for nobody."""
        length = longer_sides(reference_boxes(sight.view, np.array([row])))
        said = stands_reason(sight, row, self._slow_mps, self._slow_lengths, float(length[0]))
        # Where no vehicle that is sure was at the place, nobody has looked at this frame.
        looked = self._frame is sight.view.frame
        if settled or not looked or self._waits is None or self._state is None:
            return (said,)
        return said, *self._waits.explain(self._state, sight.view, row, length)


def stands_reason(sight: Sight, row: int, slow_mps: float, slow_lengths: float = 0.0, length: float = 1.0) -> Reason:
    """Whether a row stands: slower than a speed in metres or, where it is not in metres, in lengths of its box (of
    `length` pixels).
    """
    view, share = sight.view, CUT if sight.cut[row] else 1.0
    if view.valid[row]:
        limit, unit = slow_mps * KMH_PER_MPS * share, "km-h"
        speed = float(np.hypot(*view.velocity[row])) * KMH_PER_MPS
    else:
        limit, unit = slow_lengths * share, "box-lengths-s"
        speed = float(np.hypot(*view.foot_velocity[row])) / length
    return reason("stands", speed < limit, value=Amount(speed, unit), limit=Amount(limit, unit))


def _foot_cut(view: StepView, rows: AnyArray) -> Bool:
    """Which of these boxes (K) the left, right or lower edge of the picture cuts: their feet go on there."""
    left, _, right, bottom = view.xyxy[rows].T
    wide, high = view.frame.width - EDGE_PX, view.frame.height - EDGE_PX
    return np.asarray((left <= EDGE_PX) | (right >= wide) | (bottom >= high), np.bool_)
