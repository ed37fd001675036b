"""Linking of a machine's incidents, for one process or for the supervisor of many."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from core.events import EventKind, Phase, Severity
from core.incidents import Incident
from core.protocols import Sink
from core.records import Record
from incidents.follow import Follower
from incidents.sites import Site
from matpho.camera_plan import UNKNOWN_SIZE
from matpho.plan import Plan
from scenes.config import Configuration
from scenes.scene_file import empty_scene
from sinks.fan_out import FanOut
from sinks.outbox_files import open_outbox, outbox_folder
from sinks.store import StoreSink
from store.event_store import EventStore

SETTLE_S: Final = 5.0
"""Longest wait at the end for the store to have the last events."""
_EXAMPLE: Final = Incident(
    "", 1, Phase.ENDED, EventKind.CAMERA_DOWN, "", Severity.LOWEST, 0, 0, "", "", cameras=(), members=()
)


def follower_of(plan: Plan, store: EventStore, publish: Callable[[Sequence[Record]], None]) -> Follower:
    """What links the incidents of a plan's cameras."""
    sites = {camera.camera_id: Site.of(camera.camera_id, camera.scene) for camera in plan.cameras}
    return Follower(store, sites | {site.camera_id: site for site in plan.sites}, publish)


def sites_of(configuration: Configuration, area: str | None = None) -> tuple[Site, ...]:
    """What linking knows of the cameras of a configuration; `area`: of these alone."""
    found = []
    for camera in configuration.spec.cameras:
        if area is not None and camera.area != area:
            continue
        file, at = configuration.scenes.get(camera.id), camera.position
        scene = empty_scene(camera.id, *UNKNOWN_SIZE) if file is None else file.scene
        found.append(Site.of(camera.id, scene, None if at is None else (at.longitude, at.latitude), camera.neighbours))
    return tuple(found)


def wait_stored(fan_out: FanOut, until_s: float = SETTLE_S) -> None:
    """Wait until the store has what was published."""
    deadline = time.monotonic() + until_s
    while time.monotonic() < deadline and fan_out.counters()["store"].waiting:
        time.sleep(0.02)


@contextmanager
def linked(plan: Plan, store: EventStore, extra: Sequence[Sink], of: int) -> Iterator[Follower | None]:
    """Link what `of` workers store; the incidents have an outbox of their own, after the workers'."""
    if plan.store is None:
        yield None
        return
    with ExitStack() as stack:
        sinks: list[Sink] = [StoreSink(store)]
        for sink in [*(make() for make in plan.sinks), *extra]:
            if sink.accepts(_EXAMPLE):
                sinks.append(sink)
            else:
                sink.close()
        file = open_outbox(outbox_folder(plan.store), stack, number=of, of=of + 1, sync=plan.outbox.sync)
        fan_out = FanOut(sinks, file=file, dead_letters=plan.store.with_suffix(".incidents.dead.jsonl"))
        stack.callback(fan_out.close)
        follower = follower_of(plan, store, fan_out.publish)
        stack.callback(follower.close)
        follower.start()
        yield follower
