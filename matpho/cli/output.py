"""How a run tells what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Output:
    """Events as JSON on standard output, and tracks as rows in a file."""

    json_lines: bool = False
    tracks: Path | None = None
    headline: str = ""


def print_line(stream: TextIO, line: str) -> None:
    """Write a line at once."""
    stream.write(line + "\n")
    stream.flush()
