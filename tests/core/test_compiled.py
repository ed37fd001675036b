"""Where machine code is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.arrays import F64
from core.compiled import code_folder, in_place

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


def _fill(values: F64, number: float) -> int:
    for i in range(len(values)):
        values[i] = number
    return len(values)


def _first(values: F64) -> F64:
    return values[:1]


def _unsaid(values):  # type: ignore[no-untyped-def]
    return values[0]


def test_what_works_in_place_fills_arrays_and_answers_with_numbers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    code_folder.cache_clear()
    values = np.zeros(3)
    assert in_place(_fill)(values, 2.0) == 3 and values.tolist() == [2.0, 2.0, 2.0]
    code_folder.cache_clear()


@pytest.mark.parametrize("function", [_first, _unsaid])
def test_what_may_answer_with_an_array_is_not_compiled_in_place(function: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match="would be freed while they are in use"):
        in_place(function)
