"""Places where many people walk or wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F64, Bool
from core.taxonomy import ObjectClass
from scenes.track_table import TrackTable

CELLS: Final = 48
"""Of the picture's width."""
LEAST_TRACKS: Final = 5
SHARE: Final = 0.25
"""Of the busiest cell's people: a busy place has at least so many."""
MOST: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A polygon (K, 2) in pixels, and how many people were seen in it."""

    polygon: F64
    tracks: int


def busy_areas(table: TrackTable) -> list[Area]:
    """At most `MOST` areas, the busiest first: cells that many different people crossed, joined where they touch."""
    width, height = table.size
    cell = width / CELLS
    rows = int(np.ceil(height / cell))
    people = table.class_id == int(ObjectClass.PERSON)
    if not people.any():
        return []
    foot, ids = table.foot[people], table.track_id[people]
    at = np.clip((foot / cell).astype(int), 0, (CELLS - 1, rows - 1))
    visits = np.unique(np.column_stack((ids, at)), axis=0)
    count = np.zeros((rows, CELLS), np.float32)
    np.add.at(count, (visits[:, 2], visits[:, 1]), 1)
    smooth = cv2.GaussianBlur(count, (3, 3), 0)
    busy = (smooth >= max(2.0, SHARE * float(smooth.max()))).astype(np.uint8)
    found = []
    number, labels = cv2.connectedComponents(busy)
    for label in range(1, number):
        tracks = len(np.unique(ids[labels[at[:, 1], at[:, 0]] == label]))
        if tracks >= LEAST_TRACKS and (labels == label).sum() >= 4:
            found.append(Area(_outline(labels == label, cell, table.size), tracks))
    return sorted(found, key=lambda area: -area.tracks)[:MOST]


def _outline(cells: Bool, cell: float, size: tuple[int, int]) -> F64:
    y, x = np.nonzero(cells)
    corners = np.concatenate([np.column_stack((x + a, y + b)) for a in (0, 1) for b in (0, 1)]).astype(np.float32)
    ring = cv2.convexHull(corners * cell)
    simple = cv2.approxPolyDP(ring, cell / 2, True)[:, 0]
    return np.asarray(np.round(np.clip(simple.astype(np.float64), 0, size), 1), np.float64)
