"""Ending at a signal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, the first Ctrl-C or SIGTERM calls `stop`, and the second ends the process at once."""
    asked = False

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(130)
        asked = True
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_stop() -> None:
    """Return at the first Ctrl-C or SIGTERM."""
    asked = threading.Event()
    with stopping(asked.set):
        # In short waits: a signal's handler runs only between them.
        while not asked.wait(0.2):
            pass
