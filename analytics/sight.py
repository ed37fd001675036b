"""What several rules want to know of one frame, worked out when the first of them asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from analytics.kernels.on_foot import PERSON_M
from analytics.kernels.rows import wanted_rows
from analytics.kernels.sights import among, inside_zones, measured, slower
from analytics.vehicles import CAR_BOXES, by_class
from analytics.views import COASTING, CONFIRMED, reference_scale
from core.arrays import F32, F64, AnyArray, Bool
from core.findings import StepView

CARS: Final = by_class(CAR_BOXES, 1.0)
EDGE_PX: Final = 6.0
"""Source pixels between a box and the picture's edge within which detectors end a box that the edge cuts."""
CUT: Final = 0.5
"""Of its speed is what the middle of a box shows that the picture's edge cuts."""


class There(NamedTuple):
    """Who is at a place.

    Attributes:
        rows: (K) of the classes that are asked for, seen or believed to be there still, wherever they are.
        at: (K) who of them is at the place.
        many: how many are.
    """

    rows: AnyArray
    at: Bool
    many: int


class Zones:
    """Simple polygons (K, 2) float64, made ready to be asked together at each frame."""

    def __init__(self, polygons: Sequence[F64]) -> None:
        edges = [_edges(polygon) for polygon in polygons]
        self._edges = np.concatenate(edges) if edges else np.zeros((0, 4))
        self._first = np.cumsum([0, *map(len, edges)])
        corners = [(*polygon.min(axis=0), *polygon.max(axis=0)) for polygon in polygons]
        self._bounds = np.array(corners, np.float64).reshape(-1, 4)

    def holds(self, points: F32) -> Bool:
        """Which points (N, 2) are inside which zones (Z, N): as `core.geometry.inside`, in a fraction of its time."""
        return inside_zones(self._edges, self._first, self._bounds, points)


class Sight:
    """One frame. Arrays are shared: those who change one take a copy, as by indexing with rows.

    Args:
        view: of the frame.
        zones: of all rules.

    Attributes:
        there: what `analytics.places.Place.there` has found.
    """

    def __init__(self, view: StepView, zones: Zones) -> None:
        self.view = view
        self._zones = zones
        self._rows: dict[tuple[int, int], AnyArray] = {}
        self._in_zones: dict[int, tuple[AnyArray, Bool, list[int]]] = {}
        self._slow: dict[tuple[float, float], Bool] = {}
        self._stand: dict[tuple[float, float], Bool] = {}
        self.there: dict[tuple[object, int], There] = {}

    def observed(self, wanted: Bool) -> AnyArray:
        """The rows (K) of the wanted classes (a mask by `views.class_mask`) that are seen in this frame."""
        return self._of(wanted, CONFIRMED)

    def believed(self, wanted: Bool) -> AnyArray:
        """The rows (K) of the wanted classes that are seen, or believed to be there still (coasting)."""
        return self._of(wanted, COASTING)

    def _of(self, wanted: Bool, most: int) -> AnyArray:
        key = id(wanted), most
        rows = self._rows.get(key)
        if rows is None:
            rows = self._rows[key] = wanted_rows(wanted, self.view.class_id, self.view.state, CONFIRMED, most)
        return rows

    def in_zones(self, wanted: Bool) -> tuple[AnyArray, Bool, list[int]]:
        """Of the wanted classes the rows (K) of `believed`, who of them is in which zone (Z, K), how many (Z) are."""
        found = self._in_zones.get(id(wanted))
        if found is None:
            rows = self.believed(wanted)
            at, many = among(self.inside, rows)
            found = self._in_zones[id(wanted)] = rows, at, many.tolist()
        return found

    @cached_property
    def inside(self) -> Bool:
        """(Z, M): which tracks stand in which zone, by its number (`Shared.zone`)."""
        return self._zones.holds(self.view.foot)

    @cached_property
    def scale(self) -> F64:
        """What source pixels are multiplied by (2: x, y) to become the scene's reference pixels."""
        return reference_scale(self.view)

    @cached_property
    def _measured(self) -> tuple[F32, F32, F64, F64, F32, Bool]:
        view = self.view
        inner = float(EDGE_PX), float(view.frame.width - EDGE_PX), float(view.frame.height - EDGE_PX)
        count, f32 = len(view.xyxy), np.float32
        picture = np.empty((count, 4), f32), np.empty(count, f32), np.empty(count)
        found = *picture, np.empty(count), np.empty(count, f32), np.empty(count, np.bool_)
        measured(view.xyxy, view.class_id, view.velocity, view.foot_velocity, self.scale, CARS, inner, found)
        return found

    def people_at(self, rows: AnyArray) -> tuple[F64, F64]:
        """Where people in rows (K) are (K, 2), in metres or in reference pixels, and the metres to one of these (K)."""
        view, boxes, metric = self.view, self.boxes[rows], self.view.valid[rows]
        place = np.where(metric[:, None], view.position[rows], view.foot[rows])
        return place, np.where(metric, 1.0, PERSON_M / np.maximum(boxes[:, 3] - boxes[:, 1], 1.0))

    @property
    def boxes(self) -> F32:
        """(M, 4) in the scene's reference pixels."""
        return self._measured[0]

    @property
    def side(self) -> F32:
        """(M) longer side of each box in reference pixels, at least 1."""
        return self._measured[1]

    @property
    def car_side(self) -> F64:
        """(M) the same, as if it were a car's (`vehicles.CAR_BOXES`)."""
        return self._measured[2]

    @property
    def speed(self) -> F64:
        """(M) on the ground, m/s."""
        return self._measured[3]

    @property
    def foot_speed(self) -> F32:
        """(M) in the picture, reference pixels a second."""
        return self._measured[4]

    @property
    def cut(self) -> Bool:
        """(M) whose boxes end at the picture's edge: they may go on beyond it."""
        return self._measured[5]

    def slower_than(self, mps: float, lengths_per_s: float) -> Bool:
        """(M) below a speed: on the ground, or where that is not known in longer sides of their boxes a second."""
        key = mps, lengths_per_s
        slow = self._slow.get(key)
        if slow is None:
            speeds = self.speed, self.foot_speed, self.side
            slow = self._slow[key] = slower(*speeds, self.view.valid, mps, lengths_per_s)
        return slow

    def stands(self, mps: float, lengths_per_s: float) -> Bool:
        """(M) the same of who is at rest: whose box the picture's edge cuts shows but a part of its speed."""
        key = mps, lengths_per_s
        stands = self._stand.get(key)
        if stands is None:
            stands = self.slower_than(mps, lengths_per_s)
            if np.count_nonzero(stands & self.cut):
                stands = stands & (~self.cut | self.slower_than(CUT * mps, CUT * lengths_per_s))
            self._stand[key] = stands
        return stands


def _edges(polygon: F64) -> F64:
    after = np.concatenate((polygon[1:], polygon[:1]))
    rise = after[:, 1] - polygon[:, 1]
    run = (after[:, 0] - polygon[:, 0]) / np.where(rise == 0, 1.0, rise)
    return np.column_stack((polygon[:, 0], polygon[:, 1], after[:, 1], run))
