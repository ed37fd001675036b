"""Where road users usually go from a place: what lets a new track be found again in the next frame.

Of somebody seen once no speed is known. People and cars at many frames a second overlap their last box all the same; a
rider seen without his machine, at 50 km/h and ten frames a second, has moved by more than the width of his box. Ways
that earlier tracks took from the same place say where to look for him.
"""

from __future__ import annotations

from core.arrays import AnyArray
from core.compiled import in_place
from trackers.kernels.likeness import likeness_at
from trackers.kernels.state import ACROSS, DOWN, WAYS, Camera, Track, Tracks
from trackers.params import TrackerParams

LEARNT = 5
"""Frames after which a track knows its own speed."""
HARDLY = 3
"""Up to so many it hardly does."""
ALIKE = 0.3
"""Speeds that differ by less than this share of themselves are one way; who takes it may differ by as much."""
SLOWEST = 1.0
"""Longer sides a second: slower ones are found by their overlap."""
ENOUGH = 3.0
"""So often a way was taken before it is believed."""
MEMORY = 32.0
"""Frames over which a way is averaged."""


@in_place
def learn_ways(tracks: Tracks, count: int, camera: Camera, width: int, height: int) -> None:
    """Remember where all confirmed tracks that are seen go from where they are."""
    for i in range(count):
        track = tracks[i]
        if not track.confirmed or track.det < 0 or track.hits < LEARNT:
            continue
        u, v = track.rate[0], track.rate[1]
        side = max(track.value[2], track.value[3])
        if u * u + v * v < (SLOWEST * side) ** 2:
            continue
        row, column = _cell(track.value, track.value[3], width, height)
        here = camera.ways[row, column]
        least = 0
        for k in range(WAYS):
            off = (here[k, 0] - u) ** 2 + (here[k, 1] - v) ** 2
            if here[k, 2] > 0 and off <= ALIKE * ALIKE * (u * u + v * v):
                here[k, 2] = min(here[k, 2] + 1, MEMORY)
                here[k, 0] += (u - here[k, 0]) / here[k, 2]
                here[k, 1] += (v - here[k, 1]) / here[k, 2]
                least = -1
                break
            if here[k, 2] < here[least, 2]:
                least = k
        if least >= 0:
            here[least, 0], here[least, 1], here[least, 2] = u, v, 1.0


@in_place
def find_again(
    tracks: Tracks, count: int, seen: tuple[AnyArray, AnyArray, AnyArray], taken: AnyArray, camera: Camera,
    size: tuple[int, int], p: TrackerParams,
) -> None:  # fmt: skip
    """Give those whose speed is hardly known, and who were not found, the detection that lies where one usually goes.

    Not one that is no evidence of anybody: what flickers along a road would be led down it.

    Args:
        tracks, count: predicted, with `det` of this frame.
        seen: detections: box (N, 4) by centre and size, kind (N), weight as evidence (N).
        taken: (N), what other tracks have; set.
        size: of the picture.
    """
    box, kind, weight = seen
    for i in range(count):
        track = tracks[i]
        if track.hits > HARDLY or track.det >= 0 or track.mount > 0:
            continue
        t = (camera.now_ns - track.seen_ns) / 1e9
        row, column = _cell(track.last, track.value[3], size[0], size[1])
        best, way, most = -1, -1, p.gate
        for k in range(WAYS):
            if camera.ways[row, column, k, 2] < ENOUGH:
                continue
            for j in range(len(box)):
                if not taken[j] and weight[j] > 0 and kind[j] == track.kind:
                    fit = _likeness(track, camera.ways[row, column, k], t, box[j], p)
                    if fit > most:
                        best, way, most = j, k, fit
        if best >= 0:
            _take(track, camera.ways[row, column, way], t)
            track.det = best
            taken[best] = True


@in_place
def knows_way(track: Track, camera: Camera, width: int, height: int) -> bool:
    """Whether others have gone on from where it was last seen."""
    row, column = _cell(track.last, track.value[3], width, height)
    for k in range(WAYS):
        if camera.ways[row, column, k, 2] >= ENOUGH:
            return True
    return False


@in_place
def _cell(place: AnyArray, tall: float, width: int, height: int) -> tuple[int, int]:
    """Row and column in which a box stands, by its centre and height."""
    column, row = int(place[0] / width * ACROSS), int((place[1] + tall / 2) / height * DOWN)
    return min(max(row, 0), DOWN - 1), min(max(column, 0), ACROSS - 1)


@in_place
def _likeness(track: Track, way: AnyArray, t: float, box: AnyArray, p: TrackerParams) -> float:
    """Of a detection, by centre and size, and a track that took the way."""
    away = abs(box[0] - track.last[0] - way[0] * t), abs(box[1] - track.last[1] - way[1] * t)
    var = 2 * track.noise + (ALIKE * t) ** 2 * (way[0] ** 2 + way[1] ** 2)
    return float(likeness_at(track, away, (box[2], box[3]), (var, var), p))


@in_place
def _take(track: Track, way: AnyArray, t: float) -> None:
    """It went this way since it was seen, about as fast as others."""
    var = ALIKE * ALIKE * (way[0] ** 2 + way[1] ** 2)
    for a in range(2):
        track.value[a] = track.last[a] + way[a] * t
        track.rate[a] = way[a]
        track.rr[a] = var
        track.vr[a] = t * var
        track.vv[a] = track.noise + t * t * var
