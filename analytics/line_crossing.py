"""security.line_crossing and violation.no_crossing: somebody crosses a line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analytics.episodes import NOTHING
from analytics.instant_rule import InstantRule
from analytics.reasons import WAYS
from analytics.shared import Shared
from core.events import Event
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.measures import LineCrossingMeasures
from scenes.rules import LineCrossingSpec, NoCrossingSpec


class LineCrossingRule(InstantRule):
    """One event for each crossing; a track crosses again only after it has gone back."""

    def __init__(self, spec: LineCrossingSpec | NoCrossingSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events)
        self._directions = {1: spec.direction != "backward", -1: spec.direction != "forward"}
        self._line = shared.lines.watch(shared.scene.lines[spec.line], spec.hysteresis_px, self._wanted)

    def _found(self, view: StepView) -> Findings:
        findings = NOTHING
        for row, side in self._shared.lines.at(view, self._line):
            if self._directions[side]:
                speed = round(math.hypot(*view.velocity[row].tolist()), 3) if view.valid[row] else None
                findings += self._event(view, row, LineCrossingMeasures(WAYS[side], speed))
        return findings

    def _conditions(self, view: StepView, row: int) -> Reasons:
        said, crossed = self._shared.lines.explain(view, row, self._line)
        if not crossed:
            return said
        return *said, reason("direction", self._directions[crossed], way=WAYS[crossed])
