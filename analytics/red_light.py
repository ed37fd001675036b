"""violation.red_light: a vehicle crosses the stop line while its signal is red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS
from analytics.episodes import NOTHING
from analytics.free_flow import CAR_BOX_M
from analytics.fronts import FORGET_NS, HEADS, HIDDEN_NS, LOOK_BACK_NS, STANDS_MPS, Front, Lost
from analytics.instant_rule import InstantRule
from analytics.late_crossings import CARS_M, SAME_M
from analytics.reasons import nearest_line, seconds
from analytics.revisions import Cue
from analytics.shared import Shared
from analytics.stop_lines import StopLine, stops_of
from analytics.views import CONFIRMED, cue_of_one
from core.events import Event
from core.explanation import Amount, Reason, Reasons, reason
from core.findings import Findings, StepView
from core.geometry import border_distance
from core.lanes import stop_lines
from core.measures import RedLightMeasures
from core.taxonomy import TWO_WHEELERS
from scenes.rules import RedLightSpec

BRAKES_MPS2: Final = 8.0
STOPS_MPS2: Final = 3.05
STEADY: Final = 0.9
"""Nobody brakes harder, and nobody who keeps such a share of its speed past the line means to brake harder than drivers
do for whom times of amber are set (10 ft/s², ITE): who cannot stop within `past_m` by that goes on."""
GOES_MPS: Final = 2.0
"""Who is faster, and gains speed past the line, does not mean to stop there."""
OBSERVED: Final = 3
JOINED: Final = 6
"""Frames in which it must be seen past the line, and if it was not seen to come over it; where they are rarer than
`SLOW_NS`, one. A tracker goes on with whoever is where it expects somebody: what they do next tells them apart."""
SLOW_NS: Final = 250_000_000
BESIDE_M: Final = 0.5
"""Who crosses so near to the stop line of another signal may have gone by that one."""


@dataclass(slots=True)
class _Over:
    """Somebody who crossed at red.

    Attributes:
        cut_ns: run time at which the front crossed.
        exits: numbers of lines over which it may leave.
        joined: it was not seen to come over the line, or goes on with another track since.
        past_m: how far its middle has come past the line; seen: in so many frames; where, last: where and as what it
            was seen last; ended: its track has ended.
        cue: once it has gone on; it waits for the vehicle to leave.
    """

    stop: StopLine
    cut_ns: int
    measures: RedLightMeasures
    confidence: float
    exits: frozenset[int]
    joined: bool
    past_m: float = 0.0
    seen: int = 0
    first_mps: float = 0.0
    where: Lost | None = None
    ended: bool = False
    last: Cue | None = None
    cue: Cue | None = None

    @property
    def wanted(self) -> int:
        """Frames in which it must be seen."""
        return JOINED if self.joined else OBSERVED

    def gone(self, now_ns: int, past_m: float) -> bool:
        """Whether it is lost, and was too fast to stop."""
        if self.where is None or self.seen < self.wanted:
            return False
        slows, lost = self.where.mps < STEADY * self.first_mps, now_ns - self.where.last_ns > HIDDEN_NS
        stops_m = self.where.mps**2 / (2 * (BRAKES_MPS2 if slows else STOPS_MPS2))
        gains = self.seen >= JOINED and self.where.mps >= max(self.first_mps, GOES_MPS)
        return (lost or self.ended) and (gains or self.past_m + stops_m >= past_m)


class RedLightRule(InstantRule):
    """One event for each vehicle that crosses at red and goes on; when it crossed, `fronts` tells.

    One that crosses must be seen past the line; one that is lost there goes on, if it was too fast to stop.

    Raises:
        KeyError: the scene has no such signal, line or lane.
    """

    def __init__(self, spec: RedLightSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        scene = shared.scene
        signal = scene.signals[spec.signal]
        self._spec, self._label, self._fronts = spec, signal.label, shared.fronts(self._wanted)
        others = {name: other for name, other in scene.signals.items() if name != spec.signal}
        self._others = [(name, line) for name, other in others.items() for line in stop_lines(scene, other)]
        self._stops = stops_of(scene, spec.signal)
        self._numbers = [self._fronts.watch(stop, spec.hysteresis_px) for stop in self._stops]
        self._exits = {
            name: shared.lines.watch(scene.lines[name], spec.hysteresis_px, self._wanted)
            for name in dict.fromkeys((*spec.except_exits, *(n for lamp in signal.lamps for n in lamp.releases)))
            if name in scene.lines
        }
        self._released = {lamp.arrow: frozenset(lamp.releases) for lamp in signal.lamps if lamp.arrow}
        self._names = list(scene.lanes)
        self._over: dict[int, _Over] = {}
        self._told: dict[int, RedLightMeasures] = {}
        """At the last frame, by track."""

    def _found(self, view: StepView) -> Findings:
        self._told.clear()
        if self._clock.lost:
            self._over.clear()
        found = self._follow(view) if self._over else NOTHING
        sight = self._shared.look(view)
        for number, stop in zip(self._numbers, self._stops, strict=True):
            for front in self._fronts.at(sight, number):
                found += self._take(view, stop, front)
        return found

    def _take(self, view: StepView, stop: StopLine, front: Front) -> Findings:
        """Somebody's front has crossed: of each vehicle once, whatever tracks it has."""
        track = int(view.track_id[front.row])
        beside_m = SAME_M if view.class_id[front.row] in TWO_WHEELERS else CARS_M
        before = self._shared.crossed.before(
            track, front.cut_ns, front.place, front.lasts_ns, beside_m, partial(self._fronts.two, view)
        )
        if before is not None:
            # Either of its tracks may show that it goes on.
            if before in self._over and track not in self._over:
                self._go_on(track, self._over[before])
            return NOTHING
        over = self._crossed(view, stop, front)
        if over is None:
            return NOTHING
        self._over[track] = over
        return self._judge(view, front.row, over)

    def _crossed(self, view: StepView, stop: StopLine, front: Front) -> _Over | None:
        """Who has crossed the line, if its front did so at red."""
        spec, signals, row, cut_ns = self._spec, self._shared.signals, front.row, front.cut_ns
        red_ns = signals.stops_since(spec.signal, cut_ns)
        # Who waited with its front over the line is slow at first: its middle crosses at green.
        if red_ns is None or not signals.at(spec.signal, front.middle_ns).state.stops:
            return None
        if front.inside_ns - red_ns < round(spec.grace_s * SECOND_NS):
            return None
        if self._beside_another(view, row, cut_ns):
            return None
        lane, shown = self._lane_of(view, row), signals.at(spec.signal, cut_ns)
        released = {name for arrow in shown.arrows for name in self._released.get(arrow, ())}
        if lane and lane in released | set(spec.except_lanes):
            return None
        exits = frozenset(n for name, n in self._exits.items() if name in released | set(spec.except_exits))
        speed = round(front.mps, 3) if view.valid[row] else None
        measures = RedLightMeasures(round((cut_ns - red_ns) / SECOND_NS, 3), spec.signal, lane, speed)
        return _Over(stop, cut_ns, measures, shown.confidence, exits, front.joined)

    def _beside_another(self, view: StepView, row: int, cut_ns: int) -> bool:
        """Whether it is as likely that it crossed the stop line of another signal, which let it go."""
        side_m = BESIDE_M / CAR_BOX_M * float(self._shared.look(view).car_side[row])
        return any(
            not self._shared.signals.at(name, cut_ns).state.stops
            and border_distance(view.foot[row], np.array([line.start, line.end])) <= side_m
            for name, line in self._others
        )

    def _lane_of(self, view: StepView, row: int) -> str:
        lane = self._fronts.lane(int(view.track_id[row]))
        return "" if lane < 0 else self._names[lane]

    def _follow(self, view: StepView) -> Findings:
        """Those who have crossed: who goes on, stops, or leaves where it may."""
        found, rows = NOTHING, {int(track): row for row, track in enumerate(view.track_id)}
        for track, over in list(self._over.items()):
            row = rows.get(track)
            if self._over.get(track) is not over:
                continue  # told by another of its tracks
            if track in view.ended_id:
                over.ended = sum(one is over for one in self._over.values()) == 1
                if not over.ended:
                    del self._over[track]
                    continue
            if row is not None and any((row, 1) in self._shared.lines.at(view, number) for number in over.exits):
                self._drop(over)
            elif over.cue is not None:
                if over.ended or self._clock.run_ns - over.cut_ns > self._spec.exit_s * SECOND_NS:
                    found += self._tell(view, track, over)
            elif row is None or over.ended:
                found += self._lost(view, track, over)
            elif self._clock.run_ns - over.cut_ns > FORGET_NS:
                del self._over[track]
            elif view.state[row] == CONFIRMED:
                found += self._judge(view, row, over)
        return found

    def _lost(self, view: StepView, track: int, over: _Over) -> Findings:
        """One who is lost past the line went on if it was too fast to stop, or if it goes on with another track."""
        now = self._clock.run_ns
        if over.gone(now, self._spec.past_m):
            over.cue = over.last
            return NOTHING if over.exits else self._tell(view, track, over)
        if over.where is None or now - over.where.last_ns > LOOK_BACK_NS:
            if over.ended or now - over.cut_ns > FORGET_NS:
                del self._over[track]
            return NOTHING
        # Of whom a glimpse was seen it is not sure that he came over the line at all.
        known = over.seen >= OBSERVED
        heir = self._fronts.heir(self._shared.look(view), over.stop, over.where) if known else None
        if heir is None or self._shared.crossed.has(int(view.track_id[heir])):
            return NOTHING
        over.joined, over.seen = True, 0
        del self._over[track]
        self._go_on(int(view.track_id[heir]), over)
        return self._judge(view, heir, over)

    def _judge(self, view: StepView, row: int, over: _Over) -> Findings:
        """Whether somebody who crossed at red goes on, or stops."""
        track = int(view.track_id[row])
        past = over.stop.past(self._shared.look(view), row)
        over.past_m = past.metres
        if past.mps < STANDS_MPS or (over.joined and past.over_mps <= HEADS * past.mps):
            del self._over[track]
            return NOTHING
        over.seen += 1
        over.first_mps = past.over_mps if over.seen == 1 else over.first_mps
        cue = cue_of_one(view, row, over.measures)
        over.last = replace(cue, confidence=min(cue.confidence, over.confidence))
        over.where = Lost(self._clock.run_ns, view.position[row].copy(), past.over_mps)
        if over.past_m < self._spec.past_m or (over.seen < over.wanted and self._clock.step_ns < SLOW_NS):
            return NOTHING
        over.cue = over.last
        return NOTHING if over.exits else self._tell(view, track, over)

    def _go_on(self, track: int, over: _Over) -> None:
        """Another track is of somebody who has crossed."""
        if over.ended:
            self._drop(over)
            over.ended = False
        self._over[track] = over

    def _drop(self, over: _Over) -> None:
        self._over = {track: one for track, one in self._over.items() if one is not over}

    def _tell(self, view: StepView, track: int, over: _Over) -> Findings:
        self._drop(over)
        assert over.cue is not None  # noqa: S101
        self._told[track] = over.measures
        return self._episodes.instant(self._clock, view.frame, over.cue, over.cut_ns)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        track = int(view.track_id[row])
        if track in self._told or track in self._over:
            return self._crossed_at_red(track)
        number = nearest_line(view, row, [stop.line for stop in self._stops])
        said = self._fronts.explain(view, row, self._numbers[number])
        shown, run_ns = self._shared.signals.now(self._spec.signal), self._clock.run_ns
        state = Reason(f"signal-{shown.state.value.replace('_', '-')}")
        stops = reason("signal-stops", shown.state.stops, place=self._label, state=state)
        since_ns = self._shared.signals.stops_since(self._spec.signal, run_ns)
        if since_ns is None:
            return *said, stops
        red_s, grace = (run_ns - since_ns) / SECOND_NS, Amount(self._spec.grace_s, "s")
        return *said, stops, reason("red-for", red_s >= grace.value, value=seconds(red_s), limit=grace)

    def _crossed_at_red(self, track: int) -> Reasons:
        over, limit = self._over.get(track), Amount(self._spec.past_m, "m")
        red_s = (self._told[track] if over is None else over.measures).red_s
        said = reason("crossed-red", True, place=self._label, value=Amount(red_s, "s"))
        if over is None:
            return (said,)
        if over.cue is None:
            return said, reason("past-line", False, value=Amount(over.past_m, "m", grows=True), limit=limit)
        return said, reason("may-leave", False, limit=Amount(self._spec.exit_s, "s"))
