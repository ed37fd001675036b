"""The clocks of a stream: media time that only rises, wall time as well as it can be known, and keeping its pace."""

from __future__ import annotations

import threading
import time
from collections import deque

from core.frames import ClockSource

SECOND_NS = 1_000_000_000
RESTART_NS = SECOND_NS
"""A clock that goes back by more than this has been set anew; less is a frame out of order."""
ANCHOR_NS = 30 * SECOND_NS
"""How far back the quickest arrival is looked for: long enough to bridge a spell of congestion, short enough to follow
a camera's drift (100 ppm are 3 ms in 30 s)."""
DISTRUST_NS = 5 * SECOND_NS
"""A camera's clock further than this from the arrival of its frames was never set."""
FINEST_NS = 10_000_000
"""A sender report is not believed to be better than 10 ms."""


class MediaClock:
    """Time in nanoseconds since the first frame of an epoch.

    Args:
        frame_ns: the usual distance of two frames, for streams that carry no times and for going on after a restart.
    """

    def __init__(self, frame_ns: int) -> None:
        self.frame_ns = frame_ns
        self.last_ns = -1
        self._shift: int | None = None

    def behind_ns(self, pts_ns: int | None) -> int:
        """How far the frame lies before the last one; 0 when it does not."""
        if pts_ns is None or self._shift is None:
            return 0
        return max(0, self.last_ns - (pts_ns + self._shift))

    def restart(self) -> None:
        """The next frame goes on one frame after the last, whatever its own time."""
        self._shift = None

    def step(self, pts_ns: int | None) -> int | None:
        """Media time of the next frame; None when its time does not rise, and it is to be dropped."""
        follows = self.last_ns + self.frame_ns if self.last_ns >= 0 else 0
        if pts_ns is None:
            media = follows
        else:
            if self._shift is None:
                self._shift = follows - pts_ns
            media = pts_ns + self._shift
        if media <= self.last_ns:
            return None
        self.last_ns = media
        return media


class LiveClock:
    """Wall clock of live frames: from the camera's RTCP sender reports, else from their arrival.

    By arrival, a frame's time is its stream time plus the least (arrival - stream time) of the last 30 s: the quickest
    frame was held up least. What delay remains (exposure, encoding, network) is unknown and stated as `error_ns`.
    By sender report, the stated error is the distance of both clocks: how wrong the camera's clock or the delay can be.
    A camera whose clock is off by more than 5 s is not believed.

    Attributes:
        ahead_ns: how far the camera's clock was ahead of ours at the last frame (its delay taken off), None where it
            tells no time.
    """

    def __init__(self, error_ns: int) -> None:
        self._error_ns = error_ns
        self._recent: deque[tuple[int, int]] = deque()  # (arrival, offset), both rising: the minimum is the first
        self._reported: int | None = None
        self.ahead_ns: int | None = None

    def report(self, pts_ns: int, wall_ns: int) -> None:
        """The camera says that stream time `pts_ns` was `wall_ns` on its clock."""
        self._reported = wall_ns - pts_ns

    def captured(self, pts_ns: int, arrival_ns: int) -> tuple[int, ClockSource, int]:
        """Wall clock of a frame, where it comes from, and how wrong it may be (ns)."""
        offset = arrival_ns - pts_ns
        while self._recent and self._recent[-1][1] >= offset:
            self._recent.pop()
        self._recent.append((arrival_ns, offset))
        while self._recent[0][0] < arrival_ns - ANCHOR_NS:
            self._recent.popleft()
        anchor = self._recent[0][1]
        if self._reported is not None:
            self.ahead_ns = self._reported - anchor
            apart = abs(self.ahead_ns)
            if apart <= DISTRUST_NS:
                return pts_ns + self._reported, ClockSource.RTCP, max(apart, FINEST_NS)
        return pts_ns + anchor, ClockSource.ARRIVAL, self._error_ns


class Pace:
    """Holds frames back until their media time has come, as a live camera would."""

    def __init__(self) -> None:
        self._closed = threading.Event()
        self._zero_ns: int | None = None

    def wait(self, media_ns: int) -> bool:
        """Wait for the time of a frame, from the first one on; False once closed. A late frame does not wait."""
        now = time.monotonic_ns()
        if self._zero_ns is None:
            self._zero_ns = now - media_ns
        early = self._zero_ns + media_ns - now
        return not (self._closed.wait(early / SECOND_NS) if early > 0 else self._closed.is_set())

    def pause(self, seconds: float) -> bool:
        """Wait; False once closed."""
        return not self._closed.wait(seconds)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def close(self) -> None:
        """End all waiting, now and later."""
        self._closed.set()
