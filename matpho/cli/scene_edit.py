"""`matpho scene edit`: a scene edited in its picture, in a browser."""

from __future__ import annotations

import secrets
import webbrowser
from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.console import Console

from core.errors import ConfigError
from locales import text
from matpho.cli.options import PortOption, PresetOption
from matpho.cli.signals import wait_for_stop


def edit(
    scene: Annotated[Path, typer.Argument(help=text("cli-arg-scene-edit"))],
    video: Annotated[str, typer.Argument(help=text("cli-arg-scene-picture"))],
    preset: PresetOption = None,
    port: PortOption = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help=text("cli-opt-browser"))] = True,
) -> None:
    """Serve the editor until Ctrl-C."""
    from console.editor import create_editor
    from console.server import BackgroundServer
    from matpho.cli.scene_files import scene_id
    from matpho.cli.scene_tracks import first_picture
    from scenes.editing import write_atomically

    picture = first_picture(video)
    good, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    if not good:
        raise ConfigError("error-no-frame", path=video)
    if not scene.exists():
        height, width = picture.shape[:2]
        write_atomically(scene, f"id: {scene_id(scene)}\nversion: 1\nreference_size: [{width}, {height}]\n")
    token = secrets.token_urlsafe(24)
    with BackgroundServer(create_editor(scene, encoded.tobytes(), token, preset=preset), port=port) as server:
        address = f"{server.url}#token={token}"
        Console().print(text("cli-editor-at", url=address), soft_wrap=True)
        if browser:
            webbrowser.open(address)
        wait_for_stop()
