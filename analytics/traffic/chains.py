"""Road users as measurements count them: a track, and the tracks that go on with it under other numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.clock import CameraClock
from analytics.kernels.chains import follow
from analytics.views import reference_scale
from core.arrays import I64, AnyArray, Bool
from core.findings import StepView
from core.taxonomy import TWO_WHEELERS, VEHICLES, ObjectClass

FIELDS: Final = np.dtype(
    [
        ("id", np.int64),
        ("born_ns", np.int64),
        ("met_ns", np.int64),
        ("seen_ns", np.int64),
        ("prev_ns", np.int64),
        ("x", np.float64),
        ("y", np.float64),
        ("px", np.float64),
        ("py", np.float64),
        ("vx", np.float64),
        ("vy", np.float64),
        ("side", np.float64),
        ("class_id", np.int16),
        ("used", np.bool_),
        ("confirmed", np.bool_),
        ("ended", np.bool_),
        ("rides", np.bool_),
        ("waited_ns", np.int64),
    ],
)
"""Of one chain: last track; run times of its first row, its last row, and its last two observations (-1: none); the
feet of these two and the velocity, in reference pixels; longer side of its box, class; of a person whether he rides,
and for how long he has waited as riders do (`analytics.traffic.riders`)."""
LEAST_ROOM: Final = 4
TWO_WHEELED, OTHER_VEHICLE = -1, -2


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, made ready for gauges.

    Attributes:
        view: the tracks.
        clock: has heard it.
        slots: (M) the chain of each row; -1: not seen in this frame.
        fresh: (M) whether that chain begins here.
        sure: (M) whether that chain is confirmed. Until it is, nothing counts, but where it began is remembered.
        chains: records of `FIELDS`.
        now_ns: run time; `step_ns`: since the frame before, 0 after a loss; `loss_ns`: run time of the last loss.
    """

    view: StepView
    clock: CameraClock
    slots: I64
    fresh: Bool
    sure: Bool
    chains: AnyArray
    now_ns: int
    step_ns: int
    loss_ns: int


class Chains:
    """Joins tracks to chains: one for each road user, whatever numbers its tracks have.

    A track that is first seen after a chain was last seen, near where the chain would be now and not behind it, goes on
    with it: within half the longer side of its box, growing by half of it a second squared (bends and brakes, 2 to 4
    m/s²) to 2.5, at most 5 s later, or 20 s if the chain stood still; both two-wheelers, both other vehicles, or of one
    class. A track whose foot moves by more than 30 boxes a second (and one box) has jumped onto something else: it
    begins a new chain.

    Attributes:
        room: slots that there are; a chain keeps its slot.
        released: slots whose chain ended, or began anew, at the last update.
    """

    def __init__(self) -> None:
        self.room = LEAST_ROOM
        self._chains = np.zeros(LEAST_ROOM, FIELDS)
        self._index = np.zeros(LEAST_ROOM, np.int64), np.zeros(LEAST_ROOM, np.int64)
        self._count = 0
        self._totals = np.zeros(2, np.int64)
        self._kinds = np.array([_kind(item) for item in ObjectClass], np.int64)
        self.released: I64 = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._chains["used"]))

    @property
    def handed_over(self) -> int:
        """How often a track went on with the chain of another."""
        return int(self._totals[0])

    @property
    def jumps(self) -> int:
        """How often a track jumped onto something else."""
        return int(self._totals[1])

    @property
    def records(self) -> AnyArray:
        """Records of `FIELDS`, by slot."""
        return self._chains

    def update(self, view: StepView, now_ns: int, *, anew: bool) -> tuple[I64, Bool, Bool]:
        """Bring the chains to a frame; `anew`: an epoch begins, and all end.

        Returns:
            The chain of each row (M; -1: not seen), whether it begins here (M), and whether it is confirmed (M).
        """
        gone = np.zeros(0, np.int64)
        if anew:
            gone = np.flatnonzero(self._chains["used"] & self._chains["confirmed"])
            self._chains["used"], self._count = False, 0
        self._make_room(len(view.track_id))
        slots, fresh = np.empty(len(view.track_id), np.int64), np.empty(len(view.track_id), np.bool_)
        sure = np.empty(len(view.track_id), np.bool_)
        released = np.empty(2 * self.room, np.int64)
        self._count, released_count = follow(
            self._chains,
            self._index,
            self._count,
            (view.track_id, view.class_id, view.state, view.xyxy, view.foot, view.foot_velocity),
            view.ended_id,
            reference_scale(view),
            now_ns,
            self._kinds,
            (slots, fresh, sure, released, self._totals),
        )
        self.released = np.concatenate((gone, released[:released_count])) if anew else released[:released_count]
        return slots, fresh, sure

    def _make_room(self, more: int) -> None:
        need = len(self) + more
        small = max(2 * need, LEAST_ROOM)
        if need <= self.room <= 2 * small:
            return
        if need <= self.room and self._chains["used"][small:].any():
            return
        self.room = small
        self._chains = resized(self._chains, self.room)
        ids, slots = self._index
        self._index = resized(ids, self.room), resized(slots, self.room)


def resized(rows: AnyArray, room: int) -> AnyArray:
    """The array with `room` rows: the first of its own, then zeros."""
    more = np.zeros((room, *rows.shape[1:]), rows.dtype)
    kept = min(room, len(rows))
    more[:kept] = rows[:kept]
    return more


def _kind(item: ObjectClass) -> int:
    if item in TWO_WHEELERS:
        return TWO_WHEELED
    return OTHER_VEHICLE if item in VEHICLES else int(item)
