"""matpho-client against a real broker: each record once, from where it stopped or from a time."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Thread
from typing import Any

import pytest
from kafka import KafkaProducer  # type: ignore[import-untyped]

from core.records import Record
from matpho_client import NotARecordError, events, health, measurements, tracks
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import KafkaBroker
from tests.support.records import T0, a_health, a_measurement, a_track, an_event
from tests.support.waiting import eventually

broker = pytest.mark.broker
START = datetime.fromtimestamp(T0 / 1e9, UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        events("127.0.0.1:1", since=datetime(2026, 1, 1))


@pytest.fixture
def topic(kafka: KafkaBroker) -> str:
    return kafka.create_topic(f"client-{uuid.uuid4().hex[:8]}")


def send(kafka: KafkaBroker, topic: str, records: list[Record]) -> None:
    for kind in dict.fromkeys(type(record) for record in records):
        sink = KafkaSink(KafkaSettings((kafka.address,)), TopicSettings(topic), takes=kind)
        sink.write([record for record in records if isinstance(record, kind)])
        sink.close()


def ids(found: object) -> list[str]:
    return [event.identity for event in found]  # type: ignore[attr-defined]


@broker
def test_each_revision_comes_once_in_order_for_each_camera(kafka: KafkaBroker, topic: str) -> None:
    sent: list[Record] = [an_event(n // 3, n % 3 + 1, camera=f"cam-{n // 3 % 4}") for n in range(60)]
    send(kafka, topic, sent[:40])
    send(kafka, topic, sent[20:])  # as after a broker that did not answer
    found = list(events(kafka.address, topic=topic, follow=False))
    assert sorted(ids(found)) == sorted(f"event-{n // 3:06d}:{n % 3 + 1}" for n in range(60))
    for camera in range(4):
        mine = [event.identity for event in found if event.camera_id == f"cam-{camera}"]
        assert mine == sorted(mine)


@broker
def test_a_group_goes_on_where_it_stopped_and_does_not_give_again_what_was_sent_twice(
    kafka: KafkaBroker, topic: str
) -> None:
    sent: list[Record] = [an_event(n, camera=f"cam-{n % 3}") for n in range(30)]
    send(kafka, topic, sent)
    first = ids(islice(events(kafka.address, topic=topic, group="g", follow=False), 12))
    send(kafka, topic, sent[:20])  # all of it was read or is still to come
    second = ids(events(kafka.address, topic=topic, group="g", follow=False))
    third = ids(events(kafka.address, topic=topic, group="g", follow=False))
    assert third == []
    # The record in hand when it stopped comes again: it may not have been worked off.
    assert len(first) + len(second) - len(set(first) & set(second)) == 30
    assert len(set(first) & set(second)) == 1


@broker
def test_a_time_is_read_from_also_by_a_group(kafka: KafkaBroker, topic: str) -> None:
    send(kafka, topic, [an_event(n) for n in range(10)])
    since = START + timedelta(seconds=6)
    for group in (None, "g2"):
        found = ids(events(kafka.address, topic=topic, since=since, group=group, follow=False))
        assert found == [f"event-{n:06d}:1" for n in range(6, 10)]
    assert ids(events(kafka.address, topic=topic, since=datetime.now(UTC), follow=False)) == []


@broker
def test_it_follows_and_picks_cameras_and_kinds_and_passes_over_what_is_none(kafka: KafkaBroker, topic: str) -> None:
    bad: list[NotARecordError] = []
    reader = events(kafka.address, topic=topic, group="g3", cameras=["cam-1"], kinds=["security"], on_bad=bad.append)
    found: list[str] = []

    def read() -> None:
        for event in reader:
            found.append(event.identity)
            if len(found) == 2:
                return

    thread = Thread(target=read)
    thread.start()
    producer = KafkaProducer(bootstrap_servers=kafka.address)
    producer.send(topic, b"not JSON")
    producer.close()
    send(kafka, topic, [an_event(1, camera="cam-2"), an_event(2), replace(an_event(3), zone="x")])
    thread.join(30)
    assert found == ["event-000002:1", "event-000003:1"]
    assert len(bad) == 1


@broker
def test_a_group_that_another_joins_goes_on_and_both_read_all_between_them(
    kafka: KafkaBroker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matpho_client.places.COMMIT_S", 0.0)  # it notes how far it is while the group is moving
    found: list[set[str]] = [set(), set()]
    sent: set[str] = set()

    def read(mine: set[str], reader: Iterable[Any]) -> None:
        for event in reader:
            mine.add(event.identity)

    def more() -> None:
        fresh = [an_event(n, camera=f"cam-{n}") for n in range(len(sent), len(sent) + 20)]
        send(kafka, topic, list(fresh))
        sent.update(f"{event.event_id}:{event.revision}" for event in fresh)

    def sends_until(done: Callable[[], bool]) -> None:
        def sent_and_done() -> bool:
            more()
            return done()

        eventually(sent_and_done, timeout_s=60)

    readers = [events(kafka.address, topic=topic, group="g4", heartbeat_interval_ms=100) for _ in found]
    threads = [Thread(target=read, args=given, daemon=True) for given in zip(found, readers, strict=True)]
    for thread, mine in zip(threads, found, strict=True):
        thread.start()
        sends_until(lambda mine=mine: bool(mine))  # type: ignore[misc]  # the second joins while the first is reading
    readers[0].close()
    threads[0].join(30)
    had = len(found[1])
    sends_until(lambda: len(found[1]) > had)
    eventually(lambda: found[0] | found[1] == sent, timeout_s=30)
    readers[1].close()
    threads[1].join(30)
    assert ids(events(kafka.address, topic=topic, group="g4", follow=False)) == []


@broker
def test_a_topic_that_is_missing_is_told(kafka: KafkaBroker) -> None:
    with pytest.raises(LookupError, match="no-such-topic"):
        list(events(kafka.address, topic="no-such-topic"))


@broker
def test_the_other_records(kafka: KafkaBroker) -> None:
    sent: list[Record] = [a_measurement(1), a_measurement(2), a_measurement(1), a_track(), a_health()]
    name = uuid.uuid4().hex[:8]
    for kind in ("m", "t", "h"):
        kafka.create_topic(f"{name}-{kind}")
    send(kafka, f"{name}-m", sent[:3])
    send(kafka, f"{name}-t", sent[3:4])
    send(kafka, f"{name}-h", sent[4:])
    first, second = measurements(kafka.address, topic=f"{name}-m", follow=False)
    assert (first.counts, second.start - first.start) == ({"motorcycle": 31, "car": 4}, timedelta(minutes=1))
    (track,) = tracks(kafka.address, topic=f"{name}-t", follow=False)
    assert (track.label, track.path[0]) == ("motorcycle", (1.0, 2.0))
    (state,) = health(kafka.address, topic=f"{name}-h", follow=False)
    assert (state.state, state.fps, json.loads(json.dumps(state.raw))["camera_id"]) == ("running", 12.5, "cam-1")
