"""Documents as typed models, and all mistakes of shape in them at once."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from locales import text
from scenes.documents import Document, Location, Problem, ProblemsError, nearest

Model = TypeVar("Model", bound=BaseModel)
CHOICES: Final = ("literal_error", "enum", "union_tag_invalid")
MEANT: Final = 0.8
"""Likeness from which a misspelt word is read as the one that was meant, to find what else is wrong."""
MOST_PASSES: Final = 6


def parse(document: Document, model: type[Model]) -> Model:
    """The document as a typed model.

    Raises:
        ProblemsError: all mistakes, each with line, field, and what was expected.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as refused:
        told = _told(document, _schema(model), refused.errors(), set())
        raise ProblemsError([problem for _, problem in told]) from refused


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """That of a scene takes a quarter of a second, and is needed where there is a mistake."""
    return model.model_json_schema()


@dataclass(frozen=True, slots=True)
class Understood(Generic[Model]):
    """A document as far as it can be understood.

    Attributes:
        spec: as it was most likely meant, without what cannot be understood; None: too little of it can.
        document: its data are those of `spec`.
        problems: all mistakes of shape.
    """

    spec: Model | None
    document: Document
    problems: list[Problem]


def understand(document: Document, model: type[Model], spare: Collection[str]) -> Understood[Model]:
    """Read on behind mistakes, so that one hides no other: what is misspelt is read as what is like it.

    Args:
        spare: keys at the top whose parts may be left out where they are wrong: nothing else refers to them.
    """
    mending = _Mending(document, frozenset(spare))
    problems: list[Problem] = []
    meant: set[Location] = set()
    for _ in range(MOST_PASSES):
        try:
            return Understood(model.model_validate(mending.document.data), mending.document, problems)
        except ValidationError as refused:
            errors = refused.errors()
        here, schema = mending.document, _schema(model)
        found = [problem for at, problem in _told(here, schema, errors, meant) if not mending.made(at)]
        problems += [problem for problem in found if problem not in problems]
        if not mending.mend(errors, schema):
            break
    return Understood(None, mending.document, problems)


@dataclass(slots=True)
class _Mending:
    """A document that is changed until it can be read. Places that were taken away are kept as in the file."""

    document: Document
    spare: frozenset[str]
    taken: set[Location] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.document = replace(self.document, data=copy.deepcopy(self.document.data), lines=dict(self.document.lines))

    def made(self, location: Location) -> bool:
        """Whether a mistake was made by mending."""
        place = self.document.in_file(location)
        return place in self.taken or any(one[:-1] == place for one in self.document.left_out)

    def mend(self, errors: list[ErrorDetails], schema: dict[str, Any]) -> bool:
        """Whether anything could be done about these mistakes."""
        done, items = False, set[Location]()
        for error in errors:
            location = _in_file(self.document.data, error["loc"])
            if self._respell(error, location, schema) or self._take_away(location):
                done = True
            elif len(location) > 1 and location[0] in self.spare and isinstance(location[1], int):
                items.add(location[:2])
        places = {self.document.in_file(item) for item in items}
        for top, number in sorted(items, key=lambda item: item[1], reverse=True):
            del self.document.data[str(top)][number]
        self.document = replace(self.document, left_out=self.document.left_out | places)
        return done or bool(items)

    def _respell(self, error: ErrorDetails, location: Location, schema: dict[str, Any]) -> bool:
        kind, above = error["type"], self._at(location[:-1])
        if kind == "extra_forbidden":
            value, near = above.pop(location[-1]), nearest(str(location[-1]), _known(error, schema), MEANT)
            if near and near not in above:
                above[near] = value
                self._call(location, near)
            return True
        near = nearest(_chosen(error), _choices(error), MEANT) if kind in CHOICES else None
        if near is None:
            return False
        if kind == "union_tag_invalid":
            self._at(location)[str(error["ctx"]["discriminator"]).strip("'")] = near
        else:
            above[location[-1]] = near
        return True

    def _call(self, location: Location, name: str) -> None:
        """The line of a misspelt key is that of the key which was meant."""
        place = self.document.in_file(location)
        lines = {**self.document.lines, (*place[:-1], name): self.document.line(location)}
        self.document = replace(self.document, lines=lines)

    def _take_away(self, location: Location) -> bool:
        """Whether a wrong value could go, for the default to take its place."""
        if not location or location[0] not in self.spare:
            return False
        in_item = len(location) > 1 and isinstance(location[1], int)
        key = location[: 3 if in_item else 1]
        above = self._at(key[:-1])
        if not isinstance(above, dict) or key[-1] not in above:
            return False
        del above[key[-1]]
        self.taken.add(self.document.in_file(key))
        return True

    def _at(self, location: Location) -> Any:
        found: Any = self.document.data
        for part in location:
            found = found[part]
        return found


def _told(
    document: Document, schema: dict[str, Any], errors: list[ErrorDetails], meant: set[Location]
) -> Iterator[tuple[Location, Problem]]:
    """Mistakes and where they are. What is misspelt is not missing too: `meant` has the places of such keys so far."""
    meant |= _meant(document, schema, errors)
    for error in errors:
        location = _in_file(document.data, error["loc"])
        if error["type"] != "missing" or document.in_file(location) not in meant:
            yield location, _problem(document, schema, error)


def _meant(document: Document, schema: dict[str, Any], errors: list[ErrorDetails]) -> set[Location]:
    """Places in the file of the keys that unknown ones most likely mean."""
    found = set()
    for error in errors:
        if error["type"] == "extra_forbidden" and (near := nearest(str(error["loc"][-1]), _known(error, schema))):
            found.add((*document.in_file(_in_file(document.data, error["loc"]))[:-1], near))
    return found


def _problem(document: Document, schema: dict[str, Any], error: ErrorDetails) -> Problem:
    """A mistake in words. Locations of pydantic have tags of unions in them."""
    location = _in_file(document.data, error["loc"])
    context = {key: str(value) for key, value in error.get("ctx", {}).items()}
    kind, found = error["type"], _short(error.get("input"))
    if kind == "extra_forbidden":
        known = _known(error, schema)
        near = nearest(str(error["loc"][-1]), known)
        if near:
            return document.problem(location, "problem-key-unknown-near", near=near)
        return document.problem(location, "problem-key-unknown", known=", ".join(known))
    if kind == "missing":
        return document.problem(location, "problem-missing", name=str(error["loc"][-1]))
    if kind in CHOICES:
        expected = context.get("expected") or context.get("expected_tags", "")
        near = nearest(_chosen(error), _choices(error))
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


def _known(error: ErrorDetails, schema: dict[str, Any]) -> list[str]:
    """The keys that might have stood where an unknown one does."""
    return _known_keys(schema, error["loc"][:-1])


def _chosen(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("tag", error.get("input")))


def _choices(error: ErrorDetails) -> list[str]:
    context = error.get("ctx", {})
    expected = str(context.get("expected") or context.get("expected_tags", ""))
    return [one.strip("' ") for one in expected.replace(" or ", ", ").split(", ")]


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
