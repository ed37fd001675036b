"""Which tracks stand behind others: what is covered is seen badly or not at all."""

from __future__ import annotations

from core.compiled import in_place
from trackers.kernels.state import Track, Tracks
from trackers.params import TrackerParams


@in_place
def cover(tracks: Tracks, count: int, before_ns: int, p: TrackerParams) -> None:
    """Set `cover` and `noise` of all tracks by their predicted boxes.

    Nearer is whose lower edge is lower: both stand on the same ground. Only confirmed tracks cover that were seen until
    shortly before the frame before this one (`before_ns`).
    """
    recent = before_ns - int(p.live_s * 1e9)
    for i in range(count):
        track = tracks[i]
        w, h = track.value[2], track.value[3]
        low = track.value[1] + h / 2
        most = 0.0
        for j in range(count):
            other = tracks[j]
            if other.value[1] + other.value[3] / 2 > low and other.confirmed and other.seen_ns >= recent:
                most = max(most, in_common(track, other) / (w * h))
        track.cover = most
        track.noise = (p.place_noise * max(w, h)) ** 2 * (1 + p.cover_noise * most**2)


@in_place
def in_common(one: Track, other: Track) -> float:
    """Pixels² that lie in the boxes of both."""
    area = 1.0
    for a in range(2):
        low = max(one.value[a] - one.value[2 + a] / 2, other.value[a] - other.value[2 + a] / 2)
        high = min(one.value[a] + one.value[2 + a] / 2, other.value[a] + other.value[2 + a] / 2)
        area *= max(high - low, 0.0)
    return area
