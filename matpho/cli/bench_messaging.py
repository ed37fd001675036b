"""`matpho bench messaging`."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.output import write_json


def messaging(
    kafka: Annotated[str | None, typer.Option(help=text("cli-opt-bench-messaging-kafka"))] = None,
    events: Annotated[int, typer.Option(min=100, help=text("cli-opt-bench-messaging-events"))] = 50_000,
    rounds: Annotated[int, typer.Option(min=1, help=text("cli-opt-bench-rounds"))] = 3,
    seconds: Annotated[float, typer.Option(min=1, help=text("cli-opt-bench-messaging-seconds"))] = 5.0,
    out: Annotated[Path | None, typer.Option("--json", help=text("cli-opt-bench-json"))] = None,
) -> None:
    """Events into Kafka a second by each driver, beside the client libraries used plainly; time to a consumer."""
    from benchmarks.machine import other_cores
    from benchmarks.messaging import measure, report
    from matpho.cli.bench_frames import CLIP, from_frame
    from matpho.local_kafka import LocalKafka, free_port, look

    console = Console()
    progress = partial(console.print, style="dim", highlight=False)
    with ExitStack() as stack:
        if kafka is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matpho-bench-")))
            with other_cores():
                kafka = stack.enter_context(LocalKafka(look().way(None), free_port(), folder)).address
        found = measure.measure(kafka, events=events, rounds=rounds, seconds=seconds, progress=progress)
        progress(CLIP.name)
        found.from_frame_ms = from_frame(kafka, seconds)
    for table in report.tables(found):
        console.print(table)
    write_json(out, found.as_dict())
