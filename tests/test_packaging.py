"""The wheel is whole and alone: it runs in a fresh environment, and nobody else's package hides one of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
OURS = tuple(TOOLS["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_no_installed_distribution_ships_a_top_level_name_of_ours() -> None:
    clashes = [
        (name, owners)
        for name, owners in metadata.packages_distributions().items()
        if name in OURS and set(owners) != {"matpho"}
    ]
    assert clashes == []


def test_every_package_of_the_tree_is_in_the_wheel_and_watched_by_the_import_linter() -> None:
    tree = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests"}
    linted = TOOLS["importlinter"]["root_packages"]
    assert tree == set(OURS) == set(linted)


def uv() -> str:
    local = ROOT / ".uv/bin/uv"
    return str(local) if local.exists() else "uv"


IMPORT_ALL = """
import importlib, pkgutil, sys
EXTRA = ("benchmarks.peers", "models.gpu.", "sinks.kafka.confluent")  # need what the wheel does not bring
for top in map(importlib.import_module, sys.argv[1:]):
    for module in pkgutil.walk_packages(top.__path__, top.__name__ + "."):
        if not module.name.startswith(EXTRA) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


@pytest.mark.slow
def test_the_wheel_installs_and_runs_in_a_fresh_environment(tmp_path: Path) -> None:
    def call(*command: str | Path) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")} | {"MATPHO_LANG": "en"}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=280, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    call(uv(), "build", "--wheel", "--out-dir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "models/weights/nanodet_g_416.onnx" in names
    assert {"matpho/demo/plaza.mp4", "matpho/demo/junction.traffic"} <= set(names)
    assert not any(name.startswith("tests/") for name in names)
    call(uv(), "venv", "--quiet", "--python", sys.executable, "fresh")
    call(uv(), "pip", "install", "--quiet", "--python", "fresh/bin/python", f"{wheel}[cpu]")
    said = call(tmp_path / "fresh/bin/matpho", "demo", "--no-serve", "--out", tmp_path / "out").stdout
    assert "3660" in said, "140 frames of the clip and 3520 of the junction"
    assert list((tmp_path / "out").glob("*/report.html"))
    call(tmp_path / "fresh/bin/python", "-c", IMPORT_ALL, *OURS)
