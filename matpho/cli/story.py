"""An incident told in the terminal, and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from core.codec.events import event_to_dict
from core.codec.incidents import incident_to_dict
from core.events import Event, Phase
from core.incidents import Incident
from core.sentences import duration, verdict_reason
from core.story import Place, headline, lasted, story
from core.times import time_text
from locales import text
from matpho.cli.display import STYLE
from matpho.cli.people import local_time, place_names

if TYPE_CHECKING:
    from store.event_store import EventStore


def tell(store: EventStore, incident: Incident, asked: str, *, as_json: bool) -> None:
    """Print the story of an incident; `asked` by this id, or what it was before it was merged."""
    events = store.events.latest([member.event_id for member in incident.members])
    names = place_names(store, set(incident.cameras))

    def place(event: Event) -> str:
        return names.get((event.camera_id, event.zone), event.zone)

    if as_json:
        typer.echo(json.dumps(_as_json(incident, events, place), ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True, emoji=False)  # "model:car:" is a name
    name = headline(incident, events.get(incident.cause), place)
    console.print(text("cli-story-title", id=incident.incident_id[:12], name=name), style=STYLE[incident.severity])
    open_ = incident.phase is not Phase.ENDED
    when = {"started": local_time(incident.started_ns), "lasted": lasted(incident)}
    if not open_:
        when["ended"] = local_time(incident.at_ns)
    console.print("  " + text(f"cli-story-when-{'open' if open_ else 'ended'}", **when))
    console.print("  " + text("cli-story-cameras", cameras=", ".join(incident.cameras)), markup=False)
    if incident.position is not None:
        east, north = incident.position
        console.print("  " + text("cli-story-position", latitude=f"{north:.5f}", longitude=f"{east:.5f}"))
    if incident.verdict is not None:
        why = verdict_reason(incident.verdict)
        says = text(f"says-{incident.verdict.says.value}")
        said = text("cli-story-verdict", says=says, by=incident.verdict.by, reason=why and f": {why}")
        console.print("  " + said, markup=False)
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in story(incident, events, place):
        clock = local_time(line.started_ns)[11:]
        after = f"+{duration(line.after_s)}" if line.after_s >= 1 else ""
        phase = text(f"phase-{line.phase.value}")
        cells = (clock, after, text(f"role-{line.role.value}"), line.camera_id, line.sentence, phase, line.event_id[:8])
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    console.print(table)
    if incident.more:
        console.print(text("cli-story-more", count=incident.more))
    if not incident.incident_id.startswith(asked):
        console.print(text("cli-story-merged", **{"from": asked}))


def _as_json(incident: Incident, events: dict[str, Event], place: Place) -> dict[str, Any]:
    return {
        "incident": incident_to_dict(incident),
        "events": [event_to_dict(events[one.event_id]) for one in incident.members if one.event_id in events],
        "story": [
            {
                "started": time_text(line.started_ns),
                "after_s": round(line.after_s, 3),
                "role": line.role.value,
                "camera_id": line.camera_id,
                "event_id": line.event_id,
                "phase": line.phase.value,
                "sentence": line.sentence,
            }
            for line in story(incident, events, place)
        ],
    }
