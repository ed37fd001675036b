"""`matpho events`: what was found."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.codec import event_to_dict, to_json
from core.events import Event, Phase
from core.sentences import sentence
from locales import language, text
from matpho.cli.display import STYLE, kind_name
from matpho.cli.options import StoreOption
from matpho.defaults import STORE

if TYPE_CHECKING:
    from store.events import EventStore


class Form(StrEnum):
    """How events are listed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def events(
    store: StoreOption = STORE,
    since: Annotated[str | None, typer.Option(help=text("cli-opt-since"))] = None,
    until: Annotated[str | None, typer.Option(help=text("cli-opt-until"))] = None,
    camera: Annotated[list[str] | None, typer.Option(help=text("cli-opt-camera"))] = None,
    kind: Annotated[list[str] | None, typer.Option(help=text("cli-opt-kind"))] = None,
    phase: Annotated[list[Phase] | None, typer.Option(help=text("cli-opt-phase"))] = None,
    limit: Annotated[int, typer.Option(min=1, help=text("cli-opt-limit"))] = 100,
    form: Annotated[Form, typer.Option("--format", help=text("cli-opt-format"))] = Form.TABLE,
) -> None:
    """List events, newest first."""
    from matpho.planning import parse_start
    from store.events import EventStore
    from store.records import EventQuery

    query = EventQuery(
        since_ns=None if since is None else parse_start(since),
        until_ns=None if until is None else parse_start(until),
        cameras=tuple(camera or ()),
        kinds=tuple(kind or ()),
        phases=tuple(phase or ()),
        limit=limit,
    )
    opened = EventStore.open(store, create=False)
    try:
        found, total = opened.events(query), opened.count(query)
        names = _place_names(opened, found)
    finally:
        opened.close()
    if form is Form.JSON:
        for event in found:
            typer.echo(to_json(event))
    elif form is Form.CSV:
        typer.echo(_csv(found), nl=False)
    else:
        _print_table(found, names, total)


def _place_names(store: EventStore, found: list[Event]) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {}
    for camera_id in {event.camera_id for event in found}:
        scene = store.scene(camera_id)
        drawing = {} if scene is None else scene.drawing
        for place in (place for kind in ("groups", "lanes", "lines", "zones") for place in drawing.get(kind, ())):
            names[camera_id, place["id"]] = place["label"][language()]
    return names


def _csv(found: list[Event]) -> str:
    out = io.StringIO()
    columns = ["event_id", "revision", "kind", "phase", "severity", "confidence", "started", "at", "camera_id", "zone"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, "classes", "track_ids", "sentence"])
    for event in found:
        row = event_to_dict(event)
        lists = [" ".join(row["classes"]), " ".join(map(str, row["track_ids"]))]
        writer.writerow([*(row[name] for name in columns), *lists, sentence(event, event.zone)])
    return out.getvalue()


def _print_table(found: list[Event], names: dict[tuple[str, str], str], total: int) -> None:
    console = Console()
    table = Table()
    for name in ("started", "camera", "kind", "what", "phase", "id"):
        table.add_column(text(f"cli-column-{name}"))
    for event in found:
        started = datetime.fromtimestamp(event.started_ns / 1e9).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        what = sentence(event, names.get((event.camera_id, event.zone), event.zone))
        phase = text(f"phase-{event.phase.value}")
        style = STYLE[event.severity]
        table.add_row(started, event.camera_id, kind_name(event), what, phase, event.event_id[:8], style=style)
    console.print(table)
    console.print(text("cli-events-shown", shown=len(found), total=total))
