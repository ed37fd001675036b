"""Tracks of a frame joined to chains; see `analytics.traffic.chains`."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.arrays import F32, F64, I16, I64, U8, AnyArray, Bool
from core.compiled import in_place

SECOND_NS = 1_000_000_000
TENTATIVE, CONFIRMED = 0, 1
MOVING_NS = 5 * SECOND_NS
STANDING_NS = 20 * SECOND_NS
EXPIRE_NS = 60 * SECOND_NS
STANDS = 0.25
NEAR = 0.5
BRAKING = 0.5
NEAREST_TO_FAR = 2.5
BEHIND = 0.25
JUMP = 30.0


@in_place
def follow(
    chains: AnyArray,
    index: tuple[I64, I64],
    count: int,
    view: tuple[I64, I16, U8, F32, F32, F32],
    ended: I64,
    scale: F64,
    now_ns: int,
    kinds: I64,
    found: tuple[I64, Bool, Bool, I64, I64],
) -> tuple[int, int]:
    """Bring chains to a frame.

    Args:
        chains: records of `analytics.traffic.chains.FIELDS`, with room for all tracks of the frame.
        index: ids of live tracks, rising, and the chain of each.
        count: how many of them there are.
        view: track_id, class_id, state, xyxy, foot, foot_velocity of the frame.
        ended: ids that ended.
        scale: source to reference pixels.
        now_ns: run time.
        kinds: for each class, what it may be taken for.
        found: to be filled: chain of each row (-1: not seen now), whether it is new, whether it is confirmed, chains
            that ended or began anew, and totals (2) of hand-overs and jumps, to be added to.

    Returns:
        How many live ids there are, and how many chains were ended.
    """
    slots, fresh, sure, released, totals = found
    track_id, class_id, state, xyxy, foot, speed = view
    released_count = 0
    for i in range(len(ended)):
        count = _end(chains, index, count, ended[i])
    pending = 0
    for row in range(len(track_id)):
        at = np.searchsorted(index[0][:count], track_id[row])
        if at == count or index[0][at] != track_id[row]:
            count = _begin(chains, index, count, at, track_id[row], now_ns)
        slot = index[1][at]
        mine = chains[slot]
        mine.met_ns = now_ns
        slots[row], fresh[row], sure[row] = -1, False, False
        if state[row] != CONFIRMED and (state[row] != TENTATIVE or mine.confirmed):
            continue
        slots[row], sure[row] = slot, state[row] == CONFIRMED
        if not mine.confirmed:
            fresh[row] = mine.seen_ns < 0
            if sure[row]:
                pending += 1
            else:
                _see(mine, row, class_id, xyxy, foot, speed, scale, now_ns)
            continue
        if _jumps(mine, foot[row], now_ns):
            fresh[row] = True
            totals[1] += 1
            released[released_count] = slot
            released_count += 1
            mine.seen_ns = -1
            mine.rides, mine.waited_ns = False, 0
        _see(mine, row, class_id, xyxy, foot, speed, scale, now_ns)
    if pending:
        count = _hand_over(chains, index, count, view, scale, now_ns, kinds, found)
    for slot in range(len(chains)):
        mine = chains[slot]
        if mine.used and _is_over(mine, now_ns):
            if mine.confirmed:
                released[released_count] = slot
                released_count += 1
            count = _free(chains, index, count, slot)
    return count, released_count


@in_place
def _begin(chains: AnyArray, index: tuple[I64, I64], count: int, at: int, track_id: int, now_ns: int) -> int:
    slot = 0
    while chains[slot].used:
        slot += 1
    mine: Any = chains[slot]
    mine.id, mine.born_ns, mine.met_ns = track_id, now_ns, now_ns
    mine.seen_ns = mine.prev_ns = -1
    mine.used, mine.confirmed, mine.ended = True, False, False
    mine.rides, mine.waited_ns = False, 0
    ids, slots = index
    for k in range(count, at, -1):
        ids[k], slots[k] = ids[k - 1], slots[k - 1]
    ids[at], slots[at] = track_id, slot
    return count + 1


@in_place
def _forget(index: tuple[I64, I64], count: int, track_id: int) -> int:
    ids, slots = index
    at = np.searchsorted(ids[:count], track_id)
    if at == count or ids[at] != track_id:
        return count
    for k in range(at, count - 1):
        ids[k], slots[k] = ids[k + 1], slots[k + 1]
    return count - 1


@in_place
def _free(chains: AnyArray, index: tuple[I64, I64], count: int, slot: int) -> int:
    chains[slot].used = False
    return count if chains[slot].ended else _forget(index, count, chains[slot].id)


@in_place
def _end(chains: AnyArray, index: tuple[I64, I64], count: int, track_id: int) -> int:
    """A track ended; its chain stays for a while, for the one that goes on with it."""
    ids, slots = index
    at = np.searchsorted(ids[:count], track_id)
    if at == count or ids[at] != track_id:
        return count
    mine = chains[slots[at]]
    mine.ended = True
    if not mine.confirmed:
        mine.used = False
    return _forget(index, count, track_id)


@in_place
def _is_over(mine: Any, now_ns: int) -> bool:
    if not mine.confirmed:
        return bool(now_ns - mine.met_ns > EXPIRE_NS)
    return bool(now_ns - mine.seen_ns > (_patience(mine) if mine.ended else EXPIRE_NS))


@in_place
def _patience(mine: Any) -> int:
    """For how long a chain may go on under another number."""
    return STANDING_NS if stands(mine) else MOVING_NS


@in_place
def stands(mine: Any) -> bool:
    """Whether a chain stood still when it was last seen."""
    return bool(np.hypot(mine.vx, mine.vy) < STANDS * mine.side)


@in_place
def _jumps(mine: Any, foot: F32, now_ns: int) -> bool:
    away = np.hypot(foot[0] - mine.x, foot[1] - mine.y)
    return bool(away > (1.0 + JUMP * (now_ns - mine.seen_ns) / SECOND_NS) * mine.side)


@in_place
def _see(mine: Any, row: int, class_id: I16, xyxy: F32, foot: F32, speed: F32, scale: F64, now_ns: int) -> None:
    mine.prev_ns, mine.px, mine.py = mine.seen_ns, mine.x, mine.y
    mine.seen_ns, mine.x, mine.y = now_ns, foot[row, 0], foot[row, 1]
    mine.vx, mine.vy = speed[row, 0], speed[row, 1]
    mine.side = _side(xyxy[row], scale)
    mine.class_id = class_id[row]


@in_place
def _side(xyxy: F32, scale: F64) -> float:
    return float(max((xyxy[2] - xyxy[0]) * scale[0], (xyxy[3] - xyxy[1]) * scale[1], 1.0))


@in_place
def _hand_over(
    chains: AnyArray,
    index: tuple[I64, I64],
    count: int,
    view: tuple[I64, I16, U8, F32, F32, F32],
    scale: F64,
    now_ns: int,
    kinds: I64,
    found: tuple[I64, Bool, Bool, I64, I64],
) -> int:
    """Tracks that are confirmed now go on with lost chains, the nearest pair first; others begin new ones."""
    slots, fresh, sure, _, totals = found
    track_id, class_id, _, xyxy, foot, speed = view
    while True:
        best, best_row, best_slot = 1.0, -1, -1
        for row in range(len(track_id)):
            if not sure[row] or chains[slots[row]].confirmed:
                continue
            born_ns = chains[slots[row]].born_ns
            for slot in range(len(chains)):
                lost = chains[slot]
                if not lost.used or not lost.confirmed or lost.seen_ns >= born_ns:
                    continue
                if kinds[lost.class_id] != kinds[class_id[row]]:
                    continue
                away = _away(lost, foot[row], speed[row], _side(xyxy[row], scale), now_ns)
                if away < best:
                    best, best_row, best_slot = away, row, slot
        if best_row < 0:
            break
        lost, other = chains[best_slot], slots[best_row]
        if not lost.ended:
            count = _forget(index, count, lost.id)
        index[1][np.searchsorted(index[0][:count], track_id[best_row])] = best_slot
        chains[other].used = False
        lost.id, lost.ended, lost.met_ns = track_id[best_row], False, now_ns
        _see(lost, best_row, class_id, xyxy, foot, speed, scale, now_ns)
        slots[best_row], fresh[best_row] = best_slot, False
        totals[0] += 1
    for row in range(len(track_id)):
        if sure[row] and not chains[slots[row]].confirmed:
            mine = chains[slots[row]]
            _see(mine, row, class_id, xyxy, foot, speed, scale, now_ns)
            mine.confirmed = True
    return count


@in_place
def _away(lost: Any, foot: F32, speed: F32, side: float, now_ns: int) -> float:
    """How far a new track is from where a lost chain would be, as a share of what is allowed; infinite: not it."""
    if now_ns - lost.seen_ns > _patience(lost) or side > 2 * lost.side or lost.side > 2 * side:
        return np.inf
    seconds = (now_ns - lost.seen_ns) / SECOND_NS
    dx, dy = np.float64(foot[0]) - lost.x, np.float64(foot[1]) - lost.y
    pace = np.hypot(lost.vx, lost.vy)
    mean_side = 0.5 * (side + lost.side)
    if pace >= STANDS * lost.side:
        if dx * lost.vx + dy * lost.vy < -BEHIND * mean_side * pace:
            return np.inf
        own = np.hypot(speed[0], speed[1])
        if own > NEAR * side and speed[0] * lost.vx + speed[1] * lost.vy < 0:
            return np.inf
    radius = min(NEAR + BRAKING * seconds * seconds, NEAREST_TO_FAR) * mean_side
    return float(np.hypot(dx - lost.vx * seconds, dy - lost.vy * seconds) / radius)
