"""Compilation of the tracker's inner loops by numba: once for each machine, then read from a cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

from core import cache

F = TypeVar("F", bound=Callable[..., Any])


def cache_folder() -> Path:
    """Where the machine code of these very sources is kept.

    Numba notices a change in a function's own file, but not in one that it calls: so the folder is named after all of
    them. `NUMBA_CACHE_DIR` chooses where it lies; see `core.cache.cache_folder`.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return cache.cache_folder(f"kernels-{digest.hexdigest()[:16]}", variable="NUMBA_CACHE_DIR")


CACHE: Final = cache_folder()


def is_compiled() -> bool:
    """Whether the machine code is there; else the first tracker takes some 20 seconds."""
    return any(CACHE.glob("**/*.nbc"))


def compiled(function: F) -> F:
    """Compile at the first call; runs without the interpreter's lock, and divides by zero as numpy does."""
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, str(CACHE)
    try:
        return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        config.CACHE_DIR = before
