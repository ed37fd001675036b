"""`matpho outbox`: what waits for the sinks of a store."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from core.errors import ConfigError, SinkError
from core.events import Event
from core.sentences import duration
from locales import text
from matpho.cli.options import StoreOption
from matpho.defaults import STORE
from matpho.times import parse_time

if TYPE_CHECKING:
    from sinks.record_log import RecordLog

app = typer.Typer(no_args_is_help=True)
SinkOption = Annotated[str, typer.Option("--sink", help=text("cli-opt-outbox-sink"))]
MEBI: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one file holds for one sink."""

    file: str
    sink: str
    events: int
    others: int
    oldest_s: float | None
    in_use: bool
    bytes: int


@app.callback()
def group() -> None:
    """Commands over the outbox of a store."""


@app.command(help=text("cli-help-outbox-status"))
def status(
    store: StoreOption = STORE,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli-opt-outbox-json"))] = False,
) -> None:
    """How much waits for each sink, and since when."""
    found = [waiting for path in _files(store) for waiting in _waiting(path)]
    letters = _dead_letters(store)
    if as_json:
        typer.echo(json.dumps({"waiting": [asdict(w) for w in found], "dead_letters": letters}))
        return
    console = Console()
    columns = ("file", "sink", "events", "others", "oldest", "size", "state")
    table = Table(*(text(f"cli-outbox-{column}") for column in columns), box=None, pad_edge=False)
    for w in found:
        oldest = "" if w.oldest_s is None else duration(w.oldest_s)
        state = text("cli-outbox-in-use" if w.in_use else "cli-outbox-at-rest")
        table.add_row(w.file, w.sink, str(w.events), str(w.others), oldest, f"{w.bytes / MEBI:.1f} MiB", state)
    console.print(table if found else text("cli-outbox-empty"))
    if letters:
        console.print(text("cli-outbox-letters", count=letters, path=store.with_suffix(".dead.jsonl")), soft_wrap=True)


@app.command(help=text("cli-help-outbox-peek"))
def peek(
    sink: SinkOption,
    store: StoreOption = STORE,
    limit: Annotated[int, typer.Option(min=1, help=text("cli-opt-outbox-limit"))] = 20,
) -> None:
    """The first records that wait for a sink, a line of JSON each."""
    for path in _files(store):
        with _opened(path) as log:
            for entry in log.read(_cursor(log, sink, path), limit):
                sys.stdout.write(entry.body.decode() + "\n")


@app.command(help=text("cli-help-outbox-replay"))
def replay(
    sink: SinkOption,
    store: StoreOption = STORE,
    since: Annotated[str | None, typer.Option(help=text("cli-opt-outbox-since"))] = None,
) -> None:
    """Send a sink again what it has had, as far back as it is kept."""
    at_ns = 0 if since is None else parse_time(since)
    for path in _files(store):
        with _opened(path) as log:
            # Of a running process, what the file says may be a moment old: then a few records come twice.
            now = _cursor(log, sink, path)
            again = min(now, log.before(at_ns))
            _go_on_after(path, log, sink, again)
            count = sum(log.counts(again).values()) - sum(log.counts(now).values())
            Console().print(text("cli-outbox-replayed", sink=sink, count=count, file=path.name), soft_wrap=True)


@app.command(help=text("cli-help-outbox-purge"))
def purge(
    sink: SinkOption,
    store: StoreOption = STORE,
    sure: Annotated[bool, typer.Option("--yes", help=text("cli-opt-outbox-yes"))] = False,
) -> None:
    """Give up what waits for a sink."""
    for path in _files(store):
        with _opened(path) as log:
            count = sum(log.counts(_cursor(log, sink, path)).values())
            if not sure:
                typer.confirm(text("cli-outbox-purge-sure", sink=sink, count=count, file=path.name), abort=True)
            _go_on_after(path, log, sink, log.last, forget=True)
            Console().print(text("cli-outbox-purged", sink=sink, count=count, file=path.name), soft_wrap=True)


def _files(store: Path) -> list[Path]:
    from sinks.outbox_files import outbox_files, outbox_folder

    found = outbox_files(outbox_folder(store))
    if not found:
        raise ConfigError("error-outbox-none", path=outbox_folder(store), store=store)
    return found


@contextmanager
def _opened(path: Path) -> Iterator[RecordLog]:
    from sinks.record_log import RecordLog

    log = RecordLog.open(path)
    try:
        yield log
    finally:
        log.close()


def _waiting(path: Path) -> Iterator[Waiting]:
    with _opened(path) as log:
        in_use = _in_use(path)
        for sink, seq in sorted(log.cursors().items()):
            counts = log.counts(seq)
            first = log.read(seq, 1)
            oldest = (time.time_ns() - first[0].at_ns) / 1e9 if first else None
            events = counts.get(Event, 0)
            yield Waiting(path.name, sink, events, sum(counts.values()) - events, oldest, in_use, log.file.bytes)


def _in_use(path: Path) -> bool:
    from sinks.log_file import alone

    try:
        with alone(path):
            return False
    except SinkError:
        return True


def _cursor(log: RecordLog, sink: str, path: Path) -> int:
    cursors = log.cursors()
    if sink not in cursors:
        known = ", ".join(sorted(cursors)) or "-"
        raise ConfigError("error-outbox-sink", path=path, sink=sink, known=known)
    return cursors[sink]


def _go_on_after(path: Path, log: RecordLog, sink: str, seq: int, *, forget: bool = False) -> None:
    """At once where nobody has the file; else whoever has it is asked, and does it within a second."""
    from sinks.log_file import alone

    with ExitStack() as stack:
        try:
            stack.enter_context(alone(path))
        except SinkError:
            log.order(sink, seq)
            return
        if forget:
            log.forget(sink)
        else:
            log.commit((), {sink: seq})


def _dead_letters(store: Path) -> int:
    path = store.with_suffix(".dead.jsonl")
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in file)
