"""Where the tracks of one frame stand, and how they move."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core.arrays import F32, F64, I16, I64, U8, Bool
from core.compiled import compiled, in_place
from trackers.kernels.footprint import Moved, as_expected, in_picture, is_sure, to_middle
from trackers.kernels.frame import COASTING
from trackers.kernels.kalman import begin, combine, correct, predict, prepare, surprise
from trackers.kernels.projection import View, on_ground, spread
from trackers.kernels.riders import PERSON

CUT_S = 2.0
"""Who is cut by the picture's edge for longer does not leave it: he stands there, and nobody knows where."""
SURE = 3.0
"""Standard deviations by which a speed is surely as large: it is asked often, and a foot that shows moves by more."""


class Filters(NamedTuple):
    """The filters of a camera's tracks, by rising id, with room for more.

    Attributes:
        ids: (K) of the tracks.
        at_ns: (K) time of their state.
        cut_s: (K) for how long the picture's edge has cut its box, less for how long it did not; 0 to 2 `CUT_S`.
        watched_s: (K) for how long they were observed since they began, or began anew.
        odd: (K) places in a row that could not be theirs.
        metric: (K) whether their plane is the ground, in metres; else the picture, in pixels.
        share: (K, 1) how likely the steady filter is the right one.
        heading: (K) the last that a speed told, radians; NaN: none did.
        fast_s: (K) `watched_s` at which a person became faster than anybody on foot; NaN: is not.
        rides_s: (K) `watched_s` until which a person is taken to ride; inf: for good.
        mean, cov: (K, 2, 6) and (K, 2, 6, 6); see `kernels.kalman`.
    """

    ids: I64
    at_ns: I64
    cut_s: F64
    watched_s: F64
    odd: I64
    metric: Bool
    share: F64
    heading: F64
    fast_s: F64
    rides_s: F64
    mean: F64
    cov: F64


class Noise(NamedTuple):
    """What is expected of motion and boxes; see `trackers.world`.

    Attributes:
        kinds: (G, 7) rows of `trackers.world.KINDS`.
        kind_of_class: (C) row of each class.
        sizes: (C, 2) length and width of each class on the ground, metres; 0: a point.
        share, least_px: of a foot point: share of the box's longer side, and at least so much.
        near_edge, cut: nearer to the picture's edge than this share of its side a box may be cut there; share of its
            longer side by which its foot is then uncertain that way.
        gate, far: squared standard deviations.
        hold_s: time constant with which a young velocity is held to zero.
        clear: squared standard deviations from which a speed tells its heading.
        ridden: m/s, and for how many s, from which a person is on wheels for the next second; for how many for good.
        steps: (G, STEP + 1) room for prepared steps.
        room: (2, 6, 6) room for sums.
    """

    kinds: F64
    kind_of_class: I64
    sizes: F64
    share: float
    least_px: float
    near_edge: float
    cut: float
    gate: float
    far: float
    hold_s: float
    clear: float
    ridden: tuple[float, float, float]
    steps: F64
    room: F64


@compiled
def locate(
    filters: Filters,
    count: int,
    now_ns: int,
    view: View,
    noise: Noise,
    tracks: tuple[I64, I16, F32, U8, I64],
    moved: Moved,
) -> int:
    """Bring a camera's filters to a frame and write what they say of its tracks; how many filters there are now.

    Args:
        filters, count: with room for all tracks of the frame; how many there are.
        now_ns: media time of the frame.
        view, noise: of the camera; of motion and boxes.
        tracks: track_id, class_id, xyxy, state and ended of the frame.
        moved: rows of the frame, to be filled.
    """
    track_id, class_id, xyxy, state, ended = tracks
    count = _free(filters, count, ended)
    place, jacobian, error = np.zeros(2), np.zeros((2, 2)), np.zeros((2, 2))
    soon = np.zeros(2, np.float32), np.zeros(2), np.zeros((2, 2))
    for row in range(len(track_id)):
        wide = (xyxy[row, 2] - xyxy[row, 0]) * view.scale[0]
        high = (xyxy[row, 3] - xyxy[row, 1]) * view.scale[1]
        side = max(wide, high, 1.0)
        moved.foot[row, 0] = (xyxy[row, 0] + xyxy[row, 2]) * np.float32(0.5) * view.scale[0]
        moved.foot[row, 1] = xyxy[row, 3] * view.scale[1]
        metric = on_ground(view, moved.foot[row], place, jacobian)
        moved.valid[row] = metric
        kind = noise.kinds[noise.kind_of_class[class_id[row]]]
        unit = 1.0 if metric else side / kind[6]
        across, down = _uncertain(view, noise, xyxy[row], side)
        spread(jacobian, (across, down), error)
        at = np.searchsorted(filters.ids[:count], track_id[row])
        known = at < count and filters.ids[at] == track_id[row]
        if not known:
            count = _insert(filters, count, at, track_id[row])
            filters.at_ns[at], filters.cut_s[at] = now_ns, 0.0
        since_s = (now_ns - filters.at_ns[at]) / 1e9
        if not known or filters.metric[at] != metric:
            _start(filters, at, now_ns, metric, (place[0], place[1]), error, kind, unit)
        else:
            step = noise.steps[noise.kind_of_class[class_id[row]]]
            seen = state[row] != COASTING
            _follow(filters, at, now_ns, seen, (place[0], place[1]), error, kind, unit, step, noise)
        _write(filters, at, jacobian, noise, moved, row)
        if class_id[row] == PERSON:
            moved.rides[row] = _rides(filters, at, noise, moved, row, side)
        size = noise.sizes[class_id[row]]
        cut = max(across, down) >= noise.cut * side
        filters.cut_s[at] = min(max(filters.cut_s[at] + (since_s if cut else -since_s), 0.0), 2 * CUT_S)
        unknown = cut and (filters.cut_s[at] > CUT_S or not is_sure(moved, row, max(size[0], kind[6])))
        if not metric or unknown:
            continue
        if cut:
            as_expected(view, place, jacobian, moved, row)
        if size[0] > 0:
            to_middle(view, filters.heading[at], size, 0.5 * high, place, jacobian, soon, moved, row)
    return count


@in_place
def _start(
    filters: Filters, at: int, now_ns: int, metric: bool, place: tuple[float, float], error: F64, kind: F64, unit: float
) -> None:
    begin(filters.mean[at], filters.cov[at], filters.share[at], place, error, kind[5] * unit, 0.0)
    filters.at_ns[at], filters.watched_s[at], filters.odd[at], filters.metric[at] = now_ns, 0.0, 0, metric
    filters.heading[at] = filters.fast_s[at] = filters.rides_s[at] = np.nan


@in_place
def _rides(filters: Filters, at: int, noise: Noise, moved: Moved, row: int, side: float) -> bool:
    """Whether a person is on wheels: has once surely been so fast for so long, or just now for a shorter time."""
    if filters.rides_s[at] == math.inf:
        return True
    if filters.metric[at]:
        u, v, cov = moved.velocity[row, 0], moved.velocity[row, 1], moved.velocity_cov[row]
        speed = math.hypot(u, v)
        along = u * u * cov[0, 0] + 2 * u * v * cov[0, 1] + v * v * cov[1, 1]
        speed -= SURE * math.sqrt(max(along, 0.0)) / max(speed, 1e-9)
    else:
        tall = noise.kinds[noise.kind_of_class[PERSON], 6]
        speed = math.hypot(moved.foot_velocity[row, 0], moved.foot_velocity[row, 1]) / side * tall
    least, some_s, long_s = noise.ridden
    watched_s = filters.watched_s[at]
    if speed < least:
        filters.fast_s[at] = np.nan
    elif math.isnan(filters.fast_s[at]):
        filters.fast_s[at] = watched_s
    elif watched_s - filters.fast_s[at] >= long_s:
        filters.rides_s[at] = math.inf
    elif watched_s - filters.fast_s[at] >= some_s:
        filters.rides_s[at] = watched_s + long_s
    return bool(watched_s <= filters.rides_s[at])


@in_place
def _follow(
    filters: Filters, at: int, now_ns: int, seen: bool, place: tuple[float, float], error: F64, kind: F64,
    unit: float, step: F64, noise: Noise,
) -> None:  # fmt: skip
    """Move a track on, and correct it by where it was seen; begin anew where that cannot be its place."""
    t = (now_ns - filters.at_ns[at]) / 1e9
    if t <= 0:
        return
    if step[0] != t:
        prepare(step, t, kind)
    mean, cov, share = filters.mean[at], filters.cov[at], filters.share[at]
    predict(mean, cov, share, step, unit)
    filters.at_ns[at] = now_ns
    if not seen:
        return
    for a in range(2):
        for b in range(2):
            error[a, b] *= step[16]
    off = surprise(mean, cov, place, error)
    if off <= noise.gate:
        correct(mean, cov, share, place, error)
        filters.odd[at] = 0
        filters.watched_s[at] += t
        return
    filters.odd[at] += 1
    if filters.odd[at] > 1 or off > noise.far:
        _start(filters, at, now_ns, filters.metric[at], place, error, kind, unit)


@in_place
def _write(filters: Filters, at: int, jacobian: F64, noise: Noise, moved: Moved, row: int) -> None:
    x, p = noise.room[0, 0], noise.room[1]
    combine(filters.mean[at], filters.cov[at], filters.share[at], x, p)
    watched = filters.watched_s[at] / noise.hold_s
    hold = 1.0 - math.exp(-watched * watched)
    u, v = hold * x[2], hold * x[3]
    moved.heading[row] = np.nan
    if not filters.metric[at]:
        moved.foot_velocity[row, 0], moved.foot_velocity[row, 1] = u, v
        for a in range(2):
            moved.position[row, a] = moved.velocity[row, a] = moved.acceleration[row, a] = 0.0
            for b in range(2):
                moved.position_cov[row, a, b] = moved.velocity_cov[row, a, b] = 0.0
        return
    moved.velocity[row, 0], moved.velocity[row, 1] = u, v
    in_picture(jacobian, moved, row)
    for a in range(2):
        moved.position[row, a], moved.acceleration[row, a] = x[a], hold * x[4 + a]
        for b in range(2):
            moved.position_cov[row, a, b] = p[a, b]
            moved.velocity_cov[row, a, b] = p[2 + a, 2 + b]
    own = p[2, 2] * p[3, 3] - p[2, 3] * p[3, 2]
    if p[3, 3] * u * u - 2 * p[2, 3] * u * v + p[2, 2] * v * v > noise.clear * own:
        moved.heading[row] = filters.heading[at] = math.atan2(v, u)


@in_place
def _uncertain(view: View, noise: Noise, box: F32, side: float) -> tuple[float, float]:
    """Standard deviation of a foot point to the side and downwards, in reference pixels.

    Where the picture's edge cuts a box, its foot is not where the object stands: who comes in over the lower edge has
    his foot on it until he is wholly inside, however fast he is. A box that reaches beyond the picture was not cut.
    """
    usual = noise.share * side + noise.least_px
    margin_x, margin_y = noise.near_edge * (box[2] - box[0]), noise.near_edge * (box[3] - box[1])
    across, down = usual, usual
    left, right, under = box[0], view.size[0] - box[2], view.size[1] - box[3]
    if -1.0 <= left < margin_x or -1.0 <= right < margin_x:
        across = max(usual, noise.cut * side)
    if -1.0 <= under < margin_y:
        down = max(usual, noise.cut * side)
    return across, down


@in_place
def _free(filters: Filters, count: int, ended: I64) -> int:
    if len(ended) == 0:
        return count
    kept = 0
    for i in range(count):
        going = False
        for e in range(len(ended)):
            going = going or ended[e] == filters.ids[i]
        if not going:
            if kept != i:
                _copy(filters, i, kept)
            kept += 1
    return kept


@in_place
def _insert(filters: Filters, count: int, at: int, track_id: int) -> int:
    for i in range(count, at, -1):
        _copy(filters, i - 1, i)
    filters.ids[at] = track_id
    return count + 1


@in_place
def _copy(filters: Filters, one: int, other: int) -> None:
    filters.ids[other], filters.at_ns[other] = filters.ids[one], filters.at_ns[one]
    filters.watched_s[other] = filters.watched_s[one]
    filters.odd[other], filters.metric[other] = filters.odd[one], filters.metric[one]
    filters.share[other, 0], filters.heading[other] = filters.share[one, 0], filters.heading[one]
    filters.fast_s[other], filters.rides_s[other] = filters.fast_s[one], filters.rides_s[one]
    filters.cut_s[other] = filters.cut_s[one]
    for m in range(2):
        for i in range(6):
            filters.mean[other, m, i] = filters.mean[one, m, i]
            for j in range(6):
                filters.cov[other, m, i, j] = filters.cov[one, m, i, j]
