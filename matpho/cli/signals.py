"""Ending at a signal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_told_to_end = threading.Event()
"""SIGTERM came: whoever sent it waits for the process to end, however much it meant to do after this."""


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, the first Ctrl-C or SIGTERM calls `stop`, and the second ends the process at once."""
    asked = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if number == signal.SIGTERM:
            _told_to_end.set()
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
    """Return at the first Ctrl-C or SIGTERM; at once if a SIGTERM has come before."""
    asked = threading.Event()
    with stopping(asked.set):
        # In short waits: a signal's handler runs only between them.
        while not _told_to_end.is_set() and not asked.wait(0.2):
            pass
