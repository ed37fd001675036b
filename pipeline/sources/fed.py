"""A stream that another thread feeds: closing it and noticing a stall never wait for that thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from core.errors import SourceError
from core.frames import FrameMeta, Surface
from pipeline.lane import Lane


class FedStream:
    """A `FrameStream` between a feeding thread and the reading one.

    Args:
        capacity: frames that may wait.
        wait: a full queue makes the feeder wait (a file), else drops its oldest frame (live: the newest counts).
        stall_s: this long without a frame is a stall, None for never.
        stalled: the error of a stall.
    """

    def __init__(
        self,
        *,
        capacity: int,
        wait: bool,
        stall_s: float | None = None,
        stalled: Callable[[], SourceError] | None = None,
    ) -> None:
        self._lane, self._waits = Lane(capacity), wait
        self._stall_s, self._stalled = stall_s, stalled
        self._changed = threading.Condition()
        self._closed = self._finished = False
        self._error: Exception | None = None

    @property
    def closed(self) -> bool:
        """Whether nobody reads any more."""
        return self._closed

    def put(self, meta: FrameMeta, surface: Surface) -> bool:
        """Feed a frame; False, the frame released, when the stream is over."""
        with self._changed:
            while self._waits and self._lane.full and not self._over:
                self._changed.wait()
            if self._over:
                surface.release()
                return False
            if self._lane.full:
                self._lane.drop_oldest()
            self._lane.append(meta, surface)
            self._changed.notify_all()
            return True

    def finish(self, error: Exception | None = None) -> None:
        """No frame follows those that wait; `error` is raised after them."""
        with self._changed:
            if not self._finished:
                self._finished, self._error = True, error
            self._changed.notify_all()

    def close(self) -> None:
        """Stop reading, at once; frames that wait are released."""
        with self._changed:
            self._closed = True
            self._lane.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[tuple[FrameMeta, Surface]]:
        return self

    def __next__(self) -> tuple[FrameMeta, Surface]:
        with self._changed:
            ready = self._changed.wait_for(lambda: len(self._lane) > 0 or self._over, self._stall_s)
            if len(self._lane) > 0:
                item = self._lane.popleft()
                self._changed.notify_all()
                return item
            if ready or self._stalled is None:
                if self._error is not None and not self._closed:
                    raise self._error
                raise StopIteration
        self.close()
        raise self._stalled()

    @property
    def _over(self) -> bool:
        return self._closed or self._finished
