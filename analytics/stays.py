"""How long a condition has held for each of many things that keep their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.kernels.subjects import ALIKE, SAME, alive, drop_stale, go_on, stand_for
from analytics.pairing import nearest_first
from analytics.records import joined
from core.arrays import F32, F64, I64, U8, AnyArray, Bool
from core.geometry import iou

FIELDS: Final = [
    ("subject", np.int64),
    ("track", np.int64),
    ("row", np.int64),
    ("since_ns", np.int64),
    ("last_ns", np.int64),
    ("way", np.float64),
    ("box", np.float32, (4,)),
    ("drift", np.float32, (2,)),
    ("box_ns", np.int64),
    ("taken_ns", np.int64),
    ("unsure_ns", np.int64),
    ("open", np.bool_),
    ("lost", np.bool_),
    ("meets", np.bool_),
    ("observed", np.bool_),
    ("denied", np.bool_),
    ("left", np.bool_),
    ("astray", np.bool_),
]
HANDOVER_NS: Final = 3 * SECOND_NS
"""A track that began at most this long before another was last seen may be the same thing."""
STANDS_NS: Final = SECOND_NS
"""Who has met the condition for less long may be passing: the speed of a new track begins at 0."""
NO_SPEEDS: Final = np.zeros(0)
NO_DRIFTS: Final = np.zeros((0, 2), np.float32)


class Rest(NamedTuple):
    """Who is at rest. Numbers of who is go off with those who pass, and a box that jumps seems to move: a subject that
    has stayed for as long as hidden ones are waited for is hidden while its track is not at rest, or not at its place.
    It is for longer while boxes like its own are seen there, though they are of no track that is sure.

    Attributes:
        rests: (K) whether each of the tracks is, whether or not it meets the condition.
        came_ns: answers for tracks (N) since when each is known that was seen to drive up: known for longer than the
            one before is gone, it is no new number of who stands there.
        boxes: (M, 4) of all in the view, in reference pixels.
        state: (M) of their tracks.
    """

    rests: Bool
    came_ns: Callable[[I64], I64]
    boxes: F32
    state: U8


NO_REST: Final = Rest(np.zeros(0, np.bool_), np.zeros_like, np.zeros((0, 4), np.float32), np.zeros(0, np.uint8))


class Tracks(NamedTuple):
    """The tracks of a frame, K that are seen or coasting.

    Attributes:
        rows: (K) in the view. ids: (K) their numbers. boxes: (K, 4) in reference pixels.
        meets: (K) whether they meet the condition. observed: (K) whether they are seen in this frame.
        speeds: (K) with which the `way` of a subject grows while it meets the condition; None: it does not.
        drifts: (K, 2) velocities of their feet in reference pixels a second; None: of things that do not move.
        rest: of things that meet the condition only while they are at rest; None: of others.
    """

    rows: AnyArray
    ids: I64
    boxes: F32
    meets: Bool
    observed: Bool
    speeds: F64 | None = None
    drifts: F32 | None = None
    rest: Rest | None = None


class Stays:
    """Subjects: things that meet a condition, each known by its track, and found again by its place.

    A track that is lost and found under a new number (hidden for a moment, camera reconnected, process started again)
    is the same subject if its foot is within `reach` box heights of where the subject was last seen; of things that
    move, of where it would be by now had it gone on as it did, for the next one on a road comes where the one before
    was. Where the camera was lost meanwhile, the subject of an open event may have gone anywhere, and is sought further
    away.

    Args:
        gap_ns: the condition may fail for this long before the waiting starts anew.
        reach: in heights of the subject's box.
        swaps: the subject of a track that is seen to go may be found in another track at its place: for things that
            do not move, whose numbers a passing one takes. An open event's goes on with who has stood there for a
            moment, with a box that is alike.
        pace: by so many heights of its box a second it may have gone on while the camera was lost.
        hidden_ns: whose track is lost, and who has met the condition for as long, is waited for so long, to be found
            in a track as that of an open event is.
        leaves: but not who did not meet it when last seen: he has left, and is not hidden.
    """

    def __init__(
        self, *, gap_ns: int, reach: float, swaps: bool, pace: float = 0.0, hidden_ns: int = 0, leaves: bool = False
    ) -> None:
        self.gap_ns, self._reach, self._swaps, self._pace = gap_ns, reach, swaps, pace
        self._limits = gap_ns, hidden_ns, leaves
        self._next = 1
        self._restored: list[tuple[int, int]] = []
        self.rows: AnyArray = np.zeros(0, FIELDS)

    def __len__(self) -> int:
        return len(self.rows)

    def restore(self, box: tuple[float, float, float, float] | None, at_ns: int) -> int:
        """A subject of an open event, which was here at `at_ns` (UTC); without a box it is never found again."""
        added = self._new(1)
        added["box"], added["open"], added["lost"] = (np.nan,) * 4 if box is None else box, True, True
        self.rows = joined(self.rows, added)
        self._restored.append((len(self.rows) - 1, at_ns))
        return int(added["subject"][0])

    def left_at(self, boxes: F32) -> Bool:
        """Which of these boxes (K, 4) are where the subject of an open event was when the camera was lost."""
        mine = self.rows[self.rows["open"] & self.rows["lost"]]
        height = mine["box"][:, 3] - mine["box"][:, 1]
        near = _foot_distance(mine["box"], boxes) <= self._reach * height[:, None]
        return np.asarray(near.any(axis=0), np.bool_)

    def keep_open(self, subjects: list[int]) -> None:
        """The subjects with open events: these wait to be found again until their event ends, and not after it."""
        mine, opened = self.rows, np.isin(self.rows["subject"], subjects)
        ended = mine["open"] & ~opened & ~mine["meets"]
        mine["since_ns"][ended] = mine["last_ns"][ended]
        mine["open"] = opened

    def find(self, subject: int) -> AnyArray | None:
        """The record of a subject."""
        at = np.flatnonzero(self.rows["subject"] == subject)
        return self.rows[at[0]] if len(at) else None

    def of_track(self, track: int) -> AnyArray | None:
        """The record of the subject that a track is."""
        at = np.flatnonzero(self.rows["track"] == track)
        return self.rows[at[0]] if len(at) else None

    def alive(self, now_ns: int) -> Bool:
        """Which subjects (S) have met the condition lately, or are hidden for no longer than they did."""
        found = np.empty(len(self.rows), np.bool_)
        alive(self.rows, now_ns, self._limits, found)
        return found

    def of(self, subjects: Bool, ids: I64, boxes: F32) -> Bool:
        """Which of these tracks (K, boxes (K, 4)) are one of the subjects (S), or stand at the place of one whose own
        track is not among them.
        """
        found = np.empty(len(ids), np.bool_)
        stand_for(self.rows, subjects, ids, boxes, found)
        return found

    def update(self, clock: CameraClock, tracks: Tracks) -> None:
        """One frame, which `clock` has heard."""
        self._hear(clock)
        mine = self.rows
        owner = np.full(len(tracks.ids), -1)
        there = self._go_on(clock, tracks, owner) if len(mine) else 0
        candidates = tracks.meets & tracks.observed
        if np.count_nonzero(candidates):
            if there < len(mine) or (self._swaps and ((mine["open"] & mine["denied"]) | mine["astray"]).any()):
                self._adopt(clock, owner, candidates, tracks)
            self._add(clock, candidates & (owner < 0), tracks)
        self._drop_stale(clock)

    def _go_on(self, clock: CameraClock, tracks: Tracks, owner: I64) -> int:
        """Subjects whose tracks are there, marked in `owner` (K): how many."""
        times = clock.run_ns, clock.step_ns, clock.lost
        speeds = NO_SPEEDS if tracks.speeds is None else tracks.speeds
        drifts = NO_DRIFTS if tracks.drifts is None else tracks.drifts
        rest = NO_REST if tracks.rest is None else tracks.rest
        resting = rest.rests, rest.boxes, rest.state
        return go_on(self.rows, tracks[:5], speeds, drifts, resting, times, self._limits, owner)

    def _hear(self, clock: CameraClock) -> None:
        mine = self.rows
        for index, at_ns in self._restored:
            mine["box_ns"][index] = clock.run_ns - max(clock.wall_ns - at_ns, 0)
        self._restored.clear()
        if clock.lost:
            mine["lost"] |= mine["open"]
        if clock.new_epoch:
            mine["track"] = -1

    def _add(self, clock: CameraClock, fresh: Bool, tracks: Tracks) -> None:
        count = np.count_nonzero(fresh)
        if not count:
            return
        added = self._new(int(count))
        added["since_ns"] = clock.run_ns
        self._hold(added, slice(None), clock, tracks.rows[fresh], tracks.ids[fresh], tracks.boxes[fresh])
        if tracks.drifts is not None:
            added["drift"] = tracks.drifts[fresh]
        self.rows = joined(self.rows, added)

    def _adopt(self, clock: CameraClock, owner: I64, candidates: Bool, tracks: Tracks) -> None:
        """Give subjects without a track the candidates at their places, nearest first; marks them in `owner`."""
        mine, (rows, ids, boxes, *_) = self.rows, tracks
        waits = mine["open"] | self.alive(clock.run_ns)
        switched = mine["astray"] | (mine["open"] & mine["denied"] & self._swaps)
        orphan = np.flatnonzero(waits & ((mine["row"] < 0) | switched))
        if not len(orphan):
            return
        young = candidates & ((owner < 0) | ~mine["open"][owner])
        columns = np.flatnonzero(young)
        if not len(columns):
            return
        passed = np.where(mine["lost"], 0.0, (clock.run_ns - mine["box_ns"]) / SECOND_NS)[orphan, None]
        away = _foot_distance(mine["box"][orphan] + np.tile(mine["drift"][orphan] * passed, 2), boxes[columns])
        own = owner[columns]
        began = np.where(own < 0, clock.run_ns, mine["since_ns"][own])
        opened = (mine["open"] | mine["astray"] | (clock.run_ns - mine["last_ns"] > self.gap_ns))[orphan][:, None]
        takes = (own[None, :] < 0) | (opened & (began[None, :] >= mine["last_ns"][orphan][:, None] - HANDOVER_NS))
        if self._swaps:
            astray = (mine["astray"] & ~mine["open"])[orphan][:, None]
            if tracks.rest is not None and astray.any():
                came_ns = tracks.rest.came_ns(ids[columns])[None, :]
                takes &= ~(astray & (came_ns < mine["last_ns"][orphan][:, None] - HANDOVER_NS))
            alike = iou(mine["box"][orphan], boxes[columns]) >= np.where(astray, SAME, ALIKE)
            takes &= alike & (~opened | (clock.run_ns - began[None, :] >= STANDS_NS))
        height = (mine["box"][:, 3] - mine["box"][:, 1])[orphan]
        gone_on = mine["lost"][orphan] * self._pace * (clock.run_ns - mine["box_ns"][orphan]) / SECOND_NS
        away[~takes | ~(away <= ((self._reach + gone_on) * height)[:, None])] = np.inf
        gone = np.zeros(len(mine), np.bool_)
        for i, k in nearest_first(away):
            subject, at = int(orphan[i]), int(columns[k])
            if owner[at] >= 0:
                gone[owner[at]] = True
            owner[at] = subject
            self._hold(mine, subject, clock, rows[at], ids[at], boxes[at])
            if tracks.drifts is not None:
                mine["drift"][subject] = tracks.drifts[at]
        if gone.any():
            mine["last_ns"][gone], mine["track"][gone], mine["meets"][gone] = np.iinfo(np.int64).min // 2, -1, False

    @staticmethod
    def _hold(mine: AnyArray, at: int | slice, clock: CameraClock, row: AnyArray, track: AnyArray, box: F32) -> None:
        mine["row"][at], mine["track"][at], mine["box"][at], mine["last_ns"][at] = row, track, box, clock.run_ns
        mine["meets"][at], mine["observed"][at], mine["denied"][at], mine["left"][at] = True, True, False, False
        mine["box_ns"][at], mine["lost"][at], mine["astray"][at] = clock.run_ns, False, False

    def _drop_stale(self, clock: CameraClock) -> None:
        mine = self.rows
        keep = np.empty(len(mine), np.bool_)
        if drop_stale(mine, clock.run_ns, self._limits, keep):
            self.rows = mine[keep]

    def _new(self, count: int) -> AnyArray:
        added = np.zeros(count, FIELDS)
        added["subject"] = np.arange(self._next, self._next + count)
        added["track"] = added["row"] = -1
        self._next += count
        return added


def _foot_distance(a: F32, b: F32) -> AnyArray:
    """Distance (N, M) between the feet of boxes (N, 4) and (M, 4), in pixels."""
    dx = (a[:, 0] + a[:, 2])[:, None] / 2 - (b[:, 0] + b[:, 2])[None, :] / 2
    return np.asarray(np.hypot(dx, a[:, 3][:, None] - b[:, 3][None, :]), np.float64)
