"""A Kalman filter for each track's box: constant velocity of the centre, a slow random walk of width and height.

State and noise follow DeepSORT (Wojke et al. 2017), with changes. Time is in seconds, not frames: process noise is
continuous white acceleration (Bar-Shalom et al. 2001, section 6.2.2). Noise is in shares of the box's longer side, so
that near and far objects move alike. And because nothing couples the axes, each has a 2 × 2 covariance of its own.
"""

from __future__ import annotations

from core.arrays import AnyArray
from core.compiled import in_place
from trackers.kernels.state import Track, Tracks
from trackers.params import TrackerParams

SMALLEST_SIDE = 1.0
MOST_GROWTH = 2.0
"""Nobody is predicted to grow or shrink by more: a box near the horizon is none to reckon with."""


@in_place
def start(track: Track, x1: float, y1: float, x2: float, y2: float, p: TrackerParams) -> None:
    """A filter at a box; its velocity is not known."""
    track.value[0], track.value[1] = (x1 + x2) / 2, (y1 + y2) / 2
    track.value[2], track.value[3] = max(x2 - x1, SMALLEST_SIDE), max(y2 - y1, SMALLEST_SIDE)
    side = max(track.value[2], track.value[3])
    for a in range(2):
        track.rate[a] = 0.0
        track.vv[a] = (p.place_noise * side) ** 2
        track.vr[a] = 0.0
        track.rr[a] = (p.start_rate * side) ** 2
        track.size_var[a] = (p.size_noise * side) ** 2


@in_place
def predict(tracks: Tracks, count: int, t: float, horizon: AnyArray, p: TrackerParams) -> None:
    """Move all boxes on by `t` seconds.

    Where the ground is known (`horizon`, see `kernels.state.Camera`), whoever keeps his speed on it seems to go faster
    and grows as he comes nearer: his line is seen by a projective map, which the distance from the horizon fixes.
    """
    for i in range(count):
        track = tracks[i]
        side = max(track.value[2], track.value[3])
        q = (p.acceleration * side) ** 2
        walk = (p.size_walk * side) ** 2 * t
        grow = _grows(track, t, horizon)
        for a in range(2):
            track.value[a] += track.rate[a] * t * grow
            track.rate[a] *= grow * grow
            track.value[2 + a] *= grow
            track.vv[a] += 2 * t * track.vr[a] + t * t * track.rr[a] + q * t**3 / 3
            track.vr[a] += t * track.rr[a] + q * t * t / 2
            track.rr[a] += q * t
            track.size_var[a] += walk


@in_place
def _grows(track: Track, t: float, horizon: AnyArray) -> float:
    """How many times larger a box will be in `t` seconds; 1 where no ground is known, or beyond its end."""
    now = float(horizon[0] * track.value[0] + horizon[1] * track.value[1] + horizon[2])
    if now <= 0:
        return 1.0
    change = float(horizon[0] * track.rate[0] + horizon[1] * track.rate[1]) * t / now
    return 1.0 / min(max(1.0 - change, 1.0 / MOST_GROWTH), MOST_GROWTH)


@in_place
def correct(track: Track, box: AnyArray, frame: tuple[float, float], p: TrackerParams) -> None:
    """Correct a box by its detection (x1, y1, x2, y2); the more of it is covered, the less is believed.

    Where the picture's edge cuts it, its centre is half as fast as the object, whose size does not show: there the
    other side is followed, and what is to be seen is its size. `frame`: width and height of the picture.
    """
    noise = (p.size_noise * max(box[2] - box[0], box[3] - box[1])) ** 2 * (1 + p.cover_noise * track.cover**2)
    for a in range(2):
        size = max(box[2 + a] - box[a], SMALLEST_SIDE)
        free = free_side(box[a], box[2 + a], frame[a], p)
        seen, expected = (box[a] + box[2 + a]) / 2 + free * size, track.value[a] + free * track.value[2 + a]
        size_gain = 1.0 if free != 0 else track.size_var[a] / (track.size_var[a] + noise)
        track.value[2 + a] += size_gain * (size - track.value[2 + a])
        track.value[a] = expected + place(track, a, seen - expected) - free * track.value[2 + a]
        track.size_var[a] = noise if free != 0 else track.size_var[a] * (1 - size_gain)


@in_place
def place(track: Track, a: int, error: float) -> float:
    """Correct the velocity along an axis by the error of a place there; how far the place is to be moved."""
    total = track.vv[a] + track.noise
    gain, rate_gain = track.vv[a] / total, track.vr[a] / total
    track.rate[a] += rate_gain * error
    track.rr[a] -= rate_gain * track.vr[a]
    track.vv[a] *= 1 - gain
    track.vr[a] *= 1 - gain
    return float(gain * error)


@in_place
def free_side(low: float, high: float, most: float, p: TrackerParams) -> float:
    """Where the side is that the picture's edge does not cut, in sizes from a box's centre; 0: none is cut, or both."""
    margin = p.edge_share * (high - low)
    cut_low, cut_high = low <= margin, high >= most - margin
    if cut_low == cut_high:
        return 0.0
    return 0.5 if cut_low else -0.5
