"""`matpho demo`: the shipped clip and a simulated junction, from video to alerts and plots on a page."""

from __future__ import annotations

import secrets
import tempfile
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from locales import text
from matpho.cli.options import PortOption
from matpho.cli.output import Output
from matpho.cli.run import run_plan
from matpho.cli.signals import wait_for_stop
from matpho.defaults import CLIP, JUNCTION, JUNCTION_SCENE, PORT, SCENE

if TYPE_CHECKING:
    from matpho.plan import Plan
    from pipeline.cameras import CameraPlan

SPEED: Final = 4.0
"""So many times faster than in the street the junction's seven minutes are played first: then a vehicle has broken down
before its queue, a rider has come against the traffic, somebody has walked over the street, and the congestion has
built up and cleared, all in two.
"""
FPS: Final = 8.0
"""Frames of the junction in a second of its own time: four times as fast, 32 in a second of ours."""
SHOWN_S: Final = 900.0
"""A served demo plays for so long; the page and all that was found stay after that."""


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help=text("cli-opt-demo-serve"))] = True,
    port: PortOption = PORT,
    out: Annotated[Path, typer.Option(help=text("cli-opt-demo-out"))] = Path("runs/demo"),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help=text("cli-opt-browser"))] = True,
) -> None:
    """Run the main job on the shipped clip and the shipped junction."""
    from matpho.plan import Plan
    from scenes.model_specs import ModelSpec

    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=out))
    plan = Plan(
        ModelSpec(),
        _cameras(serve),
        store=folder / "events.db",
        evidence=folder / "evidence",
    )
    console = Console()
    console.print(text("cli-demo-welcome"))
    if serve:
        _with_page(plan, folder, port, browser, console)
    else:
        run_plan(plan)
        _write_report(folder, console)


def _cameras(serve: bool) -> tuple[CameraPlan, ...]:
    """Served, both play on and on at the pace of cameras; alone, once, as fast as the machine can."""
    from matpho.camera_plan import camera_plan
    from matpho.planning import plan_sources
    from pipeline.sources.traffic.source import Play, TrafficSource
    from scenes.scene_file import load_scene

    play = Play(fps=FPS, realtime=serve, loop=serve, speed=SPEED if serve else 1.0)
    junction = camera_plan(TrafficSource(JUNCTION, play=play), load_scene(JUNCTION_SCENE))
    return (*plan_sources([str(CLIP)], scene=SCENE, realtime=serve, loop=serve), junction)


def _with_page(plan: Plan, folder: Path, port: int, browser: bool, console: Console) -> None:
    from console.app import create_app
    from console.server import BackgroundServer
    from pipeline.live import LiveRelay
    from store.event_store import EventStore

    store, live = EventStore.open(folder / "events.db"), LiveRelay()
    token = secrets.token_urlsafe(24)
    with BackgroundServer(create_app(store, folder / "evidence", live=live, token=token), port=port) as server:
        address = f"{server.url}#token={token}"
        if browser:
            webbrowser.open(f"{address}&view=traffic")
        out = Output(headline=text("cli-page-at", url=address), live=live)
        run_plan(plan, out, most_s=SHOWN_S)
        _write_report(folder, console)
        console.print(text("cli-page-stays", url=address), soft_wrap=True)
        wait_for_stop()
    store.close()


def _write_report(folder: Path, console: Console) -> None:
    from console.report import write_report
    from store.event_store import EventStore

    store = EventStore.open(folder / "events.db")
    try:
        path = write_report(store, folder / "evidence", folder / "report.html")
    finally:
        store.close()
    console.print(text("cli-report-at", path=path), soft_wrap=True)
