"""`matpho events thresholds`: what people's verdicts propose."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from analytics.thresholds import InForce, Proposal, Share, propose
from core.events import Event, Phase, Says
from locales import text

if TYPE_CHECKING:
    from store.event_store import EventStore

_CHUNK = 500


def propose_from(store: EventStore, most_lost: float) -> tuple[int, list[Proposal]]:
    """How many ended alerts were judged, and what that proposes; of several verdicts on one the last counts."""
    says: dict[str, Says] = {}
    row = 0
    while found := store.desk.judged(row):
        row = found[-1].row
        says |= {one.event_id: one.verdict.says for one in found}
    names = list(says)
    events: dict[str, Event] = {}
    for first in range(0, len(names), _CHUNK):
        events |= store.events.latest(names[first : first + _CHUNK])
    judged = [(event, says[name]) for name, event in events.items() if event.phase is Phase.ENDED]
    return len(judged), propose(judged, most_lost, _in_force(store, {event.camera_id for event, _ in judged}))


def _in_force(store: EventStore, cameras: Collection[str]) -> InForce:
    """What the rules of these cameras ask for, as far as the store knows."""
    scenes = {camera: store.scenes.of(camera) for camera in cameras}
    return {
        (camera, rule): parameters
        for camera, scene in scenes.items()
        if scene is not None
        for rule, parameters in scene.drawing.get("rules", {}).items()
    }


def show(judged: int, proposals: Sequence[Proposal], *, as_json: bool) -> None:
    """Print proposals."""
    if as_json:
        for one in proposals:
            typer.echo(json.dumps(asdict(one), ensure_ascii=False))
        return
    console = Console()
    if not proposals:
        console.print(text("cli-thresholds-none", judged=judged))
        return
    columns = ("camera", "rule", "parameter", "gone", "lost")
    table = Table(*(text(f"cli-column-{column}") for column in columns))
    for one in proposals:
        what = text("cli-thresholds-no-value") if one.value is None else f"{one.parameter}: {one.value:g}"
        if one.few:
            what += f" ({text('cli-thresholds-few')})"
        table.add_row(one.camera_id, one.rule_id, what, _share(one.gone), _share(one.lost))
    console.print(table)
    console.print(text("cli-thresholds-unchanged", judged=judged))


def _share(share: Share) -> str:
    return f"{share.found} / {share.of} ({100 * share.low:.0f}–{100 * share.high:.0f} %)"
