"""security.line_crossing and violation.no_crossing: somebody crosses a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.crossings import Crossings
from analytics.episodes import NOTHING
from analytics.instant_rule import InstantRule
from analytics.reasons import WAYS
from core.arrays import AnyArray
from core.events import Event, LineCrossingMeasures
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.scene import Scene
from scenes.rules import LineCrossingSpec, NoCrossingSpec


class LineCrossingRule(InstantRule):
    """One event for each crossing; a track crosses again only after it has gone back."""

    def __init__(
        self,
        spec: LineCrossingSpec | NoCrossingSpec,
        scene: Scene,
        camera_id: str,
        open_events: Sequence[Event] = (),
    ) -> None:
        super().__init__(spec, camera_id, open_events)
        self._directions = {1: spec.direction != "backward", -1: spec.direction != "forward"}
        self._crossings = Crossings(scene.lines[spec.line], spec.hysteresis_px)

    def _found(self, view: StepView, rows: AnyArray) -> Findings:
        findings = NOTHING
        crossed, sides = self._crossings.update(view, self._clock, rows)
        for row, side in zip(crossed.tolist(), sides.tolist(), strict=True):
            if self._directions[side]:
                speed = round(float(np.linalg.norm(view.velocity[row])), 3) if view.valid[row] else None
                findings += self._event(view, row, LineCrossingMeasures(WAYS[side], speed))
        return findings

    def _conditions(self, view: StepView, row: int) -> Reasons:
        said, crossed = self._crossings.explain(view, row)
        if not crossed:
            return said
        return *said, reason("direction", self._directions[crossed], way=WAYS[crossed])
