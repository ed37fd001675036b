"""`matpho scene`: see what a scene file says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.console import Console

from core.errors import ConfigError
from locales import language, text

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Commands over scene files."""


@app.command(help=text("cli-help-scene-draw"))
def draw(
    scene: Annotated[Path, typer.Argument(help=text("cli-arg-scene"))],
    video: Annotated[str, typer.Argument(help=text("cli-arg-scene-video"))],
    out: Annotated[Path, typer.Option(help=text("cli-opt-scene-out"))] = Path("scene.png"),
) -> None:
    """Draw a scene over the first frame of a video."""
    from evidence.drawing import draw_scene
    from pipeline.sources.table import sources_for
    from scenes.scene_file import load_scene

    file = load_scene(scene)
    stream = sources_for(video)[0].open(0)
    try:
        _, surface = next(iter(stream), (None, None))
        if surface is None:
            raise ConfigError("error-no-frame", path=video)
        picture = surface.to_host()
        surface.release()
    finally:
        stream.close()
    good, encoded = cv2.imencode(out.suffix or ".png", draw_scene(picture, file.scene, language(), file.fit))
    if not good:
        raise ConfigError("error-picture-format", path=out)
    try:
        out.write_bytes(encoded.tobytes())
    except OSError as error:
        raise ConfigError("error-file-unwritable", path=out, reason=error.strerror or error) from error
    Console().print(text("cli-written", path=out), soft_wrap=True)
