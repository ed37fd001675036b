"""Where those were, and how fast, who come to stand."""

from __future__ import annotations

import math
from typing import Final

from core.arrays import F32, F64, I16, I64, U8, AnyArray, Bool
from core.compiled import in_place
from core.tracks import TrackState

CONFIRMED: Final = int(TrackState.CONFIRMED)
PAST: Final = 60
EVERY_NS: Final = 90_000_000
"""So many places of each are kept, one each tenth of a second: from 2.5 s before it came to where it stands until its
track, which goes on at an impact, has come back, up to 3 s later."""
COLUMNS: Final = 6
"""Of a place: the foot point (2), position (2), velocity (2)."""
STILL_NS: Final = 200_000_000
"""So long after it came to rest its places are kept no more."""
AGAIN_NS: Final = 1_000_000_000
"""A box trembles: who is faster for less than this stands on."""
STOOD_NS: Final = 2_500_000_000
"""Who has stood for so long has a place that is known: tracks overshoot, and come back within 2 s."""
TOUCH_M: Final = 1.25
TOUCH: Final = 1 / 6
"""Two touch whose middles are as far apart as half of their usual lengths, and at most so much more; or this share of
their lengths, by which those of a class differ: in queues cars keep 1.5 to 2.5 m."""
INTO_M: Final = 1.6
INTO: Final = 1 / 4
"""Nearer than this, or this share of their lengths, two stand beside each other: so far a place and two lengths may be
wrong."""
ASIDE: Final = 1 / 4
"""Further aside of its way than this share of their lengths, or more, nobody stood whom one has run into."""
TWICE_M: Final = 1.2
"""Who stands nearer than this is no other one, but the same, found twice."""
LATER_NS: Final = 3_000_000_000
"""Whoever has come to rest later than this was not there: what is pushed on slides for a second, and its track comes
back within two more."""
APART_M: Final = 8.0
SOON_NS: Final = 1_000_000_000
"""Nobody else stood so near to two who stand apart, or came to rest so soon after: in queues the next one stands 7.6 m
behind. Who comes later queues up behind them."""
LASTING_NS: Final = 6_500_000_000
"""Two who stand in touch for so long, and nobody else near them, do not only wait for one another to drive on."""
CLOSE_M: Final = 0.9
"""Two who stand so close do not keep the distance that cars keep in queues."""
TOGETHER_NS: Final = 6_000_000_000
"""Who came to rest so much later came up to one who stood."""
OTHERS_M: Final = 1.6
"""The place of the other one is no less sure than this: a standard deviation."""


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
        if mine.first_ns == 0:
            mine.first_ns = now_ns
        mine.last_ns = now_ns
        if speed[row] < slow_mps:
            mine.slow_ns = now_ns
            if not mine.rests:
                mine.rests, mine.rest_ns = True, now_ns
        elif mine.rests and now_ns - mine.slow_ns > AGAIN_NS:
            mine.rests, mine.asked, mine.met, mine.lasts, mine.crowded = False, False, False, False, False
            mine.needs, mine.theirs = 0.0, 0.0
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


@in_place
def reaches(away: float, aside: float, both: float, most: float) -> bool:
    """Whether two whose middles are so far apart (m), and so far aside of the way of one, stand in touch: with `both`
    lengths together, and at most so far from the end of one to the other.
    """
    return -max(INTO * both, INTO_M) <= away - both / 2 <= most and aside <= ASIDE * both


@in_place
def touch_others(
    state: AnyArray,
    at: I64,
    rows: I64,
    asked: I64,
    view: tuple[F64, F64, I16],
    lengths: F64,
    now_ns: int,
    found: tuple[Bool, Bool],
) -> None:
    """Who stands in touch with whom. See `analytics.approaches.Touching`.

    Args:
        state: records of the tracks, `analytics.approaches.FIELDS`.
        at: (N) of the rows' tracks.
        rows: (N) of all that are followed.
        asked: (K) of these rows, counted among them.
        view: position, its covariance, and class, of all tracks in the view.
        lengths: of vehicles by class.
        now_ns: run time.
        found: to be filled: (K, N) who touches whom; (K) who stands apart from all but one.
    """
    position, spread, class_id = view
    touches, apart = found
    for a in range(len(asked)):
        row, mine, near = rows[asked[a]], state[at[asked[a]]], 0
        for k in range(len(rows)):
            touches[a, k] = False
            other, you = rows[k], state[at[k]]
            east, north = position[other, 0] - position[row, 0], position[other, 1] - position[row, 1]
            away = math.hypot(east, north)
            if not you.rests or away <= TWICE_M:
                continue
            both, later = lengths[class_id[row]] + lengths[class_id[other]], you.rest_ns - mine.rest_ns
            aside = abs(east * mine.way[1] - north * mine.way[0])
            if later <= LATER_NS and now_ns - you.rest_ns >= STOOD_NS:
                reached = reaches(away, aside, both, max(TOUCH * both, TOUCH_M))
                touches[a, k] = reached and math.sqrt(spread[other, 0, 0] + spread[other, 1, 1]) <= OTHERS_M
            near += away <= APART_M and (touches[a, k] or later <= SOON_NS)
        apart[a] = near <= 1


@in_place
def pair_up(
    state: AnyArray,
    at: I64,
    rows: I64,
    asked: I64,
    view: tuple[F64, I16],
    lengths: F64,
    now_ns: int,
    partner: I64,
) -> None:
    """Who has stood in touch with whom for `LASTING_NS`, with nobody else within `APART_M`.

    Args:
        state: records of the tracks, `analytics.approaches.FIELDS`.
        at: (N) of the rows' tracks.
        rows: (N) of all that are followed.
        asked: (K) of these rows, counted among them.
        view: position and class, of all tracks in the view.
        lengths: of vehicles by class.
        now_ns: run time.
        partner: (K) to be filled: with whom of the rows, counted among them, -1 for nobody.
    """
    position, class_id = view
    for a in range(len(asked)):
        row, mine = rows[asked[a]], state[at[asked[a]]]
        partner[a] = -1
        if now_ns - mine.rest_ns < LASTING_NS:
            continue
        for n in range(len(rows)):
            other, you = rows[n], state[at[n]]
            east, north = position[other, 0] - position[row, 0], position[other, 1] - position[row, 1]
            away = math.hypot(east, north)
            if not you.rests or now_ns - you.rest_ns < LASTING_NS or away <= TWICE_M:
                continue
            both = lengths[class_id[row]] + lengths[class_id[other]]
            aside = abs(east * mine.way[1] - north * mine.way[0])
            if abs(you.rest_ns - mine.rest_ns) <= TOGETHER_NS and reaches(away, aside, both, CLOSE_M):
                partner[a] = n
        mate = partner[a]
        for n in range(len(rows)):
            if mate >= 0 and n != asked[a] and n != mate and state[at[n]].rests:
                here, there = position[rows[n]], position[rows[mate]]
                near = math.hypot(here[0] - position[row, 0], here[1] - position[row, 1])
                if min(near, math.hypot(here[0] - there[0], here[1] - there[1])) <= APART_M:
                    partner[a] = -1
