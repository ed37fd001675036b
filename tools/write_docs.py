"""Write what is made from the code: JSON Schemas for editors and of records, the AsyncAPI document, tables of docs.

    python tools/write_docs.py [--release VERSION]

With --release the records' schemas are also kept as those of a version: later ones are held to them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from core.schemas import RECORDS, schema_of
from matpho.asyncapi import asyncapi, file_of
from matpho.cli.check import SCHEMAS, json_schema

ROOT: Final = Path(__file__).resolve().parents[1]
START, END = "<!-- tables: made by `make docs` -->", "<!-- end of tables -->"


def main() -> None:
    """Write all of it."""
    made = documents()
    if sys.argv[1:2] == ["--release"]:
        released = ROOT / "schemas/released" / sys.argv[2]
        made |= {released / file_of(name): _json(schema_of(name)) for name in RECORDS}
    for path, content in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def documents() -> dict[Path, str]:
    """Each file with the content that it should have."""
    made = {ROOT / f"configs/schemas/{name}.schema.json": json_schema(name) for name in SCHEMAS}
    made |= {ROOT / "schemas" / file_of(name): _json(schema_of(name)) for name in RECORDS}
    made[ROOT / "schemas/asyncapi.yaml"] = asyncapi()
    for name, file in (("config", "configuration.md"), ("scene", "scenes.md")):
        path = ROOT / "docs" / file
        before, _, rest = path.read_text(encoding="utf-8").partition(START)
        after = rest.partition(END)[2]
        made[path] = f"{before}{START}\n\n{tables(name)}\n{END}{after}"
    return made


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def tables(name: str) -> str:
    """One table of keys for each part of a kind of file."""
    schema = SCHEMAS[name].model_json_schema()
    parts = {SCHEMAS[name].__name__: schema, **schema.get("$defs", {})}
    said = []
    for title, part in parts.items():
        if "properties" not in part:
            continue
        said.append(f"### {title}\n\n{part.get('description', '')}\n")
        said.append("| key | type | default | meaning |\n| --- | --- | --- | --- |")
        required = part.get("required", [])
        for key, value in part["properties"].items():
            default = "required" if key in required else f"`{_default(value)}`"
            said.append(f"| `{key}` | {_type(value)} | {default} | {value.get('description', '')} |")
        said.append("")
    return "\n".join(said)


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default is None:
        return "none"
    return str(default).lower() if isinstance(default, bool) else str(default)


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        return f"[{value['$ref'].rsplit('/', 1)[1]}](#{value['$ref'].rsplit('/', 1)[1].lower()})"
    if "anyOf" in value or "oneOf" in value:
        kinds = [_type(v) for v in value.get("anyOf", value.get("oneOf", [])) if v.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in value:
        return ", ".join(f"`{v}`" for v in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if value.get("type") == "array":
        return "list of " + _type(value["items"]) if "items" in value else "list"
    return str(value.get("type", "any"))


if __name__ == "__main__":
    main()
