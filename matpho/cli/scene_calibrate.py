"""`matpho scene calibrate`: metres proposed from traffic itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from core.arrays import F64
from core.errors import ConfigError
from core.taxonomy import ObjectClass
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
    from scenes.calibration.fit import Known
    from scenes.calibration.propose import Proposal
    from scenes.calibration.shapes import Typical

FAIR = 0.05
"""Scale error above which a person is told how to do better."""


def calibrate(
    source: Annotated[str, typer.Argument(help=text("cli-arg-scene-tracks"))],
    out: Annotated[Path | None, typer.Option(help=text("cli-opt-calibrate-out"))] = None,
    preset: PresetOption = None,
    known: Annotated[list[str] | None, typer.Option(metavar="X1,Y1,X2,Y2=M", help=text("cli-opt-known"))] = None,
    lane_width: Annotated[float | None, typer.Option(min=1.0, max=10.0, help=text("cli-opt-lane-width"))] = None,
    typical: Annotated[list[str] | None, typer.Option(metavar="CLASS=LxWxH", help=text("cli-opt-typical"))] = None,
    size: SizeOption = None,
    picture: PictureOption = None,
    camera: TracksCameraOption = None,
    for_: ForOption = None,
    frames: FramesOption = None,
    model: ModelOption = None,
    fps: FpsOption = None,
) -> None:
    """Propose the way from the picture to metres."""
    from matpho.cli.scene_tracks import Wish, gather, picture_size
    from scenes.calibration.propose import propose

    console = Console(highlight=False)
    distances = [known_distance(value) for value in known or ()]
    sizes = typical_sizes(typical or ())
    longest = None if for_ is None else duration(for_)
    wish = Wish(source, picture_size(size), picture, camera, longest, frames, model, fps)
    table, drawn_on = gather(wish, console)
    with console.status(text("cli-calibrate-fitting", rows=len(table))):
        proposal = propose(table, known=distances, lane_width_m=lane_width, typical=sizes)
    _print(console, proposal, lane_width, bool(distances))
    if out is None:
        console.print(text("cli-calibrate-no-out"), soft_wrap=True)
        return
    write_ground(out, proposal, bool(distances), console, preset)
    if drawn_on is not None:
        from matpho.cli.scene_files import write_drawing
        from scenes.scene_file import load_scene

        write_drawing(out.with_suffix(".jpg"), drawn_on, load_scene(out).of(preset).scene, console)


def known_distance(value: str) -> Known:
    """The distance of `x1,y1,x2,y2=7.5`.

    Raises:
        ConfigError: it is none.
    """
    from scenes.calibration.fit import Known

    ends, _, metres = value.partition("=")
    try:
        numbers = [float(part) for part in ends.split(",")]
        length = float(metres)
        points = np.array(numbers, np.float64).reshape(2, 2)
    except ValueError as error:
        raise ConfigError("error-known", value=value) from error
    if not (np.isfinite(points).all() and 0 < length < 10_000) or (points[0] == points[1]).all():
        raise ConfigError("error-known", value=value)
    return Known(points, length)


def typical_sizes(values: list[str] | tuple[()]) -> dict[ObjectClass, Typical]:
    """The typical sizes with those of `car=4.4x1.75x1.5` in the place of ours, and no doubt about them.

    Raises:
        ConfigError: a value is no class with three lengths.
    """
    from dataclasses import replace

    from scenes.calibration.shapes import TYPICAL

    sizes = dict(TYPICAL)
    for value in values:
        name, _, lengths = value.partition("=")
        kind = next((one for one in sizes if one.label == name.strip()), None)
        try:
            numbers = [float(part) for part in lengths.lower().replace("×", "x").split("x")]
        except ValueError:
            numbers = []
        if kind is None or len(numbers) != 3 or not all(0.1 < number < 40 for number in numbers):
            raise ConfigError("error-typical", value=value, known=", ".join(one.label for one in sizes))
        sizes[kind] = replace(sizes[kind], length_m=numbers[0], width_m=numbers[1], height_m=numbers[2], doubt=0.01)
    return sizes


def write_ground(path: Path, proposal: Proposal, known: bool, console: Console, preset: str | None = None) -> None:
    """Put the proposal into a scene file, or a preset of it, made where it is missing; the rest of it stays as it is.

    Raises:
        ConfigError: the file is there and is no scene, has presets other than the one named, or cannot be written.
    """
    from matpho.cli.scene_files import scene_id
    from scenes.documents import document_of
    from scenes.editing import ground_section, with_sections, write_atomically
    from scenes.preset_text import PresetText
    from scenes.scene_file import load_scene, scene_of

    size = proposal.camera.size
    if path.exists():
        before, size = path.read_text(encoding="utf-8"), load_scene(path).of(preset).scene.reference_size
    else:
        before = f"# {text('scene-note-calibrated-file')}\nid: {scene_id(path)}\nreference_size: {list(size)}\n"
    comment = text(
        "scene-note-ground",
        along=percent(proposal.along_error),
        across=percent(proposal.across_error),
        tracks=sum(proposal.tracks.values()),
        ruler=text("scene-note-ruler-known" if known else "scene-note-ruler-sizes"),
    )
    section = ground_section(_for_size(proposal, size), proposal.error_m, comment)
    where = None if preset is None else PresetText.find(before, preset, path)
    part = with_sections(before if where is None else where.part, {"ground": section})
    content = part if where is None else where.with_part(part)
    scene_of(document_of(path, content))
    backup = write_atomically(path, content)
    console.print(text("cli-written", path=path), soft_wrap=True)
    if backup is not None:
        console.print(text("cli-scene-backup", path=backup), soft_wrap=True)


def percent(share: float) -> str:
    """A share as a whole number of per cent, one decimal below ten."""
    return f"{100 * share:.0f}" if share >= 0.095 else f"{100 * share:.1f}"


def _for_size(proposal: Proposal, size: tuple[int, int]) -> F64:
    own = proposal.camera.size
    return np.asarray(proposal.camera.ground @ np.diag([own[0] / size[0], own[1] / size[1], 1.0]), np.float64)


def _print(console: Console, proposal: Proposal, lane_width: float | None, known: bool) -> None:
    camera = proposal.camera
    view = 2 * math.degrees(math.atan(camera.size[0] / 2 / camera.focal))
    used = ", ".join(f"{text(f'class-{kind.label}')}: {n}" for kind, n in proposal.tracks.items())
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in (
        ("used", used),
        ("roads", ", ".join(map(str, proposal.roads)) or "–"),
        ("height", f"{camera.height_m:.1f} m"),
        ("pitch", f"{math.degrees(camera.pitch):.1f}°"),
        ("view", f"{view:.0f}°"),
        ("along", f"± {percent(proposal.along_error)} %"),
        ("across", f"± {percent(proposal.across_error)} %"),
        ("error", f"{proposal.error_m:.2f} m"),
    ):
        table.add_row(text(f"cli-calibrate-{name}"), value)
    console.print(table)
    if lane_width is not None:
        found = proposal.lane_m
        said = "cli-calibrate-lanes-unclear" if found is None else "cli-calibrate-lanes"
        console.print(text(said, found=f"{found or 0:.2f}", wanted=f"{lane_width:g}"), soft_wrap=True)
    if proposal.scale_error > FAIR and not known:
        console.print(text("cli-calibrate-advice"), soft_wrap=True)
