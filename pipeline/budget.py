"""How long a run may last."""

from __future__ import annotations

import time


class Budget:
    """From when it is made.

    Args:
        most_frames, most_s: None: no bound.

    Attributes:
        frames_left: None: any number.
    """

    def __init__(self, most_frames: int | None = None, most_s: float | None = None) -> None:
        self.frames_left = most_frames
        self._deadline = None if most_s is None else time.monotonic() + most_s

    @property
    def late(self) -> bool:
        """Whether its time is over."""
        return self._deadline is not None and time.monotonic() >= self._deadline

    @property
    def spent(self) -> bool:
        """Whether all its frames were taken."""
        return self.frames_left == 0

    def take(self, frames: int) -> None:
        """So many fewer are left."""
        if self.frames_left is not None:
            self.frames_left -= frames
