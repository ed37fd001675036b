"""Incidents of an area of a city: its cameras are watched by many shards, whose events come over Kafka."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import structlog

from core.codec.events import event_from_dict
from core.errors import StoreError
from core.events import Event
from core.incidents import Incident
from incidents.follow import Follower
from incidents.sites import Site
from matpho.kafka_plan import topic_of
from matpho.linking import SETTLE_S
from matpho.storing import open_store
from scenes.sink_specs import TopicsSpec
from sinks.fan_out import FanOut
from sinks.kafka.group_reader import GroupReader
from sinks.kafka.reader import Received
from sinks.kafka.settings import KafkaSettings
from sinks.kafka.sink import KafkaSink
from sinks.outbox_files import open_outbox, outbox_folder
from sinks.store import StoreSink

log = structlog.get_logger()

KEPT_H: Final = 720.0
RETRY_S: Final = 2.0
PURGE_S: Final = 3_600.0
GROUP: Final = "matpho-incidents"


@dataclass(frozen=True, slots=True)
class Area:
    """What is linked together, and where it is kept.

    Attributes:
        name: empty for all cameras; else only those in `sites` are linked.
        store: events of the area and their incidents; `matpho serve` shows it.
        keep_s: how long they stay there.
        back_s: how far back it begins where it never ran.
    """

    name: str
    sites: tuple[Site, ...]
    store: Path
    keep_s: float = 30 * 86_400.0
    back_s: float = 7_200.0


@dataclass(slots=True)
class Linked:
    """What a run did: `unreadable` are records that are no events."""

    events: int = 0
    incidents: int = 0
    late: int = 0
    dropped: int = 0
    unreadable: int = 0


def link_area(
    area: Area,
    settings: KafkaSettings,
    topics: TopicsSpec,
    *,
    follow: bool = True,
    stopped: Callable[[], bool] = lambda: False,
) -> Linked:
    """Keep the area's events, link them, and send their incidents, until stopped; or, without `follow`, to the end.

    An event is committed when it is in the store, and an incident waits in an outbox until the brokers have it: nothing
    is lost wherever this is killed, and what is sent twice has the same id and revision.

    Raises:
        SinkError: the brokers cannot be reached, or lack the topic of events.
        StoreError: the store cannot be opened.
    """
    done, cameras = Linked(), {site.camera_id for site in area.sites} if area.name else None
    group = f"{GROUP}-{area.name}" if area.name else GROUP
    reader = GroupReader(settings, topic_of(topics, "events", KEPT_H).name, group, back_s=area.back_s)
    with ExitStack() as stack:
        store = open_store(area.store, stack)
        sink = KafkaSink(settings, topic_of(topics, "incidents", KEPT_H), "kafka-incidents", takes=Incident)
        letters = area.store.with_suffix(".dead.jsonl")
        fan_out = FanOut(
            [StoreSink(store), sink], file=open_outbox(outbox_folder(area.store), stack), dead_letters=letters
        )
        follower = Follower(store, {site.camera_id: site for site in area.sites}, fan_out.publish)
        purged = time.monotonic()
        try:
            follower.start()
            for batch in reader.batches(follow=follow, stopped=stopped):
                events = _events(batch, cameras, done)
                if events:
                    _keep(store.append, events, stopped)
                reader.commit()
                if time.monotonic() - purged >= PURGE_S:
                    purged = time.monotonic()
                    store.purge(time.time_ns() - round(area.keep_s * 1e9))
        finally:
            follower.close(SETTLE_S)
            fan_out.close()
            counts = follower.counts()
            done.late, done.dropped = counts["late"], counts["dropped"]
            done.incidents = fan_out.counters()["kafka-incidents"].delivered
    return done


def _events(batch: list[Received], cameras: set[str] | None, done: Linked) -> list[Event]:
    """The area's events, by their time: partitions are read one after another."""
    found = []
    for one in batch:
        if cameras is not None and one.key not in cameras:
            continue
        try:
            value = orjson.loads(one.value)
            found.append(event_from_dict(value["data"] if "specversion" in value else value))
        except (ValueError, TypeError, LookupError) as error:
            done.unreadable += 1
            log.warning("not_an_event", topic=one.topic, key=one.key, id=one.identity, error=str(error))
    done.events += len(found)
    return sorted(found, key=lambda event: event.at_ns)


def _keep(append: Callable[[list[Event]], None], events: list[Event], stopped: Callable[[], bool]) -> None:
    """Store events; while the disk is full nothing more is read.

    Raises:
        StoreError: it was stopped meanwhile; they come again.
    """
    while True:
        try:
            return append(events)
        except StoreError as error:
            if stopped():
                raise
            log.warning("events_not_kept", events=len(events), error=str(error))
            time.sleep(RETRY_S)
