"""Appearance: how much a detection looks like a track, against how alike things look at this camera anyway."""

from __future__ import annotations

from core.arrays import AnyArray
from core.compiled import in_place
from trackers.kernels.state import Camera, Pairs, Track, Tracks
from trackers.params import TrackerParams

LEARN = 0.1
"""Share of a new look in a track's, so that it rests on the last ten or so."""
SLOW = 0.02
"""Share of a new similarity in the camera's means."""


@in_place
def similarity(a: AnyArray, b: AnyArray) -> float:
    """Cosine of two looks of unit length; 0 when one of them is unknown."""
    total = 0.0
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@in_place
def copy_look(to: AnyArray, look: AnyArray) -> None:
    """Copy number by number: for slices, numba compiles the text of an error for seconds."""
    for k in range(len(look)):
        to[k] = look[k]


@in_place
def known(look: AnyArray) -> bool:
    """Whether anything was seen: an unknown look is all zero."""
    for value in look:
        if value != 0:
            return True
    return False


@in_place
def add_looks(
    tracks: Tracks, looks: AnyArray, embedding: AnyArray, order: AnyArray, camera: Camera,
    pair: Pairs, p: TrackerParams,
) -> None:  # fmt: skip
    """Add to the likeness of each pair what looks say: from -1/2 to 1/2 of `look_weight`.

    The middle between the camera's mean similarities, of tracks with their own detections and with others', says
    nothing; either mean says as much as can be.
    """
    track_of, det_of, fit = pair
    gap = camera.same - camera.other
    if gap <= 0:
        return
    for k in range(len(fit)):
        i, look = track_of[k], embedding[order[det_of[k]]]
        if tracks[i].looked and known(look):
            said = (similarity(looks[i], look) - camera.other) / gap - 0.5
            fit[k] += p.look_weight * min(max(said, -0.5), 0.5)


@in_place
def learn_look(track: Track, own: AnyArray, look: AnyArray, camera: Camera) -> None:
    """Blend the look of a track's detection into its own, and its similarity into the camera's."""
    if not known(look):
        return
    share = 1.0
    if track.looked:
        alike = similarity(own, look)
        camera.same = alike if camera.same == 0 else camera.same + SLOW * (alike - camera.same)
        share = LEARN
    length = 0.0
    for k in range(len(own)):
        own[k] += share * (look[k] - own[k])
        length += own[k] * own[k]
    for k in range(len(own)):
        own[k] /= length**0.5
    track.looked = True


@in_place
def learn_others(
    tracks: Tracks, count: int, looks: AnyArray, embedding: AnyArray, order: AnyArray, camera: Camera
) -> None:
    """Blend the similarity of each seen track with the next one's detection into the camera's mean of strangers."""
    for i in range(1, count):
        a, b = tracks[i - 1], tracks[i]
        if a.looked and b.det >= 0 and a.kind == b.kind and known(embedding[order[b.det]]):
            alike = similarity(looks[i - 1], embedding[order[b.det]])
            camera.other = alike if camera.other == 0 else camera.other + SLOW * (alike - camera.other)
