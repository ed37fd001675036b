"""Lines of a JSON text: looked for only when something there is wrong, so that reading costs nothing."""

from __future__ import annotations

import json
import re
from typing import Final

Location = tuple[str | int, ...]
_SPACE: Final = re.compile(r"\s*")
_DECODER: Final = json.JSONDecoder()


def line_of(content: str, location: Location) -> int:
    """The line, from 1, of a place in a valid JSON text, or of the nearest place around it that the text has."""
    at = _skip(content, 0)
    for part in location:
        found = _inside(content, at, part)
        if found is None:
            break
        at = found
    return content.count("\n", 0, at) + 1


def _inside(content: str, at: int, wanted: str | int) -> int | None:
    """Where an item of the array or object that begins at `at` begins; None when it has no such item."""
    keyed = content[at] == "{"
    if not keyed and content[at] != "[":
        return None
    at, index = _skip(content, at + 1), 0
    while content[at] not in "}]":
        key: str | int = index
        if keyed:
            key, at = _DECODER.raw_decode(content, at)
            at = _skip(content, _skip(content, at) + 1)
        if key == wanted:
            return at
        at = _skip(content, _DECODER.raw_decode(content, at)[1])
        if content[at] == ",":
            at = _skip(content, at + 1)
        index += 1
    return None


def _skip(content: str, at: int) -> int:
    found = _SPACE.match(content, at)
    return found.end() if found else at
