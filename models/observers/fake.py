"""An observer that follows a script: for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Callable

from core.frames import FrameMeta, Glimpse
from core.observations import Fact


class FakeObserver:
    """A `core.protocols.Observer` that tells what a function of the frame says, which may raise."""

    def __init__(
        self, script: Callable[[FrameMeta], Fact | None], *, name: str = "fake", every_ns: int = 500_000_000
    ) -> None:
        self._script = script
        self.name, self.every_ns = name, every_ns
        self.closed = False

    def look(self, glimpse: Glimpse) -> Fact | None:
        """As scripted. Does not ask for a picture."""
        return self._script(glimpse.frame)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
