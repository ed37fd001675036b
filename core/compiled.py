"""Compilation of inner loops by numba: once for each machine, then read from a cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import UserProvidedCacheLocator

from core import cache

F = TypeVar("F", bound=Callable[..., Any])


@lru_cache(maxsize=16)
def code_folder(sources: Path) -> Path:
    """Where the machine code of the modules of the folder `sources` is kept.

    Numba notices a change in a function's own file, but not in one that it calls: so the folder is named after all that
    lie beside it. `NUMBA_CACHE_DIR` chooses where it lies; see `core.cache.cache_folder`.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(sources.glob("*.py")):
        digest.update(path.read_bytes())
    return cache.cache_folder(f"kernels-{digest.hexdigest()[:16]}", variable="NUMBA_CACHE_DIR")


class SharedCode(UserProvidedCacheLocator):
    """Finds machine code by what its sources say (`code_folder`), and not by where they lie: another checkout or
    environment with the same sources compiles nothing again.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        return "code"


def is_compiled(*packages: ModuleType) -> bool:
    """Whether there is machine code of these packages; else their first calls take seconds."""
    return all(any(code_folder(Path(str(p.__file__)).parent).glob("**/*.nbc")) for p in packages)


def compiled(function: F) -> F:
    """Compile at the first call; runs without the interpreter's lock, and divides by zero as numpy does.

    What it calls lies in files beside it.
    """
    config: Any = numba.config
    here = {
        "CACHE_DIR": str(code_folder(Path(function.__code__.co_filename).parent)),
        "CACHE_LOCATOR_CLASSES": f"{__name__}.{SharedCode.__name__}",
    }
    before = {name: getattr(config, name, "") for name in here}
    vars(config).update(here)
    try:
        return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        vars(config).update(before)
