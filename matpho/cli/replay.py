"""`matpho replay` and `matpho track`: one part of the way alone, on recorded data."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from core.errors import ConfigError
from locales import text
from matpho.cli.display import Board
from matpho.cli.options import PresetOption
from matpho.times import parse_time

if TYPE_CHECKING:
    from core.tracks import TrackBatch
    from scenes.scene_file import SceneFile


def replay(
    tracks: Annotated[Path, typer.Argument(help=text("cli-arg-tracks"))],
    scene: Annotated[Path, typer.Option(help=text("cli-opt-scene"))],
    out: Annotated[Path | None, typer.Option(help=text("cli-opt-replay-out"))] = None,
    start: Annotated[str, typer.Option(help=text("cli-opt-start"))] = "1970-01-01T00:00:00Z",
    fps: Annotated[float | None, typer.Option(min=0.01, help=text("cli-opt-replay-fps"))] = None,
    preset: PresetOption = None,
    explain: Annotated[int | None, typer.Option(metavar="TRACK_ID", help=text("cli-opt-explain"))] = None,
    json_lines: Annotated[bool, typer.Option("--json", help=text("cli-opt-explain-json"))] = False,
) -> None:
    """Run motion and rules on recorded tracks."""
    from scenes.scene_file import load_scene
    from trackers.recorded import recorded_tracks

    if (json_lines and explain is None) or (explain is not None and out is not None):
        raise typer.BadParameter(text("cli-explain-alone"))
    file = load_scene(scene).of(preset)
    batches = recorded_tracks(tracks, start_ns=parse_time(start), sizes=file.scene.reference_size, fps=fps)
    if explain is not None:
        _explain(batches, file, tracks, explain, json_lines)
    else:
        _find(batches, file, out)


def _explain(batches: Iterator[TrackBatch], file: SceneFile, path: Path, track_id: int, json_lines: bool) -> None:
    from matpho.cli.explain import known_track, print_story, story_json
    from pipeline.explain import explain

    found = known_track(explain(batches, file.scene, file.rules, track_id), path)
    if json_lines:
        typer.echo(story_json(found, file, path))
    else:
        print_story(Console(), found, file, path)


def _find(batches: Iterator[TrackBatch], file: SceneFile, out: Path | None) -> None:
    from matpho.summary import RunSummary
    from pipeline.replay import replay as replayed
    from sinks.json_lines import JsonLinesSink

    console, summary = Console(stderr=out is None), RunSummary()
    began = time.monotonic()
    if out is not None:
        _new_file(out)
    sink = JsonLinesSink.stream(sys.stdout.buffer) if out is None else JsonLinesSink.file(out)
    try:
        with Board(console, {}) as board:
            for findings in replayed(batches, file.scene, file.rules):
                sink.write(findings.records)
                for event in findings.events:
                    summary.count(event)
                    if out is not None:
                        board.event(event)
    finally:
        sink.close()
    seconds = time.monotonic() - began
    console.print(text("cli-replayed", events=summary.events.total(), seconds=f"{seconds:.1f}"))


def track(
    detections: Annotated[Path, typer.Argument(help=text("cli-arg-detections"))],
    fps: Annotated[float, typer.Option(min=0.01, help=text("cli-opt-track-fps"))],
    out: Annotated[Path, typer.Option(help=text("cli-opt-track-out"))],
) -> None:
    """Run the tracker alone on MOTChallenge detections."""
    from trackers.mot_challenge import track_file
    from trackers.online import OnlineTracker

    began = time.monotonic()
    done = track_file(detections, fps, out, OnlineTracker())
    milliseconds = 1000 * (time.monotonic() - began) / max(done.frames, 1)
    said = text("cli-tracked", frames=done.frames, tracks=done.tracks, path=out, milliseconds=f"{milliseconds:.2f}")
    Console().print(said, soft_wrap=True)


def _new_file(path: Path) -> None:
    try:
        path.write_bytes(b"")
    except OSError as error:
        raise ConfigError("error-file-unwritable", path=path, reason=error.strerror or error) from error
