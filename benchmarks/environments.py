"""Scripts in environments of their own, made and thrown away by uv: neither side can import the other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError, MatphoError
from locales import text

SCRIPTS: Final = Path(__file__).resolve().parent / "peers"
LOCAL_UV: Final = Path(__file__).resolve().parents[1] / ".uv/bin/uv"
SCORING: Final = ("trackeval==1.3.0", "matplotlib>=3.9")
LONGEST_S: Final = 3600.0
"""A script that runs longer is stopped and reported."""

Progress = Callable[[str], object]


class EnvironmentFailure(MatphoError):  # noqa: N818
    """An environment that could not be made, or a script in it that failed."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Packages, each with its version, under uv."""

    uv: str
    requirements: tuple[str, ...]

    @property
    def command(self) -> list[str]:
        """What starts its Python."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        command = [self.uv, "run", "--quiet", "--no-project", "--isolated", "--no-config", "--python", python]
        for requirement in self.requirements:
            command += ["--with", requirement]
        return [*command, "python"]

    def prepare(self) -> None:
        """Download and install, so that later runs do not.

        Raises:
            EnvironmentFailure: it cannot be installed.
        """
        self._run(["-c", ""], lambda _line: None, "error-bench-install")

    def run(self, script: str, argument: Path, on_line: Progress = lambda _line: None) -> None:
        """Run one of `SCRIPTS` with a file's path; `on_line` hears its standard output.

        Raises:
            EnvironmentFailure: it cannot be installed, or the script failed or took longer than `LONGEST_S`.
        """
        self._run([str(SCRIPTS / script), str(argument)], on_line, "error-bench-script")

    def _run(self, what: Sequence[str], on_line: Progress, message_id: str) -> None:
        names = " ".join(self.requirements)
        with tempfile.TemporaryFile() as errors, tempfile.TemporaryDirectory() as folder:
            try:
                code = _follow([*self.command, *what], folder, errors.fileno(), on_line)
            except OSError as error:
                raise EnvironmentFailure(message_id, packages=names, reason=error.strerror or str(error)) from error
            if code:
                errors.seek(0)
                raise EnvironmentFailure(message_id, packages=names, reason=reason(errors.read(), code))


def find_uv() -> str:
    """uv on the PATH, else the one that `make` put into the checkout.

    Raises:
        EnvironmentFailure: neither is there.
    """
    found = shutil.which("uv") or (str(LOCAL_UV) if LOCAL_UV.is_file() else None)
    if found is None:
        raise EnvironmentFailure("error-bench-no-uv", path=LOCAL_UV)
    return found


def variables() -> dict[str, str]:
    """Those of this process, less what would show a script our packages; Ultralytics asks nobody for updates."""
    alone = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    return {k: v for k, v in os.environ.items() if k not in alone} | {"YOLO_OFFLINE": "true"}


def draw(script: str, requirements: tuple[str, ...], job: dict[str, Any], path: Path) -> None:
    """Let one of `SCRIPTS` draw a PNG at `path`; it finds the job in a JSON file, and where to draw under `png`.

    Raises:
        ConfigError: the picture cannot be written.
        EnvironmentFailure: uv or a package cannot be had.
    """
    if not path.resolve().parent.is_dir():
        raise ConfigError("error-file-unwritable", path=path, reason=text("cli-bench-tracking-no-folder"))
    with tempfile.TemporaryDirectory() as folder:
        told, picture = Path(folder) / "plot.json", Path(folder) / "plot.png"
        told.write_text(json.dumps({**job, "png": str(picture)}), encoding="utf-8")
        Environment(find_uv(), requirements).run(script, told)
        try:
            path.write_bytes(picture.read_bytes())
        except OSError as error:
            raise ConfigError("error-file-unwritable", path=path, reason=error.strerror or error) from error


def _follow(command: Sequence[str], folder: str, errors: int, on_line: Progress) -> int:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables(),
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    limit = threading.Timer(LONGEST_S, stop, [process])
    limit.start()
    try:
        assert process.stdout is not None  # noqa: S101
        for line in process.stdout:
            on_line(line.rstrip())
        return process.wait()
    finally:
        limit.cancel()
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End a process started in a session of its own, and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def reason(output: bytes, code: int) -> str:
    """The last that a script said before it ended with `code`."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return " ".join(lines[-3:])[-600:] if lines else f"exit status {code}"
