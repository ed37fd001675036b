"""Since when tracks have been on a lane."""

from __future__ import annotations

from core.arrays import F32, F64, I64, AnyArray, Bool
from core.compiled import in_place


@in_place
def follow_arrivals(
    state: AnyArray,
    at: I64,
    fresh: Bool,
    rows: I64,
    on: Bool,
    view: tuple[F64, F64, F32, F32],
    now: tuple[int, int],
    moves: float,
) -> None:
    """Bring tracks to a frame. See `analytics.arrivals.Arrivals`.

    Args:
        state: records of the tracks.
        at: (K) of the rows' tracks.
        fresh: (K) whether they are new.
        rows: (K) in the view.
        on: (K) who is on the lane.
        view: way along their lanes, speed along them, speed in the picture and longer sides of all tracks in the view.
        now: run time, and how long somebody may be seen beside the lane, in ns.
        moves: of the longer side of its box a second: what is slower may stand.
    """
    along, lane_speed, foot_speed, side = view
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        if fresh[k]:
            mine.first_ns, mine.along = now[0], along[row]
        stays = mine.on and (on[k] or now[0] - mine.on_ns <= now[1])
        if on[k]:
            mine.on_ns = now[0]
            if not stays:
                mine.since_ns = now[0]
        mine.on = stays or on[k]
        mine.speed = lane_speed[row] if foot_speed[row] > moves * side[row] else 0.0
