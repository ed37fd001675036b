"""`matpho demo`: the shipped clip, from video to alerts on a page."""

from __future__ import annotations

import tempfile
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.options import PortOption
from matpho.cli.output import Output
from matpho.cli.run import run_plan
from matpho.cli.signals import wait_for_stop
from matpho.defaults import CLIP, PORT, SCENE

if TYPE_CHECKING:
    from matpho.planning import Plan


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help=text("cli-opt-demo-serve"))] = True,
    port: PortOption = PORT,
    out: Annotated[Path, typer.Option(help=text("cli-opt-demo-out"))] = Path("runs/demo"),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help=text("cli-opt-browser"))] = True,
) -> None:
    """Run the main job on the shipped clip."""
    from matpho.planning import Plan, plan_sources
    from scenes.config import ModelSpec

    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=out))
    # Served, the clip plays at its own pace, as a camera would; alone, as fast as the machine can.
    plan = Plan(
        ModelSpec(),
        plan_sources([str(CLIP)], scene=SCENE, realtime=serve),
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


def _with_page(plan: Plan, folder: Path, port: int, browser: bool, console: Console) -> None:
    from console.app import create_app
    from console.server import BackgroundServer
    from store.events import EventStore

    store = EventStore.open(folder / "events.db")
    with BackgroundServer(create_app(store, folder / "evidence"), port=port) as server:
        if browser:
            webbrowser.open(server.url)
        run_plan(plan, Output(headline=text("cli-page-at", url=server.url)))
        _write_report(folder, console)
        console.print(text("cli-page-stays", url=server.url), soft_wrap=True)
        wait_for_stop()
    store.close()


def _write_report(folder: Path, console: Console) -> None:
    from console.report import write_report
    from store.events import EventStore

    store = EventStore.open(folder / "events.db")
    try:
        path = write_report(store, folder / "evidence", folder / "report.html")
    finally:
        store.close()
    console.print(text("cli-report-at", path=path), soft_wrap=True)
