"""What the rules about moments have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

from analytics.episode_rule import EpisodeRule, EventSpec
from analytics.episodes import NOTHING
from analytics.reasons import of_class, seen
from analytics.shared import Shared
from analytics.views import class_mask, cue_of_one
from core.events import EndReason, Event
from core.explanation import Reasons
from core.findings import Findings, StepView
from core.measures import Measures


class InstantSpec(EventSpec, Protocol):
    """What the specs of such rules have."""

    @property
    def classes(self) -> list[str]: ...


class InstantRule(EpisodeRule, ABC):
    """Events without duration: each is started and ended at one frame. One that was open before a restart ends.

    Args:
        spec: the rule of the scene.
        shared: with the camera's other rules.
        open_events: of this rule, open when the process ended.
    """

    def __init__(self, spec: InstantSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, clear_s=0.0, hold_s=0.0)
        self._wanted, self._shared = class_mask(spec.classes), shared
        for key, event in enumerate(open_events, 1):
            self._episodes.restore(key, event)

    @abstractmethod
    def _found(self, view: StepView) -> Findings:
        """What happens at this frame to those of the wanted classes that are seen in it."""

    @abstractmethod
    def _conditions(self, view: StepView, row: int) -> Reasons:
        """A track that is looked at beside the definition."""

    def _event(self, view: StepView, row: int, measures: Measures) -> Findings:
        return self._episodes.instant(self._clock, view.frame, cue_of_one(view, row, measures))

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        self._shared.hear(view)
        if not len(self._episodes):
            return self._found(view)
        return self._episodes.end_all(self._clock, EndReason.CLEARED) + self._found(view)

    def tick(self, now_ns: int) -> Findings:
        """Nothing: without a frame nothing is seen to happen."""
        self._clock.tick(now_ns)
        return NOTHING

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """A track beside the definition, if the rule looks at such things and it is seen."""
        said: Reasons = (of_class(view, row, self._wanted), *seen(view, row))
        if all(item.holds for item in said):
            said = *said, *self._conditions(view, row)
        return {self._rule_id: said}
