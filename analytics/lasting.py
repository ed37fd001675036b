"""How long a condition has held for a place, or for a camera."""

from __future__ import annotations

from analytics.clock import CameraClock


class Lasting:
    """Since when a condition has held, with gaps of at most `gap_ns`."""

    def __init__(self, gap_ns: int) -> None:
        self.gap_ns = gap_ns
        self._last_ns = 0
        self._held = False
        self.since_ns: int | None = None

    def update(self, clock: CameraClock, holds: bool, keeps: bool) -> None:
        """One frame: whether it holds, and whether what is believed, though not seen, keeps it alive."""
        if self.since_ns is None and not holds:
            self._held = False
            return
        now = clock.run_ns
        joined = self.since_ns is not None and ((self._held and not clock.lost) or now - self._last_ns <= self.gap_ns)
        if holds and not joined:
            self.since_ns = now
        elif not (holds or (keeps and joined)) and self.since_ns is not None and now - self._last_ns > self.gap_ns:
            self.since_ns = None
        self._held = holds or (keeps and joined)
        if self._held:
            self._last_ns = now
