"""Which tracks stand behind others: what is covered is seen badly or not at all."""

from __future__ import annotations

from core.compiled import compiled
from trackers.kernels.state import Tracks
from trackers.params import TrackerParams


@compiled
def cover(tracks: Tracks, count: int, before_ns: int, p: TrackerParams) -> None:
    """Set `cover` and `noise` of all tracks by their predicted boxes.

    Nearer is whose lower edge is lower: both stand on the same ground. Only confirmed tracks cover that were seen until
    shortly before the frame before this one (`before_ns`).
    """
    recent = before_ns - int(p.live_s * 1e9)
    for i in range(count):
        track = tracks[i]
        x, y, w, h = track.value[0], track.value[1], track.value[2], track.value[3]
        low = y + h / 2
        most = 0.0
        for j in range(count):
            other = tracks[j]
            bottom = other.value[1] + other.value[3] / 2
            if bottom <= low or not other.confirmed or other.seen_ns < recent:
                continue
            ow = other.value[2]
            across = min(x + w / 2, other.value[0] + ow / 2) - max(x - w / 2, other.value[0] - ow / 2)
            if across <= 0:
                continue
            down = low - max(y - h / 2, bottom - other.value[3])
            if down > 0:
                most = max(most, across * down / (w * h))
        track.cover = most
        track.noise = (p.place_noise * max(w, h)) ** 2 * (1 + p.cover_noise * most**2)
