"""Scene files changed by programs: what is not changed keeps its text, comments included."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from core.arrays import F64
from core.errors import ConfigError

BACKUP: Final = ".bak"
"""Added to a file's name for what it was before."""


def with_sections(text: str, sections: Mapping[str, str | None]) -> str:
    """A YAML mapping's text with top-level sections put in the place of their old ones; None takes one out.

    New sections come at the end. Comments before a section stay; those within a changed one go.

    Args:
        sections: by key, the text of the whole section from `key:` on, as `section` writes it.
    """
    lines = text.splitlines()
    spans = _spans(text)
    kept: list[str] = []
    at = 0
    for key, (start, end) in sorted(spans.items(), key=lambda item: item[1]):
        kept += lines[at:start]
        new = sections[key] if key in sections else "\n".join(lines[start:end])
        if new is not None:
            kept += new.rstrip("\n").splitlines()
        at = end
    kept += lines[at:]
    for key, new in sections.items():
        if key not in spans and new is not None:
            kept += ["", *new.rstrip("\n").splitlines()]
    return "\n".join(kept).strip("\n") + "\n"


def items_section(text: str, key: str, items: Sequence[Mapping[str, Any]]) -> str | None:
    """A section that lists items; those that the text has already, with the same content, keep their text there.

    None without items.
    """
    if not items:
        return None
    known = _known_items(text, key)
    written = []
    for item in items:
        same = next((old for data, old in known if data == dict(item)), None)
        written.append(same if same is not None else item_text(item))
    return f"{key}:\n" + "".join(written)


def item_text(item: Mapping[str, Any], comment: str = "") -> str:
    """One item of a list, a line for each of its keys; for each item of a list of mappings too, such as lamps."""
    lines = [line for name, value in item.items() if value is not None for line in _key_lines(name, value)]
    said = "".join(f"  # {line}\n" for line in comment.splitlines())
    return said + "  - " + "\n    ".join(lines) + "\n"


def _key_lines(name: str, value: Any) -> list[str]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [f"{name}:", *(f"  - {flow(one)}" for one in value)]
    return [f"{name}: {flow(value)}"]


def ground_section(matrix: F64, error_m: float, comment: str = "") -> str:
    """The `ground` of a scene as a homography; comment lines stand within."""
    said = "".join(f"  # {line}\n" for line in comment.splitlines())
    rows = "".join(f"    - [{', '.join(f'{value:.8e}' for value in row)}]\n" for row in matrix / np.abs(matrix).max())
    return f"ground:\n{said}  homography:\n{rows}  error_m: {error_m:.2f}\n"


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, float):
        return f"{value:g}" if value == round(value, 4) else repr(value)
    said = yaml.safe_dump(value, default_flow_style=True, width=1_000_000, allow_unicode=True, sort_keys=False)
    return said.removesuffix("\n").removesuffix("\n...")


def write_atomically(path: Path, text: str) -> Path | None:
    """Write a file so that it is at all times the old or the new one.

    Returns:
        Where the old one's backup lies; None when there was none.

    Raises:
        ConfigError: it cannot be written.
    """
    backup = path.with_name(path.name + BACKUP)
    try:
        before = path.read_bytes() if path.exists() else None
        if before is not None:
            _replace(backup, before)
        _replace(path, text.encode("utf-8"))
    except OSError as error:
        raise ConfigError("error-file-unwritable", path=path, reason=error.strerror or error) from error
    return None if before is None else backup


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _spans(text: str) -> dict[str, tuple[int, int]]:
    """Lines from and up to which each top-level section stands, without the comments that lead to the next."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return {}
    lines = text.splitlines()
    starts = [key.start_mark.line for key, _ in root.value]
    found = {}
    for (key, _), start, end in zip(root.value, starts, [*starts[1:], len(lines)], strict=True):
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        found[str(key.value)] = (start, end)
    return found


def _known_items(text: str, key: str) -> list[tuple[Any, str]]:
    root = yaml.compose(text, Loader=yaml.SafeLoader) if text.strip() else None
    span = _spans(text).get(key) if root is not None else None
    if span is None or not isinstance(root, yaml.MappingNode):
        return []
    node = next(value for name, value in root.value if name.value == key)
    data = yaml.safe_load(text)[key]
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not isinstance(data, list):
        return []
    lines = text.splitlines()
    # An item begins with the comments above its dash.
    starts = [item.start_mark.line for item in node.value]
    starts = [_above(lines, start, span[0] + 1) for start in starts]
    ends = [*starts[1:], span[1]]
    return [
        (one, _indented(lines[start:end])) for one, start, end in zip(data, starts, ends, strict=True) if end > start
    ]


def _above(lines: list[str], start: int, first: int) -> int:
    while start > first and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _indented(lines: list[str]) -> str:
    """Lines moved so that their dash stands at two blanks."""
    dash = next((line for line in lines if line.lstrip().startswith("-")), "  -")
    shift = 2 - (len(dash) - len(dash.lstrip()))
    moved = [(" " * shift + line if shift > 0 else line[-shift:]) if line.strip() else "" for line in lines]
    while moved and not moved[-1]:
        moved.pop()
    return "\n".join(moved) + "\n"
