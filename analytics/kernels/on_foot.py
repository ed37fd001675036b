"""Who is on foot, person by person."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from analytics.kernels.found_again import go_on_as
from analytics.kernels.speeds import variance_along
from analytics.kernels.statures import spans
from core.arrays import F32, F64, I16, I32, I64, U8, AnyArray, Bool
from core.compiled import compiled, in_place
from core.tracks import TrackState

CONFIRMED: Final = int(TrackState.CONFIRMED)
COASTING: Final = int(TrackState.COASTING)
SECOND_NS: Final = 1_000_000_000
KNOWN_NS: Final = 3 * SECOND_NS // 10
"""The speed of a newer track is not known yet (`trackers.world.HOLD_S`); who is away from his place for a shorter time
may be a thing whose track somebody who passed had for a moment."""
PERSON_M: Final = 1.7
"""Where the scene is not calibrated: height of a person's box."""
WALKED_M: Final = 1.0
"""Who has come so far from where he was first seen is no thing that a detector takes for somebody."""
SEEN: Final = 0.5
"""Share of the frames since then in which somebody must have been seen: riders in a row lend a track a box each."""
ACROSS: Final = 0.7
LEAST_MPS: Final = 0.5
SURE_MPS: Final = 1.0
"""From here on a speed is believed even where it does not tell its heading: far boxes tremble."""
ACROSS_M: Final = 1.5
OFF_M: Final = 3.0
"""The width of a lane. Who was too fast, and has come so far across the lanes since, walks: his track was a rider's
before. So does who came so far among those who queue: of riders there, now this part is hidden and now that, and the
box jumps by less."""
SURE: Final = 2.0
"""Standard deviations by which a speed is surely too fast: of who comes in over the picture's edge little is known."""
ALONG_NS: Final = 2 * SECOND_NS
"""On a lane, somebody walks who has come so far across it, faster than this, with less than this share of his speed
along it; or moved along it for so long, as a rider also does who stops. A box that jumps from one rider to the next and
back has come nowhere."""
BESIDE_NS: Final = 3 * SECOND_NS
"""Who stood or walked beside the lanes for so long before he came onto one has no machine."""
STRAIGHT: Final = 0.5
"""Who walks comes away from where he began by so much of his way: a box that hidden riders lend each other goes to and
fro."""
STANDS_M: Final = 1.4
"""A box that is less tall is of somebody whose feet are not seen, or who sits: grown-up people are from 1.5 m on, and a
box seen from above is the taller by what it is deep."""
HEAD: Final = 0.5
"""Of the way that his foot made in the picture somebody's head makes so much at least; of who seems to come nearer, or
to go, because the lower part of his box is hidden now and not then, it stays where it is."""
SAT_NS: Final = 2 * SECOND_NS
SAT_MOST_NS: Final = 10 * SECOND_NS
"""Who has been seen on a two-wheeler for so long, of the last such time, more than off it, sits there; who walks past
one is gone by then, and where there is no lane who walks at all does not."""
WITH_NS: Final = SECOND_NS // 2
WITH_MOST_NS: Final = 3 * SECOND_NS // 2
"""Beside lanes, as on a crossing, who sits on one and goes as it goes is its rider after so long, and for as long as
that lasted while it is not seen, at most so long: who gets off counts a second later."""
ERECT: Final = 0.9
ERECT_FRAMES: Final = 10
UP_M: Final = 7.6
"""Who is seen as tall as one stands in this share of at least so many frames, and has come so far from where he was
first seen, walks, also among those who queue: riders sit, and now and then a part of the machine is taken for theirs;
and a queue moves up by the space of a vehicle at a time (HCM: 25 ft)."""
AMONG_M: Final = 10.0
"""So near to a vehicle that queues on his lanes somebody is likely one of those who wait: a rider."""


@compiled
def follow_people(
    state: AnyArray,
    gone: AnyArray,
    who: tuple[I64, Bool, I64, Bool, Bool],
    picture: tuple[F32, F32, F32, U8, F32],
    ground: tuple[F64, F64, F64, Bool, I16, F64],
    matrix: F64,
    now: tuple[int, int, int],
    limits: tuple[float, float, int],
) -> tuple[Bool, Bool, Bool, Bool]:
    """Bring those who look like people to a frame. See `analytics.on_foot.OnFoot`.

    Args:
        state: records of the tracks, `analytics.on_foot.FIELDS`.
        gone: records of tracks that ended lately, of those who were on foot.
        who: (K) each: of the rows' tracks; whether they are new; rows in the view; who looks as if he sat on a
            two-wheeler; and goes as it goes.
        picture: boxes, feet and their velocities in reference pixels, states, headings, of all M tracks in the view.
        ground: positions, velocities and their covariances, whether these are known, lanes, speeds along them, of all.
        matrix: (3, 3) from reference pixels to the ground, its lens left out.
        now: run time and step in ns, number of the frame.
        limits: fastest on foot, and along a lane, m/s; when somebody who does not come away from his place counts, ns.

    Returns:
        (K) who is real; who is on foot, unless he waits in a queue; who came across the lanes, or from beside them; who
        of these came across by the width of a lane.
    """
    at, fresh, rows, sits, along = who
    boxes, foot, _, seen, _ = picture
    position, velocity, _, valid, lane, _ = ground
    run_ns, step_ns, frame = now
    count = len(rows)
    across, moves, over = np.zeros(count, np.bool_), np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    for k in range(count):
        row, mine = rows[k], state[at[k]]
        placed = valid[row]
        metric = placed and lane[row] >= 0
        if fresh[k]:
            _begin(mine, (run_ns, frame), position[row], foot[row], boxes[row, 1], placed)
            if placed:
                go_on_as(mine, (state, gone), position[row], (run_ns, frame))
        moves[k] = _move(mine, row, picture, ground, metric, step_ns, limits[:2])
        _sit(mine, step_ns, sits[k], along[k], moves[k] and not metric)
        left = _away(mine, position[row], foot[row], placed, _height(boxes[row])) >= WALKED_M
        _come(mine, step_ns, left, not metric and placed and mine.beside_ns == run_ns - step_ns)
        way, upright = math.hypot(mine.across[0], mine.across[1]), 2 * mine.tall >= mine.seen
        came_on = mine.metric and mine.beside_ns - mine.first_ns >= BESIDE_NS
        if placed:
            mine.last_ns = run_ns
            for axis in range(2):
                mine.last[axis], mine.drift[axis] = position[row, axis], velocity[row, axis]
        upright = upright and _is_straight(mine)
        over[k] = way >= OFF_M and upright and _head_goes_along(mine, foot[row], boxes[row, 1])
        mine.crossed = over[k] or (came_on and upright)
        mine.rides, across[k] = mine.rides and not over[k], way >= ACROSS_M
        walked = left and (across[k] or came_on or mine.along_ns >= ALONG_NS) if metric else mine.came
        mine.walked = mine.walked or walked
    _inherit(state, at, fresh, rows, (boxes, foot, seen, lane))
    real, walks, crossed = np.zeros(count, np.bool_), np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    for k in range(count):
        row, mine = rows[k], state[at[k]]
        if seen[row] == CONFIRMED:
            mine.seen += 1
            mine.tall += not valid[row] or _height(boxes[row]) * spans(matrix, foot[row]) >= STANDS_M
        far = valid[row] and mine.metric and _away(mine, position[row], foot[row], True, 1.0) >= UP_M
        crossed[k] = mine.crossed or (far and _is_erect(mine))
        still = run_ns - mine.own_ns >= limits[2]
        real[k] = mine.came or still
        known = run_ns - mine.first_ns >= KNOWN_NS and mine.seen >= SEEN * (frame - mine.frame + 1)
        walks[k] = known and _walks(mine, still, not (valid[row] and lane[row] >= 0), across[k] or moves[k])
    return real, walks, crossed, over


@in_place
def _walks(mine: Any, still: bool, off: bool, moves: bool) -> bool:
    """Whether somebody is on foot: who has been there for long, or has walked; `off`: beside the lanes now."""
    counts = still or (mine.walked and (mine.crossed or moves or off))
    sat = (off and mine.with_ns >= WITH_NS) or (mine.sat_ns >= SAT_NS and (off or not mine.crossed))
    return bool(counts and not mine.rides and not sat)


@in_place
def _come(mine: Any, step_ns: int, left: bool, beside: bool) -> None:
    """Take note of who is away from where he began, and of who is still beside the lanes without a break."""
    mine.away_ns = mine.away_ns + step_ns if left else 0
    mine.came = mine.came or mine.away_ns >= KNOWN_NS
    if beside:
        mine.beside_ns += step_ns


@in_place
def _sit(mine: Any, step_ns: int, sits: bool, along: bool, walks_off: bool) -> None:
    """For how long somebody has sat on a two-wheeler, and gone as it goes; who walks beside the lanes sits on none."""
    sat_ns = mine.sat_ns + (step_ns if sits else -step_ns)
    mine.sat_ns = 0 if walks_off else min(max(sat_ns, 0), SAT_MOST_NS)
    mine.with_ns = min(max(mine.with_ns + (step_ns if along else -step_ns), 0), WITH_MOST_NS)


@in_place
def _begin(mine: Any, now: tuple[int, int], position: F64, foot: F32, top: float, placed: bool) -> None:
    mine.first_ns, mine.frame = now
    mine.own_ns, mine.beside_ns, mine.metric, mine.top = mine.first_ns, mine.first_ns, placed, top
    for axis in range(2):
        mine.ground[axis], mine.foot[axis] = position[axis], foot[axis]


@in_place
def _is_straight(mine: Any) -> bool:
    """Whether somebody has come away from his place by a share of all the way that he made."""
    away = math.hypot(mine.last[0] - mine.ground[0], mine.last[1] - mine.ground[1])
    return bool(not mine.metric or away >= STRAIGHT * mine.path)


@in_place
def _is_erect(mine: Any) -> bool:
    """Whether somebody was nearly always as tall as one stands."""
    return bool(mine.seen >= ERECT_FRAMES and mine.tall >= ERECT * mine.seen)


@in_place
def _pace(
    row: int, picture: tuple[F32, F32, F32, U8, F32], ground: tuple[F64, F64, F64, Bool, I16, F64]
) -> tuple[float, float]:
    """Speed in m/s, and by how much it may be too high; by the height of his box where nothing is in metres."""
    boxes, _, foot_velocity, _, _ = picture
    _, velocity, spread, valid, _, _ = ground
    if not valid[row]:
        unit = PERSON_M / _height(boxes[row])
        return math.hypot(foot_velocity[row, 0], foot_velocity[row, 1]) * unit, 0.0
    doubt = SURE * math.sqrt(variance_along(velocity[row, 0], velocity[row, 1], spread[row]))
    return math.hypot(velocity[row, 0], velocity[row, 1]), doubt


@in_place
def _move(
    mine: Any,
    row: int,
    picture: tuple[F32, F32, F32, U8, F32],
    ground: tuple[F64, F64, F64, Bool, I16, F64],
    metric: bool,
    step_ns: int,
    limits: tuple[float, float],
) -> bool:
    """Whether somebody moves at a frame; takes note of who is too fast, and of the way that is made."""
    speed, doubt = _pace(row, picture, ground)
    velocity, lane_speed = ground[1][row], ground[5][row]
    if speed - doubt > limits[0] or (metric and lane_speed - doubt > limits[1]):
        mine.rides, mine.across[0], mine.across[1] = True, 0.0, 0.0
    if speed <= LEAST_MPS or not (np.isfinite(picture[4][row]) or speed > SURE_MPS):
        return False
    mine.path += speed * step_ns / SECOND_NS
    if metric:
        _go(mine, velocity, speed, lane_speed, step_ns)
    return True


@in_place
def _go(mine: Any, velocity: F64, speed: float, along: float, step_ns: int) -> None:
    """Add a step of who moves on a lane: across it, or along."""
    if abs(along) < ACROSS * speed:
        for axis in range(2):
            mine.across[axis] += velocity[axis] * step_ns / SECOND_NS
    else:
        mine.along_ns += step_ns


@in_place
def _away(mine: Any, position: F64, foot: F32, placed: bool, height: float) -> float:
    """Metres from where somebody was first seen; by the height of his box where these are not known."""
    if placed and mine.metric:
        return math.hypot(position[0] - mine.ground[0], position[1] - mine.ground[1])
    return math.hypot(foot[0] - mine.foot[0], foot[1] - mine.foot[1]) * PERSON_M / height


@in_place
def _head_goes_along(mine: Any, foot: F32, top: float) -> bool:
    """Whether the upper edge of a box has come as far, in the picture, as the foot seems to have."""
    aside = foot[0] - mine.foot[0]
    return bool(math.hypot(aside, top - mine.top) >= HEAD * math.hypot(aside, foot[1] - mine.foot[1]))


@in_place
def _inherit(state: AnyArray, at: I64, fresh: Bool, rows: I64, view: tuple[F32, F32, U8, I16]) -> None:
    """Beside lanes, who begins within a height of where somebody who came is believed, unseen, has come too.

    On lanes riders in a row would lend each other what each of them did.
    """
    boxes, foot, seen, lane = view
    for k in range(len(rows)):
        row, mine = rows[k], state[at[k]]
        if not fresh[k] or lane[row] >= 0:
            continue
        for other in range(len(rows)):
            theirs, there = state[at[other]], rows[other]
            if seen[there] != COASTING or not theirs.came:
                continue
            away = math.hypot(foot[row, 0] - foot[there, 0], foot[row, 1] - foot[there, 1])
            if away <= _height(boxes[there]):
                mine.came = True
                mine.walked = mine.walked or theirs.walked


@compiled
def among_queues(rows: I64, lane: I16, along: F64, chain: I32, group: I64) -> Bool:
    """Which rows (K) are on lanes, near a vehicle that queues on lanes of the same group.

    Args:
        rows: in the view.
        lane, along, chain: of all M tracks, their lane, the way along it in metres, the queue they stand in; -1: none.
        group: of each lane.
    """
    found = np.zeros(len(rows), np.bool_)
    for k in range(len(rows)):
        row = rows[k]
        if lane[row] < 0:
            continue
        for other in range(len(lane)):
            if (
                chain[other] >= 0
                and group[lane[other]] == group[lane[row]]
                and abs(along[other] - along[row]) <= AMONG_M
            ):
                found[k] = True
                break
    return found


@in_place
def _height(box: F32) -> float:
    return float(max(box[3] - box[1], np.float32(1.0)))
