"""How well detections fit tracks: a sparse table of the pairs that may be."""

from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np

from core.arrays import AnyArray
from core.compiled import compiled, in_place
from trackers.kernels.state import Pairs, Track, Tracks
from trackers.params import TrackerParams


@compiled
def pairs(tracks: Tracks, count: int, box: AnyArray, kind: AnyArray, number: int, p: TrackerParams) -> Pairs:
    """All pairs of a track and a detection that fit at least `gate`: rows of tracks, of detections, likeness.

    Likeness is the intersection over union of boxes grown by `buffer`, plus `place_weight` times the density of the
    detection's place under the track's prediction (1 at its middle), less what heights differ and what is hidden. A
    track and a detection of different kinds, or of heights that differ by more than `size_gate` standard deviations,
    never fit. `box` (number, 4) holds centre and size.
    """
    room = 4 * count + 16
    track_of, det_of, fit = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    found = 0
    grow = 1 + 2 * p.buffer
    far = sqrt(2 * log(max(p.place_weight / p.gate, 1.0)))
    for i in range(count):
        track = tracks[i]
        x, y, w, h = track.value[0], track.value[1], track.value[2], track.value[3]
        var_x, var_y = track.vv[0] + track.noise, track.vv[1] + track.noise
        reach_x, reach_y = far * sqrt(var_x), far * sqrt(var_y)
        for j in range(number):
            dx, dy = abs(box[j, 0] - x), abs(box[j, 1] - y)
            across, down = grow * (w + box[j, 2]) / 2 - dx, grow * (h + box[j, 3]) / 2 - dy
            if (across <= 0 and dx > reach_x) or (down <= 0 and dy > reach_y) or track.kind != kind[j]:
                continue
            likeness = likeness_at(track, (dx, dy), (box[j, 2], box[j, 3]), (var_x, var_y), p)
            likeness -= p.hidden_weight * track.cover
            if likeness < p.gate:
                continue
            if found == room:
                room *= 2
                track_of, det_of, fit = _longer(track_of), _longer(det_of), _longer(fit)
            track_of[found], det_of[found], fit[found] = i, j, likeness
            found += 1
    return track_of[:found], det_of[:found], fit[:found]


@in_place
def likeness_at(
    track: Track, away: tuple[float, float], size: tuple[float, float], var: tuple[float, float], p: TrackerParams
) -> float:
    """Of a track and a detection of this size, whose centre is so far from where the track is expected with this
    variance; without what hides it. -inf where heights do not fit.
    """
    w, h = track.value[2], track.value[3]
    grow = 1 + 2 * p.buffer
    ratio = log(size[1] / h)
    height_var = track.size_var[1] / (h * h)
    if ratio * ratio > p.size_gate**2 * (height_var + (p.size_noise * max(size[0], size[1]) / h) ** 2):
        return -inf
    across, down = grow * (w + size[0]) / 2 - away[0], grow * (h + size[1]) / 2 - away[1]
    both = max(min(across, grow * min(w, size[0])), 0.0) * max(min(down, grow * min(h, size[1])), 0.0)
    overlap = both / (grow * grow * (w * h + size[0] * size[1]) - both)
    near = exp(-(away[0] * away[0] / var[0] + away[1] * away[1] / var[1]) / 2)
    height = exp(-abs(ratio)) - 1
    return float(overlap + p.place_weight * near + p.height_weight * height)


@compiled
def _longer(array: AnyArray) -> AnyArray:
    longer = np.empty(2 * len(array), array.dtype)
    for k in range(len(array)):
        longer[k] = array[k]
    return longer
