"""YAML files that people write, read so that each mistake can be shown with its line."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import yaml

from core.errors import ConfigError
from locales import text

Location = tuple[str | int, ...]
MAX_BYTES = 4_000_000
"""A configuration larger than this is refused unread: it is some other file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: where it stands, what is wrong and what was expected, in the reader's language."""

    path: Path
    line: int
    field: str
    message_id: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " + (f"{self.field}: " if self.field else "")
        return where + text(self.message_id, **self.arguments)


class ProblemsError(ConfigError):
    """All mistakes found in one or more files, by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("error-problems", count=len(problems))
        files = list(dict.fromkeys(problem.path for problem in problems))
        self.problems = tuple(sorted(problems, key=lambda problem: (files.index(problem.path), problem.line)))

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain data, and the line (from 1) of every key and item."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Location, int]
    part: Location = ()
    """Locations are relative to this one."""
    left_out: frozenset[Location] = frozenset()
    """Items of lists that are not in `data`: locations in `data` are those of the others."""

    def inside(self, *part: str | int) -> Document:
        """The same, for locations inside a part of it."""
        return replace(self, part=(*self.part, *part))

    def line(self, location: Location) -> int:
        """The line of a place in the data, or of the nearest place around it that the file has."""
        location = self.in_file(location)
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def in_file(self, location: Location) -> Location:
        """Where a place in the data stands in the file."""
        found: Location = ()
        for part in (*self.part, *location):
            if isinstance(part, int):
                for gone in sorted(int(one[-1]) for one in self.left_out if one[:-1] == found):
                    part += int(gone <= part)
            found = (*found, part)
        return found

    def problem(self, location: Location, message_id: str, **arguments: object) -> Problem:
        """A mistake at a place in the data."""
        return Problem(self.path, self.line(location), field_name(self.in_file(location)), message_id, arguments)


def field_name(location: Location) -> str:
    """`cameras[2].scene` for ("cameras", 2, "scene")."""
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else (f".{part}" if name else part)
    return name


def read_document(path: Path) -> Document:
    """Read a YAML file whose top is a mapping.

    Raises:
        ConfigError: it is missing, unreadable, not UTF-8 or not YAML.
        ProblemsError: a key stands twice.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError("error-file-large", path=path, limit=MAX_BYTES)
        content = path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigError("error-file-missing", path=path) from error
    except OSError as error:
        raise ConfigError("error-file-unreadable", path=path, reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("error-file-not-text", path=path) from error
    return document_of(path, content)


def document_of(path: Path, content: str) -> Document:
    """The document that a file with this content would be.

    Raises:
        ConfigError: it is not YAML, or its top no mapping.
        ProblemsError: a key stands twice.
    """
    try:
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError("error-yaml", path=path, line=line, reason=getattr(error, "problem", error)) from error
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError("error-yaml-not-mapping", path=path)
    lines: dict[Location, int] = {(): 1}
    doubled: list[tuple[Location, int]] = []
    _index(root, (), lines, doubled)
    if doubled:
        raise ProblemsError([Problem(path, line, field_name(at), "problem-key-twice", {}) for at, line in doubled])
    return Document(path, cast("dict[str, Any]", yaml.safe_load(content)), lines)


def _index(node: yaml.Node, at: Location, lines: dict[Location, int], doubled: list[tuple[Location, int]]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            place = (*at, str(key.value))
            if key.value in seen:
                doubled.append((place, key.start_mark.line + 1))
            seen.add(key.value)
            lines[place] = key.start_mark.line + 1
            _index(value, place, lines, doubled)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*at, number)] = item.start_mark.line + 1
            _index(item, (*at, number), lines, doubled)


def nearest(word: str, known: Sequence[str], likeness: float = 0.6) -> str | None:
    """The known word that somebody who wrote `word` most likely meant, None when none is as like it (0..1)."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=likeness)), None)
