"""Compilation of the tracker's inner loops by numba: once for each machine, then read from a cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def cache_folder() -> Path:
    """Where the machine code of these very sources is kept.

    Numba notices a change in a function's own file, but not in one that it calls: so the folder is named after all of
    them. In order: `NUMBA_CACHE_DIR`, the user's cache, a folder of this user's in the temporary one.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen) / name
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    for base in (home / "matpho", Path(tempfile.gettempdir()) / f"matpho-{os.getuid()}"):
        folder = base / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return folder
    return Path(tempfile.mkdtemp(prefix="matpho-"))


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
