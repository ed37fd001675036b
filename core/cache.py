"""Where things that can be made again are kept: engines, graphs, measurements."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path


def cache_folder(name: str = "", *, variable: str = "MATPHO_CACHE_DIR") -> Path:
    """A folder that only this user can write, made if it is missing.

    In order: in the folder that the environment's `variable` names, in the user's cache, in the temporary folder.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    chosen = os.environ.get(variable)
    bases = [Path(chosen)] if chosen else []
    for base in (*bases, home / "matpho", Path(tempfile.gettempdir()) / f"matpho-{os.getuid()}"):
        folder = base / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="matpho-"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no other process ever sees half of it.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits; read once as long as its size and time stay."""
    stat = path.stat()
    return _hash(path.resolve(), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _hash(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
