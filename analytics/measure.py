"""Traffic of a zone, a line or a lane, in intervals aligned to UTC."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.clock import JUMP_NS, SECOND_NS, CameraClock
from analytics.crossings import Crossings
from analytics.episodes import NOTHING
from analytics.lane_gauge import LaneGauge
from analytics.tally import Tally
from analytics.track_table import TrackTable
from analytics.views import Area, class_mask, observed_rows
from core.arrays import AnyArray
from core.events import Measurement
from core.findings import Findings, StepView
from core.scene import Scene, Zone
from scenes.rules import MeasureSpec

CUT_NS: Final = 5 * SECOND_NS
"""A longer time without frames belongs to no interval: the one before it is cut, the next starts after it."""


class LineGauge:
    """Crossings of a line, each with its speed."""

    directions: Final = ("forward", "backward")

    def __init__(self, line_id: str, crossings: Crossings) -> None:
        self._place, self._crossings = line_id, crossings

    def __len__(self) -> int:
        return len(self._crossings)

    def update(self, view: StepView, clock: CameraClock, rows: AnyArray, tallies: dict[str, Tally]) -> None:
        """Add one frame; `rows` are those seen in it."""
        crossed, sides = self._crossings.update(view, clock, rows)
        if not len(crossed):
            return
        for name, side in (("forward", 1), ("backward", -1)):
            there = crossed[sides == side]
            placed = there[view.valid[there]]
            tallies[name].count(view.class_id[there])
            tallies[name].speed_sum += float(np.hypot(*view.velocity[placed].T).sum())
            tallies[name].speed_weight += len(placed)

    def new_tally(self) -> Tally:
        """An empty one."""
        return Tally()

    def measurement(self, tally: Tally, camera_id: str, direction: str, start_ns: int, end_ns: int) -> Measurement:
        """The interval as a record."""
        return _measurement(self._place, tally, camera_id, direction, start_ns, end_ns)


class ZoneGauge:
    """Entries into a zone (a track that begins inside enters there), and who is inside."""

    directions: Final = ("",)

    def __init__(self, zone: Zone, gap_ns: int) -> None:
        self._place, self._area, self._gap_ns = zone.zone_id, Area(zone.polygon), gap_ns
        self._inside = TrackTable([])

    def __len__(self) -> int:
        return len(self._inside)

    def update(self, view: StepView, clock: CameraClock, rows: AnyArray, tallies: dict[str, Tally]) -> None:
        """Add one frame; `rows` are those seen in it."""
        if clock.new_epoch:
            self._inside.take_all()
        self._inside.take(view.ended_id)
        self._inside.take_unseen(clock.run_ns)
        tally, step_s = tallies[""], clock.step_ns / SECOND_NS
        tally.inside_weight += step_s
        if not len(rows):
            return
        within = self._area.holds(view.foot[rows])
        here = rows[within]
        if len(self._inside):
            self._forget_who_left(view.track_id[rows[~within]], clock.run_ns)
        if not len(here):
            return
        _, fresh = self._inside.locate(view.track_id[here], clock.run_ns)
        if fresh.any():
            tally.count(view.class_id[here[fresh]])
        placed = here[view.valid[here]]
        tally.speed_sum += float(np.hypot(*view.velocity[placed].T).sum()) * step_s
        tally.speed_weight += len(placed) * step_s
        tally.inside_sum += len(here) * step_s

    def _forget_who_left(self, outside: AnyArray, run_ns: int) -> None:
        held = self._inside.rows
        absent = run_ns - held["seen_ns"] > self._gap_ns
        if absent.any():
            self._inside.take(np.intersect1d(held["id"][absent], outside))

    def new_tally(self) -> Tally:
        """An empty one."""
        return Tally()

    def measurement(self, tally: Tally, camera_id: str, direction: str, start_ns: int, end_ns: int) -> Measurement:
        """The interval as a record."""
        return _measurement(self._place, tally, camera_id, direction, start_ns, end_ns)


def _measurement(place: str, tally: Tally, camera_id: str, direction: str, start_ns: int, end_ns: int) -> Measurement:
    return Measurement(
        camera_id,
        place,
        direction,
        start_ns,
        end_ns,
        tally.labelled(),
        tally.speed_sum / tally.speed_weight if tally.speed_weight > 0 else None,
        tally.inside_sum / tally.inside_weight if tally.inside_weight > 0 else None,
    )


class MeasureRule:
    """A measurement for each interval and direction in which there were frames, also where nothing was counted."""

    def __init__(self, spec: MeasureSpec, scene: Scene, camera_id: str) -> None:
        self._camera_id = camera_id
        self._wanted = class_mask(spec.classes)
        self._interval_ns = spec.interval_s * SECOND_NS
        self._clock = CameraClock()
        self._gauge: Any  # one of three, each with tallies of its own
        if spec.line is not None:
            self._gauge = LineGauge(spec.line, Crossings(scene.lines[spec.line], spec.hysteresis_px))
        elif spec.lane is not None:
            self._gauge = LaneGauge(scene, scene.lanes[spec.lane], spec.count_at, spec.road)
        else:
            self._gauge = ZoneGauge(scene.zones[spec.place], round(spec.gap_s * SECOND_NS))
        self._tallies: dict[str, Any] = {}
        self._start_ns: int | None = None
        self._last_ns = 0

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        clock, now_ns = self._clock, view.now_ns
        clock.frame(view.frame)
        findings = NOTHING
        gap_ns = now_ns - self._last_ns
        if self._start_ns is not None and (clock.jumped or gap_ns > CUT_NS or gap_ns < -JUMP_NS):
            findings += self._cut()
        if self._start_ns is None:
            self._begin(now_ns)
        while now_ns >= self._end_ns():
            end_ns = self._end_ns()
            findings += self._flush(end_ns)
            self._begin(end_ns)
        self._gauge.update(view, clock, observed_rows(view, self._wanted), self._tallies)
        self._last_ns = now_ns
        return findings

    def tick(self, now_ns: int) -> Findings:
        """A camera that has fallen silent ends its interval."""
        self._clock.tick(now_ns)
        return self._cut() if self._start_ns is not None and self._clock.silent_ns > CUT_NS else NOTHING

    def close(self, now_ns: int) -> Findings:
        """The last, cut interval."""
        return self._cut() if self._start_ns is not None else NOTHING

    def _begin(self, start_ns: int) -> None:
        self._start_ns = start_ns
        self._tallies = {name: self._gauge.new_tally() for name in self._gauge.directions}

    def _end_ns(self) -> int:
        return ((self._start_ns or 0) // self._interval_ns + 1) * self._interval_ns

    def _cut(self) -> Findings:
        # Half open: the last frame still belongs to it.
        return self._flush(min(self._end_ns(), max(self._last_ns, self._start_ns or 0) + 1))

    def _flush(self, end_ns: int) -> Findings:
        start_ns, self._start_ns = self._start_ns or 0, None
        made = [
            self._gauge.measurement(tally, self._camera_id, name, start_ns, end_ns)
            for name, tally in self._tallies.items()
        ]
        return Findings(measurements=tuple(one for one in made if one is not None))
