"""JSON Schemas (draft-07) of records, made from their types and docstrings; the JSON itself is `core.codec`'s.

A field is added, with a default, never changed or taken away: fields without a default are what every version has, and
so what a schema requires. Enumerations are added to.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from inspect import cleandoc
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from core.events import SCHEMA_VERSION, Event
from core.incidents import Incident
from core.kinds import MEASURES_OF
from core.records import CameraHealth, Measurement, Record, TrackSummary
from core.taxonomy import LABELS

Schema = dict[str, Any]
DRAFT: Final = "http://json-schema.org/draft-07/schema#"
RECORDS: Final[Mapping[str, type[Record]]] = {
    "event": Event,
    "incident": Incident,
    "measurement": Measurement,
    "track": TrackSummary,
    "health": CameraHealth,
}
"""By the name of their schemas; also in `ce_dataschema`."""
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_CLASS: Final[Schema] = {"type": "string", "enum": list(LABELS)}
_PLAIN: Final[dict[Any, str]] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def urn_of(name: str, version: int = SCHEMA_VERSION) -> str:
    """The identifier of a schema, as `ce_dataschema` has it."""
    return f"urn:matpho:schema:{name}:{version}"


def schema_of(name: str) -> Schema:
    """The schema of a type of record."""
    record = RECORDS[name]
    schema = {"$schema": DRAFT, "$id": urn_of(name), "title": record.__name__, **_of_class(record)}
    if record is Event:
        measures = {form.__name__: _of_class(form) for form in MEASURES_OF.values()}
        schema["properties"]["measures"] = {"type": "object", "description": "By kind"}
        schema["allOf"] = [
            {
                "if": {"properties": {"kind": {"const": kind.value}}},
                "then": {"properties": {"measures": {"$ref": f"#/definitions/{form.__name__}"}}},
            }
            for kind, form in MEASURES_OF.items()
        ]
        schema["definitions"] = dict(sorted(measures.items()))
    return schema


def _of_class(form: type[Any]) -> Schema:
    said = dict(_described(form))
    hints = get_type_hints(form)
    properties = {}
    for field in fields(form):
        name, schema = _of_field(field, hints[field.name])
        described = _in_json(said.get(field.name, ""))
        properties[name] = {**schema, "description": described} if described else schema
    required = [_json_name(f.name) for f in fields(form) if f.default is MISSING and f.default_factory is MISSING]
    about = cleandoc(form.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    return {"type": "object", "description": about, "properties": properties, "required": required}


def _json_name(name: str) -> str:
    if name in ("class_id", "class_ids"):
        return {"class_id": "class", "class_ids": "classes"}[name]
    return name.removesuffix("_ns")


def _of_field(field: Field[Any], hint: Any) -> tuple[str, Schema]:
    name = _json_name(field.name)
    if field.name == "class_id":
        return name, dict(_CLASS)
    if field.name == "class_ids":
        return name, {"type": "array", "items": dict(_CLASS)}
    if field.name.endswith("_ns"):
        return name, _or_null(dict(_TIME)) if type(None) in get_args(hint) else dict(_TIME)
    return name, _of_hint(hint)


def _of_hint(hint: Any) -> Schema:
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and type(None) in inner:
        (other,) = [one for one in inner if one is not type(None)]
        return _or_null(_of_hint(other))
    if origin in (Union, types.UnionType):
        return {}
    if origin is tuple and inner[-1] is Ellipsis:
        return {"type": "array", "items": _of_hint(inner[0])}
    if origin is tuple:
        return {"type": "array", "items": _of_hint(inner[0]), "minItems": len(inner), "maxItems": len(inner)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of_hint(inner[1])}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [member.value for member in hint]}
    if is_dataclass(hint) and isinstance(hint, type):
        return _of_class(hint)
    raise TypeError(f"no schema for {hint}")


def _or_null(schema: Schema) -> Schema:
    nullable = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


def _in_json(meaning: str) -> str:
    return re.sub(r"`(\w+)_ns`", r"`\1`", meaning).replace("None", "null")


def _described(form: type[Any]) -> Iterator[tuple[str, str]]:
    """Names and meanings out of the `Attributes:` of a docstring, or out of its one sentence."""
    whole = cleandoc(form.__doc__ or "")
    _, found, listed = whole.partition("Attributes:\n")
    text = re.sub(r"\n\s{5,}", " ", listed) if found else ""
    for line in text.splitlines():
        names, colon, meaning = line.strip().partition(": ")
        if colon and re.fullmatch(r"\w+(, \w+)*", names):
            for name in names.split(", "):
                yield name, meaning
        # A second field described on the line of the first: `name`: meaning.
        for name, more in re.findall(r"`(\w+)`: ([^;`]+)", meaning):
            yield name, more.strip().rstrip(".") + "."
    if not found:
        for name, meaning in re.findall(r"`(\w+)`: ([^;]+)", whole.replace("\n", " ")):
            yield name, meaning.strip()
