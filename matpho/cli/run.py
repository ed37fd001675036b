"""`matpho run`: video in, events out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.console import Console

from core.codec.records import to_json
from core.errors import ConfigError
from core.protocols import Sink
from locales import text
from matpho.cli.display import Board, print_off, print_summary
from matpho.cli.options import (
    EvidenceOption,
    ForOption,
    FpsOption,
    FramesOption,
    ModelOption,
    StoreOption,
    TrimOption,
    WidthOption,
    duration,
    input_width,
)
from matpho.cli.output import Output, print_line
from matpho.cli.signals import stopping
from matpho.defaults import EVIDENCE, STORE

if TYPE_CHECKING:
    from matpho.plan import Plan
    from pipeline.step import StepResult


def run(
    sources: Annotated[list[str], typer.Argument(help=text("cli-arg-sources"))],
    scene: Annotated[Path | None, typer.Option(help=text("cli-opt-scene"))] = None,
    model: ModelOption = None,
    threads: Annotated[int | None, typer.Option(min=1, help=text("cli-opt-threads"))] = None,
    width: WidthOption = None,
    trim: TrimOption = False,
    fps: FpsOption = None,
    still_fps: Annotated[float | None, typer.Option(min=1, help=text("cli-opt-still-fps"))] = None,
    start: Annotated[str | None, typer.Option(help=text("cli-opt-start"))] = None,
    secrets: Annotated[Path | None, typer.Option(help=text("cli-opt-secrets"))] = None,
    json_lines: Annotated[bool, typer.Option("--json", help=text("cli-opt-json"))] = False,
    tracks_out: Annotated[Path | None, typer.Option(help=text("cli-opt-tracks-out"))] = None,
    for_: ForOption = None,
    frames: FramesOption = None,
    kafka: Annotated[list[str] | None, typer.Option(help=text("cli-opt-kafka"))] = None,
    kafka_required: Annotated[bool, typer.Option("--kafka-required", help=text("cli-opt-kafka-required"))] = False,
    store: StoreOption = STORE,
    evidence: EvidenceOption = EVIDENCE,
    loop: Annotated[bool, typer.Option("--loop", help=text("cli-opt-loop"))] = False,
    realtime: Annotated[bool, typer.Option("--realtime", help=text("cli-opt-realtime"))] = False,
    workers: Annotated[str | None, typer.Option(metavar="N|auto", help=text("cli-opt-workers"))] = None,
) -> None:
    """Watch sources and report what happens."""
    from matpho.request import RunRequest
    from matpho.workers.share import worker_count

    longest = None if for_ is None else duration(for_)
    request = RunRequest(
        sources=tuple(sources),
        scene=scene,
        model=model,
        threads=threads,
        input=input_width(width),
        trim=trim,
        fps=fps,
        still_fps=still_fps,
        start=start,
        secrets=secrets,
        kafka=tuple(kafka or ()),
        kafka_required=kafka_required,
        store=store,
        evidence=evidence,
        loop=loop,
        realtime=realtime,
        workers=worker_wish(workers),
    )
    plan, out = request.plan(), Output(json_lines, tracks_out)
    if worker_count(plan) == 1:
        failed = run_plan(plan, out, sinks=request.sinks(), most_frames=frames, most_s=longest)
    else:
        for name, given in (("--frames", frames), ("--tracks-out", tracks_out)):
            if given is not None:
                raise ConfigError("error-option-one-worker", option=name)
        from matpho.cli.run_workers import run_workers

        failed = run_workers(request, plan, out, most_s=longest)
    if failed:
        raise typer.Exit(1)


def worker_wish(value: str | None) -> int | Literal["auto"] | None:
    """A number of workers, or `auto`.

    Raises:
        ConfigError: it is neither.
    """
    if value is None or value == "auto":
        return None if value is None else "auto"
    if not value.isdecimal() or not 1 <= int(value) <= 256:
        raise ConfigError("error-workers", value=value)
    return int(value)


PLAIN: Final = Output()


def run_plan(
    plan: Plan,
    out: Output = PLAIN,
    *,
    sinks: Sequence[Sink] = (),
    most_frames: int | None = None,
    most_s: float | None = None,
) -> bool:
    """Run a plan with a live table, or with JSON lines on standard output; whether every camera failed."""
    from matpho.loops import loops_ready
    from matpho.session import Session, keep_for_good
    from matpho.track_rows import TrackRows

    console = Console(stderr=out.json_lines)
    if not loops_ready():
        console.print(text("cli-compiling"), style="dim", soft_wrap=True)
    scenes = {camera.camera_id: camera.scene for camera in plan.cameras}
    with ExitStack() as stack:
        with console.status(text("cli-preparing")):
            session = stack.enter_context(Session(plan, extra_sinks=sinks))
            keep_for_good()
        print_off(console, plan)
        if out.live is not None:
            out.live.show(session.pipeline.live)
        rows = None if out.tracks is None else stack.enter_context(TrackRows.open(out.tracks))
        board = stack.enter_context(Board(console, scenes, headline=out.headline))
        stack.enter_context(stopping(session.stop))
        for step in session.steps(most_frames=most_frames, most_s=most_s):
            _show(step, board, out.json_lines)
            if rows is not None:
                rows.write(step.tracks)
            board.progress(session.summary.counts, session.status())
        statuses = session.status()
    for status in statuses:
        if status.error:
            console.print(f"[red]✗[/] {text('cli-camera-trouble', camera=status.camera_id, reason=status.error)}")
    for line in plan.second_models.troubles:
        console.print(f"[yellow]![/] {line}", soft_wrap=True, highlight=False)
    failed = all(status.state == "failed" for status in statuses)
    if not failed or session.summary.frames:
        print_summary(console, session.summary.counts, session.undelivered, session.off)
    return failed


def _show(step: StepResult, board: Board, json_lines: bool) -> None:
    for event in step.findings.events:
        if json_lines:
            print_line(sys.stdout, to_json(event))
        else:
            board.event(event)
