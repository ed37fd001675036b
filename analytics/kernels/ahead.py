"""Who is seen to stand ahead of whom; see `analytics.ahead`."""

from __future__ import annotations

import numpy as np

from analytics.kernels.passing import GAP_NS, SECOND_NS
from core.arrays import F64, I16, I64, AnyArray, Bool
from core.compiled import compiled

SHARE = 0.4
"""Of the time. Ahead of 64 breakdowns something seemed to stand for up to 36 % of it: boxes of those who drive past,
whose speed is not known yet, and false ones. Ahead of who waits for somebody hidden it was mostly 44 to 99 %."""
ANEW_NS = 10 * SECOND_NS
"""Who was ahead and is not seen for as long as a stopped vehicle stands has gone."""


@compiled
def count_ahead(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    rows: I64,
    others: I64,
    place: tuple[I16, F64, I64],
    class_id: I16,
    lengths: F64,
    limits: tuple[F64, F64],
    times: tuple[int, int],
) -> Bool:
    """Bring those who stand to a frame: for whom (K) somebody has stood ahead for `SHARE` of the time.

    Args:
        state: records of the tracks, `analytics.ahead.FIELDS`.
        at: (K) of the rows' tracks.
        fresh: (K) whether they are new.
        rows: (K) who stands.
        others: (N) rows of those who may be ahead.
        place: lane of all M tracks in the view, and way along it, as it counts in its group; of each lane its group.
        class_id: of all.
        lengths: of vehicles by class, in metres.
        limits: a metre in the unit of ways (K); how far ahead of each class the next one is, at most, in metres.
        times: run time, and since the frame before.
    """
    lane, way, group = place
    metre, reach = limits
    now_ns, step_ns = times
    behind = np.zeros(len(rows), np.bool_)
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        if fresh[k] or now_ns - mine.stood_ns > GAP_NS or now_ns - mine.ahead_ns > ANEW_NS:
            mine.behind_ns, mine.all_ns, mine.ahead_ns = 0, 0, now_ns
        mine.stood_ns = now_ns
        half = 0.5 * lengths[class_id[row]]
        most = reach[class_id[row]]
        mine.all_ns += step_ns
        for n in range(len(others)):
            other = others[n]
            if lane[row] < 0 or lane[other] < 0 or group[lane[other]] != group[lane[row]]:
                continue
            if half * metre[k] <= way[other] - way[row] <= most * metre[k]:
                mine.behind_ns += step_ns
                mine.ahead_ns = now_ns
                break
        behind[k] = mine.behind_ns > 0 and mine.behind_ns >= SHARE * mine.all_ns
    return behind
