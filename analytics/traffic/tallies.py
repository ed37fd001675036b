"""What was counted at places in the current interval, and how it becomes a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from analytics.vehicles import is_vehicle
from core.arrays import F64, I64, AnyArray, Bool
from core.explanation import Reason, Reasons, reason
from core.findings import StepView
from core.records import Measurement
from core.taxonomy import LABELS

DIRECTIONS: Final = ("forward", "backward")
VEHICLE: Final = is_vehicle()

CROSSED: Final = np.dtype(
    [
        ("speed_sum", np.float64),
        ("speeds", np.int64),
        ("last_ns", np.int64),
        ("headway_sum", np.float64),
        ("headways", np.int64),
    ]
)
"""Of a place in one direction: speeds of those counted; run time of the last vehicle (-1: none), and the times between
vehicles."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval that has ended; `watched_s`: its length without pauses of the camera."""

    camera_id: str
    start_ns: int
    end_ns: int
    watched_s: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A track of the last frame that gauges are asked about: its row, and the slot of its chain.

    `beside`: where it is beside a line of the `LineWatch`, and the direction in which it crosses it at this frame (0:
    it does not).
    """

    view: StepView
    row: int
    slot: int
    now_ns: int
    beside: Callable[[int], tuple[Reasons, int]]


class Gauge(Protocol):
    """Measures places of some of the specs."""

    def take(self, spec: int, interval: Interval) -> list[Measurement]:
        """What was measured for a spec, which begins anew; empty for a spec of another gauge."""

    def explain(self, spec: int, spot: Spot) -> Reasons:
        """What became of a track of a class that the spec counts; empty for a spec of another gauge."""


class Crossed:
    """Counts, speeds and headways of P places in two directions.

    Attributes:
        rows: (P, 2) records of `CROSSED`.
        counts: (P, 2, classes).
    """

    def __init__(self, places: int) -> None:
        self.rows = np.zeros((places, 2), CROSSED)
        self.counts: I64 = np.zeros((places, 2, len(LABELS)), np.int64)
        self.lose()

    def lose(self) -> None:
        """The camera was away: nobody knows who passed last."""
        self.rows["last_ns"] = -1

    def clear(self, place: int) -> None:
        """Begin anew; who passed last is kept."""
        for name in ("speed_sum", "speeds", "headway_sum", "headways"):
            self.rows[name][place] = 0
        self.counts[place] = 0

    def speed(self, place: int, way: int) -> float | None:
        """Mean of the speeds of those counted."""
        row = self.rows[place, way]
        return float(row["speed_sum"] / row["speeds"]) if row["speeds"] else None

    def headway(self, place: int, way: int) -> float | None:
        """Mean time from one vehicle to the next."""
        row = self.rows[place, way]
        return float(row["headway_sum"] / row["headways"]) if row["headways"] else None


def counted(spot: Spot) -> Reason:
    """The track counts at this frame."""
    return reason("counted", True, **{"class": Reason(f"class-{LABELS[int(spot.view.class_id[spot.row])]}")})


def by_label(counts: AnyArray) -> dict[str, int]:
    """Counts by class label, of the classes that there were."""
    return {LABELS[c]: int(n) for c, n in enumerate(counts.tolist()) if n}


def flows(counts: AnyArray, wanted: Bool, pcu: F64, watched_s: float) -> tuple[float | None, float | None]:
    """Vehicles and passenger car units an hour; None where only other classes are counted."""
    if watched_s <= 0 or not (wanted & VEHICLE).any():
        return None, None
    hourly = 3_600.0 / watched_s
    return float(counts[VEHICLE].sum()) * hourly, float(counts @ pcu) * hourly
