"""What other versions left in the cache is told, and deleted when asked for; what this one uses stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import analytics.kernels
from core.compiled import code_folder
from matpho.cli.doctor import advice
from matpho.machine_code import PACKAGES, code_of_others, remove, size_of
from tests.support.command import matpho
from tests.test_packaging import OURS


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    code_folder.cache_clear()
    for name, count in (("kernels-0123456789abcdef", 3), ("kernels-fedcba9876543210", 1)):
        (tmp_path / name / "code").mkdir(parents=True)
        (tmp_path / name / "code" / "loop.nbc").write_bytes(bytes(count << 20))
    (tmp_path / "backends.json").write_text("{}")
    own = code_folder(Path(str(analytics.kernels.__file__)).parent)
    (own / "loop.nbc").write_bytes(b"own")
    yield tmp_path
    code_folder.cache_clear()


def test_only_the_code_of_others_is_found_and_deleted(cache: Path) -> None:
    others = code_of_others()
    assert [folder.name for folder in others] == ["kernels-0123456789abcdef", "kernels-fedcba9876543210"]
    assert size_of(others) == remove(others) == 4 << 20
    assert code_of_others() == []
    assert len(list(cache.glob("kernels-*/loop.nbc"))) == 1, "its own"
    assert (cache / "backends.json").exists()


def test_the_doctor_tells_it_and_cleans_up_when_asked(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATPHO_LANG", "en")
    assert any("4 MiB" in line for line in advice())
    assert "4 MiB" in matpho("doctor", "--clean-cache", cwd=tmp_path).stdout
    assert not any("--clean-cache" in line for line in advice())
    assert "0 MiB" in matpho("doctor", "--clean-cache", cwd=tmp_path).stdout
    assert (cache / "backends.json").exists()


def test_every_package_is_looked_through() -> None:
    assert {*PACKAGES, "matpho"} == set(OURS)
