"""Congestion, queues and spillback as they truly were on what a camera sees of a group of lanes.

Definitions and defaults are those of the rules (docs/events.md), computed from true places and speeds once a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.congestion import LIMITS
from benchmarks.events.event_truth import EDGE, TrueEvent
from benchmarks.events.kernels.queueing import lasting, moving_sums, reach, rows_by_moment, standing
from benchmarks.events.kinds import road_of
from benchmarks.events.lane_truth import Ways
from benchmarks.events.views import LaneView, View
from core.arrays import F64, I64, Bool
from scenes.rules import CongestionSpec, QueueSpec, SpillbackSpec

STEP_S: Final = 1.0
SLOW: Final = LIMITS[1]
"""Share of free-flow speed below which congestion is an event by default."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Once a second (T): length in metres of the longest queue, vehicles in it, whether any queue reaches a mark."""

    length_m: F64
    vehicles: I64
    past: Bool


def queued(ways: Ways) -> Bool:
    """For each row of `ways` whether that vehicle is slow enough to queue."""
    found = np.zeros(len(ways.row), np.bool_)
    spec = QueueSpec(group="any")
    speed = ways.recording.speed[ways.row].astype(np.float64)
    standing(ways.user, speed, spec.begin_kmh / 3.6, spec.end_kmh / 3.6, found)
    return found


def queues(ways: Ways, slow: Bool, lane: LaneView, mark_m: float = np.nan) -> Standing:
    """Queues on what is seen of a lane; vehicles whose middle is in it, each from its front to its rear."""
    every = max(1, round(ways.recording.fps * STEP_S))
    inside = (ways.lane == lane.index) & (ways.along >= lane.start_m) & (ways.along <= lane.end_m)
    rows = np.flatnonzero(slow & inside & (ways.step % every == 0))
    half = ways.recording.length[ways.row[rows]] / 2
    moment = ways.step[rows] // every
    front = ways.along[rows] + half
    order = np.lexsort((-front, moment))
    moments = _moments(ways)
    found = Standing(np.zeros(moments), np.zeros(moments, np.int64), np.zeros(moments, np.bool_))
    gap_m = QueueSpec(group="any").gap_m
    rear = ways.along[rows] - half
    offsets = rows_by_moment(moment, moments)
    reach(offsets, front[order], rear[order], gap_m, mark_m, found.length_m, found.vehicles, found.past)
    return found


def paces(ways: Ways, lanes: list[LaneView], free_flow_mps: float, window_s: float) -> tuple[F64, I64]:
    """Once a second (T): mean speed of the last `window_s` on what is seen of some lanes as a share of free flow (NaN
    on an empty road), and the most vehicles at once in that time.
    """
    every = max(1, round(ways.recording.fps * STEP_S))
    inside = np.zeros(len(ways.row), np.bool_)
    for lane in lanes:
        inside |= (ways.lane == lane.index) & (ways.along >= lane.start_m) & (ways.along <= lane.end_m)
    moment, moments = ways.step[inside] // every, _moments(ways)
    speed = ways.recording.speed[ways.row[inside]].astype(np.float64)
    size = round(window_s / STEP_S)
    distance, time = np.zeros(moments), np.zeros(moments)
    moving_sums(np.bincount(moment, speed, minlength=moments)[:moments], size, distance)
    moving_sums(np.bincount(moment, minlength=moments)[:moments].astype(np.float64), size, time)
    now = (
        np.bincount(ways.step[inside], minlength=moments * every)[: moments * every].reshape(moments, every).max(axis=1)
    )
    padded = np.concatenate((np.zeros(size - 1, np.int64), now))
    most = np.lib.stride_tricks.sliding_window_view(padded, size).max(axis=1)
    share = np.where(time > 0, distance / np.maximum(time, 1.0) / free_flow_mps, np.nan)
    return share, most.astype(np.int64)


def place_events(ways: Ways, slow: Bool, view: View) -> list[TrueEvent]:
    """All events of groups and lines of a view; cause `alone` where a definition nearly holds."""
    found: list[TrueEvent] = []
    for group, lanes in view.groups.items():
        found += _congestion(ways, group, lanes)
        found += _queue(ways, slow, group, lanes)
        if (mark := view.marks.get(group)) is not None:
            found += _spillback(ways, slow, group, lanes, mark)
    return found


def _congestion(ways: Ways, group: str, lanes: list[LaneView]) -> Iterator[TrueEvent]:
    spec = CongestionSpec(group=group, road=road_of(ways.recording.name))
    window_s, for_s, clear_s = spec.times_s
    free = ways.recording.free_flow_mps.get(group, 0.0)
    if free <= 0:
        return
    share, most = paces(ways, lanes, free, window_s)
    enough = most >= spec.least_vehicles
    strict, near = enough & (share < SLOW), enough & (share < SLOW * (1 + EDGE))
    yield from holding("traffic.congestion", group, strict, near, (for_s, 0.0, clear_s))


def _queue(ways: Ways, slow: Bool, group: str, lanes: list[LaneView]) -> Iterator[TrueEvent]:
    spec = QueueSpec(group=group)
    longest = np.max([queues(ways, slow, lane).length_m for lane in lanes], axis=0)
    strict, near = longest >= spec.min_length_m, longest >= spec.min_length_m * (1 - EDGE)
    yield from holding("traffic.queue", group, strict, near, (spec.for_s, spec.gap_s, spec.clear_s))


def _spillback(ways: Ways, slow: Bool, group: str, lanes: list[LaneView], mark_m: float) -> Iterator[TrueEvent]:
    line = f"spill-{group}"
    spec = SpillbackSpec(line=line)
    strict = np.any([queues(ways, slow, lane, mark_m).past for lane in lanes], axis=0)
    margin = EDGE * 20.0
    near = strict | np.any([queues(ways, slow, lane, mark_m + margin).past for lane in lanes], axis=0)
    near |= np.any([queues(ways, slow, lane, mark_m - margin).past for lane in lanes], axis=0)
    yield from holding("traffic.spillback", line, strict, near, (spec.for_s, spec.gap_s, spec.clear_s))


def holding(kind: str, place: str, strict: Bool, near: Bool, times: tuple[float, float, float]) -> Iterator[TrueEvent]:
    """Events of a place where a definition holds (`strict`, once each `STEP_S`), and where it nearly does, also before.

    `times`: for so long it must hold, with such gaps, and be gone for so long, in seconds.
    """
    for_s, gap_s, clear_s = times
    true = _spans(strict, for_s, gap_s, clear_s)
    for began, holds, end in true:
        yield TrueEvent(kind, "incident", -1, began, holds, end, place, 0.0, ())
    for began, holds, end in _spans(near, for_s / 2, gap_s + STEP_S, clear_s):
        until = min((b for b, _, e in true if b <= end and e >= began), default=end)
        if holds <= until:
            yield TrueEvent(kind, "alone", -1, began, holds, until, place, 0.0, ())


def _spans(holds: Bool, for_s: float, gap_s: float, clear_s: float) -> list[tuple[float, float, float]]:
    out = np.zeros((len(holds) + 1, 3), np.int64)
    count = lasting(holds, STEP_S, for_s, gap_s, clear_s, out)
    return [(float(a), float(b), float(c)) for a, b, c in out[:count] * STEP_S]


def _moments(ways: Ways) -> int:
    every = max(1, round(ways.recording.fps * STEP_S))
    return -(-ways.recording.steps // every)
