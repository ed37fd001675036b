"""Decoded frames handed in by another program's code: a video management system's SDK."""

from __future__ import annotations

import threading
import time
from typing import Final

import numpy as np

from core.arrays import U8
from core.errors import SourceError
from core.frames import ClockSource, FrameMeta
from core.protocols import FrameStream
from pipeline.sources.fed import FedStream
from pipeline.sources.surfaces import ArraySurface

CAPACITY: Final = 4
"""Frames that may wait. The reading thread only hands them on: more would add delay, not frames."""
ARRIVAL_ERROR_NS: Final = 500_000_000
"""An unstamped frame may have been on its way this long."""
SDK_ERROR_NS: Final = 100_000_000
"""A stamped frame carries the management system's clock, not the camera's own."""


class PushSource:
    """A live `Source` fed by `push` from any one thread.

    When frames come faster than they are read the oldest waiting one is dropped, and counted in the next one's
    `dropped`: the SDK's thread is never held up.
    """

    def __init__(self, camera_id: str, *, capacity: int = CAPACITY) -> None:
        self._camera_id, self._capacity = camera_id, capacity
        self._lock = threading.Lock()
        self._stream: FedStream | None = None
        self._closed = False
        self._epoch = self._seq = self._lost = 0
        self._last_ns: int | None = None

    def __repr__(self) -> str:
        return f"PushSource({self._camera_id!r})"

    @property
    def camera_id(self) -> str:
        """As in the frames' `FrameMeta`."""
        return self._camera_id

    @property
    def live(self) -> bool:
        """Always."""
        return True

    def open(self, epoch: int) -> FrameStream:
        """Start to take frames; an earlier stream ends.

        Raises:
            SourceError: the source was closed.
        """
        with self._lock:
            if self._closed:
                raise SourceError("error-source-push-closed", retryable=False, camera=self._camera_id)
            if self._stream is not None:
                self._stream.finish()
            self._stream = FedStream(capacity=self._capacity, wait=False)
            self._epoch, self._seq, self._lost, self._last_ns = epoch, 0, 0, None
            return self._stream

    def push(self, array_bgr: U8, captured_ns: int | None = None, media_ns: int | None = None) -> bool:
        """Hand in a frame (height, width, 3) uint8 BGR. It is copied: the caller may use its buffer again at once.

        Args:
            captured_ns: wall clock of the exposure, UTC; None: now.
            media_ns: the stream's own clock, rising; None: `captured_ns`, else a steady clock.

        Returns:
            Whether the frame was taken: not while nobody reads, and not when its media time does not rise (counted).

        Raises:
            ValueError: not such an array.
        """
        if array_bgr.dtype != np.uint8 or array_bgr.ndim != 3 or array_bgr.shape[2] != 3 or 0 in array_bgr.shape:
            raise ValueError(f"expected (height, width, 3) uint8 BGR, got {array_bgr.shape} {array_bgr.dtype}")
        with self._lock:
            stream = self._stream
            if stream is None or stream.closed or self._closed:
                return False
            time_ns = media_ns if media_ns is not None else captured_ns
            if time_ns is None:
                time_ns = time.monotonic_ns()
            if self._last_ns is not None and time_ns <= self._last_ns:
                self._lost += 1
                return False
            self._last_ns = time_ns
            return stream.put(self._meta(array_bgr, captured_ns, time_ns), ArraySurface(array_bgr.copy()))

    def close(self) -> None:
        """No frame follows; those that wait are still read."""
        with self._lock:
            self._closed = True
            if self._stream is not None:
                self._stream.finish()

    def _meta(self, array: U8, captured_ns: int | None, media_ns: int) -> FrameMeta:
        stamped = captured_ns is not None
        self._seq += self._lost
        meta = FrameMeta(
            camera_id=self._camera_id,
            epoch=self._epoch,
            seq=self._seq,
            captured_ns=time.time_ns() if captured_ns is None else captured_ns,
            clock_source=ClockSource.RTCP if stamped else ClockSource.ARRIVAL,
            clock_error_ns=SDK_ERROR_NS if stamped else ARRIVAL_ERROR_NS,
            media_ns=media_ns,
            width=array.shape[1],
            height=array.shape[0],
            dropped=self._lost,
        )
        self._seq, self._lost = self._seq + 1, 0
        return meta
