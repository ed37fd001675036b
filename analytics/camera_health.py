"""camera.frozen, dark, blurred, covered, moved, clock: what observers tell of a camera's picture, over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from analytics.clock import SECOND_NS, CameraClock
from analytics.episode_rule import OneEventRule
from analytics.episodes import NOTHING
from analytics.lasting import Lasting
from analytics.revisions import Cue
from analytics.shared import Shared
from core.events import Event, Severity
from core.explanation import Reasons, reason
from core.findings import Findings, StepView
from core.measures import (
    CameraBlurredMeasures,
    CameraClockMeasures,
    CameraCoveredMeasures,
    CameraDarkMeasures,
    CameraFrozenMeasures,
    CameraMovedMeasures,
    Measures,
)
from core.observations import PictureHealth
from scenes.camera_rules import (
    CameraBlurredSpec,
    CameraClockSpec,
    CameraCoveredSpec,
    CameraDarkSpec,
    CameraFrozenSpec,
    CameraMovedSpec,
    CameraSpec,
)

STALE_NS: Final = 30 * SECOND_NS
"""What was told longer ago says nothing of now."""
DARK: Final = CameraDarkSpec().light
BLURRED: Final = CameraBlurredSpec().sharpness
GAP_NS: Final = 4 * SECOND_NS
"""One look in between may see something else."""
UNTOLD: Final = 3
"""Looks in a row that do not tell, after which nothing is known: one look alone makes no event."""


class Condition(Protocol):
    """One kind's definition at one frame."""

    def judge(self, view: StepView) -> bool | None:
        """Whether it holds; None: this frame does not tell."""
        ...

    def measures(self, seconds: float) -> Measures:
        """As last judged, of an event that has held for so long."""
        ...


class CameraHealthRule(OneEventRule):
    """One event while a camera's picture, or its clock, is as the kind says."""

    def __init__(self, spec: CameraSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, open_events, clear_s=spec.clear_s, clock=CameraClock())
        self._for_ns = round(spec.for_s * SECOND_NS)
        self._condition, self._severity = _condition(spec), spec.severity
        self._lasts = Lasting(GAP_NS)
        self._verdict: bool | None = None
        self._told_ns = self._untold = 0

    def update(self, view: StepView) -> Findings:
        """What this frame shows; between two looks, what the last one did."""
        clock = self._clock
        clock.frame(view.frame)
        verdict = self._condition.judge(view)
        if verdict is not None:
            self._verdict, self._told_ns, self._untold = verdict, clock.run_ns, 0
        elif isinstance(self._condition, _Picture) and view.observations.health is not None:
            self._untold += 1
            if self._untold >= UNTOLD:
                self._verdict = None
        elif clock.run_ns - self._told_ns > STALE_NS:
            self._verdict = None
        holds = self._verdict is True
        self._lasts.update(clock, holds, self._verdict is None)
        if not holds and not len(self._episodes):
            return NOTHING
        since_ns = clock.run_ns if self._lasts.since_ns is None else self._lasts.since_ns
        if isinstance(self._condition, _Frozen):
            since_ns = min(since_ns, clock.run_ns - round(self._condition.still_s * SECOND_NS))
        found = holds and (len(self._episodes) > 0 or clock.run_ns - since_ns >= self._for_ns)
        denied = (0,) if self._verdict is False else ()
        severity = self._severity
        if isinstance(self._condition, _Moved) and not self._condition.corrected:
            severity = max(severity, Severity.HIGH, key=lambda level: level.rank)

        def describe(key: int, seconds: float, last: Event | None) -> Cue:
            return Cue(self._condition.measures(round(seconds, 3)))

        return self._episodes.update(clock, view.frame, ((0, since_ns),) if found else (), denied, describe, severity)

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """The camera beside the definition: tracks have no part in it."""
        return {self._rule_id: (reason("camera-fault", self._verdict is True),)}


class _Picture:
    """By one number of a look, which `form` makes a measure of.

    Args:
        judge: whether it holds, None where the look does not tell; and the number.
    """

    def __init__(
        self, judge: Callable[[PictureHealth], tuple[bool | None, float]], form: Callable[[float, float], Measures]
    ) -> None:
        self._judge, self._form = judge, form
        self._value = 0.0

    def judge(self, view: StepView) -> bool | None:
        health = view.observations.health
        if health is None:
            return None
        verdict, value = self._judge(health)
        if verdict is not None:
            self._value = round(value, 3)
        return verdict

    def measures(self, seconds: float) -> Measures:
        return self._form(seconds, self._value)


class _Frozen:
    """Only a picture that was seen to change is not frozen: a short stillness, as after a reconnect, tells nothing."""

    def __init__(self, spec: CameraFrozenSpec) -> None:
        self._for_s = spec.for_s
        self.still_s = 0.0

    def judge(self, view: StepView) -> bool | None:
        health = view.observations.health
        if health is None or health.still_s is None:
            return None
        self.still_s = health.still_s
        if self.still_s >= self._for_s:
            return True
        return None if self.still_s > 0 else False

    def measures(self, seconds: float) -> CameraFrozenMeasures:
        return CameraFrozenMeasures(seconds)


class _Moved:
    def __init__(self, spec: CameraMovedSpec) -> None:
        self._least_px = spec.shift_px
        self._shift: tuple[float, float] | None = None
        self.corrected = True

    def judge(self, view: StepView) -> bool | None:
        health = view.observations.health
        if health is None or health.agreement is None:
            return None
        x, y = health.placement.shift_px
        moved = not health.placement.valid or x * x + y * y >= self._least_px**2
        if moved:
            self.corrected = health.placement.valid
            known = health.placement.valid or health.shift_px is not None
            self._shift = (round(x, 2), round(y, 2)) if known else None
        return moved

    def measures(self, seconds: float) -> CameraMovedMeasures:
        right, down = (None, None) if self._shift is None else self._shift
        return CameraMovedMeasures(seconds, self.corrected, right, down)


class _Clock:
    def __init__(self, spec: CameraClockSpec) -> None:
        self._most_ns = round(spec.ahead_s * SECOND_NS)
        self._ahead_ns = 0

    def judge(self, view: StepView) -> bool | None:
        ahead_ns = view.frame.clock_ahead_ns
        if ahead_ns is None:
            return None
        self._ahead_ns = ahead_ns
        return abs(ahead_ns) > self._most_ns

    def measures(self, seconds: float) -> CameraClockMeasures:
        return CameraClockMeasures(seconds, round(self._ahead_ns / SECOND_NS, 3))


def _condition(spec: CameraSpec) -> Condition:
    match spec:
        case CameraFrozenSpec():
            return _Frozen(spec)
        case CameraDarkSpec(light=least):
            return _Picture(lambda health: (health.light < least, health.light), CameraDarkMeasures)
        case CameraBlurredSpec(sharpness=least):
            return _Picture(partial(_blurred, least), CameraBlurredMeasures)
        case CameraCoveredSpec(hidden=most):
            return _Picture(partial(_covered, most), CameraCoveredMeasures)
        case CameraMovedSpec():
            return _Moved(spec)
        case CameraClockSpec():
            return _Clock(spec)


def _blurred(least: float, health: PictureHealth) -> tuple[bool | None, float]:
    sharpness = health.sharpness
    return (None, 0.0) if sharpness is None else (sharpness < least, sharpness)


def _covered(most: float, health: PictureHealth) -> tuple[bool | None, float]:
    """In the dark, or out of focus, what is there does not show well either."""
    hidden, sharpness = health.hidden, health.sharpness
    if hidden is None or health.light < DARK:
        return None, 0.0
    soft = sharpness is not None and sharpness < BLURRED
    return (None, 0.0) if soft and hidden >= most else (hidden >= most, hidden)
