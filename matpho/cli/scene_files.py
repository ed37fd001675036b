"""What the commands over scenes write: a scene's name, and the picture of it."""

from __future__ import annotations

from pathlib import Path

import cv2
from rich.console import Console

from core.arrays import U8
from core.errors import ConfigError
from core.scene import Scene
from evidence.drawing import draw_scene
from locales import language, text
from scenes.ground import GroundFit


def scene_id(path: Path) -> str:
    """An identifier made of a file's name."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "-" for c in path.stem).strip("-_.")
    return kept[:64] or "scene"


def write_drawing(path: Path, picture: U8, scene: Scene, console: Console, fit: GroundFit | None = None) -> None:
    """Write a picture with a scene drawn over it, and what its ground was fitted to.

    Raises:
        ConfigError: it cannot be written, or its name is of no format of pictures.
    """
    good, encoded = cv2.imencode(path.suffix or ".png", draw_scene(picture, scene, language(), fit))
    if not good:
        raise ConfigError("error-picture-format", path=path)
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise ConfigError("error-file-unwritable", path=path, reason=error.strerror or error) from error
    console.print(text("cli-written", path=path), soft_wrap=True)
