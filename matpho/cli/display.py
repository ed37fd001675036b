"""What a person sees in the terminal while a run works, and at its end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from core.events import Event, Phase, Severity
from core.frames import MOVING
from core.off_rules import OffRule, told_off
from core.scene import Scene
from core.sentences import sentence
from locales import language, text
from matpho.load import LoadMeter
from matpho.summary import Counts
from pipeline.camera import CameraStatus

if TYPE_CHECKING:
    from matpho.plan import Plan

STYLE = {
    Severity.LOWEST: "dim",
    Severity.LOW: "cyan",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "bold red",
    Severity.HIGHEST: "bold white on red",
}
ROWS = 12
MOST_VIEWS = 8


def place_name(scene: Scene | None, zone: str) -> str:
    """The name that operators give a place or a group of lanes, in their language; its id when the scene has none."""
    label = None if scene is None else scene.label(zone)
    return zone if label is None else (label.vi if language() == "vi" else label.en)


def kind_name(event: Event) -> str:
    """The kind's name in the reader's language."""
    return text("kind-" + event.kind.value.replace(".", "-"))


def _view(view: str) -> str:
    return text("cli-view-none") if view == MOVING else view


class Board:
    """A live table of the newest events above a line of progress; plain lines where there is no terminal."""

    def __init__(self, console: Console, scenes: Mapping[str, Scene], *, headline: str = "") -> None:
        self.console, self._scenes, self._headline = console, scenes, headline
        self._events: dict[str, Event] = {}
        self._order: deque[str] = deque()
        self._progress = ""
        self._live = Live(console=console, refresh_per_second=4, get_renderable=self._render)
        self._said = 0.0
        self._load = LoadMeter()

    def __enter__(self) -> Board:
        if self.console.is_terminal:
            self._live.start()
        elif self._headline:
            self.console.print(self._headline)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self._live.stop()

    def event(self, event: Event) -> None:
        """Show a revision; a later one takes the place of an earlier."""
        if event.event_id not in self._events:
            self._order.append(event.event_id)
            while len(self._order) > ROWS:
                self._events.pop(self._order.popleft(), None)
        if event.event_id in self._order:
            self._events[event.event_id] = event
        if not self.console.is_terminal and event.phase is not Phase.UPDATED:
            self.console.print(" ".join(self._cells(event)), highlight=False, markup=False, soft_wrap=True)

    def progress(self, summary: Counts, cameras: list[CameraStatus]) -> None:
        """Say how far the run is."""
        running = sum(status.state == "running" for status in cameras)
        speed = summary.speed
        self._progress = text(
            "cli-progress",
            frames=summary.frames,
            tracks=summary.tracks,
            events=summary.events.total(),
            cameras=running,
            speed="–" if speed is None else f"{speed:.1f}",
        )
        load = self._load.update(time.monotonic(), cameras)
        if load is not None and load.overloaded:
            self._progress += "\n" + text(
                "cli-overload",
                offered=f"{load.offered:.1f}",
                analysed=f"{load.analysed:.1f}",
                camera=load.worst,
                worst=f"{load.worst_analysed:.1f}",
                wanted=f"{load.worst_offered:.1f}",
            )
        views = [f"{status.camera_id} {_view(status.view)}" for status in cameras if status.view]
        if views:
            more = len(views) - MOST_VIEWS
            shown = ", ".join(views[:MOST_VIEWS]) + (f" +{more}" if more > 0 else "")
            self._progress += "\n" + text("cli-views", views=shown)
        for status in cameras:
            if status.error:
                self._progress += "\n" + text("cli-camera-trouble", camera=status.camera_id, reason=status.error)
        if not self.console.is_terminal and time.monotonic() - self._said >= 10:
            self._said = time.monotonic()
            self.console.print(self._progress, highlight=False, markup=False, soft_wrap=True)

    def _cells(self, event: Event) -> list[str]:
        whole = self._scenes.get(event.camera_id)
        scene = None if whole is None else whole.at(event.view)
        return [
            datetime.fromtimestamp(event.at_ns / 1e9).astimezone().strftime("%H:%M:%S"),
            event.camera_id,
            kind_name(event),
            sentence(event, place_name(scene, event.zone)),
            text(f"phase-{event.phase.value}"),
        ]

    def _render(self) -> RenderableType:
        table = Table(expand=True, title=self._headline or None, title_justify="left")
        for name in ("time", "camera", "kind", "what", "phase"):
            table.add_column(text(f"cli-column-{name}"), no_wrap=name in ("time", "phase"))
        for event_id in reversed(self._order):
            event = self._events[event_id]
            style = "dim" if event.phase is Phase.ENDED else STYLE[event.severity]
            table.add_row(*map(Text, self._cells(event)), style=style)
        return Group(table, Text(self._progress))


def print_off(console: Console, plan: Plan) -> None:
    """Before a run: second models that cannot be used, and rules that can find nothing without one."""
    for line in (*plan.second_models.problems, *told_off(plan.off)):
        console.print(f"[yellow]![/] {line}", soft_wrap=True, highlight=False)


def print_summary(
    console: Console, summary: Counts, undelivered: Mapping[str, int], off: Sequence[OffRule] = ()
) -> None:
    """The counts at the end of a run, and the rules that were off."""
    table = Table(show_header=False, title=text("cli-summary"), title_justify="left")
    table.add_row(text("cli-summary-frames"), f"{summary.frames}")
    table.add_row(text("cli-summary-tracks"), f"{summary.tracks}")
    for kind, count in sorted(summary.events.items()):
        table.add_row(text("kind-" + kind.replace(".", "-")), f"{count}")
    if not summary.events:
        table.add_row(text("cli-summary-events"), "0")
    for kind, reason in dict.fromkeys((rule.kind, rule.why()) for rule in off):
        table.add_row(text("kind-" + kind.replace(".", "-")), reason)
    if summary.speed is not None:
        table.add_row(text("cli-summary-speed"), text("cli-times-real-time", speed=f"{summary.speed:.1f}"))
    if summary.dropped or summary.lost:
        table.add_row(text("cli-summary-dropped"), f"{summary.dropped + summary.lost}")
    console.print(table)
    for name, count in undelivered.items():
        if count:
            console.print(f"[yellow]![/] {text('cli-undelivered', sink=name, count=count)}")
