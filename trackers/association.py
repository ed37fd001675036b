"""Which detection belongs to which track: ByteTrack's cascade (Zhang et al. 2022) over one table of likeness."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.arrays import F32, I16, I64, AnyArray
from core.geometry import iou
from core.taxonomy import TWO_WHEELERS, VEHICLES, ObjectClass


def _kinds() -> I16:
    kinds = np.array([int(item) for item in ObjectClass], np.int16)
    for group in (VEHICLES - TWO_WHEELERS - {ObjectClass.TRAIN}, TWO_WHEELERS):
        kinds[[int(item) for item in group]] = min(group)
    return kinds


KIND_OF_CLASS: Final = _kinds()
"""Classes that a detector confuses from frame to frame (car, bus, truck; bicycle, motorcycle) share a kind.

A track takes detections of its own kind alone, so that a rider and the motorcycle below keep a track each.
"""


def likeness(tracks: F32, detections: F32, track_kind: I16, detection_kind: I16, buffer: float = 0.0) -> F32:
    """Intersection over union (K, N) of boxes grown on each side by `buffer` of their size; 0 between kinds.

    Grown boxes still meet when an object moves by its own width between frames (C-BIoU, Yang et al. 2023).
    """
    same = track_kind[:, None] == detection_kind[None, :]
    return np.asarray(np.where(same, iou(_grown(tracks, buffer), _grown(detections, buffer)), 0.0), np.float32)


def _grown(xyxy: F32, share: float) -> F32:
    margin = (xyxy[:, 2:] - xyxy[:, :2]) * np.float32(share)
    return np.concatenate((xyxy[:, :2] - margin, xyxy[:, 2:] + margin), axis=1)


class Cascade:
    """Assignment in turns: each turn pairs what the ones before left free.

    Attributes:
        detection_of: (K) int64, the detection of each track so far, -1 for none.
        free: (N) bool, detections not yet taken.
    """

    def __init__(self, table: F32) -> None:
        self.table = table
        self.detection_of: I64 = np.full(table.shape[0], -1, np.int64)
        self.free: AnyArray = np.ones(table.shape[1], np.bool_)

    def turn(self, tracks: AnyArray, detections: AnyArray, gate: float) -> None:
        """Pair tracks (K) bool with detections (N) bool for the greatest sum of likeness, each pair at least `gate`."""
        track = np.flatnonzero(tracks & (self.detection_of < 0))
        detection = np.flatnonzero(detections & self.free)
        table = self.table[np.ix_(track, detection)]
        allowed = table >= gate
        if not allowed.any():
            return
        row, column = linear_sum_assignment(np.where(allowed, table, 0.0), maximize=True)
        kept = allowed[row, column]
        self.detection_of[track[row[kept]]] = detection[column[kept]]
        self.free[detection[column[kept]]] = False
