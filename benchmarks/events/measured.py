"""Measurements beside truth: counts, speed, density, and the class of congestion that follows from speed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.events.intervals import mean_interval, wilson
from benchmarks.events.lane_truth import Ways, lane_minutes, line_minutes
from benchmarks.events.place_truth import queues
from benchmarks.events.views import View, group_of
from benchmarks.events.watching import START_NS
from core.arrays import F64, AnyArray, Bool
from core.records import Measurement

MINUTE_NS: Final = 60_000_000_000
LEAST_COUNT: Final = 10
"""Counts of fewer vehicles a minute are not judged in percent."""
LEAST_VEHICLES: Final = 5
"""Nor is the speed of fewer."""
LEAST_MPS: Final = 1.0
"""Nor speeds below."""
LEAST_VPKM: Final = 10.0
"""Nor densities below, by lane."""
LEAST_QUEUE_M: Final = 10.0
"""Queues that are shorter are not judged: one or two vehicles."""
QUEUE_M: Final = 10.0
QUEUE_SHARE: Final = 0.1
"""A queue's length is right within this or that."""
CLASSES: Final = ("stationary", "queuing", "slow", "heavy", "free")
UNTIL: Final = (0.10, 0.25, 0.75, 0.90)
"""Shares of free-flow speed between these classes (DATEX II AbnormalTrafficTypeEnum, docs/events.md)."""
LEAST_GROUP: Final = 3
"""Vehicles in a minute, from which a group has a class."""
DENSE_SHARE: Final = 0.75
"""Traffic slower than this share of free-flow speed is dense, else free."""
MOTORCYCLES: Final = 0.5
"""Share of two-wheelers from which it is motorcycle traffic."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One lane, or one counting line (`place` is then its id), in one minute: truth beside what was measured.

    Attributes:
        vehicles: different ones truly seen; two_wheelers: among the true counts.
        lane_m: length of the part that is seen, 0 for a line.
        free_flow_mps: of the group, 0 unknown.
    """

    camera: str
    place: str
    group: str
    minute: int
    true_count: int
    count: int
    two_wheelers: int
    vehicles: int
    lane_m: float
    free_flow_mps: float
    true_mps: float | None
    mps: float | None
    true_vpkm: float
    vpkm: float
    true_queue_m: float
    queue_m: float | None


def pairs(ways: Ways, slow: Bool, view: View, measurements: Iterable[Measurement]) -> Iterator[Pair]:
    """Of all whole minutes at one camera; `slow`: for each row of `ways` whether it queues."""
    found = {(m.place, (m.start_ns - START_NS) // MINUTE_NS): m for m in measurements if m.direction == "forward"}
    recording, camera = ways.recording, view.camera.camera_id
    for name, lane in view.lanes.items():
        group = recording.lanes[lane.index].group
        free_flow = recording.free_flow_mps.get(group, 0.0)
        for truth in lane_minutes(ways, lane, queues(ways, slow, lane).length_m):
            got = found.get((name, truth.minute))
            yield Pair(
                camera,
                name,
                group,
                truth.minute,
                *_counts(truth.counts, got),
                truth.vehicles,
                lane.end_m - lane.start_m,
                free_flow,
                truth.speed_mps,
                None if got is None else got.mean_speed_mps,
                truth.density_vpkm,
                (got.density_vpkm or 0.0) if got is not None else 0.0,
                truth.queue_m,
                None if got is None else got.queue_m,
            )
    for line in view.scene.lines:
        if not line.startswith("count-"):
            continue
        group = group_of(line)
        for minute, counts in line_minutes(ways, view.lines[line]):
            got = found.get((line, minute))
            counted = _counts(counts, got)
            yield Pair(camera, line, group, minute, *counted, 0, 0.0, 0.0, None, None, 0.0, 0.0, 0.0, None)


def _counts(truth: Any, got: Measurement | None) -> tuple[int, int, int]:
    two = sum(truth.get(name, 0) for name in ("motorcycle", "bicycle"))
    return sum(truth.values()), 0 if got is None else sum(got.counts.values()), two


def figures(found: Sequence[Pair]) -> dict[str, Any]:
    """All figures of measurements; each with its denominator and interval."""
    lanes, lines = [p for p in found if p.lane_m > 0], [p for p in found if p.lane_m == 0]
    groups = {key: _Group(members) for key, members in _by_group(lanes).items()}
    return {
        "counts_by_line": _counts_figures(lines, groups),
        "counts_by_lane": _counts_figures(lanes, groups),
        "speed_by_lane": _percent(
            [p.true_mps for p in lanes if _speed_told(p)],
            [p.mps for p in lanes if _speed_told(p)],
        ),
        "density_by_lane": _percent(
            [p.true_vpkm for p in lanes if p.true_vpkm >= LEAST_VPKM],
            [p.vpkm for p in lanes if p.true_vpkm >= LEAST_VPKM],
        ),
        "queue_by_lane": _queues(lanes),
        "congestion": _congestion(list(groups.values())),
    }


def _queues(lanes: Sequence[Pair]) -> dict[str, Any]:
    """Longest queue of each minute in which there truly was one; right: within `QUEUE_M` or `QUEUE_SHARE`."""
    judged = [p for p in lanes if p.true_queue_m >= LEAST_QUEUE_M]
    true: F64 = np.array([p.true_queue_m for p in judged], np.float64)
    got: F64 = np.array([p.queue_m or 0.0 for p in judged], np.float64)
    away = np.abs(got - true)
    right = int((away <= np.maximum(QUEUE_M, QUEUE_SHARE * true)).sum())
    without = [p for p in lanes if p.true_queue_m == 0.0]
    return _percent(true.tolist(), got.tolist()) | {
        "mean_absolute_m": float(away.mean()) if len(judged) else None,
        "mean_absolute_m_interval": mean_interval(away.tolist()),
        "right": right / len(judged) if judged else None,
        "right_interval": wilson(right, len(judged)),
        "minutes_without": len(without),
        "invented": sum((p.queue_m or 0.0) >= LEAST_QUEUE_M for p in without),
    }


def _speed_told(pair: Pair) -> bool:
    told = pair.vehicles >= LEAST_VEHICLES and pair.true_mps is not None and pair.true_mps >= LEAST_MPS
    return told and pair.mps is not None


class _Group:
    """The lanes of one group in one minute, as truth and as measured."""

    def __init__(self, lanes: Sequence[Pair]) -> None:
        self.vehicles = sum(p.vehicles for p in lanes)
        self.free_flow = max(p.free_flow_mps for p in lanes)
        self.true_mps = _together([(p.true_mps, p.true_vpkm * p.lane_m) for p in lanes])
        self.mps = _together([(p.mps, p.vpkm * p.lane_m) for p in lanes])
        counted = sum(p.true_count for p in lanes)
        self.two_wheelers = sum(p.two_wheelers for p in lanes) / counted if counted else 0.0

    @property
    def true_class(self) -> int | None:
        return self._class(self.true_mps) if self.vehicles >= LEAST_GROUP else None

    @property
    def found_class(self) -> int | None:
        return self._class(self.mps)

    def _class(self, mps: float | None) -> int | None:
        if mps is None or self.free_flow <= 0:
            return None
        return int(np.searchsorted(UNTIL, mps / self.free_flow, side="right"))

    @property
    def regime(self) -> str | None:
        """`free`, `dense_motorcycles`, `dense`; None where that cannot be said."""
        if self.true_mps is None or self.free_flow <= 0:
            return None
        if self.true_mps >= DENSE_SHARE * self.free_flow:
            return "free"
        return "dense_motorcycles" if self.two_wheelers >= MOTORCYCLES else "dense"


def _together(parts: Sequence[tuple[float | None, float]]) -> float | None:
    """Space-mean speed of several lanes: by the time that vehicles spent on each."""
    known = [(mps, weight) for mps, weight in parts if mps is not None and weight > 0]
    whole = sum(weight for _, weight in known)
    return sum(mps * weight for mps, weight in known) / whole if whole else None


def _by_group(lanes: Sequence[Pair]) -> dict[tuple[str, str, int], list[Pair]]:
    found: dict[tuple[str, str, int], list[Pair]] = {}
    for pair in lanes:
        found.setdefault((pair.camera, pair.group, pair.minute), []).append(pair)
    return found


def _counts_figures(found: Sequence[Pair], groups: dict[tuple[str, str, int], _Group]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for regime in ("all", "free", "dense", "dense_motorcycles"):
        chosen = []
        for pair in found:
            group = groups.get((pair.camera, pair.group, pair.minute))
            if regime == "all" or (group is not None and group.regime == regime):
                chosen.append(pair)
        judged = [p for p in chosen if p.true_count >= LEAST_COUNT]
        figures = _percent([p.true_count for p in judged], [p.count for p in judged])
        true, counted = sum(p.true_count for p in chosen), sum(p.count for p in chosen)
        result[regime] = figures | {
            "vehicles": true,
            "counted": counted,
            "total_error": counted / true - 1.0 if true else None,
        }
    return result


def _percent(truth: Sequence[float | None], found: Sequence[float | None]) -> dict[str, Any]:
    """Mean absolute percentage error, bias and median, of minutes."""
    true: F64 = np.array(truth, np.float64)
    got: F64 = np.array(found, np.float64)
    if not len(true):
        return {"mape": None, "mape_interval": None, "bias": None, "median": None, "minutes": 0}
    error = got / true - 1.0
    absolute = np.abs(error)
    return {
        "mape": float(absolute.mean()),
        "mape_interval": mean_interval(absolute.tolist()),
        "bias": float(error.mean()),
        "median": float(np.median(absolute)),
        "minutes": len(true),
    }


def _congestion(groups: Sequence[_Group]) -> dict[str, Any]:
    """Class by class, true (rows) and found; minutes in which nothing was found of a group that had one are missed."""
    table: AnyArray = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    missed = 0
    for group in groups:
        true, got = group.true_class, group.found_class
        if true is None:
            continue
        if got is None:
            missed += 1
        else:
            table[true, got] += 1
    minutes = int(table.sum()) + missed
    right = int(np.trace(table))
    near = right + int(np.trace(table, 1) + np.trace(table, -1))
    return {
        "classes": list(CLASSES),
        "confusion": table.tolist(),
        "minutes": minutes,
        "missed": missed,
        "right": right / minutes if minutes else None,
        "right_interval": wilson(right, minutes),
        "within_one": near / minutes if minutes else None,
        "within_one_interval": wilson(near, minutes),
    }
