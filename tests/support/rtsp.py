"""A real RTSP server for tests: started, killed and started again on the same port."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

SERVER = Path(__file__).with_name("rtsp_server.py")
SYSTEM_PYTHON = "/usr/bin/python3"
READY_S = 20.0


def require_all() -> bool:
    """Whether a missing tool is a failure (`MATPHO_TEST_REQUIRE_ALL=1`) instead of a skip."""
    return os.environ.get("MATPHO_TEST_REQUIRE_ALL") == "1"


def skip_without(tool: str, present: bool, how: str) -> None:
    """Skip the running test, or fail it where all tools are required."""
    if not present:
        (pytest.fail if require_all() else pytest.skip)(f"{tool} is missing: {how}")


def need_ffmpeg() -> None:
    """Skip where the `ffmpeg` program is missing."""
    skip_without("ffmpeg", shutil.which("ffmpeg") is not None, "apt-get install ffmpeg")


def need_rtsp() -> None:
    """Skip where the server cannot run."""
    need_ffmpeg()
    probe = "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')"
    found = (
        Path(SYSTEM_PYTHON).exists()
        and subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    )
    how = "apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-{base,good,bad}"
    skip_without("GStreamer's RTSP server", found, how)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RtspServer:
    """Cameras served over RTSP: a context manager.

    Args:
        cameras: path such as `/gate` → video file, looped.
        codec: `h264` or `h265`.
        login: (user, password) that clients must give.
    """

    def __init__(
        self, cameras: Mapping[str, Path], *, codec: str = "h264", login: tuple[str, str] | None = None, gop: int = 10
    ) -> None:
        need_rtsp()
        self.port = free_port()
        self._arguments = ["--port", str(self.port), "--codec", codec, "--gop", str(gop)]
        if login is not None:
            self._arguments += ["--user", login[0], "--password", login[1]]
        self._arguments += [f"{path}={file}" for path, file in cameras.items()]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, path: str, login: str = "") -> str:
        """Address of a camera; `login` as `user:password@`."""
        return f"rtsp://{login}127.0.0.1:{self.port}{path}"

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        # In a process group of its own, so that its encoders end with it.
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(SERVER), *self._arguments], stdout=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(f"the RTSP server ended with {self._process.returncode}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            time.sleep(0.05)
        raise RuntimeError(f"the RTSP server did not listen within {READY_S} s")

    def kill(self) -> None:
        """End it and its encoders at once, as a power cut does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
