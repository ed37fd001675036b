"""A worker process: `python -m matpho.workers.worker`, a `Job` on its standard input, messages on its standard output.

It ends orderly when its standard input does: so it also does when its supervisor is killed.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Final, TextIO

from core.codec.events import event_to_dict
from core.errors import MatphoError
from locales import set_language
from matpho.cli import configure_logging
from matpho.cli.signals import stopping
from matpho.session import Session, keep_for_good
from matpho.workers.messages import EventTold, FailureTold, Job, StatusTold
from matpho.workers.share import share_of

STATUS_S: Final = 1.0
MOST_WAITING: Final = 1000
"""Lines that may wait for a supervisor that does not read."""
STILL_S: Final = 10.0
"""A loop that has not turned for so long stands still: it turns several times a second, also when no frame comes."""
SIGNALLED: Final = 143
"""Exit status after SIGTERM or SIGINT."""
END_S: Final = 5.0
"""Longest wait for it to read the last ones."""


class Teller:
    """Writes messages in a thread of its own, so that a supervisor that does not read holds nobody up.

    Args:
        stream: the pipe.
        whole: wait for room rather than leave an event out.
    """

    def __init__(self, stream: TextIO, *, whole: bool) -> None:
        self._stream, self._whole = stream, whole
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._gone = threading.Event()
        self.untold = 0
        self._thread = threading.Thread(target=self._write, name="teller", daemon=True)
        self._thread.start()

    def tell(self, message: EventTold | StatusTold | FailureTold) -> None:
        """Hand a message over; an event may be left out and counted, another kind when the queue is full."""
        line = message.model_dump_json()
        while not self._gone.is_set():
            try:
                self._lines.put(line, timeout=0.5 if self._whole else None, block=self._whole)
            except queue.Full:
                if self._whole:
                    continue
                self.untold += message.kind == "event"
            return

    def close(self) -> None:
        """Write what waits, as long as it is read within `END_S`."""
        try:
            self._lines.put(None, timeout=END_S)
        except queue.Full:
            return
        self._thread.join(END_S)

    def _write(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                self._stream.write(line + "\n")
                self._stream.flush()
        except (OSError, ValueError):  # the supervisor is gone
            self._gone.set()


def work(job: Job, tell: Teller, when_asked: Callable[[Callable[[], None]], None]) -> bool:
    """Run a job to its end; false if a signal ended it, which its supervisor never sends.

    Args:
        tell: where to.
        when_asked: is given what ends the run soon.

    Raises:
        MatphoError: something of it cannot be used.
    """
    plan = share_of(job.request.plan(), job.number, job.of)
    if plan.model.threads is None and job.threads is not None:
        plan = plan.with_threads(job.threads)
    session = Session(plan, extra_sinks=job.request.sinks(), keep_run=False, number=job.number, of=job.of)
    signalled, over = threading.Event(), threading.Event()

    def by_signal() -> None:
        signalled.set()
        session.stop()

    def pulse() -> None:
        while not over.wait(STATUS_S):
            # Silence tells the supervisor of a loop that stands still.
            if time.monotonic() - session.pipeline.beat_s < STILL_S:
                tell.tell(_status(session, tell))

    with ExitStack() as stack:
        stack.enter_context(session)
        keep_for_good()
        stack.enter_context(stopping(by_signal))
        stack.callback(over.set)
        when_asked(session.stop)
        tell.tell(_status(session, tell))
        threading.Thread(target=pulse, name="pulse", daemon=True).start()
        for step in session.steps(most_s=job.most_s):
            for event in step.findings.events:
                tell.tell(EventTold(event=event_to_dict(event)))
    tell.tell(_status(session, tell, ended=True))
    return not signalled.is_set()


def _status(session: Session, tell: Teller, *, ended: bool = False) -> StatusTold:
    counts = replace(session.summary.counts, lost=session.pipeline.lost_frames)
    undelivered = session.undelivered if ended else {}
    return StatusTold(
        counts=counts,
        cameras=session.status(),
        untold=tell.untold,
        silent=session.silent,
        undelivered=undelivered,
        ended=ended,
    )


def main() -> int:
    """The process: 0 when the run came to its end."""
    # What libraries print must not come between messages.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    job = Job.model_validate_json(sys.stdin.readline())
    set_language(job.language)
    configure_logging(job.verbose)
    if job.cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, job.cores)
    tell = Teller(out, whole=job.whole)

    def listen(stop: Callable[[], None]) -> None:
        def until_it_ends() -> None:
            sys.stdin.read()
            stop()

        threading.Thread(target=until_it_ends, name="supervisor", daemon=True).start()

    try:
        return 0 if work(job, tell, listen) else SIGNALLED
    except MatphoError as error:
        tell.tell(FailureTold(reason=str(error)))
        return 1
    finally:
        tell.close()


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # a thread that still reads standard input, or a camera that connects, holds nobody up
