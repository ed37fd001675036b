"""A viewpoint that follows a script: for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Callable

from core.frames import FrameMeta, Look, Surface


class FakeViewpoint:
    """A `core.protocols.Viewpoint` that answers as a function of the frame says."""

    def __init__(self, script: Callable[[FrameMeta], Look]) -> None:
        self._script = script
        self.closed = False

    def look(self, frame: FrameMeta, surface: Surface) -> Look:
        """As scripted. Does not touch the surface."""
        return self._script(frame)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
