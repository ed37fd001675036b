"""Observers of one camera: when they look, what becomes of those that fail, and how their facts reach the rules."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from core.frames import MOVING, FrameMeta, Surface
from core.observations import NOTHING_SEEN, PLACED, Fact, Observations, PictureHealth
from core.protocols import Observer
from models.observers.glimpse import SurfaceGlimpse

log = structlog.get_logger()

MOST_FAILED: Final = 5
"""Looks that may fail in a row before an observer is given up for its camera."""
WAITING: Final = 64
"""Facts that wait for a frame that is analysed; of more the oldest go, and are counted."""
MakeObserver = Callable[[], Observer | None]
"""Made when the camera is added: what observers learn is of one run. None: nobody can look."""


@dataclass(slots=True)
class ObserverCounters:
    """What one observer of one camera did.

    Attributes:
        looks: taken; failed: of those, raised.
        given_up: it failed too often, and looks no more.
        seconds: wall time of its looks, pictures included that it was the first to ask for.
    """

    looks: int = 0
    failed: int = 0
    given_up: bool = False
    seconds: float = 0.0


@dataclass(slots=True)
class _Watching:
    observer: Observer
    counters: ObserverCounters
    due_ns: int = 0
    in_a_row: int = 0


class Observing:
    """Lets observers look at frames of one camera as they come by, in the camera's own thread: neither the detector nor
    another camera waits for them. Looks are due by media time, on a grid of each observer's own, anew in each epoch.

    Whatever an observer does stays here: a look that raises is counted and told, and after `MOST_FAILED` in a row the
    observer is given up. Facts wait, at most `WAITING`, for the next frame that comes as far as the rules.

    Args:
        observers: names unique.

    Attributes:
        counters: by name of the observer.
        lost: facts that no frame took.
    """

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._watching = [_Watching(observer, ObserverCounters()) for observer in observers]
        self._epoch: int | None = None
        self._lock = threading.Lock()  # facts are told by the camera's thread, and taken by the loop's
        self._facts: deque[tuple[int, int, Fact]] = deque()
        self._placement = PLACED
        self.lost = 0

    @property
    def counters(self) -> Mapping[str, ObserverCounters]:
        return {one.observer.name: one.counters for one in self._watching}

    def look(self, frame: FrameMeta, surface: Surface) -> FrameMeta:
        """Show a frame to those whose look is due; the same frame, with what is known of its place. Never raises."""
        if frame.epoch != self._epoch:
            self._epoch = frame.epoch
            for one in self._watching:
                one.due_ns = frame.media_ns
        due = [one for one in self._watching if one.due_ns <= frame.media_ns and not one.counters.given_up]
        if due:
            glimpse = SurfaceGlimpse(self._placed(frame), surface)
            for one in due:
                one.due_ns = max(one.due_ns + one.observer.every_ns, frame.media_ns + one.observer.every_ns // 2)
                fact = self._ask(one, glimpse)
                if fact is not None:
                    self._tell(frame, fact)
        return self._placed(frame)

    def take(self, frame: FrameMeta) -> Observations:
        """What was told up to this frame and not taken yet. From the loop's thread."""
        if not self._facts:
            return NOTHING_SEEN
        taken = []
        with self._lock:
            while self._facts and self._facts[0][:2] <= (frame.epoch, frame.media_ns):
                taken.append(self._facts.popleft())
        return Observations.of(fact for epoch, _, fact in taken if epoch == frame.epoch)

    def close(self) -> None:
        """Let the observers free what they hold."""
        for one in self._watching:
            try:
                one.observer.close()
            except Exception:
                log.exception("observer_not_closed", observer=one.observer.name)

    def _ask(self, one: _Watching, glimpse: SurfaceGlimpse) -> Fact | None:
        counters, began = one.counters, time.perf_counter()
        counters.looks += 1
        try:
            fact = one.observer.look(glimpse)
        except Exception:
            counters.failed += 1
            one.in_a_row += 1
            counters.given_up = one.in_a_row >= MOST_FAILED
            if one.in_a_row == 1 or counters.given_up:
                log.exception(
                    "observer_failed",
                    camera=glimpse.frame.camera_id,
                    observer=one.observer.name,
                    failed=counters.failed,
                    given_up=counters.given_up,
                )
            return None
        finally:
            counters.seconds += time.perf_counter() - began
        one.in_a_row = 0
        return fact

    def _tell(self, frame: FrameMeta, fact: Fact) -> None:
        if isinstance(fact, PictureHealth):
            if fact.placement.valid != self._placement.valid:
                log.warning("camera_place", camera=frame.camera_id, valid=fact.placement.valid, shift=fact.shift_px)
            self._placement = fact.placement
        with self._lock:
            self._facts.append((frame.epoch, frame.media_ns, fact))
            if len(self._facts) > WAITING:
                self._facts.popleft()
                self.lost += 1

    def _placed(self, frame: FrameMeta) -> FrameMeta:
        """A turning camera's frames are left as its viewpoint marked them."""
        if self._placement is PLACED or frame.view:
            return frame
        if not self._placement.valid:
            return replace(frame, view=MOVING)
        return replace(frame, shift_px=self._placement.shift_px)
