"""Write what is made from the code: JSON Schemas for editors and of records, the AsyncAPI document, tables of docs, and
for each kind of event a page and a drawing.

    python tools/write_docs.py [--release VERSION]

With --release the records' schemas are also kept as those of a version: later ones are held to them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from core.kinds import KINDS
from core.schemas import RECORDS, schema_of
from matpho.asyncapi import asyncapi, file_of
from matpho.checking import SCHEMAS, json_schema
from scenes.rules import SPECS

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for `tools` and `tests`, which are not installed

from tools.event_pages.drawing import draw  # noqa: E402
from tools.event_pages.examples import EXAMPLES  # noqa: E402
from tools.event_pages.page import index, page  # noqa: E402
from tools.event_pages.play import play  # noqa: E402

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
        made |= _with_tables(ROOT / "docs" / file, tables(name))
    return made | event_pages()


def event_pages() -> dict[Path, str]:
    """The page of each kind of event and its drawing, and the table of all."""
    folder = ROOT / "docs/events"
    made = _with_tables(ROOT / "docs/events.md", index() + "\n")
    played = {kind.value: play(kind, make()) for kind, make in EXAMPLES.items()}
    made |= {folder / f"{kind}.md": page(kind, played.get(kind)) for kind in KINDS}
    return made | {folder / f"{kind}.svg": draw(one) for kind, one in played.items()}


def _with_tables(path: Path, content: str) -> dict[Path, str]:
    before, _, rest = path.read_text(encoding="utf-8").partition(START)
    return {path: f"{before}{START}\n\n{content}\n{END}{rest.partition(END)[2]}"}


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
        kind = part["properties"].get("kind", {}).get("const")
        if kind in SPECS and kind in KINDS:
            said.append(f"### {title}\n\n{part.get('description', '')} See [{kind}](events/{kind}.md).\n")
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
