"""Subjects that keep their place, one by one; see `analytics.stays`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from core.arrays import F32, F64, I64, U8, AnyArray, Bool
from core.compiled import in_place
from core.tracks import TrackState

SECOND_NS: Final = 1_000_000_000
ALIKE: Final = np.float32(0.25)
"""Intersection over union: what stands still has the same box, but for what hides a part of it."""
SAME: Final = np.float32(0.5)
"""The same of who comes back to his place, or has not left it: seen as a whole. A little further on, it is less."""
TENTATIVE: Final = int(TrackState.TENTATIVE)
SETTLE_NS: Final = 3 * SECOND_NS
"""So slowly the place of who rests follows his box: whose number goes off with one who passes seems to rest for a
moment more."""


@in_place
def go_on(
    stays: AnyArray,
    tracks: tuple[I64, I64, F32, Bool, Bool],
    speeds: F64,
    drifts: F32,
    rest: tuple[Bool, F32, U8],
    times: tuple[int, int, bool],
    limits: tuple[int, int, bool],
    owner: I64,
) -> int:
    """Bring subjects to a frame: how many of their tracks are there.

    Args:
        stays: (S) records of `analytics.stays.FIELDS`.
        tracks: (K) row in the view, number, box, whether each meets the condition, whether it is seen.
        speeds: (K), or none; drifts: (K, 2), or none.
        rest: as `analytics.stays.Rest`, or nothing of it.
        times: run time, since the frame before, whether the camera was lost.
        limits: for `is_alive`.
        owner: (K) to be filled where a subject has the track: with its number.
    """
    rows, ids, boxes, meets, observed = tracks
    now_ns, step_ns, lost = times
    rests, seen, state = rest
    there = 0
    for s in range(len(stays)):
        mine = stays[s]
        k = 0
        while k < len(ids) and ids[k] != mine.track:
            k += 1
        joined = (mine.meets and not lost) or now_ns - mine.last_ns <= limits[0] or mine.open
        if k == len(ids):
            mine.row, mine.observed, mine.denied, mine.meets = -1, False, False, False
            if not mine.open and is_seen(mine.box, seen, state):
                mine.taken_ns = now_ns
            continue
        owner[k] = s
        there += 1
        alike = overlap(mine.box, boxes[k])
        if not joined and is_alive(mine, now_ns, limits):
            joined = alike >= (SAME if mine.astray else ALIKE)
        mine.row, mine.observed, mine.lost = rows[k], observed[k], False
        mine.denied = observed[k] and not meets[k]
        mine.astray = len(rests) > 0 and not meets[k] and not (rests[k] and alike >= SAME)
        mine.meets = meets[k] and (joined or observed[k])
        mine.left = (mine.left or mine.denied) and not mine.meets
        if not mine.meets:
            continue
        if not joined:
            mine.since_ns, mine.way = now_ns, 0.0
        mine.last_ns = now_ns
        if len(speeds):
            mine.way += speeds[k] * (step_ns / SECOND_NS)
        if observed[k]:
            mine.box_ns = now_ns
            share = min(step_ns / SETTLE_NS, 1.0) if len(rests) and joined else 1.0
            for side in range(4):
                mine.box[side] += (boxes[k, side] - mine.box[side]) * np.float32(share)
            if len(drifts):
                mine.drift[0], mine.drift[1] = drifts[k, 0], drifts[k, 1]
    return there


@in_place
def alive(stays: AnyArray, now_ns: int, limits: tuple[int, int, bool], found: Bool) -> None:
    """Fill in which subjects (S) are alive."""
    for s in range(len(stays)):
        found[s] = is_alive(stays[s], now_ns, limits)


@in_place
def drop_stale(stays: AnyArray, now_ns: int, limits: tuple[int, int, bool], keep: Bool) -> bool:
    """Fill in which subjects (S) are to be kept: those of open events, who meet the condition, and who are alive;
    whether any is not.
    """
    stale = False
    for s in range(len(stays)):
        keep[s] = stays[s].open or stays[s].meets or is_alive(stays[s], now_ns, limits)
        stale = stale or not keep[s]
    return stale


@in_place
def is_alive(mine: Any, now_ns: int, limits: tuple[int, int, bool]) -> bool:
    """Whether a subject has met the condition lately, or is hidden for no longer than it did.

    Args:
        limits: for how long it may fail, for how long one is hidden at most, in ns; whether only who has left is not.
    """
    gap_ns, hidden_ns, leaves = limits
    away_ns, stayed_ns = now_ns - mine.last_ns, mine.last_ns - mine.since_ns
    unseen_ns = now_ns - max(mine.last_ns, mine.taken_ns)
    if away_ns <= gap_ns:
        return True
    gone = mine.left if leaves else mine.denied
    hidden = mine.row < 0 and not gone
    astray = mine.astray and stayed_ns >= hidden_ns
    return bool(mine.track >= 0 and (hidden or astray) and unseen_ns <= hidden_ns and away_ns <= stayed_ns)


@in_place
def is_seen(mine: F32, boxes: F32, state: U8) -> bool:
    """Whether one of the boxes (N) is that of who stood at a place: found now and then, his track is never sure."""
    for n in range(len(boxes)):
        if state[n] == TENTATIVE and overlap(mine, boxes[n]) >= SAME:
            return True
    return False


@in_place
def stand_for(stays: AnyArray, asked: Bool, ids: I64, boxes: F32, found: Bool) -> None:
    """Fill in which tracks (K) are one of the subjects (S) that are asked for, or stand at the place of one of these
    whose own track is not among them.
    """
    for k in range(len(ids)):
        found[k] = False
    for s in range(len(stays)):
        if not asked[s]:
            continue
        mine, there = stays[s], False
        for k in range(len(ids)):
            if ids[k] == mine.track:
                found[k] = there = True
        if not there:
            for k in range(len(ids)):
                found[k] = found[k] or overlap(mine.box, boxes[k]) >= ALIKE


@in_place
def overlap(a: F32, b: F32) -> float:
    """Intersection over union of two boxes; 0 where both are degenerate, or one is not known."""
    nothing = np.float32(0.0)
    wide = max(min(a[2], b[2]) - max(a[0], b[0]), nothing)
    high = max(min(a[3], b[3]) - max(a[1], b[1]), nothing)
    inter = wide * high
    mine = max(a[2] - a[0], nothing) * max(a[3] - a[1], nothing)
    yours = max(b[2] - b[0], nothing) * max(b[3] - b[1], nothing)
    union = mine + yours - inter
    return float(inter / union) if union > nothing else 0.0
