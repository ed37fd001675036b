"""What the rules about a whole place have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS
from analytics.episode_rule import HeldSpec, OneEventRule
from analytics.episodes import NOTHING
from analytics.lasting import Lasting
from analytics.reasons import waited
from analytics.revisions import Cue
from analytics.shared import Shared
from analytics.views import cue_again, cue_of
from core.arrays import I64, AnyArray, frozen
from core.events import Event, Severity
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.measures import Measures


class Look(NamedTuple):
    """What a frame shows of a place.

    Attributes:
        holds: the definition holds, by what is seen.
        keeps: it holds by what is seen or believed: keeps a waiting time and an event alive.
        rows: those involved (K) that are seen in this frame, when asked; an event starts with at least one.
        known: the frame can tell; where it cannot, an event is held.
        severity: of the event from now on; None: the spec's.
    """

    holds: bool
    keeps: bool
    rows: Callable[[], AnyArray]
    known: bool = True
    severity: Severity | None = None


NOBODY: Final[I64] = frozen(np.zeros(0, np.int64), np.int64, (0,), "nobody")
NOTHING_THERE: Final = Look(False, False, lambda: NOBODY)


class PlaceRule(OneEventRule, ABC):
    """One event for a place while its definition holds, whoever is involved.

    Args:
        spec: the rule of the scene.
        shared: with the camera's other rules.
        open_events: of this rule, open when the process ended.
        for_s, gap_s, clear_s: as in docs/events.md.
    """

    def __init__(
        self,
        spec: HeldSpec,
        shared: Shared,
        open_events: Sequence[Event],
        *,
        for_s: float,
        gap_s: float,
        clear_s: float,
    ) -> None:
        super().__init__(spec, shared, open_events, clear_s=clear_s)
        self._for_ns, self._shared = round(for_s * SECOND_NS), shared
        self._lasts = Lasting(round(gap_s * SECOND_NS))
        self._idle = False
        """Nothing held at the last frame, and no event is open."""

    @abstractmethod
    def _look(self, view: StepView) -> Look:
        """What this frame shows; `_clock` has heard it."""

    @abstractmethod
    def _conditions(self, view: StepView, row: int) -> Reasons:
        """What a track of the last view has to do with the definition."""

    @abstractmethod
    def _measures(self, seconds: float, last: Event | None) -> Measures:
        """The measures of the event, which has held for so long, after this last revision."""

    @abstractmethod
    def _calm(self) -> None:
        """Nothing holds and no event is open: forget what was the most so far."""

    def update(self, view: StepView) -> Findings:
        """What this frame shows."""
        self._shared.hear(view)
        look = self._look(view)
        if look is NOTHING_THERE and self._idle:
            return NOTHING
        self._lasts.update(self._clock, look.holds, look.keeps)
        self._idle = self._lasts.since_ns is None and not len(self._episodes)
        if not self._idle:
            return self._report(view, look)
        self._calm()
        return NOTHING

    def _report(self, view: StepView, look: Look) -> Findings:
        clock, stay = self._clock, self._lasts
        waited = look.holds and stay.since_ns is not None and clock.run_ns - stay.since_ns >= self._for_ns
        goes_on = look.keeps and len(self._episodes) > 0
        starts = waited and not goes_on and len(look.rows()) > 0

        def describe(key: int, seconds: float, last: Event | None) -> Cue:
            measures = self._measures(seconds, last)
            rows = look.rows()
            return cue_again(last, measures) if last and not len(rows) else cue_of(view, rows, measures)

        since_ns = clock.run_ns if stay.since_ns is None else stay.since_ns
        found = ((0, since_ns),) if starts or goes_on else ()
        return self._episodes.update(clock, view.frame, found, (0,) if look.known else (), describe, look.severity)

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """A track beside the definition, and how long that has held for the place."""
        event_id = self._episodes.event_id(0)
        if event_id is not None:
            last: Reasons = (reason("open", True, event=event_id),)
        else:
            last = waited(self._clock, self._lasts.since_ns, self._for_ns, self._lasts.gap_ns, "place")
        return {self._rule_id: (*self._conditions(view, row), *last)}
