"""A scene file that a person changes shape by shape: what may be changed, whether it holds, and writing it back."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from core.errors import ConfigError
from scenes.documents import MAX_BYTES, ProblemsError, document_of
from scenes.editing import flow, items_section, with_sections, write_atomically
from scenes.preset_text import PresetText
from scenes.scene_file import SceneFile, load_scene, scene_of

LISTS: Final = ("zones", "lines", "lanes", "signals")
SECTIONS: Final = (*LISTS, "ground")
"""What a draft changes; the rest of a file stays as it is."""
Sections = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A scene file as read, or a preset of it: `path` is the only file that is ever written, besides its backup.

    Attributes:
        text: of the file.
        preset: the only part that is changed; None: a fixed camera's scene.
    """

    path: Path
    text: str
    preset: str | None = None

    @classmethod
    def read(cls, path: Path, preset: str | None = None) -> Draft:
        """The file as it is now.

        Raises:
            ConfigError: it cannot be read, is no YAML mapping, or has presets other than the one named; a scene with
                mistakes can be read.
        """
        with contextlib.suppress(ProblemsError):
            load_scene(path).of(preset)
        text = path.read_text(encoding="utf-8")
        if preset is not None:
            PresetText.find(text, preset, path)
        return cls(path, text, preset)

    @property
    def mark(self) -> str:
        """Changes with the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def data(self) -> dict[str, Any]:
        """What is changed, as plain data: the whole file, or the preset."""
        found: dict[str, Any] = yaml.safe_load(self.text if self._place is None else self._place.part)
        return found

    @property
    def reference_size(self) -> Any:
        """As the file gives it."""
        return yaml.safe_load(self.text).get("reference_size")

    @property
    def field(self) -> str:
        """Where what is changed stands in the file: before the fields of its mistakes."""
        return "" if self._place is None else f"presets[{self._place.number}]."

    @property
    def _place(self) -> PresetText | None:
        return None if self.preset is None else PresetText.find(self.text, self.preset, self.path)

    def changed(self, sections: Sections) -> str:
        """The file's text with sections changed, and its version raised if they are.

        Raises:
            ConfigError: a section is none that may be changed, or is no list of mappings where it must be.
        """
        before, place = self.data, self._place
        part = self.text if place is None else place.part
        new: dict[str, str | None] = {}
        for key, value in sections.items():
            if key not in SECTIONS or not _well_formed(key, value):
                raise ConfigError("error-editor-section", section=str(key)[:40])
            if (value or None) == (before.get(key) or None):
                continue
            new[key] = _ground(value) if key == "ground" else items_section(part, key, value or [])
        if not new:
            return self.text
        text = with_sections(part, new)
        return _raised(text if place is None else place.with_part(text))

    def scene(self, sections: Sections) -> SceneFile:
        """The scene with sections changed.

        Raises:
            ProblemsError: it has mistakes, as `matpho check` tells them.
            ConfigError: as for `changed`.
        """
        return scene_of(document_of(self.path, self.changed(sections))).of(self.preset)

    def save(self, sections: Sections) -> Draft:
        """Write the file, its backup first; the draft of what is there now.

        Raises:
            ConfigError: as for `scene`; or the file was changed meanwhile, or cannot be written.
        """
        text = self.changed(sections)
        scene_of(document_of(self.path, text))
        if len(text.encode("utf-8")) > MAX_BYTES:
            raise ConfigError("error-file-large", path=self.path, limit=MAX_BYTES)
        if Draft.read(self.path, self.preset).mark != self.mark:
            raise ConfigError("error-editor-changed", path=self.path)
        if text != self.text:
            write_atomically(self.path, text)
        return Draft(self.path, text, self.preset)


def _raised(text: str) -> str:
    """The text with the next version."""
    data = yaml.safe_load(text)
    version = data.get("version", 1)
    if not isinstance(version, int):
        return text
    if "version" in data:
        return with_sections(text, {"version": f"version: {version + 1}"})
    if "id" in data:
        return with_sections(text, {"id": f"id: {flow(data['id'])}\nversion: {version + 1}"})
    return text


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
