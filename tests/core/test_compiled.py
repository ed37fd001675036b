"""Where machine code is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.compiled import code_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "one.py").write_text("x = 1")
    return folder


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sources: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert code_folder(sources).parent == tmp_path


def test_without_a_home_that_can_be_written_to_it_is_a_temporary_one_of_this_user_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sources: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = code_folder(sources)
    assert folder.is_dir()
    assert tmp_path in folder.parents
    assert folder.stat().st_mode & 0o077 == 0


def test_changed_sources_have_another_folder(sources: Path) -> None:
    before = code_folder(sources).name
    (sources / "two.py").write_text("x = 2")
    code_folder.cache_clear()
    assert code_folder(sources).name != before


LOOP = """
from core.compiled import compiled
@compiled
def twice(x):
    return x + x
assert twice(2) == 4
print(sum(twice.stats.cache_hits.values()))
"""


def test_the_same_sources_elsewhere_are_not_compiled_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    hits = []
    for place in ("here", "there"):
        source = tmp_path / place / "loop.py"
        source.parent.mkdir()
        source.write_text(LOOP)
        command = [sys.executable, str(source)]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        hits.append(done.stdout.strip())
    assert hits == ["0", "1"]
