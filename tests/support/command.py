"""The `matpho` command as a person uses it: what it writes and how it ends.

It runs in this process, for a process of its own spends seconds on imports. Tests of signals, of what survives a kill
and of the command as it is installed start one: `PROCESS` and `environment`.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import structlog

from matpho.cli import main

ROOT: Final = Path(__file__).resolve().parents[2]
PROCESS: Final = (sys.executable, "-m", "matpho")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended.

    Attributes:
        returncode: its exit status.
        stdout, stderr: what it wrote.
    """

    returncode: int
    stdout: str
    stderr: str


def environment(**more: str) -> dict[str, str]:
    """This one's, in English, on a wide terminal without colours; the tree is found from any folder."""
    return {**os.environ, "MATPHO_LANG": "en", "COLUMNS": "160", "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **more}


def matpho(*arguments: object, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
    """Run it in a folder; the language, the log's form and the environment are as before afterwards."""
    out, told = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    form = structlog.get_config()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, value in environment(**(env or {})).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["matpho", *map(str, arguments)])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", told)
        try:
            copy_context().run(main)
            code: object = 0
        except SystemExit as ended:
            code = ended.code
        finally:
            structlog.configure(**form)
    return Done(code if isinstance(code, int) else int(code is not None), _written(out), _written(told))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode()
