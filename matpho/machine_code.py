"""The machine code of inner loops in this user's cache: what other versions of Matpho have left there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import matpho
from core.cache import cache_folder
from core.compiled import code_folder

PACKAGES = (
    "analytics", "benchmarks", "console", "core", "evidence", "incidents", "locales", "models", "pipeline", "scenes",
    "sinks", "store", "trackers",
)  # fmt: skip
"""Those of Matpho beside `matpho` itself."""


def code_of_others() -> list[Path]:
    """Folders of machine code that this version does not use; each version and checkout has its own."""
    root = Path(matpho.__file__).parents[1]
    ours = {code_folder(folder) for name in PACKAGES for folder in (root / name).rglob("kernels")}
    return sorted(set(cache_folder(variable="NUMBA_CACHE_DIR").glob("kernels-*")) - ours)


def size_of(folders: Iterable[Path]) -> int:
    """Bytes of all files in folders; what goes meanwhile does not count."""
    total = 0
    for file in (file for folder in folders for file in folder.rglob("*")):
        try:
            total += file.lstat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total


def remove(folders: Iterable[Path]) -> int:
    """Delete folders, as far as they can be; bytes freed.

    A version that still needs its own compiles it again at its next start.
    """
    folders = list(folders)
    before = size_of(folders)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return before - size_of(folder for folder in folders if folder.exists())
