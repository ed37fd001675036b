"""Boxes in a camera's picture of recorded road users, and how much of each is visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.events.cameras import Camera
from benchmarks.events.kernels.seeing import cover, project_solids
from benchmarks.events.traffic.recording import Recording
from core.arrays import F32, F64, I16, I64
from core.taxonomy import TWO_WHEELERS, ObjectClass

MACHINE_M: Final = 1.1
"""Height of a two-wheeler without its rider."""
RIDER: Final = (0.6, 0.5, 0.45)
"""Length, width and lower end, in metres, of the person on it; the upper end is the road user's height."""
LEAST_PX: Final = 6.0
"""Boxes whose shorter side is smaller are not seen by any detector and left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Solids:
    """K things in T steps that a detector may see: a road user, or a rider apart from the machine.

    Attributes:
        offsets: (T + 1) int64; row: (K) int64, its row in the recording.
        part: (K) int64, twice the user's number, and one more for a rider: the same thing in all steps.
        class_id: (K) int16; place: (K, 3) float64 x, y, heading; solid: (K, 4) float64 length, width, low, high.
    """

    offsets: I64
    row: I64
    part: I64
    class_id: I16
    place: F64
    solid: F64


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """N boxes in T steps of one camera; perfect, as nothing is missed or misplaced.

    Attributes:
        offsets: (T + 1) int64; part, row, class_id: as in `Solids`.
        xyxy: (N, 4) float32 pixels, cut at the picture's edges; whole: (N, 4) float64, not cut.
        visible: (N) float64, share in the picture and not covered by nearer boxes.
    """

    offsets: I64
    row: I64
    part: I64
    class_id: I16
    xyxy: F32
    whole: F64
    visible: F64


def solids(recording: Recording, start: int, stop: int, stride: int = 1) -> Solids:
    """The things of steps `start:stop:stride`; a two-wheeler is two, its machine and its rider."""
    steps = range(start, stop, stride)
    rows = np.concatenate([np.arange(*recording.offsets[s : s + 2]) for s in steps] or [np.zeros(0, np.int64)])
    counts = np.array([recording.offsets[s + 1] - recording.offsets[s] for s in steps], np.int64)
    step = np.repeat(np.arange(len(counts)), counts)
    ridden = np.isin(recording.cls[rows], [int(item) for item in TWO_WHEELERS])
    order = np.concatenate((np.arange(len(rows)), np.flatnonzero(ridden)))
    rider = np.arange(len(order)) >= len(rows)
    by_step = np.argsort(step[order], kind="stable")
    order, rider = order[by_step], rider[by_step]
    row = rows[order]
    solid = np.column_stack(
        (recording.length[row], recording.width[row], np.zeros(len(row)), recording.height[row])
    ).astype(np.float64)
    solid[rider, 0], solid[rider, 1], solid[rider, 2] = RIDER
    machine = ridden[order] & ~rider
    solid[machine, 3] = np.minimum(solid[machine, 3], MACHINE_M)
    return Solids(
        np.concatenate(([0], np.cumsum(np.bincount(step[order], minlength=len(counts))))).astype(np.int64),
        row,
        recording.user[row].astype(np.int64) * 2 + rider,
        np.where(rider, int(ObjectClass.PERSON), recording.cls[row]).astype(np.int16),
        np.column_stack((recording.x[row], recording.y[row], recording.heading[row])).astype(np.float64),
        solid,
    )


def see(camera: Camera, things: Solids) -> Seen:
    """What the camera sees of them."""
    count = len(things.row)
    box, depth, inside, visible = np.zeros((count, 4)), np.zeros(count), np.zeros(count), np.zeros(count)
    size = (float(camera.width), float(camera.height))
    project_solids(camera.matrix(), size, things.place, things.solid, box, depth, inside)
    kept = inside > 0
    # What is outside the picture covers nothing in it: the rest works on the few that are inside.
    step = np.repeat(np.arange(len(things.offsets) - 1), np.diff(things.offsets))[kept]
    offsets = np.concatenate(([0], np.cumsum(np.bincount(step, minlength=len(things.offsets) - 1)))).astype(np.int64)
    box, depth, inside, visible = box[kept], depth[kept], inside[kept], visible[kept]
    cover(offsets, things.part[kept] // 2, box, depth, inside, size, visible)
    xyxy = np.clip(box, 0.0, np.array(size * 2)).astype(np.float32)
    large = (xyxy[:, 2:] - xyxy[:, :2]).min(axis=1, initial=np.inf) >= LEAST_PX
    offsets = np.concatenate(([0], np.cumsum(np.bincount(step[large], minlength=len(offsets) - 1)))).astype(np.int64)
    picked = np.flatnonzero(kept)[large]
    return Seen(
        offsets,
        things.row[picked],
        things.part[picked],
        things.class_id[picked],
        xyxy[large],
        box[large],
        visible[large],
    )
