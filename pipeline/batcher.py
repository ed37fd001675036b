"""Frames of many cameras gathered into batches for the detector."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from core.frames import FrameBatch, FrameMeta, Surface
from pipeline.lane import Lane

log = structlog.get_logger()

SECOND_NS = 1_000_000_000
LIVE_CAPACITY = 2
"""One frame to be taken, one that came meanwhile: frames come in pairs after a short jam of the network, and a queue of
one would lose half of them. Each further place would only add a frame's delay."""


class DropPolicy(StrEnum):
    """What happens when frames come faster than they are computed."""

    NEWEST = "newest"
    """For live cameras: the oldest waiting frame goes. An alert is about now, and a queue that is full of the past
    stays full; a tracker loses less by one frame left out than by seconds of delay."""
    WAIT = "wait"
    """For files: the reader waits. Nobody is in a hurry, every frame counts, and two runs give the same result."""


@dataclass(slots=True)
class InletCounters:
    """Frames of one camera since its inlet was made.

    Attributes:
        received: put in.
        delivered: handed on in a batch.
        displaced: dropped because a newer one came while the queue was full.
        expired: dropped because they had waited longer than the longest age.
        refused: put after `close`, still waiting for room then, or dropped with the inlet itself.
    """

    received: int = 0
    delivered: int = 0
    displaced: int = 0
    expired: int = 0
    refused: int = 0

    @property
    def dropped(self) -> int:
        """All that were put in and never handed on."""
        return self.displaced + self.expired + self.refused


class Inlet:
    """Where one camera's thread puts its frames; made by `Batcher.inlet`."""

    def __init__(
        self, camera_id: str, policy: DropPolicy, capacity: int, lock: threading.Lock, arrived: Callable[[], None]
    ) -> None:
        self.camera_id = camera_id
        self.policy = policy
        self.counters = InletCounters()
        self._lane = Lane(capacity)
        self._lock = lock
        self._room = threading.Condition(lock)
        self._arrived = arrived  # called with the lock held
        self._closed = False

    def put(self, meta: FrameMeta, surface: Surface) -> None:
        """Hand a frame over, and its surface with it. NEWEST never waits; WAIT waits for room, or for `close`."""
        with self._lock:
            self.counters.received += 1
            while self.policy is DropPolicy.WAIT and self._lane.full and not self._closed:
                self._room.wait()
            if self._closed:
                self.counters.refused += 1
                surface.release()
                return
            if self._lane.full:
                self._lane.drop_oldest()
                self.counters.displaced += 1
            self._lane.append(meta, surface, time.monotonic_ns())
            self._arrived()

    def close(self) -> None:
        """No frame follows; those that wait are still handed on."""
        with self._lock:
            self._closed = True
            self._room.notify_all()
            self._arrived()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    # What follows is for the batcher, which holds the lock.

    @property
    def waiting(self) -> int:
        """Frames that wait."""
        return len(self._lane)

    @property
    def exhausted(self) -> bool:
        """Whether waiting brings no more frames: closed, or its feeder waits for room."""
        return self._closed or (self.policy is DropPolicy.WAIT and self._lane.full)

    @property
    def done(self) -> bool:
        """Closed, and nothing waits."""
        return self._closed and len(self._lane) == 0

    def expire(self, before_ns: int) -> None:
        """Drop live frames that were put before a moment (monotonic)."""
        while self.policy is DropPolicy.NEWEST and len(self._lane) and self._lane.oldest_ns() < before_ns:
            self._lane.drop_oldest()
            self.counters.expired += 1

    def take(self) -> tuple[FrameMeta, Surface]:
        """The oldest frame."""
        self.counters.delivered += 1
        item = self._lane.popleft()
        self._room.notify()
        return item

    def discard(self) -> None:
        """Close, and drop what waits."""
        self._closed = True
        self.counters.refused += self._lane.clear()
        self._room.notify_all()


class Batcher:
    """Batches for one consumer from the frames of many camera threads.

    Cameras take turns, so that a fast one does not starve the others; frames of one camera stay in order. A batch is
    handed over when it is full, when nothing more can come, or `window_s` after its first frame was seen: a single
    camera pays at most that delay, many cameras fill the batch long before.

    Args:
        max_batch: the most frames in a batch.
        window_s: how long the first frame waits for others.
        max_age_s: a live frame that has waited longer is dropped: the consumer was held up, and the frame is history.
    """

    def __init__(self, max_batch: int, window_s: float = 0.01, max_age_s: float = 2.0) -> None:
        if max_batch < 1:
            raise ValueError(f"max_batch must be at least 1, not {max_batch}")
        self._max_batch, self._window_s, self._max_age_ns = max_batch, window_s, round(max_age_s * SECOND_NS)
        self._lock = threading.Lock()
        self._arrival = threading.Condition(self._lock)
        self._inlets: dict[str, Inlet] = {}
        self._turns: deque[Inlet] = deque()  # inlets that may still give frames; the next in turn first

    def inlet(self, camera_id: str, policy: DropPolicy, capacity: int | None = None) -> Inlet:
        """A new camera's way in. `capacity` is `LIVE_CAPACITY` for NEWEST, `max_batch` for WAIT if None.

        Raises:
            ValueError: the camera has an inlet that is not yet closed and drained.
        """
        if capacity is None:
            capacity = LIVE_CAPACITY if policy is DropPolicy.NEWEST else self._max_batch
        made = Inlet(camera_id, policy, capacity, self._lock, self._arrival.notify_all)
        with self._lock:
            before = self._inlets.get(camera_id)
            if before is not None and not before.done:
                raise ValueError(f"camera {camera_id!r} already has an inlet")
            if before is not None:
                self._forget(before)
            self._inlets[camera_id] = made
            self._turns.append(made)
        return made

    def remove(self, camera_id: str) -> None:
        """Free a camera's state and counters; frames of it that still wait are dropped. Unknown cameras are ignored."""
        with self._lock:
            inlet = self._inlets.pop(camera_id, None)
            if inlet is not None:
                inlet.discard()
                self._forget(inlet)
                self._arrival.notify_all()

    def next(self, timeout_s: float) -> FrameBatch | None:
        """The next batch; None when none came within `timeout_s`, or none can come any more (`finished`)."""
        deadline = time.monotonic() + timeout_s
        with self._lock:
            while True:
                self._expire()
                if self._waiting() > 0:
                    break
                left = deadline - time.monotonic()
                if not self._turns or left <= 0:
                    return None
                self._arrival.wait(left)
            self._fill_up()
            return self._take()

    @property
    def finished(self) -> bool:
        """Whether all inlets are closed and drained; true also before the first."""
        with self._lock:
            return all(inlet.done for inlet in self._turns)

    @property
    def counters(self) -> dict[str, InletCounters]:
        """A copy of the counters of each camera; those of a camera that ended stay until `remove`."""
        with self._lock:
            return {name: _copy(inlet.counters) for name, inlet in self._inlets.items()}

    def close(self) -> None:
        """Close all inlets and drop what waits: the consumer has stopped."""
        with self._lock:
            for inlet in self._inlets.values():
                inlet.discard()
            self._turns.clear()
            self._arrival.notify_all()

    def _fill_up(self) -> None:
        until = time.monotonic() + self._window_s
        while self._waiting() < self._max_batch and not all(inlet.exhausted for inlet in self._turns):
            left = until - time.monotonic()
            if left <= 0:
                return
            self._arrival.wait(left)

    def _take(self) -> FrameBatch | None:
        taken: list[tuple[FrameMeta, Surface]] = []
        idle = 0
        while len(taken) < self._max_batch and idle < len(self._turns):
            inlet = self._turns[0]
            self._turns.rotate(-1)
            if inlet.waiting:
                taken.append(inlet.take())
                idle = 0
            else:
                idle += 1
        self._drop_done()
        if not taken:  # an inlet was removed meanwhile
            return None
        return FrameBatch(tuple(meta for meta, _ in taken), tuple(surface for _, surface in taken))

    def _waiting(self) -> int:
        return sum(inlet.waiting for inlet in self._turns)

    def _expire(self) -> None:
        before = time.monotonic_ns() - self._max_age_ns
        for inlet in self._turns:
            expired = inlet.counters.expired
            inlet.expire(before)
            if inlet.counters.expired > expired:
                log.warning("frames_expired", camera=inlet.camera_id, frames=inlet.counters.expired - expired)
        self._drop_done()

    def _drop_done(self) -> None:
        if any(inlet.done for inlet in self._turns):
            self._turns = deque(inlet for inlet in self._turns if not inlet.done)

    def _forget(self, inlet: Inlet) -> None:
        self._turns = deque(other for other in self._turns if other is not inlet)


def _copy(counters: InletCounters) -> InletCounters:
    return InletCounters(counters.received, counters.delivered, counters.displaced, counters.expired, counters.refused)
