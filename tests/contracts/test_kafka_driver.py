"""What every Kafka driver promises, against a real broker: also when that goes, comes back or refuses."""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from core.codec.events import event_from_dict, event_to_dict
from core.delivery import Delivered, Rejected, RetryAfter
from core.errors import SinkError
from core.events import Event, Phase, Picture
from sinks.fan_out import FanOut
from sinks.kafka.settings import Compression, DriverName, KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from sinks.memory import MemorySink
from tests.support.kafka import KafkaBroker
from tests.support.records import a_measurement, a_track, an_event
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker


@pytest.fixture
def topic(kafka: KafkaBroker) -> str:
    return kafka.create_topic(f"events-{uuid.uuid4().hex[:8]}")


@pytest.fixture(params=["kafka-python", "confluent"])
def driver(request: pytest.FixtureRequest) -> DriverName:
    name: DriverName = request.param
    if name == "confluent" and os.environ.get("MATPHO_TEST_REQUIRE_ALL") != "1":
        pytest.importorskip("confluent_kafka")
    return name


@pytest.fixture
def settings(kafka: KafkaBroker, driver: DriverName) -> KafkaSettings:
    return KafkaSettings((kafka.address,), driver=driver, timeout_s=5)


@pytest.fixture
def sink(settings: KafkaSettings, topic: str) -> Iterator[KafkaSink]:
    opened = KafkaSink(settings, TopicSettings(topic))
    yield opened
    opened.close()


def event_of(message: Any) -> Event:
    return event_from_dict(json.loads(message.value))


def large(number: int, pictures: int) -> Event:
    """An event of about 110 bytes for each picture."""
    return replace(an_event(number), pictures=tuple(Picture(f"{n:060d}.jpg", n) for n in range(pictures)))


def threads() -> int:
    """Of this process; a library's own too."""
    return len(list(Path("/proc/self/task").iterdir()))


def first_copies(messages: list[Any]) -> list[Event]:
    seen: dict[tuple[str, int], Event] = {}
    for message in messages:
        event = event_of(message)
        assert seen.setdefault((event.event_id, event.revision), event) == event
    return list(seen.values())


def test_the_cloudevents_sdk_reads_what_is_sent(kafka: KafkaBroker, topic: str, sink: KafkaSink) -> None:
    event = an_event(1, 2, camera="ngã tư/Sở 01", phase=Phase.ENDED)
    assert sink.write([event]).outcomes == (Delivered(),)
    (message,) = kafka.read(topic)
    read = from_binary(KafkaMessage(dict(message.headers), message.key, message.value), JSONFormat())
    assert read.get_specversion() == "1.0"
    assert read.get_type() == "matpho.security.loitering.ended"
    assert read.get_source() == "/matpho/cameras/ng%C3%A3%20t%C6%B0%2FS%E1%BB%9F%2001"
    assert read.get_id() == "event-000001:2"
    assert read.get_subject() == "event-000001"
    assert read.get_dataschema() == "urn:matpho:schema:event:1"
    assert read.get_datacontenttype() == "application/json"
    time = read.get_time()
    assert time is not None
    assert int(time.timestamp()) * 10**9 == event.at_ns
    assert read.get_data() == event_to_dict(event)
    assert message.key.decode() == "ngã tư/Sở 01"
    assert event_of(message) == event


def test_a_cameras_events_keep_their_order_over_partitions(kafka: KafkaBroker, topic: str, sink: KafkaSink) -> None:
    events = [an_event(n // 4, n % 4 + 1, camera=f"cam-{n % 7}") for n in range(400)]
    for first in range(0, 400, 37):
        batch = events[first : first + 37]
        assert sink.write(batch).outcomes == (Delivered(),) * len(batch)
    messages = kafka.read(topic)
    assert len(messages) == 400
    assert len({message.partition for message in messages}) > 1
    for camera in {event.camera_id for event in events}:
        mine = [message for message in messages if message.key.decode() == camera]
        assert len({message.partition for message in mine}) == 1
        assert [event_of(message) for message in mine] == [event for event in events if event.camera_id == camera]


def test_it_takes_events_alone(sink: KafkaSink) -> None:
    assert [sink.accepts(record) for record in (an_event(1), a_measurement(), a_track())] == [True, False, False]


def test_a_broker_killed_in_the_middle_gets_everything_in_the_end(
    kafka: KafkaBroker, settings: KafkaSettings, topic: str
) -> None:
    sink = KafkaSink(replace(settings, timeout_s=3), TopicSettings(topic))
    other = MemorySink()
    fan_out = FanOut([sink, other])
    events = [an_event(n // 3, n % 3 + 1, camera=f"cam-{n % 5}") for n in range(3000)]
    for first in range(0, 1000, 10):
        fan_out.publish(events[first : first + 10])
    eventually(lambda: fan_out.counters()["kafka"].delivered > 0)
    kafka.kill()
    for first in range(1000, 3000, 10):
        fan_out.publish(events[first : first + 10])
    eventually(lambda: len(other.records) == 3000)
    eventually(lambda: fan_out.counters()["kafka"].retried > 0)
    assert fan_out.counters()["kafka"].waiting > 0
    kafka.start()
    eventually(lambda: fan_out.counters()["kafka"].delivered == 3000, timeout_s=120)
    assert fan_out.close() == {"kafka": 0, "memory": 0}
    assert fan_out.counters()["kafka"].rejected == 0
    received = first_copies(kafka.read(topic))
    for camera in {event.camera_id for event in events}:
        assert [e for e in received if e.camera_id == camera] == [e for e in events if e.camera_id == camera]


def test_a_broker_away_at_the_start_is_waited_for(kafka: KafkaBroker, settings: KafkaSettings, topic: str) -> None:
    kafka.stop()
    sink, other = KafkaSink(replace(settings, timeout_s=3), TopicSettings(topic)), MemorySink()
    fan_out = FanOut([sink, other])
    fan_out.publish([an_event(1), an_event(2)])
    eventually(lambda: fan_out.counters()["kafka"].retried > 0)
    assert other.records == [an_event(1), an_event(2)]
    kafka.start()
    eventually(lambda: fan_out.counters()["kafka"].delivered == 2)
    assert fan_out.close() == {"kafka": 0, "memory": 0}
    assert [event_of(message) for message in kafka.read(topic)] == [an_event(1), an_event(2)]


def test_failures_leave_no_thread_behind(kafka: KafkaBroker, settings: KafkaSettings, topic: str) -> None:
    before = threads()
    sink = KafkaSink(replace(settings, timeout_s=1), TopicSettings(topic))
    eventually(lambda: sink.write([an_event(1)]).outcomes == (Delivered(),))
    kafka.kill()
    for _ in range(3):
        assert isinstance(sink.write([an_event(2)]).outcomes[0], RetryAfter)
    kafka.start()
    eventually(lambda: sink.write([an_event(2)]).outcomes == (Delivered(),))
    sink.close()
    eventually(lambda: threads() <= before)


def test_a_broker_that_hangs_holds_a_write_only_so_long(topic: str, driver: DriverName) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        sink = KafkaSink(KafkaSettings((address,), driver=driver, timeout_s=1), TopicSettings(topic))
        (outcome,) = sink.write([an_event(1)]).outcomes
        sink.close()
    assert isinstance(outcome, RetryAfter)
    assert address in outcome.reason


def test_a_record_too_large_goes_to_the_dead_letters_and_holds_up_no_other(
    kafka: KafkaBroker, sink: KafkaSink, topic: str, tmp_path: Path
) -> None:
    other = MemorySink()
    fan_out = FanOut([sink, other], dead_letters=tmp_path / "dead.jsonl")
    fan_out.publish([an_event(1), large(2, 12_000), an_event(3)])
    eventually(lambda: fan_out.counters()["kafka"].delivered == 2)
    fan_out.close()
    assert sorted(event_of(message).event_id for message in kafka.read(topic)) == ["event-000001", "event-000003"]
    (letter,) = [json.loads(line) for line in (tmp_path / "dead.jsonl").read_text().splitlines()]
    assert letter["sink"] == "kafka"
    assert "max.message.bytes" in letter["reason"]
    assert letter["record"]["event_id"] == "event-000002"
    assert len(other.records) == 3


def test_a_record_too_large_for_the_brokers_own_limit_is_rejected_alone(
    kafka: KafkaBroker, settings: KafkaSettings
) -> None:
    topic = kafka.create_topic(f"small-{uuid.uuid4().hex[:8]}", partitions=1, configs={"max.message.bytes": "3000"})
    sink = KafkaSink(replace(settings, timeout_s=5), TopicSettings(topic))
    outcomes = sink.write([an_event(1), large(2, 100), an_event(3)]).outcomes
    assert [type(outcome) for outcome in outcomes] == [Delivered, Rejected, Delivered]
    after = [an_event(number) for number in range(4, 104)]  # more than one batch of that size holds
    assert sink.write(after).outcomes == (Delivered(),) * 100
    sink.close()
    assert [event_of(message) for message in kafka.read(topic)] == [an_event(1), an_event(3), *after]


def test_an_unknown_topic_is_told(settings: KafkaSettings) -> None:
    sink = KafkaSink(replace(settings, timeout_s=1), TopicSettings("no-such-topic"))
    (outcome,) = sink.write([an_event(1)]).outcomes
    assert isinstance(outcome, RetryAfter)  # whoever runs the brokers can make it: no record is to blame
    assert "no-such-topic" in outcome.reason
    with pytest.raises(SinkError, match="no-such-topic"):
        sink.check()
    sink.close()


def test_a_topic_that_may_not_be_written_rejects(kafka: KafkaBroker, sink: KafkaSink, topic: str) -> None:
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    kafka.forbid_writing(topic)
    eventually(lambda: isinstance(sink.write([an_event(2)]).outcomes[0], Rejected))
    (outcome,) = sink.write([an_event(3)]).outcomes
    assert isinstance(outcome, Rejected)
    assert "ACL" in outcome.reason
    assert topic in outcome.reason


@pytest.mark.parametrize("compression", ["gzip", "lz4", "zstd"])
def test_compressed_records_arrive(
    kafka: KafkaBroker, settings: KafkaSettings, topic: str, compression: Compression
) -> None:
    if settings.driver == "kafka-python" and compression != "gzip":
        pytest.importorskip("lz4" if compression == "lz4" else "zstandard")
    events = [an_event(number) for number in range(50)]
    sink = KafkaSink(replace(settings, compression=compression), TopicSettings(topic))
    assert sink.write(events).outcomes == (Delivered(),) * 50
    sink.close()
    assert [event_of(message) for message in kafka.read(topic)] == events


def test_a_change_of_driver_moves_no_camera_to_another_partition(kafka: KafkaBroker) -> None:
    pytest.importorskip("confluent_kafka")
    topic = kafka.create_topic(f"drivers-{uuid.uuid4().hex[:8]}", partitions=12)
    events = [an_event(number, camera=f"cam-{number}") for number in range(40)]
    names: tuple[DriverName, ...] = ("kafka-python", "confluent")
    for name in names:
        sink = KafkaSink(KafkaSettings((kafka.address,), driver=name), TopicSettings(topic))
        assert sink.write(events).outcomes == (Delivered(),) * 40
        sink.close()
    places: dict[str, set[int]] = {}
    for message in kafka.read(topic):
        places.setdefault(message.key.decode(), set()).add(message.partition)
    assert len(places) == 40
    assert all(len(partitions) == 1 for partitions in places.values())
