"""Zones: entries, speed, occupancy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.gauges import fill_zones
from analytics.reasons import in_zone, seconds
from analytics.traffic.chains import Frame, resized
from analytics.traffic.tallies import Interval, Spot, by_label, counted
from analytics.views import class_mask
from core.arrays import F64, I64
from core.explanation import Reasons, reason
from core.records import Measurement
from core.scene import Scene
from core.taxonomy import LABELS
from scenes.rules import MeasureSpec

ZONE: Final = np.dtype(
    [("first", np.int64), ("last", np.int64), ("gap_ns", np.int64)]
    + [(name, np.float64) for name in ("left", "top", "right", "bottom")]
)
VISIT: Final = np.dtype([("last_ns", np.int64), ("first_ns", np.int64)])
"""Of a chain in a zone: run times at which it was last inside (-1: it is outside), and at which it entered."""
SUMS: Final = np.dtype([("inside", np.float64), ("way", np.float64), ("way_time", np.float64)])
"""Time spent inside, way travelled, and the time in which it was known (s, m, s)."""


class Zones:
    """Entries into zones (a track that begins inside enters there), and who is inside.

    A chain seen outside for longer than the spec's gap enters again. Each observation inside stands for the time since
    the one before, or since the frame before when that was outside.
    """

    def __init__(self, specs: Sequence[tuple[int, MeasureSpec]], scene: Scene) -> None:
        self._places = {number: (place, str(spec.zone)) for place, (number, spec) in enumerate(specs)}
        self._scene = scene
        self._zones = np.zeros(len(specs), ZONE)
        edges: list[F64] = []
        for row, (_, spec) in zip(self._zones, specs, strict=True):
            polygon = scene.zones[str(spec.zone)].polygon
            after = np.concatenate((polygon[1:], polygon[:1]))
            rise = after[:, 1] - polygon[:, 1]
            run = (after[:, 0] - polygon[:, 0]) / np.where(rise == 0, 1.0, rise)
            row["first"] = sum(len(part) for part in edges)
            edges.append(np.column_stack((polygon, after[:, 1], run)))
            row["last"] = row["first"] + len(polygon)
            row["gap_ns"] = round(spec.gap_s * SECOND_NS)
            row["left"], row["top"] = polygon.min(axis=0)
            row["right"], row["bottom"] = polygon.max(axis=0)
        self._edges = np.ascontiguousarray(np.concatenate(edges)) if edges else np.zeros((0, 4))
        self._wanted = np.array([class_mask(spec.classes) for _, spec in specs])
        self._visits = np.zeros((0, len(specs)), VISIT)
        self._counts: I64 = np.zeros((len(specs), len(LABELS)), np.int64)
        self._sums = np.zeros(len(specs), SUMS)
        self._unit = "metres" if scene.ground is not None else "pixels"

    def resize(self, room: int) -> None:
        """There are now so many slots for chains."""
        self._visits = resized(self._visits, room)

    def update(self, frame: Frame) -> None:
        """Add one frame."""
        view = frame.view
        fill_zones(
            self._zones,
            self._edges,
            self._visits,
            self._counts,
            self._sums,
            self._wanted,
            (frame.chains, frame.slots, frame.fresh, frame.sure, view.class_id, view.velocity, view.valid),
            (frame.now_ns, frame.step_ns, frame.loss_ns),
        )

    def take(self, spec: int, interval: Interval) -> list[Measurement]:
        """A spec's zone, which begins anew."""
        if spec not in self._places:
            return []
        place, name = self._places[spec]
        sums, watched_s = self._sums[place], interval.watched_s
        found = Measurement(
            interval.camera_id,
            name,
            "",
            interval.start_ns,
            interval.end_ns,
            by_label(self._counts[place]),
            float(sums["way"] / sums["way_time"]) if sums["way_time"] > 0 else None,
            float(sums["inside"] / watched_s) if watched_s > 0 else None,
            unit=self._unit,
        )
        self._counts[place], self._sums[place] = 0, 0
        return [found]

    def explain(self, spec: int, spot: Spot) -> Reasons:
        """Whether a track is inside, and since when it counts."""
        if spec not in self._places:
            return ()
        place, name = self._places[spec]
        mine = self._visits[spot.slot, place]
        inside = in_zone(spot.view, spot.row, self._scene.zones[name], bool(mine["last_ns"] == spot.now_ns))
        if not inside.holds:
            return (inside,)
        if mine["first_ns"] == spot.now_ns:
            return inside, counted(spot)
        return inside, reason("counted-before", None, ago=seconds((spot.now_ns - int(mine["first_ns"])) / SECOND_NS))
