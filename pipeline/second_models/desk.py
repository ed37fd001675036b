"""One second model for all cameras: a thread that looks at what they hand in, a batch at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from core.arrays import U8
from core.errors import MatphoError
from pipeline.second_models.eyes import Eye, Found

log = structlog.get_logger()

CLOSE_S = 2.0


@dataclass(slots=True)
class DeskCounts:
    """What a second model did for all cameras.

    Attributes:
        looks: asked for; failed: of those, the model raised.
        missed: not taken, because the look before was not done yet: the model is too slow for its cameras.
        pictures, seconds: computed, and wall time of that.
    """

    looks: int = 0
    failed: int = 0
    missed: int = 0
    pictures: int = 0
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Job:
    """Pictures that wait for a look, and then what each shows."""

    pictures: Sequence[U8]
    ready: threading.Event = field(default_factory=threading.Event)
    found: list[tuple[Found, ...]] = field(default_factory=list)
    error: Exception | None = None

    def result(self) -> list[tuple[Found, ...]]:
        """What each picture shows, once that is known.

        Raises:
            Exception: what the model raised.
        """
        self.ready.wait()
        if self.error is not None:
            raise self.error
        return self.found


class Desk:
    """Where cameras hand in pictures for one second model.

    Nobody waits unless he wants to, and each camera has one job at a time, so that the line is no longer than there are
    cameras; they are served in turn. The model is loaded by `open`.

    Args:
        name: of the model.
        load: makes what looks; called once, by `open`.

    Attributes:
        counts: so far.
    """

    def __init__(self, name: str, load: Callable[[], Eye]) -> None:
        self.name, self._load = name, load
        self.eye: Eye | None = None
        self.counts = DeskCounts()
        self._changed = threading.Condition()
        self._line: deque[Job] = deque()
        self._closed = False
        self._thread: threading.Thread | None = None

    def open(self) -> Eye:
        """Load the model and begin.

        Raises:
            MatphoError: it cannot be loaded.
        """
        self.eye = self._load()
        self._closed = False
        self._thread = threading.Thread(target=self._work, args=(self.eye,), name=f"model {self.name}", daemon=True)
        self._thread.start()
        return self.eye

    def ask(self, pictures: Sequence[U8]) -> Job:
        """Hand in what one camera shows, (h, w, 3) BGR each. From any thread."""
        job = Job(pictures)
        with self._changed:
            self.counts.looks += 1
            if self._closed or self._thread is None:
                job.error = MatphoError("error-second-closed", name=self.name)
                job.ready.set()
            else:
                self._line.append(job)
                self._changed.notify()
        return job

    def renew(self, job: Job, pictures: Sequence[U8]) -> bool:
        """Newer pictures in place of those of a job that still waits; whether it does. From any thread."""
        with self._changed:
            self.counts.missed += 1
            if job not in self._line:
                return False
            job.pictures = pictures
            return True

    def close(self) -> None:
        """End soon; whoever waits is told that it has ended."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def _work(self, eye: Eye) -> None:
        while (jobs := self._next(eye.most)) is not None:
            began = time.perf_counter()
            pictures = [picture for job in jobs for picture in job.pictures]
            try:
                found = eye.look(pictures)
                for job in jobs:
                    count = len(job.pictures)
                    job.found, found = found[:count], found[count:]
            except Exception as error:
                log.exception("second_model_failed", model=self.name, cameras=len(jobs))
                self.counts.failed += len(jobs)
                for job in jobs:
                    job.error = error
            self.counts.pictures += len(pictures)
            self.counts.seconds += time.perf_counter() - began
            for job in jobs:
                job.ready.set()

    def _next(self, most: int) -> list[Job] | None:
        """The next jobs, as many as fit into one batch and at least one; None at the end."""
        with self._changed:
            while not self._line and not self._closed:
                self._changed.wait()
            if self._closed:
                for job in self._line:
                    job.error = MatphoError("error-second-closed", name=self.name)
                    job.ready.set()
                self._line.clear()
                return None
            jobs = [self._line.popleft()]
            while self._line and sum(len(job.pictures) for job in (*jobs, self._line[0])) <= most:
                jobs.append(self._line.popleft())
            return jobs
