"""Where those were, and how fast, who come to stand."""

from __future__ import annotations

from typing import Final

from core.arrays import F32, F64, I64, U8, AnyArray, Bool
from core.compiled import in_place
from core.tracks import TrackState

CONFIRMED: Final = int(TrackState.CONFIRMED)
PAST: Final = 26
EVERY_NS: Final = 90_000_000
"""So many places of each are kept, one each tenth of a second: 2.5 s, and how frames come."""
COLUMNS: Final = 6
"""Of a place: the foot point (2), position (2), velocity (2)."""
STILL_NS: Final = 200_000_000
"""So long after it came to rest its places are kept no more."""
AGAIN_NS: Final = 1_000_000_000
"""A box trembles: who is faster for less than this stands on."""


@in_place
def follow_approaches(
    state: AnyArray,
    at: I64,
    rows: I64,
    view: tuple[U8, Bool, F32, F64, F64, F64],
    now_ns: int,
    slow_mps: float,
) -> None:
    """Bring tracks to a frame. See `analytics.approaches.Approaches`.

    Args:
        state: records of the tracks, `analytics.approaches.FIELDS`.
        at: (K) of the rows' tracks.
        rows: (K) in the view.
        view: state, whether they are in metres, foot point, position, velocity and speed, of all tracks in the view.
        now_ns: run time.
        slow_mps: slower than this it stands.
    """
    seen, valid, foot, position, velocity, speed = view
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        if not (valid[row] and seen[row] == CONFIRMED):
            continue
        mine.last_ns = now_ns
        if speed[row] < slow_mps:
            mine.slow_ns = now_ns
            if not mine.rests:
                mine.rests, mine.rest_ns = True, now_ns
        elif mine.rests and now_ns - mine.slow_ns > AGAIN_NS:
            mine.rests, mine.asked, mine.met, mine.needs = False, False, False, 0.0
        if mine.rests and now_ns - mine.rest_ns > STILL_NS:
            continue
        if mine.count and now_ns - mine.past_ns[(mine.count - 1) % PAST] < EVERY_NS:
            continue
        slot = mine.count % PAST
        mine.past_ns[slot] = now_ns
        for axis in range(2):
            mine.past[COLUMNS * slot + axis] = foot[row, axis]
            mine.past[COLUMNS * slot + 2 + axis] = position[row, axis]
            mine.past[COLUMNS * slot + 4 + axis] = velocity[row, axis]
        mine.count += 1
