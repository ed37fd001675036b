"""Where the tracks of one frame stand, and how they move."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core.arrays import F32, F64, I16, I64, U8, Bool
from core.compiled import compiled
from trackers.kernels.frame import COASTING
from trackers.kernels.kalman import begin, combine, correct, predict, prepare, surprise
from trackers.kernels.lens import straighten

UNKNOWN = 1 / math.pi
"""Half a footprint's depth over all headings, as a share of length and width together (Cauchy)."""
SOON_S = 0.1
"""So far ahead it is looked how the near end of a vehicle moves along it."""
LEAST_SLANT = 0.3
"""Columns of the picture lead away from the camera by at least this cosine: less is no street view."""


class Filters(NamedTuple):
    """The filters of a camera's tracks, by rising id, with room for more.

    Attributes:
        ids: (K) of the tracks.
        at_ns: (K) time of their state.
        watched_s: (K) for how long they were observed since they began, or began anew.
        odd: (K) places in a row that could not be theirs.
        metric: (K) whether their plane is the ground, in metres; else the picture, in pixels.
        share: (K, 1) how likely the steady filter is the right one.
        heading: (K) the last that a speed told, radians; NaN: none did.
        fast_s: (K) `watched_s` at which a person became faster than anybody on foot; NaN: is not; -inf: was for so long
            that it is known to ride.
        mean, cov: (K, 2, 6) and (K, 2, 6, 6); see `kernels.kalman`.
    """

    ids: I64
    at_ns: I64
    watched_s: F64
    odd: I64
    metric: Bool
    share: F64
    heading: F64
    fast_s: F64
    mean: F64
    cov: F64


class View(NamedTuple):
    """A camera's way to the ground.

    Attributes:
        size: (2) width and height of the picture, in source pixels.
        scale: (2) source to reference pixels.
        matrix: (3, 3) homography, or all zero.
        lens: (9) `core.lens.Lens.numbers`, or all zero.
        coarsest: metres a pixel may span.
    """

    size: F64
    scale: F64
    matrix: F64
    lens: F64
    coarsest: float


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
        person: the class of people. ridden: m/s, and for how many s, from which one of them is on wheels.
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
    person: int
    ridden: tuple[float, float]
    steps: F64
    room: F64


class Moved(NamedTuple):
    """Rows of `core.motion.Motion`, to be filled."""

    foot: F32
    foot_velocity: F32
    position: F64
    velocity: F64
    valid: Bool
    acceleration: F64
    position_cov: F64
    velocity_cov: F64
    heading: F32
    rides: Bool


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
        metric = _on_ground(view, moved.foot[row], place, jacobian)
        moved.valid[row] = metric
        kind = noise.kinds[noise.kind_of_class[class_id[row]]]
        unit = 1.0 if metric else side / kind[6]
        across, down = _uncertain(view, noise, xyxy[row], side)
        _spread(jacobian, (across, down), error)
        at = np.searchsorted(filters.ids[:count], track_id[row])
        known = at < count and filters.ids[at] == track_id[row]
        if not known:
            count = _insert(filters, count, at, track_id[row])
        if not known or filters.metric[at] != metric:
            _start(filters, at, now_ns, metric, (place[0], place[1]), error, kind, unit)
        else:
            step = noise.steps[noise.kind_of_class[class_id[row]]]
            seen = state[row] != COASTING
            _follow(filters, at, now_ns, seen, (place[0], place[1]), error, kind, unit, step, noise)
        _write(filters, at, jacobian, noise, moved, row)
        if class_id[row] == noise.person:
            moved.rides[row] = _rides(filters, at, noise, moved, row, side)
        size = noise.sizes[class_id[row]]
        cut = max(across, down) >= noise.cut * side
        if not metric or (cut and not _is_sure(moved, row, max(size[0], kind[6]))):
            continue
        if cut:
            _as_expected(view, place, jacobian, moved, row)
        if size[0] > 0:
            _to_middle(view, filters.heading[at], size, 0.5 * high, place, jacobian, soon, moved, row)
    return count


@compiled
def _start(
    filters: Filters, at: int, now_ns: int, metric: bool, place: tuple[float, float], error: F64, kind: F64, unit: float
) -> None:
    begin(filters.mean[at], filters.cov[at], filters.share[at], place, error, kind[5] * unit, 0.0)
    filters.at_ns[at], filters.watched_s[at], filters.odd[at], filters.metric[at] = now_ns, 0.0, 0, metric
    filters.heading[at] = filters.fast_s[at] = np.nan


@compiled
def _rides(filters: Filters, at: int, noise: Noise, moved: Moved, row: int, side: float) -> bool:
    """Whether a person is on wheels: has once been so fast for so long."""
    if filters.metric[at]:
        speed = math.hypot(moved.velocity[row, 0], moved.velocity[row, 1])
    else:
        tall = noise.kinds[noise.kind_of_class[noise.person], 6]
        speed = math.hypot(moved.foot_velocity[row, 0], moved.foot_velocity[row, 1]) / side * tall
    if filters.fast_s[at] == -math.inf:
        return True
    if speed < noise.ridden[0]:
        filters.fast_s[at] = np.nan
    elif math.isnan(filters.fast_s[at]):
        filters.fast_s[at] = filters.watched_s[at]
    elif filters.watched_s[at] - filters.fast_s[at] >= noise.ridden[1]:
        filters.fast_s[at] = -math.inf
    return bool(filters.fast_s[at] == -math.inf)


@compiled
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


@compiled
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
    _in_picture(jacobian, moved, row)
    for a in range(2):
        moved.position[row, a], moved.acceleration[row, a] = x[a], hold * x[4 + a]
        for b in range(2):
            moved.position_cov[row, a, b] = p[a, b]
            moved.velocity_cov[row, a, b] = p[2 + a, 2 + b]
    own = p[2, 2] * p[3, 3] - p[2, 3] * p[3, 2]
    if p[3, 3] * u * u - 2 * p[2, 3] * u * v + p[2, 2] * v * v > noise.clear * own:
        moved.heading[row] = filters.heading[at] = math.atan2(v, u)


@compiled
def _is_sure(moved: Moved, row: int, length: float) -> bool:
    """Whether a filter knows a place within half a length: not of who was only ever seen cut, on his way in."""
    return bool(moved.position_cov[row, 0, 0] + moved.position_cov[row, 1, 1] <= 0.25 * length * length)


@compiled
def _as_expected(view: View, place: F64, jacobian: F64, moved: Moved, row: int) -> None:
    """Take the foot of a box that the picture's edge cuts from the filter, which goes on while the edge holds it."""
    right, down = _in_pixels(jacobian, moved.position[row, 0] - place[0], moved.position[row, 1] - place[1])
    x, y = moved.foot[row, 0], moved.foot[row, 1]
    moved.foot[row, 0] += right
    moved.foot[row, 1] += down
    if _on_ground(view, moved.foot[row], place, jacobian):
        place[0], place[1] = moved.position[row, 0], moved.position[row, 1]
    else:
        moved.foot[row, 0], moved.foot[row, 1] = x, y


@compiled
def _to_middle(
    view: View,
    heading: float,
    size: F64,
    most_px: float,
    place: F64,
    jacobian: F64,
    soon: tuple[F32, F64, F64],
    moved: Moved,
    row: int,
) -> None:
    """Move a vehicle's foot, position and velocity from the near end of its footprint to the middle.

    A box's lower edge is where the nearest corner stands: seen along, half a length before the middle. The middle is
    sought up the picture, which on the ground is away from the camera; not further than `most_px`. Who passes by shows
    ever another corner, so that the near end is not as fast as he is. `soon`: room for where he will be.
    """
    x, y = moved.foot[row, 0], moved.foot[row, 1]
    before_x, before_y = place[0], place[1]
    foot, there, turned = soon
    foot[0] = x + SOON_S * moved.foot_velocity[row, 0]
    foot[1] = y + SOON_S * moved.foot_velocity[row, 1]
    half, away_x, away_y = _half_depth(jacobian, heading, size)
    passing = not math.isnan(heading) and _on_ground(view, foot, there, turned)
    m = view.matrix
    nearer = m[2, 1] / max(m[2, 0] * x + m[2, 1] * y + m[2, 2], 1e-9)
    m_per_px = math.hypot(jacobian[0, 1], jacobian[1, 1])
    moved.foot[row, 1] -= min(half / (m_per_px + half * max(nearer, 0.0)), most_px)
    if not _on_ground(view, moved.foot[row], place, jacobian):
        moved.foot[row, 1] = y
        return
    moved.position[row, 0] += place[0] - before_x
    moved.position[row, 1] += place[1] - before_y
    if passing:
        then, then_x, then_y = _half_depth(turned, heading, size)
        moved.velocity[row, 0] += (then * then_x - half * away_x) / SOON_S
        moved.velocity[row, 1] += (then * then_y - half * away_y) / SOON_S
    _in_picture(jacobian, moved, row)


@compiled
def _half_depth(jacobian: F64, heading: float, size: F64) -> tuple[float, float, float]:
    """How far away from the camera, up a column of the picture, the middle of a footprint is from its near end; and
    that direction. Rows of the picture tell what is near: it is measured across them.
    """
    x, y = -jacobian[0, 1], -jacobian[1, 1]
    long = math.hypot(x, y)
    x, y = x / long, y / long
    wide = math.hypot(jacobian[0, 0], jacobian[1, 0])
    ahead_x, ahead_y = -jacobian[1, 0] / wide, jacobian[0, 0] / wide
    slant = x * ahead_x + y * ahead_y
    if math.isnan(heading):
        half = UNKNOWN * (size[0] + size[1])
    else:
        along = ahead_x * math.cos(heading) + ahead_y * math.sin(heading)
        half = 0.5 * (size[0] * abs(along) + size[1] * math.sqrt(max(1.0 - along * along, 0.0)))
    return half / max(abs(slant), LEAST_SLANT), x, y


@compiled
def _in_picture(jacobian: F64, moved: Moved, row: int) -> None:
    """The velocity of a foot in the picture, by that on the ground."""
    right, down = _in_pixels(jacobian, moved.velocity[row, 0], moved.velocity[row, 1])
    moved.foot_velocity[row, 0], moved.foot_velocity[row, 1] = right, down


@compiled
def _in_pixels(jacobian: F64, east: float, north: float) -> tuple[float, float]:
    """A short way on the ground as one in the picture, right and down."""
    det = jacobian[0, 0] * jacobian[1, 1] - jacobian[0, 1] * jacobian[1, 0]
    right = (jacobian[1, 1] * east - jacobian[0, 1] * north) / det
    return right, (jacobian[0, 0] * north - jacobian[1, 0] * east) / det


@compiled
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


@compiled
def _spread(jacobian: F64, sigma_px: tuple[float, float], error: F64) -> None:
    """Covariance on the plane of a foot point that is uncertain by `sigma_px` across the picture and down it."""
    s, t = sigma_px[0] * sigma_px[0], sigma_px[1] * sigma_px[1]
    for a in range(2):
        for b in range(2):
            error[a, b] = s * jacobian[a, 0] * jacobian[b, 0] + t * jacobian[a, 1] * jacobian[b, 1]


@compiled
def _on_ground(view: View, foot: F32, place: F64, jacobian: F64) -> bool:
    """Write the place of a foot point and its derivatives by pixels; in the picture itself where metres do not hold."""
    m = view.matrix
    place[0], place[1] = foot[0], foot[1]
    jacobian[0, 0] = jacobian[1, 1] = 1.0
    jacobian[0, 1] = jacobian[1, 0] = 0.0
    held = view.lens[5] == 0.0 or straighten(view.lens, place[0], place[1], place, jacobian)
    x, y = place[0], place[1]
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    if held and w > 1e-9:
        east = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w
        north = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w
        for column in range(2):
            u, v = jacobian[0, column], jacobian[1, column]
            down = m[2, 0] * u + m[2, 1] * v
            jacobian[0, column] = (m[0, 0] * u + m[0, 1] * v - east * down) / w
            jacobian[1, column] = (m[1, 0] * u + m[1, 1] * v - north * down) / w
        right = math.hypot(jacobian[0, 0], jacobian[1, 0])
        if max(right, math.hypot(jacobian[0, 1], jacobian[1, 1])) <= view.coarsest:
            place[0], place[1] = east, north
            return True
    place[0], place[1] = foot[0], foot[1]
    jacobian[0, 0] = jacobian[1, 1] = 1.0
    jacobian[0, 1] = jacobian[1, 0] = 0.0
    return False


@compiled
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


@compiled
def _insert(filters: Filters, count: int, at: int, track_id: int) -> int:
    for i in range(count, at, -1):
        _copy(filters, i - 1, i)
    filters.ids[at] = track_id
    return count + 1


@compiled
def _copy(filters: Filters, one: int, other: int) -> None:
    filters.ids[other], filters.at_ns[other], filters.watched_s[other] = (
        filters.ids[one],
        filters.at_ns[one],
        filters.watched_s[one],
    )
    filters.odd[other], filters.metric[other] = filters.odd[one], filters.metric[one]
    filters.share[other], filters.heading[other] = filters.share[one], filters.heading[one]
    filters.fast_s[other] = filters.fast_s[one]
    filters.mean[other] = filters.mean[one]
    filters.cov[other] = filters.cov[one]
