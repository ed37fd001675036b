"""What the tracker remembers: records, in arrays that compiled loops walk over.

Each class names the fields of a record for the reader and the type checker; `record_of` makes the array's type of it.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import Annotated, Final, TypeAlias, get_type_hints

import numpy as np

from core.arrays import F32, F64, I32, AnyArray
from core.taxonomy import ObjectClass

CLASSES: Final = max(ObjectClass) + 1
ACROSS: Final = 16
DOWN: Final = 9
"""Cells of the picture in which ways are remembered, and how many of each (`kernels.ways`)."""
WAYS: Final = 3

Real: TypeAlias = Annotated[float, np.float64]
Whole: TypeAlias = Annotated[int, np.int64]
Flag: TypeAlias = Annotated[bool, np.bool_]
Pair: TypeAlias = Annotated[F64, np.float64, 2]


class Track:
    """A track of a camera.

    Attributes:
        value: centre x, centre y, width, height, pixels.
        rate: of the centre, pixels a second.
        vv, vr, rr: covariance of (value, rate) by axis of the centre.
        size_var: variance of width and height.
        noise: variance of a detected coordinate of its centre, now.
        cover: share of its box behind a nearer track, 0..1.
        score: of the last detection.
        evidence: sum of its detections' weights; `confirmed`: it is enough.
        track_id: 0 while riding.
        begun, last: centre of its first detection, and where it was when last seen.
        born_ns, seen_ns, own_ns: first seen; last seen; last seen by a detection of its own.
        hits: frames in which it was seen.
        det: its detection in this frame, counted from the best; -1: none.
        votes: frames by class; `class_id` has the most, `kind` is what it may be confused with.
        looked: its appearance is known.
        carried: a two-wheeler that stands where its rider is seen.
        mount: id of the two-wheeler that somebody may be riding, 0: none.
        since_ns, start, seat: when the two began to be watched; the machine's centre then; its offset from the rider's
            centre, in heights of the rider.
        fit_ns: somebody last sat as a rider.
        held: he did from his first frames on; of a machine: somebody did who was there before it.
        riding: he is a rider, and has no row.
    """

    value: Annotated[F64, np.float64, 4]
    rate: Pair
    vv: Pair
    vr: Pair
    rr: Pair
    size_var: Pair
    noise: Real
    cover: Real
    score: Real
    evidence: Real
    track_id: Whole
    begun: Pair
    last: Pair
    born_ns: Whole
    seen_ns: Whole
    own_ns: Whole
    hits: Whole
    det: Whole
    votes: Annotated[I32, np.int32, CLASSES]
    class_id: Whole
    kind: Whole
    confirmed: Flag
    looked: Flag
    carried: Flag
    mount: Whole
    since_ns: Whole
    start: Pair
    seat: Pair
    fit_ns: Whole
    held: Flag
    riding: Flag


class Camera:
    """A camera beside its tracks.

    Attributes:
        count: tracks.
        remembered: detections of confirmed tracks so far.
        scores, powers: fading sums over them, of score and power, and of power (`kernels.scores`).
        horizon: (3) a, b, c of a x + b y + c, which is 0 on the line at which the ground ends and grows towards the
            camera as sizes do; zeros where no ground is known.
        shift_x, shift_y: mean square of the picture's shifts, pixels².
        ways: of each cell, velocity in pixels a second and how often it was seen (`kernels.ways`).
        same, other: mean similarity of a track with its own detections, and with those of others.
    """

    count: Whole
    next_id: Whole
    now_ns: Whole
    remembered: Whole
    scores: Real
    powers: Real
    horizon: Annotated[F64, np.float64, 3]
    shift_x: Real
    shift_y: Real
    ways: Annotated[F64, np.float64, (DOWN, ACROSS, WAYS, 3)]
    same: Real
    other: Real


class Row:
    """A row of `core.tracks.TrackBatch`."""

    xyxy: Annotated[F32, np.float32, 4]
    score: Annotated[float, np.float32]
    class_id: Annotated[int, np.int16]
    track_id: Whole
    state: Annotated[int, np.uint8]
    det_index: Annotated[int, np.int32]


Tracks: TypeAlias = MutableSequence[Track]
Cameras: TypeAlias = MutableSequence[Camera]
Rows: TypeAlias = MutableSequence[Row]
Pairs: TypeAlias = tuple[AnyArray, AnyArray, AnyArray]
"""Rows of tracks, of detections, and how well each two fit."""


def record_of(cls: type) -> np.dtype[np.void]:
    """The array type of a class of annotated fields."""
    hints = get_type_hints(cls, include_extras=True)
    return np.dtype([(name, *hint.__metadata__) for name, hint in hints.items()], align=True)


TRACK: Final = record_of(Track)
CAMERA: Final = record_of(Camera)
ROW: Final = record_of(Row)
