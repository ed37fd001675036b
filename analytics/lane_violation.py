"""violation.lane: a lane that is closed to a class, or a forbidden turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from analytics.crossings import Crossings
from analytics.episodes import NOTHING, Episodes
from analytics.places import Place
from analytics.reasons import WAYS, of_class, seconds, seen
from analytics.stay_rule import StayRule
from analytics.track_table import TrackTable
from analytics.views import class_mask, cue_of, observed_rows
from core.arrays import F32, AnyArray, Bool
from core.events import EndReason, Event, EventKind, LaneMeasures
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.scene import Scene
from scenes.rules import LaneViolationSpec


class ClosedLaneRule(StayRule):
    """One event for each vehicle of these classes on the lane."""

    def __init__(
        self, spec: LaneViolationSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()
    ) -> None:
        place = Place(scene, lane=spec.lane, group=spec.group)
        super().__init__(spec, place, camera_id, open_events, for_s=spec.for_s, reach=2.0, swaps=False)

    def _meets(self, view: StepView, rows: AnyArray, boxes: F32) -> Bool:
        return np.ones(len(rows), np.bool_)

    def _conditions(self, view: StepView, row: int) -> Reasons:
        return ()

    def _measures(self, seconds: float, view: StepView, row: int | None, last: Event | None) -> LaneMeasures:
        return LaneMeasures("closed_lane", round(seconds, 3))


class ForbiddenTurnRule:
    """One event, started and ended at once, for each track that crosses the entry and then the exit."""

    def __init__(
        self, spec: LaneViolationSpec, scene: Scene, camera_id: str, open_events: Sequence[Event] = ()
    ) -> None:
        self._spec, self._wanted = spec, class_mask(spec.classes)
        self._entry, self._exit = (
            Crossings(scene.lines[str(name)], spec.hysteresis_px) for name in (spec.entry, spec.exit)
        )
        self._within_ns = round(spec.within_s * SECOND_NS)
        self._came = TrackTable([("entry_ns", np.int64)])
        self._clock = CameraClock()
        self._episodes = Episodes(
            EventKind.LANE,
            rule_id=spec.rule_id,
            camera_id=camera_id,
            zone=spec.place,
            severity=spec.severity,
            clear_ns=0,
            hold_ns=0,
        )
        for key, event in enumerate(open_events, 1):
            self._episodes.restore(key, event)

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        clock, came = self._clock, self._came
        clock.frame(view.frame)
        findings = self._episodes.end_all(clock, EndReason.CLEARED) if len(self._episodes) else NOTHING
        if clock.new_epoch:
            came.take_all()
        came.take(view.ended_id)
        came.take_unseen(clock.run_ns)
        rows = observed_rows(view, self._wanted)
        entered, way_in = self._entry.update(view, clock, rows)
        left, way_out = self._exit.update(view, clock, rows)
        if len(entered):
            at, _ = came.locate(view.track_id[entered], clock.run_ns)
            # One who comes back over the entry has not entered.
            came.rows["entry_ns"][at] = np.where(way_in > 0, clock.run_ns, -self._within_ns - 1)
        for row in left[way_out > 0].tolist():
            findings += self._turned(view, row)
        return findings

    def _turned(self, view: StepView, row: int) -> Findings:
        known = self._came.rows[self._came.rows["id"] == view.track_id[row]]
        if not len(known):
            return NOTHING
        lasted_ns = self._clock.run_ns - int(known["entry_ns"][0])
        if lasted_ns > self._within_ns:
            return NOTHING
        cue = cue_of(view, np.array([row]), LaneMeasures("forbidden_turn", round(lasted_ns / SECOND_NS, 3)))
        return self._episodes.instant(self._clock, view.frame, cue)

    def tick(self, now_ns: int) -> Findings:
        """Nothing: without a frame nobody is seen to turn."""
        self._clock.tick(now_ns)
        return NOTHING

    def close(self, now_ns: int) -> Findings:
        """Nothing is kept back."""
        self._clock.pause()
        return NOTHING

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """Whether a track has come in, and where it is beside the exit."""
        said: Reasons = (of_class(view, row, self._wanted), *seen(view, row))
        if all(item.holds for item in said):
            said = *said, *self._turning(view, row)
        return {self._spec.rule_id: said}

    def _turning(self, view: StepView, row: int) -> Reasons:
        known = self._came.rows[self._came.rows["id"] == view.track_id[row]]
        if not len(known) or known[0]["entry_ns"] < 0:
            return self._entry.explain(view, row)[0]
        lasted_ns = self._clock.run_ns - int(known[0]["entry_ns"])
        longest, lasted = Amount(self._within_ns / SECOND_NS, "s"), seconds(lasted_ns / SECOND_NS)
        came = reason("came-in", True, entry=self._spec.entry)
        in_time = reason("turn-time", lasted_ns <= self._within_ns, value=lasted, limit=longest)
        side, crossed = self._exit.explain(view, row)
        way = (reason("direction", crossed > 0, way=WAYS[crossed]),) if crossed else ()
        return came, in_time, *side, *way
