"""How a run tells what it finds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from core.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.live import LiveRelay


@dataclass(frozen=True, slots=True)
class Output:
    """Events as JSON on standard output, tracks as rows in a file, and what the cameras show now for a page."""

    json_lines: bool = False
    tracks: Path | None = None
    headline: str = ""
    live: LiveRelay | None = None


def write_json(path: Path | None, value: Mapping[str, Any]) -> None:
    """Write figures into a file, if one is named.

    Raises:
        ConfigError: it cannot be written.
    """
    if path is None:
        return
    try:
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError("error-file-unwritable", path=path, reason=error.strerror or error) from error


def print_line(stream: TextIO, line: str) -> None:
    """Write a line at once."""
    stream.write(line + "\n")
    stream.flush()
