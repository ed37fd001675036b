"""What traffic on the lanes truly was, minute by minute, on the part of each that a camera sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from benchmarks.events.traffic.recording import Recording
from benchmarks.events.views import LaneView
from core.arrays import F64, I64
from core.taxonomy import LABELS, VEHICLES

MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class LaneMinute:
    """One lane in one minute.

    Attributes:
        counts: vehicles that passed the place of counting, by class label.
        vehicles: different ones on the part that is seen.
        density_vpkm: by Edie; speed_mps: space-mean over what is seen of the lane, None when nothing was on it.
        passing_mps: mean of the speeds at the place of counting, None when nothing passed.
        queue_m: the longest queue.
    """

    minute: int
    counts: Mapping[str, int]
    vehicles: int
    density_vpkm: float
    speed_mps: float | None
    passing_mps: float | None
    queue_m: float = 0.0


class Ways:
    """The vehicles of a recording, those on its lanes along these, sorted by user and time; once for all cameras."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        kept = np.flatnonzero(np.isin(recording.cls, [int(item) for item in VEHICLES]))
        step = recording.step_of_rows()[kept].astype(np.int64)
        order = np.lexsort((step, recording.user[kept]))
        self._every = kept[order], step[order]
        on_lane = recording.lane[kept[order]] >= 0
        self.row: I64 = kept[order][on_lane]
        self.step: I64 = step[order][on_lane]
        self.time_s: F64 = recording.time_s[self.step]
        self.user, self.lane = recording.user[self.row], recording.lane[self.row]
        self.along: F64 = np.zeros(len(self.row))
        points = np.column_stack((recording.x[self.row], recording.y[self.row])).astype(np.float64)
        for index, lane in enumerate(recording.lanes):
            mine = self.lane == index
            self.along[mine] = along(lane.centreline, points[mine])
        self.minute = (self.time_s // MINUTE_S).astype(np.int64)

    @cached_property
    def step_s(self) -> float:
        """Seconds from one step to the next."""
        return 1.0 / self.recording.fps

    @property
    def minutes(self) -> int:
        """Whole ones; a last, cut one is left out."""
        times = self.recording.time_s
        return int((times[-1] + self.step_s + 1e-6) // MINUTE_S) if len(times) else 0

    def over(self, line: F64) -> tuple[I64, F64]:
        """Who drives over a line: the recording's rows (K) at which a vehicle's middle has just come over, and when.

        Args:
            line: (2, 2) metres, from its right end to its left as seen by who counts.
        """
        row, step = self._every
        recording, edge = self.recording, line[1] - line[0]
        place = np.column_stack((recording.x[row], recording.y[row])).astype(np.float64)
        side = (place - line[0]) @ np.array((edge[1], -edge[0]))
        joined = (recording.user[row[1:]] == recording.user[row[:-1]]) & (step[1:] == step[:-1] + 1)
        at = np.flatnonzero(joined & (side[:-1] < 0) & (side[1:] >= 0))
        share = side[at] / (side[at] - side[at + 1])
        cut = (place[at] + share[:, None] * (place[at + 1] - place[at]) - line[0]) @ edge / (edge @ edge)
        found = at[(cut >= 0) & (cut <= 1)] + 1
        return row[found], recording.time_s[step[found]]

    def passings(self, index: int, place_m: float) -> I64:
        """The rows (of this) at which a vehicle has just passed a place of a lane, coming from it or one beside it."""
        here = (self.lane[1:] == index) & (self.user[1:] == self.user[:-1])
        group = np.array([lane.group for lane in self.recording.lanes])
        beside = group[self.lane[:-1]] == group[index]
        over = (self.along[:-1] < place_m) & (self.along[1:] >= place_m)
        return np.flatnonzero(here & beside & over) + 1


def along(centreline: F64, points: F64) -> F64:
    """How far (N) along a way (P, 2) points (N, 2) are: metres to the nearest place on it."""
    starts, edges = centreline[:-1], np.diff(centreline, axis=0)
    lengths = np.linalg.norm(edges, axis=1)
    before = np.concatenate(([0.0], np.cumsum(lengths)[:-1]))
    best, found = np.full(len(points), np.inf), np.zeros(len(points))
    for start, edge, length, so_far in zip(starts, edges, lengths, before, strict=True):
        share = np.clip(((points - start) @ edge) / length**2, 0.0, 1.0)
        away = np.linalg.norm(points - start - share[:, None] * edge, axis=1)
        nearer = away < best
        best[nearer], found[nearer] = away[nearer], so_far + share[nearer] * length
    return found


def lane_minutes(ways: Ways, view: LaneView, queue_m: F64, count_at: float = 0.5) -> Iterator[LaneMinute]:
    """The minutes of one lane, on the part that is seen of it; `queue_m`: its longest queue, once a second."""
    recording = ways.recording
    length = view.end_m - view.start_m
    inside = np.flatnonzero((ways.lane == view.index) & (ways.along >= view.start_m) & (ways.along <= view.end_m))
    speed = recording.speed[ways.row].astype(np.float64)
    time_s = np.bincount(ways.minute[inside], minlength=ways.minutes + 1) * ways.step_s
    distance = np.bincount(ways.minute[inside], speed[inside], minlength=ways.minutes + 1) * ways.step_s
    passed = ways.passings(view.index, view.start_m + count_at * length)
    pairs = np.unique(np.column_stack((ways.minute[inside], ways.user[inside])), axis=0)
    vehicles = np.bincount(pairs[:, 0], minlength=ways.minutes + 1)
    for minute in range(ways.minutes):
        now = passed[ways.minute[passed] == minute]
        classes, counts = np.unique(recording.cls[ways.row[now]], return_counts=True)
        yield LaneMinute(
            minute,
            {LABELS[int(c)]: int(n) for c, n in zip(classes, counts, strict=True)},
            int(vehicles[minute]),
            float(time_s[minute] / MINUTE_S / length * 1000.0),
            float(distance[minute] / time_s[minute]) if time_s[minute] > 0 else None,
            float(speed[now].mean()) if len(now) else None,
            float(queue_m[int(minute * MINUTE_S) : int((minute + 1) * MINUTE_S)].max(initial=0.0)),
        )


def line_minutes(ways: Ways, line: F64) -> Iterator[tuple[int, dict[str, int]]]:
    """Vehicles by class over a line (`Ways.over`), by minute."""
    row, time_s = ways.over(line)
    for minute in range(ways.minutes):
        now = row[time_s // MINUTE_S == minute]
        classes, counts = np.unique(ways.recording.cls[now], return_counts=True)
        yield minute, {LABELS[int(c)]: int(n) for c, n in zip(classes, counts, strict=True)}
