"""Two shards watch neighbouring cameras; over a real broker their events become one incident, told by one command."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from core.delivery import Delivered
from core.events import Event, EventKind
from core.records import Record
from core.times import SECOND_NS
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.command import matpho
from tests.support.incidents import an_event_of, life
from tests.support.kafka import KafkaBroker

CITY = """\
cameras:
  - {{id: west-1, source: "rtsp://192.0.2.1/", neighbours: [west-2], area: west}}
  - {{id: west-2, source: "rtsp://192.0.2.2/", area: west}}
  - {{id: east-1, source: "rtsp://192.0.2.3/", area: east}}
sinks:
  - {{kind: kafka, bootstrap: ["{address}"], topics: {{partitions: 3}}}}
"""
NOW = time.time_ns()


def told(kind: EventKind, camera: str, before_s: int, event_id: str) -> Event:
    at_ns = NOW - before_s * SECOND_NS
    event = an_event_of(kind, 0, camera=camera, event_id=event_id)
    return replace(event, started_ns=at_ns, at_ns=at_ns)


BREAKDOWN = told(EventKind.STOPPED_VEHICLE, "west-1", 90, f"city-b-{NOW}")
QUEUE = told(EventKind.QUEUE, "west-2", 60, f"city-q-{NOW}")
EAST = told(EventKind.STOPPED_VEHICLE, "east-1", 80, f"city-e-{NOW}")


def send(kafka: KafkaBroker, *shards: Sequence[Record]) -> None:
    """Each shard sends by a producer of its own, at the same time as the others."""

    def shard(records: Sequence[Record]) -> None:
        sink, left = KafkaSink(KafkaSettings((kafka.address,)), TopicSettings(create=True, partitions=3)), list(records)
        deadline = time.monotonic() + 60
        while left and time.monotonic() < deadline:  # the first writes make the topic
            outcomes = sink.write(left).outcomes
            left = [one for one, outcome in zip(left, outcomes, strict=True) if not isinstance(outcome, Delivered)]
        undelivered.extend(left)
        sink.close()

    undelivered: list[Record] = []
    threads = [Thread(target=shard, args=(records,)) for records in shards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert undelivered == []


def command(folder: Path, *words: str) -> str:
    done = matpho(*words, cwd=folder, env={"COLUMNS": "200"})
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def incidents(kafka: KafkaBroker) -> list[Any]:
    mine = {BREAKDOWN.event_id, QUEUE.event_id, EAST.event_id}
    found = kafka.read("matpho.incidents.v1")
    return [m for m in found if {one["event_id"] for one in json.loads(m.value)["members"]} & mine]


@pytest.mark.broker
def test_events_of_two_shards_are_linked_by_area_and_go_on_after_a_restart(kafka: KafkaBroker, tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY.format(address=kafka.address))
    link = ("incidents", "link", "--config", "city.yaml", "--area", "west", "--store", "west.db", "--no-follow")
    send(kafka, [BREAKDOWN, EAST, replace(BREAKDOWN, revision=2, at_ns=NOW)], [QUEUE, QUEUE])
    said = command(tmp_path, *link)
    assert "west" in said
    first = incidents(kafka)
    last = json.loads(first[-1].value)
    assert {member["camera_id"] for member in last["members"]} == {"west-1", "west-2"}
    assert (last["kind"], last["cause"]) == ("incident.stopped_vehicle", BREAKDOWN.event_id)
    assert {m.key.decode() for m in first if m.key is not None} >= {last["incident_id"]}
    assert dict(first[-1].headers)["ce_type"] == b"matpho.incident.updated"

    send(kafka, [*life(BREAKDOWN, 0, 0, end=True)[-1:]], [*life(QUEUE, 0, end=True)])
    command(tmp_path, *link)
    after = incidents(kafka)
    ids = [dict(m.headers)["ce_id"] for m in after]
    assert len(ids) == len(set(ids)), "nothing is said twice"
    (ended,) = {json.loads(m.value)["incident_id"] for m in after[len(first) :]}
    newest = json.loads(after[-1].value)
    assert ended == last["incident_id"]
    assert (newest["phase"], newest["revision"]) == ("ended", 5)

    story = json.loads(command(tmp_path, "events", "--incident", ended[:12], "--store", "west.db", "--json"))
    assert [line["role"] for line in story["story"]] == ["cause", "effect"]
    assert len(story["events"]) == 2
