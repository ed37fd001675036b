"""`matpho events`: what was found."""

from __future__ import annotations

import csv
import io
import time
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.codec.events import event_to_dict
from core.codec.records import to_json
from core.errors import ConfigError
from core.events import Event, Phase, Says, Verdict
from core.sentences import sentence
from locales import text
from matpho.cli.display import STYLE, kind_name
from matpho.cli.options import AsJsonOption, StoreOption
from matpho.cli.people import ByOption, WhyOption, event_of, incident_of, opened, place_names, who
from matpho.cli.story import tell
from matpho.defaults import STORE
from matpho.times import parse_time


class Form(StrEnum):
    """How events are listed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


app = typer.Typer(invoke_without_command=True)


@app.callback()
def events(
    context: typer.Context,
    store: StoreOption = STORE,
    since: Annotated[str | None, typer.Option(help=text("cli-opt-since"))] = None,
    until: Annotated[str | None, typer.Option(help=text("cli-opt-until"))] = None,
    camera: Annotated[list[str] | None, typer.Option(help=text("cli-opt-camera"))] = None,
    kind: Annotated[list[str] | None, typer.Option(help=text("cli-opt-kind"))] = None,
    phase: Annotated[list[Phase] | None, typer.Option(help=text("cli-opt-phase"))] = None,
    limit: Annotated[int, typer.Option(min=1, help=text("cli-opt-limit"))] = 100,
    form: Annotated[Form, typer.Option("--format", help=text("cli-opt-format"))] = Form.TABLE,
    incident: Annotated[str | None, typer.Option(help=text("cli-opt-incident"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli-opt-story-json"))] = False,
) -> None:
    """List events, newest first, or tell an incident."""
    if context.invoked_subcommand is not None:
        return
    from store.records import EventQuery

    if incident is not None:
        with opened(store) as found_in:
            tell(found_in, incident_of(found_in, store, incident), incident, as_json=as_json or form is Form.JSON)
        return

    query = EventQuery(
        since_ns=None if since is None else parse_time(since),
        until_ns=None if until is None else parse_time(until),
        cameras=tuple(camera or ()),
        kinds=tuple(kind or ()),
        phases=tuple(phase or ()),
        limit=limit,
    )
    with opened(store) as found_in:
        found, total = found_in.events.find(query), found_in.events.count(query)
        names = place_names(found_in, {event.camera_id for event in found})
    if form is Form.JSON or as_json:
        for event in found:
            typer.echo(to_json(event))
    elif form is Form.CSV:
        typer.echo(_csv(found), nl=False)
    else:
        _print_table(found, names, total)


@app.command(help=text("cli-help-verdict"))
def verdict(
    event: Annotated[str, typer.Argument(help=text("cli-arg-verdict-event"))],
    says: Annotated[str, typer.Argument(help=text("cli-arg-verdict-says"))],
    why: WhyOption,
    by: ByOption = None,
    store: StoreOption = STORE,
) -> None:
    """Keep a person's verdict on an event."""
    answers = {"true": Says.CONFIRMED, "false": Says.REJECTED}
    if says not in answers:
        raise ConfigError("error-verdict-says")
    with opened(store) as kept_in:
        known = event_of(kept_in, store, event)
        given = Verdict(answers[says], f"person:{who(by)}", time.time_ns(), why)
        kept = kept_in.desk.judge(known.event_id, given)
    name = kept.verdict.by.removeprefix("person:")
    typer.echo(text("cli-verdict-kept", event=known.event_id, says=text(f"says-{kept.verdict.says.value}"), by=name))


@app.command(help=text("cli-help-thresholds"))
def thresholds(
    store: StoreOption = STORE,
    most_lost: Annotated[float, typer.Option(min=0, max=1, help=text("cli-opt-most-lost"))] = 0.0,
    as_json: AsJsonOption = False,
) -> None:
    """Propose thresholds from verdicts; changes nothing."""
    from matpho.cli.thresholds import propose_from, show

    with opened(store) as kept_in:
        judged, proposals = propose_from(kept_in, most_lost)
    show(judged, proposals, as_json=as_json)


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
