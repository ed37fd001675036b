"""`matpho scene`: see what a scene file says, have one proposed, edit it in a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.errors import ConfigError
from locales import text
from matpho.cli import scene_calibrate, scene_edit, scene_suggest
from matpho.cli.options import PresetOption

app = typer.Typer(no_args_is_help=True)
app.command("calibrate", help=text("cli-help-scene-calibrate"))(scene_calibrate.calibrate)
app.command("suggest", help=text("cli-help-scene-suggest"))(scene_suggest.suggest)
app.command("edit", help=text("cli-help-scene-edit"))(scene_edit.edit)


@app.callback()
def group() -> None:
    """Commands over scene files."""


@app.command(help=text("cli-help-scene-draw"))
def draw(
    scene: Annotated[Path, typer.Argument(help=text("cli-arg-scene"))],
    video: Annotated[str | None, typer.Argument(help=text("cli-arg-scene-video"))] = None,
    out: Annotated[Path, typer.Option(help=text("cli-opt-scene-out"))] = Path("scene.png"),
    preset: PresetOption = None,
) -> None:
    """Draw a scene, or a preset of it, over a picture: the first frame of a video, or that preset's own."""
    from matpho.cli.scene_files import write_drawing
    from matpho.cli.scene_tracks import first_picture
    from scenes.scene_file import load_scene

    whole = load_scene(scene)
    file = whole.of(preset)
    if video is None:
        pictures = () if preset is None else whole.scene.presets[preset].pictures
        if not pictures:
            raise ConfigError("error-draw-picture", path=scene)
        video = str(pictures[0])
    write_drawing(out, first_picture(video), file.scene, Console(), file.fit)
