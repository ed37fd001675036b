"""`matpho scene suggest`: lanes, lines and zones proposed from tracks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console

from core.arrays import F64, U8
from core.errors import ConfigError
from locales import text
from matpho.cli.options import (
    ForOption,
    FpsOption,
    FramesOption,
    ModelOption,
    PictureOption,
    PresetOption,
    SizeOption,
    TracksCameraOption,
    duration,
)

if TYPE_CHECKING:
    from scenes.suggestion.suggest import Suggestion
    from scenes.track_table import TrackTable


def suggest(
    source: Annotated[str, typer.Argument(help=text("cli-arg-scene-tracks"))],
    out: Annotated[Path, typer.Option(help=text("cli-opt-suggest-out"))],
    scene: Annotated[Path | None, typer.Option(help=text("cli-opt-suggest-scene"))] = None,
    preset: PresetOption = None,
    size: SizeOption = None,
    picture: PictureOption = None,
    camera: TracksCameraOption = None,
    for_: ForOption = None,
    frames: FramesOption = None,
    model: ModelOption = None,
    fps: FpsOption = None,
) -> None:
    """Propose lanes, lines and zones."""
    from matpho.cli.scene_files import scene_id, write_drawing
    from matpho.cli.scene_tracks import Wish, gather, picture_size
    from scenes.documents import document_of
    from scenes.editing import write_atomically
    from scenes.preset_text import PresetText
    from scenes.scene_file import load_scene, scene_of
    from scenes.suggestion.suggest import suggest as suggested
    from scenes.suggestion.writing import with_suggestion

    console = Console(highlight=False)
    if scene is None and preset is not None:
        raise ConfigError("error-preset-unknown", path=out, name=preset, known="-")
    known = None if scene is None else load_scene(scene).of(preset)
    longest = None if for_ is None else duration(for_)
    asked = picture_size(size) or (None if known is None else known.scene.reference_size)
    table, drawn_on = gather(Wish(source, asked, picture, camera, longest, frames, model, fps), console)
    if known is not None:
        table = _resized(table, known.scene.reference_size)
    found = suggested(table, None if known is None else known.scene.ground)
    if scene is None:
        said = text("scene-note-suggested-file")
        before = f"# {said}\nid: {scene_id(out)}\nreference_size: {list(table.size)}\n"
    else:
        before = scene.read_text(encoding="utf-8")
    if known is None or scene is None or preset is None:
        content = with_suggestion(before, known or scene_of(document_of(out, before)), found)
    else:
        where = PresetText.find(before, preset, scene)
        content = where.with_part(with_suggestion(where.part, known, found))
    scene_of(document_of(out, content))
    backup = write_atomically(out, content)
    _print(console, found)
    console.print(text("cli-written", path=out), soft_wrap=True)
    if backup is not None:
        console.print(text("cli-scene-backup", path=backup), soft_wrap=True)
    width, height = table.size
    canvas: U8 = np.full((height, width, 3), 60, np.uint8) if drawn_on is None else drawn_on
    write_drawing(out.with_suffix(".jpg"), canvas, load_scene(out).of(preset).scene, console)
    console.print(text("cli-suggest-next", path=out), soft_wrap=True)


def _resized(table: TrackTable, size: tuple[int, int]) -> TrackTable:
    from scenes.track_table import TrackTable

    scale: F64 = np.array([size[0] / table.size[0], size[1] / table.size[1]] * 2)
    return TrackTable.of(size, table.time_s, table.track_id, table.class_id, table.xyxy * scale)


def _print(console: Console, found: Suggestion) -> None:
    lanes = sum(len(way.lanes) for way in found.ways)
    unit = text("cli-suggest-metres" if found.metric else "cli-suggest-pixels")
    console.print(text("cli-suggest-found", vehicles=found.vehicles, lanes=lanes, lone=found.lone, unit=unit))
    for way in found.ways:
        name = text(f"scene-direction-{way.direction}")
        lines = ", ".join(text(f"cli-suggest-{kind}") for kind in way.lines) or "–"
        counts = ", ".join(str(lane.tracks) for lane in way.lanes) or "–"
        said = {"tracks": way.tracks, "lanes": len(way.lanes), "counts": counts, "lines": lines}
        console.print("  " + text("cli-suggest-way", direction=name, **said), soft_wrap=True)
    for area in found.areas:
        console.print("  " + text("cli-suggest-area", tracks=area.tracks))
