"""security.line_crossing and violation.no_crossing: somebody crosses a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.clock import CameraClock
from analytics.crossings import Crossings
from analytics.episodes import NOTHING, Episodes
from analytics.reasons import WAYS, of_class, seen
from analytics.views import class_mask, cue_of, observed_rows
from core.events import EndReason, Event, EventKind, LineCrossingMeasures
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.scene import Scene
from scenes.rules import LineCrossingSpec, NoCrossingSpec


class LineCrossingRule:
    """One event for each crossing, started and ended at once; a track crosses again only after it has gone back."""

    def __init__(
        self,
        spec: LineCrossingSpec | NoCrossingSpec,
        scene: Scene,
        camera_id: str,
        open_events: Sequence[Event] = (),
    ) -> None:
        self._spec, self._wanted = spec, class_mask(spec.classes)
        self._directions = {1: spec.direction != "backward", -1: spec.direction != "forward"}
        self._crossings = Crossings(scene.lines[spec.line], spec.hysteresis_px)
        self._clock = CameraClock()
        self._episodes = Episodes(
            EventKind(spec.kind),
            rule_id=spec.rule_id,
            camera_id=camera_id,
            zone=spec.line,
            severity=spec.severity,
            clear_ns=0,
            hold_ns=0,
        )
        for key, event in enumerate(open_events, 1):
            self._episodes.restore(key, event)

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        self._clock.frame(view.frame)
        findings = self._episodes.end_all(self._clock, EndReason.CLEARED) if len(self._episodes) else NOTHING
        crossed, sides = self._crossings.update(view, self._clock, observed_rows(view, self._wanted))
        for row, side in zip(crossed.tolist(), sides.tolist(), strict=True):
            if self._directions[side]:
                speed = round(float(np.linalg.norm(view.velocity[row])), 3) if view.valid[row] else None
                cue = cue_of(view, np.array([row]), LineCrossingMeasures(WAYS[side], speed))
                findings += self._episodes.instant(self._clock, view.frame, cue)
        return findings

    def tick(self, now_ns: int) -> Findings:
        """Nothing: without a frame nobody is seen to cross."""
        self._clock.tick(now_ns)
        return NOTHING

    def close(self, now_ns: int) -> Findings:
        """Nothing is kept back."""
        self._clock.pause()
        return NOTHING

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """Where a track is beside the line."""
        said: Reasons = (of_class(view, row, self._wanted), *seen(view, row))
        if all(item.holds for item in said):
            side, crossed = self._crossings.explain(view, row)
            said = *said, *side
            if crossed:
                said = *said, reason("direction", self._directions[crossed], way=WAYS[crossed])
        return {self._spec.rule_id: said}
