"""Processes that stay, answer each line with a line of JSON, and sleep in between."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from benchmarks.environments import EnvironmentFailure, reason, stop, variables

LONGEST_S: Final = 900.0
"""A process that does not answer for longer is stopped and reported."""
ENDING_S: Final = 10.0
"""Given to a process that has closed its output to end by itself, so that its own reason is told."""
ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class Talk:
    """One such process.

    Args:
        command: what starts it.
        packages: what it is called in an error.
        more: variables of its environment besides `benchmarks.environments.variables`.

    Raises:
        EnvironmentFailure: it cannot be started.
    """

    def __init__(self, command: Sequence[str], packages: str, more: Mapping[str, str] = ONE_THREAD) -> None:
        self._packages = packages
        self._folder = tempfile.TemporaryDirectory(prefix="matpho-bench-")
        self._errors = Path(self._folder.name) / "stderr"
        settings = {"YOLO_CONFIG_DIR": self._folder.name, "YOLO_AUTOINSTALL": "false"}
        try:
            with self._errors.open("wb") as errors:
                self._process = subprocess.Popen(
                    list(command),
                    cwd=self._folder.name,
                    env=variables() | settings | dict(more),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
        except OSError as error:
            self._folder.cleanup()
            raise EnvironmentFailure(
                "error-bench-script", packages=packages, reason=error.strerror or str(error)
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, word: str) -> dict[str, Any]:
        """Send a word and wait for the answer.

        Raises:
            EnvironmentFailure: it ended, or takes longer than `LONGEST_S`.
        """
        assert self._process.stdin is not None  # noqa: S101
        try:
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._failure() from error
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """Wait for the next answer; what a package prints in between is passed over.

        Raises:
            EnvironmentFailure: as `ask`.
        """
        limit = threading.Timer(LONGEST_S, stop, [self._process])
        limit.start()
        try:
            assert self._process.stdout is not None  # noqa: S101
            for line in self._process.stdout:
                if (answer := _answer(line)) is not None:
                    return answer
        finally:
            limit.cancel()
        raise self._failure()

    def close(self) -> None:
        """End it."""
        stop(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not read any more
                    continue
        self._folder.cleanup()

    def _failure(self) -> EnvironmentFailure:
        try:
            self._process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            stop(self._process)
        said = reason(self._errors.read_bytes(), self._process.returncode)
        return EnvironmentFailure("error-bench-script", packages=self._packages, reason=said)


def _answer(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
