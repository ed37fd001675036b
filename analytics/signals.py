"""What the signals of a scene have shown lately, in the time of the camera's rules."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.clock import SECOND_NS, CameraClock
from core.arrays import Bool
from core.findings import StepView
from core.observations import SignalReading
from core.scene import Scene
from core.signals import SignalState

STALE_NS: Final = 3 * SECOND_NS
"""What was told longer ago says nothing of now."""
START_NS: Final = 10 * SECOND_NS
"""Who stands at a stop line for longer after green does not wait for it: start-up takes 2 s (HCM 6th ed., chapter 19),
and a few vehicles ahead as much each."""
KEPT: Final = 16
"""Changes of each signal that are remembered."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a signal shows from a run time on."""

    state: SignalState
    since_ns: int
    arrows: tuple[str, ...] = ()
    confidence: float = 0.0


NEVER: Final = Shown(SignalState.UNKNOWN, 0)


class Signals:
    """The signals of one scene: at most `KEPT` changes of each.

    Args:
        clock: has heard the frames that are shown.
    """

    def __init__(self, clock: CameraClock) -> None:
        self._clock = clock
        self._shown: dict[str, deque[Shown]] = {}
        self._told_ns = 0

    def hear(self, view: StepView) -> None:
        """A frame has come."""
        if self._clock.lost:
            self._shown.clear()
        told = view.observations.signals
        if told is None:
            return
        self._told_ns = self._clock.run_ns
        for reading in told.readings:
            # Within an epoch run time and media time go alike.
            since_ns = self._clock.run_ns - (view.frame.media_ns - reading.changed_ns)
            self._note(reading, min(since_ns, self._clock.run_ns))

    def _note(self, reading: SignalReading, since_ns: int) -> None:
        shown = self._shown.setdefault(reading.signal_id, deque(maxlen=KEPT))
        last = shown[-1] if shown else NEVER
        if shown and (last.state, last.arrows) == (reading.state, reading.arrows):
            return
        if last.state is reading.state and shown:
            since_ns = self._clock.run_ns  # an arrow alone
        shown.append(Shown(reading.state, max(since_ns, last.since_ns), reading.arrows, reading.confidence))

    def now(self, signal_id: str) -> Shown:
        """What a signal shows; unknown where nobody has told it lately."""
        shown = self._shown.get(signal_id)
        stale = self._clock.run_ns - self._told_ns > STALE_NS
        return NEVER if not shown or stale else shown[-1]

    def at(self, signal_id: str, run_ns: int) -> Shown:
        """What it showed at a time that is not long ago."""
        if self.now(signal_id) is NEVER:
            return NEVER
        return next((one for one in reversed(self._shown[signal_id]) if one.since_ns <= run_ns), NEVER)

    def stops_since(self, signal_id: str, run_ns: int) -> int | None:
        """Run time from which it has told everybody to stop, up to a time; None: it did not then."""
        found = None
        if self.now(signal_id) is NEVER:
            return None
        for one in reversed(self._shown[signal_id]):
            if one.since_ns > run_ns:
                continue
            if not one.state.stops:
                break
            found = one.since_ns
        return found

    def goes_since(self, signal_id: str) -> int | None:
        """Run time since when it is green; None: it is not, or that is unknown."""
        shown = self.now(signal_id)
        if shown.state is not SignalState.GREEN:
            return None
        found = shown.since_ns
        for one in reversed(self._shown[signal_id]):
            if one.state is not SignalState.GREEN:
                break
            found = one.since_ns
        return found


class LaneSignals:
    """What the signals of a scene tell of its lanes (L)."""

    def __init__(self, scene: Scene, signals: Signals, clock: CameraClock) -> None:
        self._signals, self._clock = signals, clock
        numbers = {name: number for number, name in enumerate(scene.lanes)}
        self._of = [(numbers[lane], name) for name, one in scene.signals.items() for lane in one.lanes]
        self._lanes = len(numbers)

    def stopped(self) -> Bool:
        """At whose stop line one is known to wait: it is red, or has not been green for `START_NS`."""
        found = np.zeros(self._lanes, np.bool_)
        for lane, name in self._of:
            state, goes_ns = self._signals.now(name).state, self._signals.goes_since(name)
            starts = goes_ns is not None and self._clock.run_ns - goes_ns < START_NS
            found[lane] |= state.stops or state is SignalState.AMBER or starts
        return found

    def released(self) -> Bool:
        """From whose stop line one is known to have had the time to start."""
        found = np.zeros(self._lanes, np.bool_)
        for lane, name in self._of:
            goes_ns = self._signals.goes_since(name)
            found[lane] |= goes_ns is not None and self._clock.run_ns - goes_ns >= START_NS
        return found
