"""Who goes past whom that stands; see `analytics.passing`."""

from __future__ import annotations

import numpy as np

from analytics.kernels.subjects import ALIKE, overlap
from core.arrays import F32, F64, I16, I64, AnyArray, Bool
from core.compiled import compiled

SECOND_NS = 1_000_000_000
GAP_NS = SECOND_NS
"""Who does not stand for longer begins anew; the speed of who stands trembles."""


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
) -> tuple[F64, F64, F64]:
    """Bring those who stand to a frame: what has gone past each (K), what of that freely (K), and for how many seconds
    it has stood (K).

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
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        if fresh[k] or now_ns - mine.stood_ns > GAP_NS or overlap(mine.box, boxes[row]) < ALIKE:
            mine.since_ns, mine.passed, mine.freely, mine.last, mine.group = now_ns, 0.0, 0.0, -1, -1
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
                mine.last = track[other]
        passed[k], freely[k], seconds[k] = mine.passed, mine.freely, (now_ns - mine.since_ns) / SECOND_NS
    return passed, freely, seconds
