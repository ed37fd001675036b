"""`matpho incidents`: what has one cause; on this machine, or linked for an area of a city."""

from __future__ import annotations

from pathlib import Path
from threading import Event as Flag
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.codec.records import to_json
from core.events import Event
from core.story import headline
from locales import text
from matpho.cli.display import STYLE
from matpho.cli.options import AsJsonOption, StoreOption, duration
from matpho.cli.people import local_time, opened, place_names
from matpho.cli.signals import stopping
from matpho.defaults import STORE

app = typer.Typer(invoke_without_command=True)


@app.callback()
def incidents(
    context: typer.Context,
    store: StoreOption = STORE,
    limit: Annotated[int, typer.Option(min=1, help=text("cli-opt-limit"))] = 100,
    open_only: Annotated[bool, typer.Option("--open", help=text("cli-opt-incidents-open"))] = False,
    as_json: AsJsonOption = False,
) -> None:
    """List incidents."""
    if context.invoked_subcommand is not None:
        return
    with opened(store) as kept_in:
        found = kept_in.incidents.listed(limit, open_only=open_only)
        causes: dict[str, Event] = {}
        for first in range(0, len(found), 500):
            causes |= kept_in.events.latest([one.cause for one in found[first : first + 500]])
        names = place_names(kept_in, {one.camera_id for one in found})
    if as_json:
        for one in found:
            typer.echo(to_json(one))
        return
    console = Console()
    if not found:
        console.print(text("cli-incidents-none"))
        return
    table = Table(*(text(f"cli-column-{column}") for column in ("started", "incident", "cause", "cameras", "phase")))
    for one in found:
        said = headline(one, causes.get(one.cause), lambda event: names.get((event.camera_id, event.zone), event.zone))
        phase = text(f"phase-{one.phase.value}")
        cells = (local_time(one.started_ns), one.incident_id[:12], said, ", ".join(one.cameras), phase)
        table.add_row(*(cell.replace("[", r"\[") for cell in cells), style=STYLE[one.severity])
    console.print(table)


@app.command(help=text("cli-help-incidents-link"))
def link(
    kafka: Annotated[list[str] | None, typer.Option(help=text("cli-opt-incidents-kafka"))] = None,
    config: Annotated[Path | None, typer.Option(help=text("cli-opt-incidents-config"))] = None,
    area: Annotated[str, typer.Option(help=text("cli-opt-incidents-area"))] = "",
    store: StoreOption = STORE,
    back: Annotated[str, typer.Option(help=text("cli-opt-incidents-back"))] = "2h",
    follow: Annotated[bool, typer.Option(help=text("cli-opt-incidents-follow"))] = True,
) -> None:
    """Link the events of an area over Kafka."""
    from core.errors import ConfigError
    from matpho.city import Area, link_area
    from matpho.cli.consume import where
    from matpho.kafka_plan import topic_of
    from matpho.linking import sites_of
    from scenes.config import load_configuration

    if area and config is None:
        raise ConfigError("error-incidents-area")
    settings, topics = where(kafka or [], config)
    sites = () if config is None else sites_of(load_configuration(config), area or None)
    if area and not sites:
        raise ConfigError("error-incidents-no-area", path=config, area=area)
    stop, console = Flag(), Console(stderr=True)
    told = {"cameras": len(sites), "area": area or text("cli-incidents-everywhere")}
    console.print(text("cli-incidents-linking", topic=topic_of(topics, "events", None).name, **told), style="dim")
    with stopping(stop.set):
        done = link_area(
            Area(area, sites, store, back_s=duration(back)), settings, topics, follow=follow, stopped=stop.is_set
        )
    said = {"events": done.events, "incidents": done.incidents, "late": done.late, "dropped": done.dropped}
    console.print(text("cli-incidents-linked", **said), style="dim")
