"""Compilation of inner loops by numba: once for each machine, then read from a cache."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar, cast

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


PLAIN: Final = frozenset({"None", "bool", "int", "float", "tuple"})
"""What a function compiled `in_place` may answer with."""


def compiled(function: F) -> F:
    """Compile at the first call; runs without the interpreter's lock, and divides by zero as numpy does.

    What it calls lies in files beside it.
    """
    return _compile(function)


def in_place(function: F) -> F:
    """The same for a function that only reads and fills the arrays it is given: it neither makes nor returns any.

    It keeps no count of who holds an array, which elsewhere costs more than the work on it: with two dozen arrays in
    its arguments three quarters of the time of `trackers.kernels.ground.locate`.

    Raises:
        TypeError: it is annotated to return something else than plain numbers.
    """
    answer = str(function.__annotations__.get("return", "nothing said"))
    if not set(re.findall(r"\w+", answer)) <= PLAIN:
        raise TypeError(f"{function.__qualname__} returns {answer}: its arrays would be freed while they are in use")
    return _compile(function, _nrt=False)


def _compile(function: F, **options: bool) -> F:
    config: Any = numba.config
    # Typed by numba without `_nrt`, which switches its counting of references off.
    jit: Any = numba.njit
    here = {
        "CACHE_DIR": str(code_folder(Path(function.__code__.co_filename).parent)),
        "CACHE_LOCATOR_CLASSES": f"{__name__}.{SharedCode.__name__}",
    }
    before = {name: getattr(config, name, "") for name in here}
    vars(config).update(here)
    try:
        return cast("F", jit(cache=True, nogil=True, error_model="numpy", **options)(function))
    finally:
        vars(config).update(before)
