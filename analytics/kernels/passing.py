"""Who goes past whom that stands; see `analytics.passing`."""

from __future__ import annotations

import numpy as np

from analytics.kernels.subjects import ALIKE, overlap
from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import compiled

SECOND_NS = 1_000_000_000
GAP_NS = SECOND_NS
"""Who does not stand for longer begins anew; the speed of who stands trembles."""
ALONE_NS = 15 * SECOND_NS
"""While nobody else stands on these lanes for so long, and somebody has come past, fast, nothing stands where the
camera sees no further: he, too, would stop for it. Of 116 breakdowns there on tuning recordings 36 are known by this,
after 20 s, and of 580 who wait with nobody ahead none, but two buses at their stops."""


@compiled
def count_passes(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    rows: I64,
    others: I64,
    boxes: F32,
    tracks: tuple[I64, I16, I16, I64],
    motion: tuple[F64, F64, F64],
    weights: F64,
    limits: tuple[float, float, float],
    times: tuple[int, int],
) -> tuple[F64, F64, F64, Bool]:
    """Bring those who stand to a frame: what has gone past each (K), what of that freely (K), for how many seconds it
    has stood (K), and whether it is known to do so by itself (K).

    Args:
        state: records of the tracks, `analytics.passing.FIELDS`.
        at: (K) of the rows' tracks.
        fresh: (K) whether they are new.
        rows: (K) who stands.
        others: (N) rows of vehicles that are seen, and fast.
        boxes: of all M tracks in the view.
        tracks: track, class and lane of all; of each lane its group.
        motion: places and velocities (M, 2), and the length of a unit (M) in which limits are given.
        weights: by class, what one that goes past counts.
        limits: one goes past who is so far behind and aside, in units, and freely at such a speed.
        times: run time, and since the frame before.
    """
    track, class_id, lane, group = tracks
    place, velocity, unit = motion
    behind, beside, free = limits
    now_ns, step_ns = times
    passed, freely, seconds = np.empty(len(rows)), np.empty(len(rows)), np.empty(len(rows))
    alone = np.empty(len(rows), np.bool_)
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        if fresh[k] or now_ns - mine.stood_ns > GAP_NS or overlap(mine.box, boxes[row]) < ALIKE:
            mine.since_ns, mine.passed, mine.freely, mine.last, mine.group = now_ns, 0.0, 0.0, -1, -1
            mine.alone_ns, mine.went = now_ns, False
            for side in range(4):
                mine.box[side] = boxes[row, side]
        mine.stood_ns = now_ns
        if lane[row] >= 0:
            mine.group = group[lane[row]]
        for n in range(len(others)):
            other = others[n]
            if lane[other] < 0 or group[lane[other]] != mine.group or track[other] == mine.last:
                continue
            u, v = velocity[other, 0], velocity[other, 1]
            speed = np.hypot(u, v)
            x, y = place[other, 0] - place[row, 0], place[other, 1] - place[row, 1]
            ahead = (x * u + y * v) / speed + behind * unit[row]
            aside = abs(x * v - y * u) / speed
            if 0.0 <= ahead < speed * step_ns / SECOND_NS and aside <= beside * unit[row]:
                mine.passed += weights[class_id[other]]
                if speed >= free * unit[row]:
                    mine.freely += weights[class_id[other]]
                mine.last, mine.went = track[other], True
        passed[k], freely[k], seconds[k] = mine.passed, mine.freely, (now_ns - mine.since_ns) / SECOND_NS
    for k in range(len(rows)):
        mine = state[at[k]]
        for n in range(len(rows)):
            other = state[at[n]]
            # The speed of who is new begins at 0.
            if n != k and other.group == mine.group and now_ns - other.since_ns >= GAP_NS:
                mine.alone_ns = now_ns
                break
        alone[k] = mine.went and now_ns - mine.alone_ns >= ALONE_NS
    return passed, freely, seconds, alone
