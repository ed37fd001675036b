"""The client is a distribution of its own: it installs and imports with nothing of Matpho beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_client_installs_alone(tmp_path: Path) -> None:
    local = ROOT / ".uv/bin/uv"
    uv = str(local) if local.exists() else "uv"

    def call(*command: str | Path) -> str:
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    call(uv, "build", "--wheel", "--out-dir", tmp_path, ROOT / "clients/python")
    (wheel,) = tmp_path.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist() if not name.split("/")[0].endswith("info")}
    assert tops == {"matpho_client"}
    call(uv, "venv", "--quiet", "--python", sys.executable, "fresh")
    call(uv, "pip", "install", "--quiet", "--python", "fresh/bin/python", wheel)
    said = call(tmp_path / "fresh/bin/python", "-c", "import matpho_client; print(matpho_client.events.__name__)")
    assert said.strip() == "events"
