"""YAML files that people write, read so that each mistake can be shown with its line."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from core.errors import ConfigError
from locales import text

Model = TypeVar("Model", bound=BaseModel)
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
    """All mistakes found in one or more files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("error-problems", count=len(problems))
        self.problems = tuple(problems)

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

    def inside(self, *part: str | int) -> Document:
        """The same, for locations inside a part of it."""
        return replace(self, part=(*self.part, *part))

    def line(self, location: Location) -> int:
        """The line of a place in the data, or of the nearest place around it that the file has."""
        location = (*self.part, *location)
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def problem(self, location: Location, message_id: str, **arguments: object) -> Problem:
        """A mistake at a place in the data."""
        return Problem(self.path, self.line(location), field_name((*self.part, *location)), message_id, arguments)


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


def parse(document: Document, model: type[Model]) -> Model:
    """The document as a typed model.

    Raises:
        ProblemsError: all mistakes, each with line, field, and what was expected.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        schema = model.model_json_schema()
        raise ProblemsError([_problem(document, schema, item) for item in error.errors()]) from error


def _problem(document: Document, schema: dict[str, Any], error: ErrorDetails) -> Problem:
    location = _in_file(document.data, error["loc"])
    context = {key: str(value) for key, value in error.get("ctx", {}).items()}
    kind, found = error["type"], _short(error.get("input"))
    if kind == "extra_forbidden":
        known = _known_keys(schema, error["loc"][:-1])
        near = nearest(str(error["loc"][-1]), known)
        if near:
            return document.problem(location, "problem-key-unknown-near", near=near)
        return document.problem(location, "problem-key-unknown", known=", ".join(known))
    if kind == "missing":
        return document.problem(location, "problem-missing", name=str(error["loc"][-1]))
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        expected = context.get("expected") or context.get("expected_tags", "")
        near = nearest(str(context.get("tag", error.get("input"))), [e.strip("' ") for e in _alternatives(expected)])
        return document.problem(
            location,
            "problem-choice-near" if near else "problem-choice",
            found=found,
            expected=expected,
            near=near or "",
        )
    if kind.startswith("problem-"):
        return document.problem(location, kind, **(error.get("ctx") or {}))
    return document.problem(location, "problem-value", found=found, expected=_expected(kind, context, error["msg"]))


def _expected(kind: str, context: dict[str, str], message: str) -> str:
    message_id = f"expected-{kind}"
    said = text(message_id, **context)
    return message if said == message_id else said


def _alternatives(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that somebody who wrote `word` most likely meant, None when none is near."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.6)), None)


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) <= 60 else said[:57] + "…"


def _in_file(data: Any, location: tuple[int | str, ...]) -> Location:
    """The part of pydantic's location that exists in the file: tags of unions and validators are not keys."""
    kept: list[str | int] = []
    for number, part in enumerate(location):
        inside = isinstance(data, dict) and part in data
        inside = inside or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        if inside:
            kept.append(part)
            data = data[part]
        elif number == len(location) - 1 and isinstance(part, str) and isinstance(data, dict):
            kept.append(part)
    return tuple(kept)


def _known_keys(schema: dict[str, Any], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the JSON Schema allows at a location of pydantic's."""
    nodes = [schema]
    for part in location:
        nodes = [inner for node in nodes for inner in _inside(schema, node, part)]
    found: dict[str, None] = {}
    for node in nodes:
        for option in _options(schema, node):
            found.update(dict.fromkeys(option.get("properties", {})))
    return list(found)


def _options(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return _options(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[1]])
    several = node.get("anyOf") or node.get("oneOf")
    return [o for each in several for o in _options(schema, each)] if several else [node]


def _inside(schema: dict[str, Any], node: dict[str, Any], part: int | str) -> list[dict[str, Any]]:
    mapping = node.get("discriminator", {}).get("mapping", {})
    if part in mapping:
        return [{"$ref": mapping[part]}]
    found = []
    for option in _options(schema, node):
        if isinstance(part, int) and "items" in option:
            found.append(option["items"])
        elif part in option.get("properties", {}):
            found.append(option["properties"][part])
    return found or [node]
