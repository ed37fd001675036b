"""Where the records of a run go: the event store, and the outbox before it and the other sinks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from core.errors import ConfigError
from core.protocols import Sink
from matpho.plan import Plan
from sinks.bounds import Bounds
from sinks.fan_out import FanOut
from sinks.outbox_files import open_outbox, outbox_folder
from sinks.store import StoreSink
from store.event_store import EventStore


def open_store(path: Path, stack: ExitStack) -> EventStore:
    """The event store at a path, made where it is missing; closed with `stack`.

    Raises:
        MatphoError: it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("error-file-unreadable", path=path.parent, reason=error.strerror or error) from error
    store = EventStore.open(path)
    stack.callback(store.close)
    return store


def open_fan_out(
    plan: Plan, store: EventStore | None, extra: Sequence[Sink], stack: ExitStack, *, number: int, of: int
) -> FanOut:
    """What takes records to the store, to the plan's sinks and to some more, as process `number` of `of`.

    The outbox lies beside the store, and is let go of with `stack`; whoever asked closes the answer before.

    Raises:
        MatphoError: a required sink or the outbox cannot be used.
    """
    sinks: list[Sink] = [] if store is None else [StoreSink(store)]
    sinks += [*(make() for make in plan.sinks), *extra]
    if plan.store is None:
        return FanOut(sinks)
    kept = plan.outbox
    file = open_outbox(outbox_folder(plan.store), stack, number=number, of=of, sync=kept.sync)
    bounds = Bounds(disk_bytes=kept.max_mb << 20, age_s=kept.max_age_h * 3600, keep_s=kept.keep_h * 3600)
    return FanOut(sinks, bounds, file=file, dead_letters=plan.store.with_suffix(".dead.jsonl"))
