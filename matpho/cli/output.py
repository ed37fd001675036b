"""How a run tells what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pipeline.live import LiveRelay


@dataclass(frozen=True, slots=True)
class Output:
    """Events as JSON on standard output, tracks as rows in a file, and what the cameras show now for a page."""

    json_lines: bool = False
    tracks: Path | None = None
    headline: str = ""
    live: LiveRelay | None = None


def print_line(stream: TextIO, line: str) -> None:
    """Write a line at once."""
    stream.write(line + "\n")
    stream.flush()
