"""How queues discharge at green: start-up lost time and saturation headway of lanes with a signal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.queues import LaneQueues
from analytics.signals import Signals
from analytics.traffic.chains import Frame, resized
from analytics.traffic.tallies import VEHICLE
from core.arrays import F64
from core.geometry import signed_distance
from core.lanes import stop_lines
from core.scene import Line, Scene, Signal

FIRST: Final = 4
"""Vehicles that make up the start-up lost time (HCM 6th ed., chapter 31, field measurement of saturation headway)."""
LEAST: Final = 6
"""Vehicles of a queue from which a start is measured: two headways at saturation. The manual asks for eight, in a lane
of cars, and for 15 cycles: means are taken over intervals."""


@dataclass(slots=True)
class _Lane:
    """A lane of a signal: its stop line, the start that goes on, and those of the interval."""

    number: int
    signal: str
    line: Line
    green_ns: int | None = None
    queued: int = 0
    passed: list[float] = field(default_factory=list)
    starts: int = 0
    lost_s: float = 0.0
    headways: int = 0
    headway_s: float = 0.0

    def end(self) -> None:
        """The queue is gone, or green is."""
        times, self.passed, self.queued = sorted(self.passed), [], 0
        if len(times) >= LEAST:
            saturated, count = times[-1] - times[FIRST - 1], len(times) - FIRST
            self.starts += 1
            self.headways, self.headway_s = self.headways + count, self.headway_s + saturated
            self.lost_s += times[FIRST - 1] - FIRST * saturated / count


class Starts:
    """Vehicles of a queue as their feet pass the stop line after green begins, one after another.

    The saturation headway is the mean time between the fourth vehicle and the last that queued when green began, the
    start-up lost time how much longer the first four took than at that headway. Where motorcycles stand side by side
    these are of all vehicles of a lane, not of cars in file.
    """

    def __init__(self, scene: Scene, signals: Signals, queues: LaneQueues) -> None:
        numbers = {name: number for number, name in enumerate(scene.lanes)}
        self._signals, self._queues = signals, queues
        self._lanes = [
            _Lane(numbers[lane], name, stop_lines(scene, Signal(name, one.label, lanes=(lane,)))[0])
            for name, one in scene.signals.items()
            for lane in one.lanes
        ]
        self._before: F64 = np.zeros((0, len(self._lanes), 2))

    def resize(self, room: int) -> None:
        """There are now so many slots for chains."""
        self._before = resized(self._before, room)

    def update(self, frame: Frame) -> None:
        """Add one frame."""
        view, clock = frame.view, frame.clock
        rows = np.flatnonzero((frame.slots >= 0) & frame.sure & VEHICLE[view.class_id])
        slots, fresh = frame.slots[rows], frame.fresh[rows]
        for number, lane in enumerate(self._lanes):
            self._begin(lane, frame)
            past = signed_distance(view.foot[rows], lane.line.start, lane.line.end)
            before, at_s = self._before[slots, number].T
            share = before / np.where(past == before, 1.0, before - past)
            over = ~fresh & (before < 0) & (past >= 0) & self._beside(lane, view.foot[rows])
            if lane.green_ns is not None and len(lane.passed) < lane.queued:
                cut_s = at_s + share * (clock.run_ns / SECOND_NS - at_s)
                lane.passed += (cut_s[over] - lane.green_ns / SECOND_NS).tolist()[: lane.queued - len(lane.passed)]
                if len(lane.passed) == lane.queued:
                    lane.end()
            self._before[slots, number] = np.column_stack((past, np.full(len(rows), clock.run_ns / SECOND_NS)))

    def _begin(self, lane: _Lane, frame: Frame) -> None:
        """Whether green begins, or ends."""
        goes_ns = self._signals.goes_since(lane.signal)
        if goes_ns is None or goes_ns != lane.green_ns:
            lane.end()
            lane.green_ns = goes_ns
            # A green that was there when looking began has no beginning.
            if goes_ns is not None and frame.clock.run_ns - goes_ns < SECOND_NS // 2:
                lane.queued = int(self._queues.update(frame.view, frame.clock).lane_vehicles[lane.number])

    @staticmethod
    def _beside(lane: _Lane, foot: Any) -> Any:
        along = lane.line.end - lane.line.start
        place = (foot - lane.line.start) @ along / float(along @ along)
        return (place >= 0) & (place <= 1)

    def take(self, number: int) -> dict[str, Any]:
        """Of one lane, which begins anew: fields of its measurement; nothing without a signal."""
        mine = [lane for lane in self._lanes if lane.number == number]
        if not mine:
            return {}
        lane = mine[0]
        found: dict[str, Any] = {"green_starts": lane.starts}
        if lane.starts:
            found["start_up_lost_s"] = lane.lost_s / lane.starts
            found["saturation_headway_s"] = lane.headway_s / lane.headways
        lane.starts, lane.lost_s, lane.headways, lane.headway_s = 0, 0.0, 0, 0.0
        return found
