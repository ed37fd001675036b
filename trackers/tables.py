"""Reading text tables, with errors that name file, line and field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ConfigError

LARGEST = 1e9
"""No number in a table of boxes and times is larger; boxes stay exact to a pixel and times fit nanoseconds."""


def wrong(message_id: str, path: Path, line: int, **arguments: object) -> ConfigError:
    """The error for a line of a table; its number is text, so that no language groups its digits."""
    return ConfigError(message_id, path=path, line=str(line), **arguments)


@contextmanager
def open_text(path: Path) -> Iterator[Iterator[tuple[int, str]]]:
    """The lines of a UTF-8 file that are not blank, stripped, with their numbers from 1.

    Raises:
        ConfigError: it cannot be read, or is not text.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield ((line, text) for line, raw in enumerate(file, 1) if (text := raw.strip()))
    except OSError as error:
        raise ConfigError("error-trackers-read", path=path, reason=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise ConfigError("error-trackers-not-text", path=path) from error


def number(path: Path, line: int, field: str, value: str, *, least: float = -LARGEST, most: float = LARGEST) -> float:
    """A finite number within bounds.

    Raises:
        ConfigError: it is not.
    """
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not least <= found <= most:
        bounds = {"least": f"{least:g}", "most": f"{most:g}"}
        raise wrong("error-trackers-number", path, line, field=field, value=value, **bounds)
    return found


def whole(path: Path, line: int, field: str, value: str, *, least: int, most: int = int(LARGEST)) -> int:
    """A whole number within bounds; `7.0` is one, as some tools write it.

    Raises:
        ConfigError: it is not.
    """
    found = number(path, line, field, value, least=least, most=most)
    if found != int(found):
        raise wrong("error-trackers-whole", path, line, field=field, value=value)
    return int(found)
