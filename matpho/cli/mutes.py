"""`matpho mutes`: what nobody is told of, until when and why; `matpho audit`: who did what."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.errors import ConfigError
from core.mutes import Mute
from locales import text
from matpho.cli.options import AsJsonOption, StoreOption, duration
from matpho.cli.people import ByOption, WhyOption, event_of, local_time, opened, who
from matpho.defaults import STORE
from matpho.times import parse_time

app = typer.Typer(invoke_without_command=True)


@app.callback()
def mutes(
    context: typer.Context,
    store: StoreOption = STORE,
    everything: Annotated[bool, typer.Option("--all", help=text("cli-opt-mutes-all"))] = False,
    as_json: AsJsonOption = False,
) -> None:
    """List mutes."""
    if context.invoked_subcommand is not None:
        return
    with opened(store) as kept_in:
        found = kept_in.desk.mutes(None if everything else time.time_ns())
        suppressed = kept_in.desk.suppressed()
    if as_json:
        for one in found:
            typer.echo(json.dumps({**asdict(one), "suppressed": suppressed[one.mute_id]}, ensure_ascii=False))
        return
    console = Console()
    if not found:
        console.print(text("cli-mutes-none"))
        return
    columns = ("mute", "scope", "until", "by", "reason", "suppressed")
    table = Table(*(text(f"cli-column-{column}") for column in columns))
    for one in found:
        cells = (one.mute_id, scope(one), local_time(one.until_ns), one.by, one.reason, str(suppressed[one.mute_id]))
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    console.print(table)


@app.command(help=text("cli-help-mutes-add"))
def add(
    why: WhyOption,
    camera: Annotated[str, typer.Option(help=text("cli-opt-mute-camera"))] = "",
    rule: Annotated[str, typer.Option(help=text("cli-opt-mute-rule"))] = "",
    zone: Annotated[str, typer.Option(help=text("cli-opt-mute-zone"))] = "",
    kind: Annotated[str, typer.Option(help=text("cli-opt-mute-kind"))] = "",
    track: Annotated[int, typer.Option(min=0, help=text("cli-opt-mute-track"))] = 0,
    event: Annotated[str | None, typer.Option(help=text("cli-opt-mute-event"))] = None,
    for_: Annotated[str | None, typer.Option("--for", help=text("cli-opt-mute-for"))] = None,
    until: Annotated[str | None, typer.Option(help=text("cli-opt-mute-until"))] = None,
    by: ByOption = None,
    store: StoreOption = STORE,
) -> None:
    """Mute a scope."""
    if (for_ is None) == (until is None):
        raise ConfigError("error-mute-until")
    now = time.time_ns()
    until_ns = now + round(duration(for_ or "") * 1e9) if until is None else parse_time(until)
    with opened(store) as kept_in:
        known = None if event is None else event_of(kept_in, store, event)
        if known is not None:
            camera, rule, zone = known.camera_id, known.rule_id, known.zone
            track = known.track_ids[0] if len(known.track_ids) == 1 else 0
        wanted = Mute("", who(by), why, now, until_ns, camera, rule, zone, kind, track)
        if known is not None:
            wanted = wanted.given_at(kept_in.events.revisions(known.event_id))
        kept = kept_in.desk.mute(wanted)
    said = text("cli-mute-kept", until=local_time(kept.until_ns), scope=scope(kept), mute=kept.mute_id)
    typer.echo(said)


@app.command(help=text("cli-help-mutes-end"))
def end(
    mute: Annotated[str, typer.Argument(help=text("cli-arg-mute"))],
    why: Annotated[str, typer.Option("--why", help=text("cli-opt-why"))] = "",
    by: ByOption = None,
    store: StoreOption = STORE,
) -> None:
    """End a mute."""
    with opened(store) as kept_in:
        ended = kept_in.desk.unmute(mute, who(by), why)
    typer.echo(text("cli-mute-ended", mute=ended.mute_id))


def audit(
    store: StoreOption = STORE,
    limit: Annotated[int, typer.Option(min=1, help=text("cli-opt-audit-limit"))] = 100,
    as_json: AsJsonOption = False,
) -> None:
    """List what people did."""
    with opened(store) as kept_in:
        found = kept_in.desk.audit(limit)
    if as_json:
        for one in found:
            typer.echo(json.dumps(asdict(one), ensure_ascii=False))
        return
    table = Table(*(text(f"cli-column-{column}") for column in ("at", "by", "did", "subject", "reason")))
    for one in found:
        cells = (local_time(one.at_ns), one.who, one.what, one.subject, one.why)
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    Console().print(table)


def scope(mute: Mute) -> str:
    """What a mute covers, in a line."""
    parts = [mute.kind, mute.camera_id, mute.rule_id, mute.zone, f"#{mute.track_id}" if mute.track_id else ""]
    return " · ".join(part for part in parts if part)
