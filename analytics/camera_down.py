"""camera.down: a camera sends no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.clock import SECOND_NS, CameraClock
from analytics.episode_rule import EpisodeRule
from analytics.episodes import NOTHING
from analytics.revisions import Cue
from analytics.shared import Shared
from core.events import Event
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.measures import CameraDownMeasures
from scenes.rules import CameraDownSpec


class CameraDownRule(EpisodeRule):
    """One event while no frame comes, also at a camera that never sent one. Only ticks start and end it.

    `reason` and `code` may be set to what the source last said.
    """

    def __init__(self, spec: CameraDownSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        clear_s = spec.clear_s
        super().__init__(spec, shared, clear_s=clear_s, hold_s=clear_s, hold_camera_ns=None, clock=CameraClock())
        self._after_ns = round(spec.after_s * SECOND_NS)
        self._frames = 0
        self.reason = self.code = ""
        self._episodes.restore_one(open_events)

    def update(self, view: StepView) -> Findings:
        """A frame has come; the next ticks tell whether more do."""
        self._clock.frame(view.frame)
        return NOTHING

    def tick(self, now_ns: int) -> Findings:
        """Whether frames have come since the last tick, and if not, for how long."""
        clock = self._clock
        # The rule lives by ticks: a step of its life is the time between two of them.
        step_ns = clock.tick(now_ns)
        clock.step_ns, clock.lost = min(step_ns, SECOND_NS), False
        came, self._frames = clock.frames > self._frames, clock.frames
        if came:
            self.reason = self.code = ""
        down = not came and (len(self._episodes) > 0 or clock.silent_ns >= self._after_ns)

        def describe(key: int, seconds: float, last: Event | None) -> Cue:
            said = (self.reason, self.code) if self.reason or self.code else _said(last)
            return Cue(CameraDownMeasures(round(seconds, 3), *said))

        found = ((0, clock.run_ns - clock.silent_ns),) if down else ()
        return self._episodes.update(clock, None, found, (0,), describe)

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """Where there is a track, there is a picture."""
        return {self._rule_id: (reason("camera-sends", False),)}


def _said(last: Event | None) -> tuple[str, str]:
    measures = last.measures if last else None
    return (measures.reason, measures.code) if isinstance(measures, CameraDownMeasures) else ("", "")
