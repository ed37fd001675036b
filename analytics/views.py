"""What rules take from a `StepView`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from analytics.kernels.rows import among_them, wanted_rows
from analytics.revisions import Cue
from core.arrays import F32, F64, AnyArray, Bool, fixed, frozen
from core.events import Event
from core.findings import StepView
from core.measures import Measures
from core.taxonomy import ObjectClass, classes_of
from core.tracks import TrackState

CONFIRMED: Final = int(TrackState.CONFIRMED)
COASTING: Final = int(TrackState.COASTING)
"""Plain numbers: an array compares with them several times faster than with members of an enumeration."""

FEW: Final = 90_000
"""Pairs that are compared one by one as fast as by sorting."""


@lru_cache(maxsize=256)
def _mask(labels: tuple[str, ...]) -> Bool:
    return _mask_of(frozenset(int(item) for item in classes_of(labels)))


@lru_cache(maxsize=256)
def _mask_of(classes: frozenset[int]) -> Bool:
    mask = np.zeros(max(ObjectClass) + 1, np.bool_)
    mask[list(classes)] = True
    return frozen(mask, np.bool_, mask.shape, "mask")


def class_mask(labels: Sequence[str]) -> Bool:
    """For each class of the taxonomy, whether these labels and groups name it; the same array for the same classes.

    Raises:
        KeyError: a label is neither a class nor a group.
    """
    return _mask(tuple(labels))


def is_in(items: AnyArray, known: AnyArray) -> Bool:
    """Which numbers (K) are among others (N): `np.isin`, which for a handful takes many times as long."""
    if len(items) * len(known) > FEW:
        return np.asarray(np.isin(items, known), np.bool_)
    return among_them(_plain(items), _plain(known))


def _plain(numbers: AnyArray) -> AnyArray:
    return fixed(np.ascontiguousarray(numbers, np.int64).view())


def observed_rows(view: StepView, wanted: Bool) -> AnyArray:
    """The rows (K) of the wanted classes that are seen in this frame."""
    return wanted_rows(wanted, view.class_id, view.state, CONFIRMED, CONFIRMED)


def believed_rows(view: StepView, wanted: Bool) -> AnyArray:
    """The rows (K) of the wanted classes that are seen, or believed to be there still (coasting)."""
    return wanted_rows(wanted, view.class_id, view.state, CONFIRMED, COASTING)


def reference_scale(view: StepView) -> F64:
    """What source pixels are multiplied by (2: x, y) to become the scene's reference pixels."""
    width, height = view.scene.reference_size
    return np.array([width / view.frame.width, height / view.frame.height])


def reference_boxes(view: StepView, rows: AnyArray | slice) -> F32:
    """Boxes (K, 4) in the scene's reference pixels."""
    if view.scene.reference_size == (view.frame.width, view.frame.height):
        return view.xyxy[rows]
    scale = np.tile(reference_scale(view), 2).astype(np.float32)
    return np.asarray(view.xyxy[rows] * scale, np.float32)


def longer_sides(boxes: F32) -> AnyArray:
    """The longer side of each box (K), at least 1."""
    return np.asarray(np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1), 1.0))


def cue_of(view: StepView, rows: AnyArray, measures: Measures) -> Cue:
    """A cue for the tracks in these rows (at least one): their common box and middle, their mean score."""
    boxes = reference_boxes(view, rows).astype(np.float64)
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return Cue(
        measures,
        confidence=float(np.clip(view.score[rows].mean(), 0.0, 1.0)),
        track_ids=tuple(view.track_id[rows].tolist()),
        class_ids=tuple(view.class_id[rows].tolist()),
        box=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        position=_geographic(view, rows),
    )


def cue_of_one(view: StepView, row: int, measures: Measures) -> Cue:
    """The same of one track, in a fraction of the time."""
    left, top, right, bottom = reference_boxes(view, slice(row, row + 1))[0].tolist()
    return Cue(
        measures,
        min(max(float(view.score[row]), 0.0), 1.0),
        (int(view.track_id[row]),),
        (int(view.class_id[row]),),
        (left, top, right, bottom),
        view.scene.geographic(*view.position[row].tolist()) if view.valid[row] else None,
    )


def cue_again(last: Event, measures: Measures) -> Cue:
    """What was known at the last revision, with new measures: the cause is out of sight."""
    return Cue(measures, last.confidence, last.track_ids, last.class_ids, last.box, last.position)


def _geographic(view: StepView, rows: AnyArray) -> tuple[float, float] | None:
    placed = rows[view.valid[rows]]
    if not len(placed):
        return None
    east, north = view.position[placed].mean(axis=0).tolist()
    return view.scene.geographic(east, north)
