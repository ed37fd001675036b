"""A command that is told to end."""

from __future__ import annotations

import subprocess
import sys

import pytest

TWO_STAGES = """
import os, signal, threading
from matpho.cli.signals import stopping, wait_for_stop
stopped = threading.Event()
with stopping(stopped.set):
    os.kill(os.getpid(), signal.{name})
    assert stopped.wait(5)
print("first", flush=True)
if "{name}" == "SIGINT":
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

wait_for_stop()
print("second", flush=True)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_what_stays_after_a_run_ends_at_one_sigterm_and_at_the_second_ctrl_c(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TWO_STAGES.format(name=name)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == ["first", "second"]
