"""One preset's part of a scene file, changed by programs as if it were a file of its own."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class PresetText:
    """Where a preset stands in the text of a scene file.

    Attributes:
        number: of the preset in its list.
        start, end: its lines, half open.
        column: at which its keys stand.
    """

    text: str
    number: int
    start: int
    end: int
    column: int

    @classmethod
    def find(cls, text: str, preset: str, path: object) -> PresetText:
        """The preset with this id; `path`: of the file, for what is told.

        Raises:
            ConfigError: there is none, or it is written in braces, of which no part can be changed.
        """
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        pairs = root.value if isinstance(root, yaml.MappingNode) else []
        node = next((value for key, value in pairs if key.value == "presets"), None)
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        ids = [_id(item) for item in items]
        if preset not in ids or node is None:
            raise ConfigError("error-preset-unknown", path=path, name=preset, known=", ".join(ids) or "-")
        number = ids.index(preset)
        item = items[number]
        if node.flow_style or item.flow_style:
            raise ConfigError("error-preset-braces", path=path, name=preset)
        lines, start, end = text.splitlines(), item.start_mark.line, item.end_mark.line
        if item.end_mark.column > 0 and end < len(lines) and lines[end][: item.end_mark.column].strip():
            end += 1
        # What stands before the next preset or section belongs to that.
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        return cls(text, number, start, end, item.start_mark.column)

    @property
    def part(self) -> str:
        """The preset as the text of a mapping."""
        first, *others = self.text.splitlines()[self.start : self.end]
        kept = [line[self.column :] if not line[: self.column].strip() else line.lstrip() for line in others]
        return "\n".join([first[self.column :], *kept]) + "\n"

    def with_part(self, part: str) -> str:
        """The file's text with another mapping in the place of the preset."""
        lines = self.text.splitlines()
        first, *others = part.rstrip("\n").splitlines()
        inner = [lines[self.start][: self.column] + first]
        inner += [" " * self.column + line if line.strip() else "" for line in others]
        return "\n".join([*lines[: self.start], *inner, *lines[self.end :]]) + "\n"


def _id(item: yaml.Node) -> str:
    pairs = item.value if isinstance(item, yaml.MappingNode) else []
    return next((str(value.value) for key, value in pairs if key.value == "id"), "")
