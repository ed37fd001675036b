"""One worker process as its supervisor sees it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import structlog
from pydantic import ValidationError

from matpho.workers.messages import MESSAGES, EventTold, FailureTold, Job, StatusTold

log = structlog.get_logger()

ROOT: Final = Path(__file__).resolve().parents[2]
LAST_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """The process is gone; `reason` in a few words, empty when all went well."""

    code: int
    reason: str


Said = EventTold | StatusTold | FailureTold | Ended


class WorkerProcess:
    """A process at work. What it says is put into `said` with its number; the last is `Ended`.

    Args:
        job: what it is to do.
        said: heard by the supervisor.
    """

    def __init__(self, job: Job, said: queue.Queue[tuple[int, WorkerProcess, Said]]) -> None:
        self.job, self._said = job, said
        self._failure = ""
        self._errors: deque[str] = deque(maxlen=LAST_LINES)
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        # Its own group of processes: Ctrl-C reaches the supervisor alone, which then ends its workers.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "matpho.workers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, name=f"worker {job.number}", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def ask_to_end(self) -> None:
        """Ask it to end orderly; returns at once."""
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
        except OSError:  # it is gone already
            return

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.kill()

    def join(self, timeout_s: float) -> bool:
        """Wait until it is gone and all it said was heard; whether that is so."""
        self._listener.join(timeout_s)
        return not self._listener.is_alive()

    def _listen(self) -> None:
        process = self._process
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        errors = threading.Thread(target=self._pass_on, args=(process.stderr,), daemon=True)
        errors.start()
        try:
            process.stdin.write(self.job.model_dump_json() + "\n")
            process.stdin.flush()
            for line in process.stdout:
                self._hear(line)
        except (OSError, ValueError) as error:
            log.warning("worker_not_heard", worker=self.job.number + 1, error=str(error))
        code = process.wait()
        errors.join(1.0)
        self._said.put((self.job.number, self, Ended(code, "" if code == 0 else self._reason(code))))

    def _hear(self, line: str) -> None:
        try:
            message = MESSAGES.validate_json(line)
        except ValidationError as error:
            log.warning("worker_not_understood", worker=self.job.number + 1, line=line[:200], error=str(error))
            return
        if isinstance(message, FailureTold):
            self._failure = message.reason
        self._said.put((self.job.number, self, message))

    def _pass_on(self, errors: TextIO) -> None:
        for line in errors:
            self._errors.append(line.strip())
            sys.stderr.write(f"[{self.job.number + 1}] {line}")

    def _reason(self, code: int) -> str:
        if self._failure:
            return self._failure
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        last = next((line for line in reversed(self._errors) if line), "")
        return f"{how}: {last}" if last and code > 0 else how
