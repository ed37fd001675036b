"""The camera's own motion, told by what all tracks have in common."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np

from core.arrays import AnyArray
from core.compiled import compiled, in_place
from trackers.kernels.state import Camera, Tracks
from trackers.params import TrackerParams

STEADY_HITS = 3
"""A track's velocity means something from here on."""
FORGET_S = 1.0
LEAST_SHARE = 0.1
PASSED_S = 2.0
"""Over about so long a shift that goes on becomes the tracks' own velocity. A camera that pans in one direction and
tracks that all go in the other look the same: traffic that braked together once would be followed as a pan for as long
as there are vehicles, and who goes another way would be sought at the wrong place. A camera sways within less."""


@compiled
def move_with_camera(tracks: Tracks, count: int, box: AnyArray, camera: Camera, t: float, p: TrackerParams) -> bool:
    """Move all tracks by the shift of the picture, as their detections (`det`) show it; whether they moved.

    The shift is the median of detection less prediction over well-known tracks. How much of it is believed is its
    share above chance (James and Stein 1961): 1 - variance of the median / mean square of recent shifts. So a camera
    that stands still is left alone, and one that pans or shakes is followed. Part of it is theirs from now on
    (`PASSED_S`).
    """
    x, y = np.empty(count), np.empty(count)
    used, spread = 0, 0.0
    before_ns = camera.now_ns - int((p.live_s + t) * 1e9)
    for i in range(count):
        track = tracks[i]
        if track.det >= 0 and track.confirmed and track.hits >= STEADY_HITS and track.seen_ns >= before_ns:
            x[used], y[used] = box[track.det, 0] - track.value[0], box[track.det, 1] - track.value[1]
            spread += sqrt(track.vv[0] + (p.place_noise * track.value[3]) ** 2)
            used += 1
    if used < 2:
        return False
    spread /= used
    keep = min(exp(-t / FORGET_S), 1 - LEAST_SHARE)
    dx, camera.shift_x = _believed(x[:used], spread, camera.shift_x, keep)
    dy, camera.shift_y = _believed(y[:used], spread, camera.shift_y, keep)
    if abs(dx) < 0.1 * spread and abs(dy) < 0.1 * spread:
        return False
    passed = 1.0 / max(PASSED_S, t)
    for i in range(count):
        track = tracks[i]
        track.value[0] += dx
        track.value[1] += dy
        track.rate[0] += passed * dx
        track.rate[1] += passed * dy
    return True


@in_place
def _believed(errors: AnyArray, spread: float, square: float, keep: float) -> tuple[float, float]:
    """The part of the median shift to believe, and the mean square of shifts with this one.

    Errors are at least half as scattered as the filters expect (`spread`): a few may agree by luck.
    """
    middle = _median(errors)
    for i in range(len(errors)):
        errors[i] = abs(errors[i] - middle)
    scatter = max(1.48 * _median(errors), spread / 2)
    chance = np.pi / 2 * scatter * scatter / len(errors)
    square = keep * square + (1 - keep) * middle * middle
    share = 1 - chance / square if square > chance else 0.0
    return share * middle, square


@in_place
def _median(values: AnyArray) -> float:
    """The median; sorts in place. (Numba takes four seconds to compile numpy's.)"""
    size = len(values)
    for i in range(1, size):
        value, j = values[i], i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
    return float(values[(size - 1) // 2] + values[size // 2]) / 2
