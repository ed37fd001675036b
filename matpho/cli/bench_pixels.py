"""`matpho bench pixels`: what observers of pictures find, beside composited truth."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.output import write_json
from matpho.defaults import CLIP


def pixels(
    videos: Annotated[list[Path] | None, typer.Argument(help=text("cli-arg-bench-pixels-videos"))] = None,
    seeds: Annotated[int, typer.Option(min=0, help=text("cli-opt-bench-pixels-seeds"))] = 4,
    hours: Annotated[float, typer.Option(min=0, help=text("cli-opt-bench-pixels-hours"))] = 0.7,
    signals: Annotated[float, typer.Option(min=0, help=text("cli-opt-bench-pixels-signals"))] = 120.0,
    traffic: Annotated[list[Path] | None, typer.Option(help=text("cli-opt-bench-pixels-traffic"))] = None,
    out: Annotated[Path | None, typer.Option("--json", help=text("cli-opt-bench-json"))] = None,
) -> None:
    """Faults of cameras put into real clips, and clips in all weathers that are well."""
    from benchmarks.pixels import measure, report

    console = Console(width=max(Console().width, 132))
    plan = measure.PixelsPlan(seeds, hours, signal_s=signals, traffic=tuple(traffic or ()))
    found = measure.measure(videos or [CLIP], plan, partial(console.print, style="dim", highlight=False))
    for table in report.tables(found):
        console.print(table)
    for note in report.notes(found):
        console.print(note, soft_wrap=True, highlight=False)
    write_json(out, found.as_dict())
