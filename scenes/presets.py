"""Presets of a camera that turns: whether they can be told apart, and their reference pictures used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from core.arrays import U8
from core.scene import SAME_SHAPE
from scenes.documents import Document, Problem
from scenes.place_specs import PresetSpec


def read_picture(path: Path) -> U8 | None:
    """A picture (height, width, 3) BGR; None when it cannot be read."""
    try:
        # Not cv2.imread, which prints warnings of its own.
        found = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    return None if found is None else np.asarray(found, np.uint8)


def preset_problems(document: Document, presets: Sequence[PresetSpec], size: tuple[int, int]) -> list[Problem]:
    """Presets of one id or one token, and pictures that cannot be used; `size`: the scene's (width, height)."""
    found: list[Problem] = []
    ids: dict[str, int] = {}
    tokens: dict[str, int] = {}
    for number, preset in enumerate(presets):
        at, token = ("presets", number), preset.token or preset.id
        if preset.id in ids:
            other = document.line(("presets", ids[preset.id]))
            found.append(document.problem((*at, "id"), "problem-preset-twice", name=preset.id, other=other))
        elif token in tokens:
            other = document.line(("presets", tokens[token]))
            found.append(document.problem((*at, "token"), "problem-preset-token-twice", name=token, other=other))
        ids.setdefault(preset.id, number)
        tokens.setdefault(token, number)
        found += picture_problems(document.inside(*at, "picture"), preset.picture, size)
    return found


def picture_problems(document: Document, pictures: Sequence[Path], size: tuple[int, int]) -> list[Problem]:
    """Missing, unreadable, of another shape than the scene's size."""
    found = []
    for number, name in enumerate(pictures):
        path = document.path.parent / name
        if not path.is_file():
            found.append(document.problem((number,), "problem-file-missing", path=path))
            continue
        picture = read_picture(path)
        if picture is None:
            found.append(document.problem((number,), "problem-preset-picture", path=path))
            continue
        height, width = picture.shape[:2]
        if abs(width / height / (size[0] / size[1]) - 1) > SAME_SHAPE:
            told = {"width": str(width), "height": str(height), "expected": f"{size[0]} × {size[1]}"}
            found.append(document.problem((number,), "problem-preset-shape", path=path, **told))
    return found
