"""`matpho bench pixels`: what observers of pictures find, beside composited truth."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.options import WidthOption, input_width
from matpho.cli.output import write_json
from matpho.defaults import CLIP


class What(StrEnum):
    """What is put into clips."""

    CAMERAS = "cameras"
    THINGS = "things"


def pixels(
    videos: Annotated[list[Path] | None, typer.Argument(help=text("cli-arg-bench-pixels-videos"))] = None,
    what: Annotated[What, typer.Option(help=text("cli-opt-bench-pixels-what"))] = What.CAMERAS,
    seeds: Annotated[int, typer.Option(min=0, help=text("cli-opt-bench-pixels-seeds"))] = 2,
    hours: Annotated[float, typer.Option(min=0, help=text("cli-opt-bench-pixels-hours"))] = 0.35,
    signals: Annotated[float, typer.Option(min=0, help=text("cli-opt-bench-pixels-signals"))] = 30.0,
    traffic: Annotated[list[Path] | None, typer.Option(help=text("cli-opt-bench-pixels-traffic"))] = None,
    width: WidthOption = None,
    out: Annotated[Path | None, typer.Option("--json", help=text("cli-opt-bench-json"))] = None,
) -> None:
    """Faults of cameras, or things that lie about, put into real clips; and clips in all weathers as they are."""
    from benchmarks.pixels import lying, lying_report, measure, report

    console = Console(width=max(Console().width, 132))
    recordings = tuple(traffic or ())
    plan = measure.PixelsPlan(
        seeds, hours, signal_s=signals, traffic=recordings, inputs=input_width(width) or "auto", share=True
    )
    clips = videos or [CLIP]
    progress = partial(console.print, style="dim", highlight=False)
    if what is What.THINGS:
        things = lying.measure_things(clips, plan, progress)
        tables, notes, figures = lying_report.tables(things), lying_report.notes(things), things.as_dict()
    else:
        found = measure.measure(clips, plan, progress)
        tables, notes, figures = report.tables(found), report.notes(found), found.as_dict()
    for table in tables:
        console.print(table)
    for note in notes:
        console.print(note, soft_wrap=True, highlight=False)
    write_json(out, figures)
