"""Whether a machine keeps up with its cameras, told in numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.camera import CameraStatus

WINDOW_S: Final = 10.0
"""Rates are means over so long."""
LEAST_S: Final = 3.0
"""Before that there is nothing to tell."""
KEEPS_UP: Final = 0.97
"""Of the frames that come: fewer analysed is an overload, and no longer a frame in flight."""


@dataclass(frozen=True, slots=True)
class Load:
    """Rates over the last seconds, frames a second.

    Attributes:
        offered: that came and are wanted (after `fps` and `still_fps`), of all cameras.
        analysed: that the detector took.
        worst: the camera with the least share of its frames analysed.
        worst_offered, worst_analysed: its own.
    """

    offered: float
    analysed: float
    worst: str
    worst_offered: float
    worst_analysed: float

    @property
    def overloaded(self) -> bool:
        """Whether more frames come than are analysed."""
        return self.analysed < KEEPS_UP * self.offered


class LoadMeter:
    """Rates from successive statuses."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, dict[str, tuple[int, int]]]] = deque()

    def update(self, now_s: float, cameras: Sequence[CameraStatus]) -> Load | None:
        """Note how the cameras are at a moment (seconds, any rising clock); None while too little is known."""
        if self._seen and now_s - self._seen[-1][0] < 0.5:
            return self._load()
        self._seen.append((now_s, {c.camera_id: (c.frames, c.analysed) for c in cameras}))
        while len(self._seen) > 2 and now_s - self._seen[1][0] >= WINDOW_S:
            self._seen.popleft()
        return self._load()

    def _load(self) -> Load | None:
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        seconds = last_s - first_s
        if seconds < LEAST_S:
            return None
        rates = {
            name: ((frames - first[name][0]) / seconds, (analysed - first[name][1]) / seconds)
            for name, (frames, analysed) in last.items()
            if name in first and frames > first[name][0]
        }
        if not rates:
            return None
        worst = min(rates, key=lambda name: rates[name][1] / rates[name][0])
        offered, analysed = (sum(rate[side] for rate in rates.values()) for side in (0, 1))
        return Load(offered, analysed, worst, *rates[worst])
