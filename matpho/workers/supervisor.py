"""Keeps the worker processes of a run at work."""

from __future__ import annotations

import queue
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

import structlog

from core.codec.events import event_from_dict
from core.errors import MatphoError
from core.events import Event
from core.off_rules import OffRule
from core.records import CameraState
from matpho.summary import Counts, run_dict
from matpho.workers.messages import EventTold, Job, StatusTold
from matpho.workers.process import Ended, Said, WorkerProcess
from pipeline.camera import Backoff, CameraStatus

log = structlog.get_logger()

MOST_UNHEARD: Final = 10_000
"""Messages that may wait to be heard."""
HUNG_S: Final = 30.0
"""A worker that has told its status once and then nothing for so long is killed, and started again."""
QUICK_FAILURES: Final = 5
"""Deaths in a row, each within `Backoff.stable_s` of the start, after which a worker is left down."""
END_S: Final = 20.0
"""Longest wait for a worker to end orderly, draining its sinks; then it is killed."""


class WorkerState(StrEnum):
    """What a worker is doing."""

    RUNNING = "running"
    WAITING = "waiting"
    """It died, and pauses before it is started again."""
    ENDED = "ended"
    DOWN = "down"
    """It died too often, or cannot be started again."""


AT_WORK: Final = (WorkerState.RUNNING, WorkerState.WAITING)


@dataclass(slots=True)
class Worker:
    """One worker through all its lives.

    Attributes:
        before: counts of its earlier lives; `now`: of this one.
        restarts: times it was started again.
        reason: why it died last.
        silent: its rules that lack a signal whose feed tells nothing.
    """

    job: Job
    cameras: tuple[str, ...]
    again: bool
    state: WorkerState = WorkerState.RUNNING
    process: WorkerProcess | None = None
    before: Counts = field(default_factory=Counts)
    now: Counts = field(default_factory=Counts)
    statuses: list[CameraStatus] = field(default_factory=list)
    undelivered: dict[str, int] = field(default_factory=dict)
    silent: tuple[OffRule, ...] = ()
    untold: int = 0
    untold_before: int = 0
    restarts: int = 0
    quick: int = 0
    reason: str = ""
    started_s: float = 0.0
    due_s: float = 0.0
    told_s: float = 0.0
    heard: bool = False


class Supervisor:
    """Starts workers, hears them, starts those again that die, and ends them all.

    A worker that dies is started again after a growing pause; the others do not notice. One that keeps dying is left
    down, and the others go on: half a city's cameras are better than none, and the end of the run tells.

    Args:
        workers: each with its job.
        backoff: the pauses.
    """

    def __init__(self, workers: list[Worker], backoff: Backoff | None = None) -> None:
        self.workers = workers
        self._backoff = backoff or Backoff()
        # Bounded: workers wait, or leave events out and count them, when nobody hears.
        self._said: queue.Queue[tuple[int, WorkerProcess, Said]] = queue.Queue(MOST_UNHEARD)
        self._stopping = False
        self._began = time.monotonic()

    @property
    def counts(self) -> Counts:
        """Of all workers, through all their lives."""
        return sum((worker.before + worker.now for worker in self.workers), Counts())

    @property
    def undelivered(self) -> dict[str, int]:
        """Records that no sink took at the end, by sink."""
        found: dict[str, int] = {}
        for worker in self.workers:
            for name, count in worker.undelivered.items():
                found[name] = found.get(name, 0) + count
        return found

    @property
    def silent(self) -> tuple[OffRule, ...]:
        """Rules of all workers that lack a signal whose feed tells nothing."""
        return tuple(rule for worker in self.workers for rule in worker.silent)

    def status(self) -> list[CameraStatus]:
        """How each camera is doing; those of a worker that is not there say why."""
        found: list[CameraStatus] = []
        for worker in self.workers:
            if worker.state in (WorkerState.RUNNING, WorkerState.ENDED):
                found += worker.statuses
            else:
                state = CameraState.FAILED if worker.state is WorkerState.DOWN else CameraState.WAITING
                found += [replace(status, state=state, error=worker.reason) for status in worker.statuses]
        return found

    def as_dict(self, started_ns: int, wall_s: float) -> dict[str, Any]:
        """The run as JSON values for the store and the report, with cameras and workers."""
        workers = [
            {"cameras": list(w.cameras), "state": str(w.state), "restarts": w.restarts, "reason": w.reason}
            for w in self.workers
        ]
        counts = replace(self.counts, wall_s=wall_s)
        return {**run_dict(counts, started_ns, self.status()), "sinks": {}, "workers": workers}

    def stop(self) -> None:
        """End soon; from any thread or a signal handler."""
        self._stopping = True

    def run(self, tick_s: float = 0.25) -> Iterator[list[Event]]:
        """Work until all workers have ended, or `stop`: each time the events that were told since; empty ones too.

        Raises:
            MatphoError: no worker could begin: the first one's reason.
        """
        self._began = time.monotonic()
        try:
            for worker in self.workers:
                self._start(worker)
            while not self._stopping and any(worker.state in AT_WORK for worker in self.workers):
                yield self._hear(tick_s)
                self._end_hung()
                self._start_due()
        finally:
            yield from self._end()

    def _start(self, worker: Worker) -> None:
        worker.state, worker.started_s, worker.heard = WorkerState.RUNNING, time.monotonic(), False
        job = worker.job
        if job.most_s is not None:  # of which a restart takes what is left
            left = job.most_s - (time.monotonic() - self._began)
            if worker.restarts and left <= 0:
                worker.state = WorkerState.ENDED
                return
            job = job.model_copy(update={"most_s": left if worker.restarts else job.most_s})
        worker.process = WorkerProcess(job, self._said)

    def _start_due(self) -> None:
        for worker in self.workers:
            if worker.state is WorkerState.WAITING and time.monotonic() >= worker.due_s:
                worker.restarts += 1
                log.warning("worker_restarted", worker=worker.job.number + 1, restarts=worker.restarts)
                self._start(worker)

    def _end_hung(self) -> None:
        for worker in self.workers:
            if worker.process is not None and worker.heard and time.monotonic() - worker.told_s > HUNG_S:
                log.error("worker_hung", worker=worker.job.number + 1, silent_s=HUNG_S)
                worker.process.kill()
                worker.told_s = time.monotonic()

    def _hear(self, wait_s: float) -> list[Event]:
        events: list[Event] = []
        until = time.monotonic() + wait_s
        while True:
            try:
                number, process, said = self._said.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return events
            worker = self.workers[number]
            if worker.process is not process:
                continue
            if isinstance(said, EventTold):
                events.append(event_from_dict(said.event))
            elif isinstance(said, StatusTold):
                worker.heard, worker.told_s = True, time.monotonic()
                worker.now, worker.statuses, worker.silent = said.counts, said.cameras, said.silent
                worker.untold = worker.untold_before + said.untold
                if said.ended:  # what an earlier life left is in its outbox, and counted again
                    worker.undelivered = said.undelivered
            elif isinstance(said, Ended):
                self._ended(worker, said)

    def _ended(self, worker: Worker, ended: Ended) -> None:
        worker.process = None
        worker.before, worker.now = worker.before + worker.now, Counts()
        worker.untold_before = worker.untold
        if ended.code == 0 or self._stopping:
            worker.state = WorkerState.ENDED
            return
        worker.reason = ended.reason
        if not worker.heard and worker.restarts == 0 and not any(other.heard for other in self.workers):
            # What cannot even begin (a model, a store, a login) is the same for all: told at once.
            raise MatphoError("error-worker-start", worker=worker.job.number + 1, reason=ended.reason)
        lasted = time.monotonic() - worker.started_s
        worker.quick = 1 if lasted >= self._backoff.stable_s else worker.quick + 1
        name, cameras = worker.job.number + 1, ", ".join(worker.cameras)
        if not worker.again or worker.quick >= QUICK_FAILURES:
            worker.state = WorkerState.DOWN
            log.error("worker_down", worker=name, cameras=cameras, reason=ended.reason)
            return
        pause_s = self._backoff.pause_s(worker.quick, random.random())  # noqa: S311 - spreads load, guards nothing
        worker.state, worker.due_s = WorkerState.WAITING, time.monotonic() + pause_s
        log.error("worker_died", worker=name, cameras=cameras, reason=ended.reason, pause_s=round(pause_s, 1))

    def _end(self) -> Iterator[list[Event]]:
        self._stopping = True
        left: list[WorkerProcess] = [w.process for w in self.workers if w.process is not None]
        for process in left:
            process.ask_to_end()
        until = time.monotonic() + END_S
        while any(worker.process is not None for worker in self.workers) and time.monotonic() < until:
            yield self._hear(0.1)
        for worker in self.workers:
            if worker.process is not None:
                log.error("worker_killed", worker=worker.job.number + 1, waited_s=END_S)
                worker.process.kill()
                worker.state, worker.reason = WorkerState.DOWN, "killed"
        for process in left:
            process.join(2.0)
