"""Frames of many cameras gathered into batches for the detector."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import heappop, heappush

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
        self,
        camera_id: str,
        policy: DropPolicy,
        capacity: int,
        lock: threading.Lock,
        changed: Callable[[Inlet, int], None],
        *,
        weight: float = 1.0,
    ) -> None:
        self.camera_id, self.policy, self.weight = camera_id, policy, weight
        self.counters = InletCounters()
        self.turn = 0.0
        self._lane = Lane(capacity)
        self._lock = lock
        self._room = threading.Condition(lock)
        self._changed = changed  # called with the lock held, and the frames that wait more or less than before
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
            displaced = self._lane.full
            if displaced:
                self._lane.drop_oldest()
                self.counters.displaced += 1
            self._lane.append(meta, surface, time.monotonic_ns())
            self._changed(self, 0 if displaced else 1)

    def close(self) -> None:
        """No frame follows; those that wait are still handed on."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._room.notify_all()
                self._changed(self, 0)

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

    def expire(self, before_ns: int) -> int:
        """Drop live frames that were put before a moment (monotonic); how many."""
        expired = 0
        while self.policy is DropPolicy.NEWEST and len(self._lane) and self._lane.oldest_ns() < before_ns:
            self._lane.drop_oldest()
            expired += 1
        self.counters.expired += expired
        return expired

    def take(self) -> tuple[FrameMeta, Surface]:
        """The oldest frame."""
        self.counters.delivered += 1
        item = self._lane.popleft()
        self._room.notify()
        return item

    def discard(self) -> int:
        """Close, and drop what waits; how many."""
        self._closed = True
        dropped = self._lane.clear()
        self.counters.refused += dropped
        self._room.notify_all()
        return dropped


class Batcher:
    """Batches for one consumer from the frames of many camera threads.

    Cameras take turns in the ratio of their weights (start-time fair queueing: Goyal, Vin, Cheng 1996): when frames
    come faster than they are taken, all rates fall evenly, one that wants less keeps what it wants, and none starves.
    Frames of one camera stay in order. A batch is handed over when it is full, when nothing more can come, or
    `window_s` after its first frame was seen: a single camera pays at most that delay, many cameras fill the batch long
    before.

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
        self._turns: list[tuple[float, int, Inlet]] = []  # a heap of the inlets with frames: the next in turn first
        self._queued: set[Inlet] = set()
        self._number = 0
        self._now = 0.0  # the turn that was taken last
        self._waiting = 0
        self._wanted = 1  # the consumer need not be woken for less

    def inlet(self, camera_id: str, policy: DropPolicy, capacity: int | None = None, *, weight: float = 1.0) -> Inlet:
        """A new camera's way in. `capacity` is `LIVE_CAPACITY` for NEWEST if None, and two batches for WAIT: one waits
        while the other is computed.

        Raises:
            ValueError: the camera has an inlet that is not yet closed and drained, or the weight is not above 0.
        """
        if not weight > 0:
            raise ValueError(f"weight must be above 0, not {weight}")
        if capacity is None:
            capacity = LIVE_CAPACITY if policy is DropPolicy.NEWEST else 2 * self._max_batch
        made = Inlet(camera_id, policy, capacity, self._lock, self._note, weight=weight)
        with self._lock:
            before = self._inlets.get(camera_id)
            if before is not None and not before.done:
                raise ValueError(f"camera {camera_id!r} already has an inlet")
            self._inlets[camera_id] = made
        return made

    def remove(self, camera_id: str) -> None:
        """Free a camera's state and counters; frames of it that still wait are dropped. Unknown cameras are ignored."""
        with self._lock:
            inlet = self._inlets.pop(camera_id, None)
            if inlet is not None:
                self._discard(inlet)
                self._arrival.notify_all()

    def next(self, timeout_s: float, *, window_s: float | None = None, most: int | None = None) -> FrameBatch | None:
        """The next batch; None when none came within `timeout_s`, or none can come any more (`finished`).

        Args:
            timeout_s: the longest wait for a first frame.
            window_s: how long that waits for others, if not as long as usual.
            most: frames in it, if fewer than usual.
        """
        most = self._max_batch if most is None else min(most, self._max_batch)
        deadline = time.monotonic() + timeout_s
        with self._lock:
            while True:
                self._wait(1, deadline, lambda: all(inlet.done for inlet in self._inlets.values()))
                if not self._waiting:
                    return None
                until = time.monotonic() + (self._window_s if window_s is None else window_s)
                self._wait(most, until, lambda: all(i.exhausted for i in self._inlets.values()))
                batch = self._take(most)
                if batch is not None:
                    return batch

    @property
    def finished(self) -> bool:
        """Whether all inlets are closed and drained; true also before the first."""
        with self._lock:
            return all(inlet.done for inlet in self._inlets.values())

    @property
    def counters(self) -> dict[str, InletCounters]:
        """A copy of the counters of each camera; those of a camera that ended stay until `remove`."""
        with self._lock:
            return {name: replace(inlet.counters) for name, inlet in self._inlets.items()}

    def close(self) -> None:
        """Close all inlets and drop what waits: the consumer has stopped."""
        with self._lock:
            for inlet in self._inlets.values():
                self._discard(inlet)
            self._arrival.notify_all()

    def _note(self, inlet: Inlet, more: int) -> None:
        """Hear of a frame, or that none follows."""
        if self._inlets.get(inlet.camera_id) is not inlet:
            return  # it was removed, and its thread has not heard yet
        self._waiting += more
        if inlet.waiting and inlet not in self._queued:
            self._queue(inlet)
        if self._waiting >= self._wanted or inlet.exhausted:
            self._arrival.notify()

    def _queue(self, inlet: Inlet) -> None:
        inlet.turn = max(inlet.turn, self._now)
        self._number += 1
        self._queued.add(inlet)
        heappush(self._turns, (inlet.turn, self._number, inlet))

    def _wait(self, wanted: int, until: float, hopeless: Callable[[], bool]) -> None:
        """Wait for so many frames, until a moment (monotonic), or until no more can come."""
        self._wanted = wanted
        while self._waiting < wanted and not hopeless():
            left = until - time.monotonic()
            if left <= 0:
                return
            self._arrival.wait(left)

    def _take(self, most: int) -> FrameBatch | None:
        before = time.monotonic_ns() - self._max_age_ns
        taken: list[tuple[FrameMeta, Surface]] = []
        while len(taken) < most and self._turns:
            _, _, inlet = heappop(self._turns)
            self._queued.discard(inlet)
            expired = inlet.expire(before)
            if expired:
                self._waiting -= expired
                log.warning("frames_expired", camera=inlet.camera_id, frames=expired)
            if not inlet.waiting:
                continue
            taken.append(inlet.take())
            self._waiting -= 1
            self._now = inlet.turn
            inlet.turn += 1.0 / inlet.weight
            if inlet.waiting:
                self._queue(inlet)
        if not taken:
            return None
        return FrameBatch(tuple(meta for meta, _ in taken), tuple(surface for _, surface in taken))

    def _discard(self, inlet: Inlet) -> None:
        self._waiting -= inlet.discard()
