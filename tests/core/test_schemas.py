"""Every record is as its published schema says, and no version takes back what an earlier one promised."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft7Validator, FormatChecker

from core.codec.records import record_to_dict
from core.events import Event
from core.kinds import MEASURES_OF
from core.records import Record
from core.schemas import RECORDS, schema_of
from tests.support.records import an_event, described

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
RELEASED = sorted((SCHEMAS / "released").glob("*/*.schema.json"))
VALIDATORS = {
    record: Draft7Validator(schema_of(name), format_checker=FormatChecker()) for name, record in RECORDS.items()
}


@given(described)
def test_any_record_is_as_its_schema_says_field_by_field(record: Record) -> None:
    value = json.loads(json.dumps(record_to_dict(record)))
    validator = VALIDATORS[type(record)]
    assert [error.message for error in validator.iter_errors(value)] == []
    assert list(value) == list(value | validator.schema["properties"])
    assert set(value) == set(validator.schema["properties"])
    if isinstance(record, Event):
        form = validator.schema["definitions"][MEASURES_OF[record.kind].__name__]
        assert set(value["measures"]) == set(form["properties"])


@pytest.mark.parametrize(
    "change",
    [
        {"revision": "1"},
        {"kind": "security.nothing"},
        {"started": 5},
        {"box": [1, 2, 3]},
        {"measures": {"dwell_s": "long"}},
        {"event_id": None},
        {"classes": ["dragon"]},
    ],
    ids=str,
)
def test_what_is_wrong_is_found(change: dict[str, Any]) -> None:
    value = record_to_dict(an_event(1)) | change
    assert list(VALIDATORS[Event].iter_errors(value))


def test_there_is_a_released_version_of_each() -> None:
    assert {path.name.split(".")[0] for path in RELEASED} == set(RECORDS)


@pytest.mark.parametrize("path", RELEASED, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_every_field_of_a_released_version_is_there_unchanged(path: Path) -> None:
    assert broken(json.loads(path.read_text()), schema_of(path.name.split(".")[0])) == []


def broken(old: dict[str, Any], new: dict[str, Any], place: str = "") -> list[str]:
    """What a consumer of the old schema, or a reader of its records, would miss in the new one."""
    said = []
    if old.get("type") != new.get("type"):
        said.append(f"{place}: type {old.get('type')} became {new.get('type')}")
    for name in ("format", "minItems", "maxItems"):
        if old.get(name) != new.get(name):
            said.append(f"{place}: {name}")
    said += [f"{place}: {value} is gone" for value in old.get("enum", ()) if value not in new.get("enum", ())]
    if "enum" in new and "enum" not in old:
        said.append(f"{place}: only some values now")
    if set(old.get("required", ())) != set(new.get("required", ())):
        said.append(f"{place}: required")
    for group in ("properties", "definitions"):
        for name, inner in old.get(group, {}).items():
            if name not in new.get(group, {}):
                said.append(f"{place}/{name} is gone")
            else:
                said += broken(inner, new[group][name], f"{place}/{name}")
    for name in ("items", "additionalProperties"):
        if name in old:
            said += broken(old[name], new.get(name, {}), f"{place}/{name}")
    return said


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        (("properties",), "zone", None),
        (("properties", "revision"), "type", "string"),
        (("properties", "kind"), "enum", ["camera.down"]),
        ((), "required", ["event_id"]),
        (("definitions", "QueueMeasures", "properties"), "unit", None),
    ],
)
def test_a_break_would_be_found(place: tuple[str, ...], key: str, value: Any) -> None:
    old = schema_of("event")
    new = copy.deepcopy(old)
    inner = new
    for name in place:
        inner = inner[name]
    if value is None:
        del inner[key]
    else:
        inner[key] = value
    assert len(broken(old, new)) >= 1
    assert broken(old, copy.deepcopy(old)) == []


def test_the_asyncapi_document_leads_to_every_schema() -> None:
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())
    assert document["asyncapi"] == "3.0.0"
    found = set()
    for channel in document["channels"].values():
        assert channel["address"].startswith("matpho.")
        for message in channel["messages"].values():
            target = document
            for part in message["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            if target["contentType"] == "application/protobuf":
                assert "message Frame" in target["payload"]["schema"]
                continue
            payload = json.loads((SCHEMAS / target["payload"]["$ref"]).read_text())
            found.add(payload["$id"])
    assert found == {schema_of(name)["$id"] for name in RECORDS}
    operations = document["operations"].values()
    assert {operation["channel"]["$ref"] for operation in operations} == {
        f"#/channels/{name}" for name in document["channels"]
    }
