"""The evidence folder: where files may lie in it, how they are written, and the manifest that proves them.

`manifest.jsonl` has one line for each picture, with its SHA-256; where a path stands twice, the last line holds.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from core.errors import ConfigError

MANIFEST: Final = "manifest.jsonl"


def place(folder: Path, relative: str) -> Path:
    """The file that a path relative to the evidence folder names.

    Raises:
        ConfigError: it is not a plain path, or leads out of the folder.
    """
    path = PurePosixPath(relative)
    plain = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
    if not plain or "\\" in relative or any(ord(c) < 32 for c in relative):
        raise ConfigError("error-evidence-path", path=repr(relative), folder=folder)
    root = folder.resolve()
    target = (root / path).resolve()
    if target == root or not target.is_relative_to(root):
        raise ConfigError("error-evidence-path", path=repr(relative), folder=folder)
    return target


def write_atomically(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, and on the disk before its name is.

    Raises:
        OSError: the disk refused.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{hashlib.sha256(target.name.encode()).hexdigest()[:16]}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def append_to_manifest(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add one line to the manifest. A last line cut short by a power failure is closed first.

    Raises:
        OSError: the disk refused.
    """
    with (folder / MANIFEST).open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(dict(entry), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


@dataclass(frozen=True, slots=True)
class Problem:
    """A picture that the manifest does not prove: `fault` is missing, changed, unlisted or unreadable (a line)."""

    path: str
    fault: str


def verify(folder: Path) -> Iterator[Problem]:
    """Compare all event pictures with the manifest; nothing comes when all are as they were written.

    Raises:
        ConfigError: the folder has no manifest.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise ConfigError("error-evidence-no-manifest", folder=folder)
    expected: dict[str, str] = {}
    for number, line in enumerate(manifest.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            entry = json.loads(line)
            expected[str(entry["path"])] = str(entry["sha256"])
        except (ValueError, KeyError, TypeError):
            yield Problem(f"{MANIFEST}:{number}", "unreadable")
    for path, digest in expected.items():
        file = place(folder, path)
        if not file.is_file():
            yield Problem(path, "missing")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield Problem(path, "changed")
    for file in sorted(folder.rglob("*.jpg")):
        path = file.relative_to(folder).as_posix()
        if path not in expected and not path.startswith("references/"):
            yield Problem(path, "unlisted")
