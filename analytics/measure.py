"""All measurements of a camera, in one pass over each frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np

from analytics.clock import JUMP_NS, LOST_NS, SECOND_NS, CameraClock
from analytics.episodes import NOTHING
from analytics.free_flow import FreeFlow
from analytics.reasons import of_class, seen
from analytics.signals import Signals
from analytics.traffic.chains import Chains, Frame
from analytics.traffic.lanes import Lanes
from analytics.traffic.lines import Lines, LineWatch
from analytics.traffic.movements import Movements
from analytics.traffic.riders import QueuedRiders
from analytics.traffic.tallies import Gauge, Interval, Spot
from analytics.traffic.zones import Zones
from analytics.views import class_mask
from core.arrays import I64
from core.explanation import Reasons
from core.findings import Findings, StepView
from core.mutes import Mutes
from core.records import Measurement
from core.scene import Scene
from scenes.rules import MeasureSpec

CUT_NS: Final = 5 * SECOND_NS
"""A longer time without frames belongs to no interval: the one before it is cut, the next starts after it."""


class Span:
    """The current interval of the specs with one length of interval, aligned to UTC."""

    def __init__(self, interval_ns: int, specs: Sequence[int]) -> None:
        self.specs, self.watched_ns = specs, 0
        self._interval_ns = interval_ns
        self._start_ns: int | None = None

    def begin(self, start_ns: int) -> None:
        """Start an interval, if none is running."""
        if self._start_ns is None:
            self._start_ns, self.watched_ns = start_ns, 0

    def end(self, now_ns: int) -> tuple[int, int] | None:
        """Start and end of the interval if it is over at `now_ns`; the next one begins at its end."""
        if self._start_ns is None or now_ns < self._end_ns(self._start_ns):
            return None
        start_ns, self._start_ns = self._start_ns, self._end_ns(self._start_ns)
        return start_ns, self._start_ns

    def cut(self, last_ns: int) -> tuple[int, int] | None:
        """Start and end of the interval, which ends with its last frame; None runs afterwards."""
        if self._start_ns is None:
            return None
        start_ns, self._start_ns = self._start_ns, None
        # Half open: the last frame still belongs to it.
        return start_ns, min(self._end_ns(start_ns), max(last_ns, start_ns) + 1)

    def _end_ns(self, start_ns: int) -> int:
        return (start_ns // self._interval_ns + 1) * self._interval_ns


class MeasureRule:
    """Measurements for each interval in which there were frames, also where nothing was counted.

    Args:
        specs: of all measured places of the camera.
        free_flow: shared with other rules of the camera; None: one of its own.

    Raises:
        KeyError: the scene has no such zone, line or lane.
    """

    def __init__(
        self, specs: Sequence[MeasureSpec], scene: Scene, camera_id: str, free_flow: FreeFlow | None = None
    ) -> None:
        self._camera_id, self._specs = camera_id, list(specs)
        self._clock, self._chains = CameraClock(), Chains()
        self._free_flow = free_flow or FreeFlow(scene)
        numbered = list(enumerate(specs))
        lines = [(number, spec) for number, spec in numbered if spec.line is not None]
        zones = [(number, spec) for number, spec in numbered if spec.zone is not None]
        lanes = [(number, spec) for number, spec in numbered if spec.lanes is not None or spec.lane is not None]
        turns = [(number, spec) for number, spec in numbered if spec.entries is not None]
        self._lines = Lines(lines, scene) if lines else None
        self._zones = Zones(zones, scene) if zones else None
        self._signals = Signals(self._clock)
        self._lanes = Lanes(lanes, scene, self._free_flow, self._signals) if lanes else None
        self._riders = QueuedRiders(metric=scene.ground is not None)
        self._turns = Movements(turns, scene, len(lines)) if turns else None
        watched = [(scene.lines[str(spec.line)], spec.hysteresis_px) for _, spec in lines]
        watched += self._turns.lines if self._turns else []
        self._watch = LineWatch(watched, scene.ground) if watched else None
        self._slots: I64 = np.zeros(0, np.int64)
        self._gauges: list[Gauge] = [g for g in (self._lines, self._zones, self._lanes, self._turns) if g is not None]
        lengths = dict.fromkeys(spec.interval_s for spec in specs)
        self._spans = [
            Span(length * SECOND_NS, [number for number, spec in numbered if spec.interval_s == length])
            for length in lengths
        ]
        self._last_ns: int | None = None
        self._run_ns = self._clock_ns = self._loss_ns = self._room = 0

    def __len__(self) -> int:
        return len(self._chains)

    @property
    def handed_over(self) -> int:
        """How often a track went on for another that was lost."""
        return self._chains.handed_over

    @property
    def jumps(self) -> int:
        """How often a track jumped onto something else."""
        return self._chains.jumps

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        now_ns, clock = view.now_ns, self._clock
        clock.frame(view.frame)
        self._signals.hear(view)
        step_ns = self._pass_time(now_ns)
        findings = self._turn_over(now_ns)
        for span in self._spans:
            span.watched_ns += step_ns
        slots, fresh, sure = self._chains.update(view, self._run_ns, anew=clock.new_epoch)
        self._slots = slots
        if self._turns is not None and len(self._chains.released):
            self._turns.release(self._chains.released)
        self._make_room()
        chains = self._chains.records
        told = self._riders.told(view, slots, chains) if self._lanes is not None else view
        frame = Frame(told, clock, slots, fresh, sure, chains, self._run_ns, step_ns, self._loss_ns)
        if self._watch is not None:
            crossings = self._watch.update(frame)
            if self._lines is not None:
                self._lines.update(frame, crossings)
            if self._turns is not None:
                self._turns.update(frame, crossings)
        if self._zones is not None:
            self._zones.update(frame)
        if self._lanes is not None:
            queues = self._lanes.update(frame)
            if queues is not None:
                self._riders.look(frame, queues, view)
            self._free_flow.update(view, clock)
        self._last_ns = now_ns
        return findings

    def mute(self, mutes: Mutes) -> None:
        """Nothing: it makes no events."""

    def tick(self, now_ns: int) -> Findings:
        """A camera that has fallen silent ends its intervals."""
        self._clock.tick(now_ns)
        return self._cut() if self._clock.silent_ns > CUT_NS else NOTHING

    def close(self, now_ns: int) -> Findings:
        """The last, cut intervals."""
        self._clock.pause()
        return self._cut()

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """Whether a track counts, for each measured place."""
        watch, slot = self._watch, int(self._slots[row])
        view = self._riders.told(view, self._slots, self._chains.records)
        beside = partial(watch.explain, view, row, slot) if watch is not None else _beside_nothing
        spot, found = Spot(view, row, slot, self._run_ns, beside), dict[str, Reasons]()
        for number, spec in enumerate(self._specs):
            said: Reasons = (of_class(view, row, class_mask(spec.classes)), *seen(view, row))
            if slot >= 0 and all(item.holds for item in said):
                said = *said, *(item for gauge in self._gauges for item in gauge.explain(number, spot))
            found[spec.rule_id] = said
        return found

    def _pass_time(self, now_ns: int) -> int:
        """Time since the frame before: media time, or where that stands still wall time."""
        clock = self._clock
        wall_ns = now_ns - self._last_ns if self._last_ns is not None else 0
        step_ns = clock.step_ns
        if clock.lost:
            self._run_ns += max(clock.run_ns - self._clock_ns, 0)
            self._loss_ns = self._run_ns
        else:
            if step_ns == 0 and 0 < wall_ns <= LOST_NS:
                step_ns = wall_ns
            self._run_ns += step_ns
        self._clock_ns = clock.run_ns
        return step_ns

    def _turn_over(self, now_ns: int) -> Findings:
        findings = NOTHING
        if self._last_ns is not None:
            gap_ns = now_ns - self._last_ns
            if self._clock.jumped or gap_ns > CUT_NS or gap_ns < -JUMP_NS:
                findings += self._cut()
        for span in self._spans:
            span.begin(now_ns)
            while (ended := span.end(now_ns)) is not None:
                findings += self._flush(span, *ended)
        return findings

    def _cut(self) -> Findings:
        findings = NOTHING
        for span in self._spans:
            ended = span.cut(self._last_ns or 0)
            if ended is not None:
                findings += self._flush(span, *ended)
        return findings

    def _flush(self, span: Span, start_ns: int, end_ns: int) -> Findings:
        interval = Interval(self._camera_id, start_ns, end_ns, span.watched_ns / SECOND_NS)
        span.watched_ns = 0
        found: list[Measurement] = []
        for spec in span.specs:
            for gauge in self._gauges:
                found += gauge.take(spec, interval)
        return Findings(measurements=tuple(found))

    def _make_room(self) -> None:
        if self._chains.room == self._room:
            return
        self._room = self._chains.room
        for part in (self._watch, self._zones, self._lanes, self._turns):
            if part is not None:
                part.resize(self._room)


def _beside_nothing(line: int) -> tuple[Reasons, int]:
    raise IndexError(line)
