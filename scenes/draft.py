"""A scene file that a person changes shape by shape: what may be changed, whether it holds, and writing it back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from core.errors import ConfigError
from scenes.documents import MAX_BYTES, document_of
from scenes.editing import flow, items_section, with_sections, write_atomically
from scenes.scene_file import SceneFile, load_fixed_scene, scene_of

LISTS: Final = ("zones", "lines", "lanes")
SECTIONS: Final = (*LISTS, "ground")
"""What a draft changes; the rest of a file stays as it is."""
Sections = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A scene file as read: `path` is the only file that is ever written, besides its backup.

    Attributes:
        text: of the file.
    """

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Draft:
        """The file as it is now.

        Raises:
            ConfigError: it cannot be read, or is no YAML mapping; a scene with mistakes can be read.
        """
        try:
            load_fixed_scene(path)
        except ConfigError as error:
            if not hasattr(error, "problems"):
                raise
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def mark(self) -> str:
        """Changes with the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def data(self) -> dict[str, Any]:
        """The whole file as plain data."""
        found: dict[str, Any] = yaml.safe_load(self.text)
        return found

    def changed(self, sections: Sections) -> str:
        """The file's text with sections changed, and its version raised if they are.

        Raises:
            ConfigError: a section is none that may be changed, or is no list of mappings where it must be.
        """
        before = self.data
        new: dict[str, str | None] = {}
        for key, value in sections.items():
            if key not in SECTIONS or not _well_formed(key, value):
                raise ConfigError("error-editor-section", section=str(key)[:40])
            if (value or None) == (before.get(key) or None):
                continue
            new[key] = _ground(value) if key == "ground" else items_section(self.text, key, value or [])
        if not new:
            return self.text
        version = before.get("version", 1)
        if isinstance(version, int):
            if "version" in before:
                new["version"] = f"version: {version + 1}"
            elif "id" in before:
                new["id"] = f"id: {flow(before['id'])}\nversion: {version + 1}"
        return with_sections(self.text, new)

    def scene(self, sections: Sections) -> SceneFile:
        """The scene with sections changed.

        Raises:
            ProblemsError: it has mistakes, as `matpho check` tells them.
            ConfigError: as for `changed`.
        """
        return scene_of(document_of(self.path, self.changed(sections)))

    def save(self, sections: Sections) -> Draft:
        """Write the file, its backup first; the draft of what is there now.

        Raises:
            ConfigError: as for `scene`; or the file was changed meanwhile, or cannot be written.
        """
        text = self.changed(sections)
        scene_of(document_of(self.path, text))
        if len(text.encode("utf-8")) > MAX_BYTES:
            raise ConfigError("error-file-large", path=self.path, limit=MAX_BYTES)
        if Draft.read(self.path).mark != self.mark:
            raise ConfigError("error-editor-changed", path=self.path)
        if text != self.text:
            write_atomically(self.path, text)
        return Draft(self.path, text)


def point_pairs(scene: SceneFile) -> list[dict[str, list[float]]]:
    """Four point pairs that say what a scene's ground says, spread over the picture; none without a ground."""
    ground = scene.scene.ground
    if ground is None:
        return []
    width, height = scene.scene.reference_size
    # As high up as the ground is seen and a pixel is still worth something.
    for top in np.linspace(0.35, 0.75, 9):
        pixels = np.array([(0.2, 0.92), (0.8, 0.92), (0.65, top), (0.35, top)]) * (width, height)
        metres, valid = ground.to_ground(pixels)
        if valid.all() and np.abs(metres).max() < 300 and float(np.ptp(metres, axis=0).max()) < 120:
            rounded = zip(np.round(pixels, 1).tolist(), np.round(metres, 2).tolist(), strict=True)
            return [{"pixel": pixel, "metres": place} for pixel, place in rounded]
    return []


def _well_formed(key: str, value: object) -> bool:
    if value is None:
        return True
    if key == "ground":
        return isinstance(value, dict) and all(isinstance(name, str) for name in value)
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _ground(value: Mapping[str, Any] | None) -> str | None:
    if not value:
        return None
    lines = ["ground:"]
    for key, inner in value.items():
        if key in ("points", "homography") and isinstance(inner, list):
            lines += [f"  {key}:", *(f"    - {flow(item)}" for item in inner)]
        elif inner is not None:
            lines.append(f"  {key}: {flow(inner)}")
    return "\n".join(lines)
