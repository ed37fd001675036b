"""Topics are made as configured where they are missing, and told where they are otherwise."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient  # type: ignore[import-untyped]
from kafka.admin import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from structlog.testing import capture_logs

from core.codec.records import record_to_dict
from core.delivery import Delivered, RetryAfter
from core.errors import SinkError
from core.records import Record
from matpho.kafka_plan import sinks_of
from scenes.sink_specs import KafkaSinkSpec, TopicSpec, TopicsSpec
from sinks.fan_out import FanOut
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from sinks.nv_frame import nv_frame
from tests.support.kafka import KafkaBroker
from tests.support.records import a_frame, a_health, a_measurement, a_track, an_event, an_incident

pytestmark = pytest.mark.broker


@pytest.fixture
def name() -> str:
    return f"topics-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def admin(kafka: KafkaBroker) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=kafka.address)
    yield client
    client.close()


def configs(admin: KafkaAdminClient, topic: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    found = admin.describe_configs([resource], config_filter="all")["topic"][topic]
    return {name: value["value"] for name, value in found.items()}


def test_a_missing_topic_is_made_as_configured(kafka: KafkaBroker, admin: KafkaAdminClient, name: str) -> None:
    topic = TopicSettings(name, create=True, partitions=5, replicas=1, retention_s=3600)
    sink = KafkaSink(KafkaSettings((kafka.address,)), topic)
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    sink.check()
    sink.close()
    assert len(admin.describe_topics([name])[0]["partitions"]) == 5
    assert configs(admin, name)["retention.ms"] == "3600000"


def test_a_compacted_topic_is_made_so(kafka: KafkaBroker, admin: KafkaAdminClient, name: str) -> None:
    sink = KafkaSink(KafkaSettings((kafka.address,)), TopicSettings(name, create=True, compact=True))
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    sink.close()
    assert configs(admin, name)["cleanup.policy"] == "compact"


def test_a_topic_other_than_configured_is_told_and_written_all_the_same(kafka: KafkaBroker, name: str) -> None:
    kafka.create_topic(name, partitions=3)
    topic = TopicSettings(name, create=True, partitions=12, retention_s=60)
    sink = KafkaSink(KafkaSettings((kafka.address,)), topic)
    with pytest.raises(SinkError, match=r"has 3 partitions, configured are 12.*retention\.ms"):
        sink.check()
    sink.close()
    with capture_logs() as said:
        assert sink.write([an_event(1)]).outcomes == (Delivered(),)
        sink.close()
        assert sink.write([an_event(2)]).outcomes == (Delivered(),)
    sink.close()
    assert [entry["event"] for entry in said].count("kafka_topic_differs") == 0  # check has told it
    assert len(kafka.read(name)) == 2


def test_a_topic_that_cannot_be_made_is_told_and_waited_for(kafka: KafkaBroker, name: str) -> None:
    sink = KafkaSink(KafkaSettings((kafka.address,), timeout_s=3), TopicSettings(name, create=True, replicas=3))
    (outcome,) = sink.write([an_event(1)]).outcomes
    assert isinstance(outcome, RetryAfter)  # one broker has no room for three copies
    assert name in outcome.reason
    kafka.create_topic(name)
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    sink.close()


def test_each_type_of_record_has_a_topic_of_its_own(kafka: KafkaBroker, name: str) -> None:
    topics = {kind: f"{name}-{kind}" for kind in ("events", "incidents", "measurements", "tracks", "health")}
    specs = {kind: TopicSpec(name=topic) for kind, topic in topics.items()}
    spec = KafkaSinkSpec(kind="kafka", bootstrap=[kafka.address], topics=TopicsSpec(partitions=2, **specs))
    fan_out = FanOut([make() for make in sinks_of(spec)])
    records: list[Record] = [an_event(1), a_measurement(), a_track(), a_health(), an_event(2), an_incident()]
    fan_out.publish(records)
    assert set(fan_out.close(30).values()) == {0}
    for kind, mine in (("events", [0, 4]), ("measurements", [1]), ("tracks", [2]), ("health", [3]), ("incidents", [5])):
        got = kafka.read(topics[kind])
        assert [json.loads(message.value) for message in got] == [record_to_dict(records[n]) for n in mine]


def test_the_tracks_of_frames_are_sent_where_they_are_asked_for(kafka: KafkaBroker, name: str) -> None:
    nothing = TopicSpec(send=False)
    topics = TopicsSpec(events=nothing, incidents=nothing, measurements=nothing, tracks=nothing, health=nothing)
    plain = KafkaSinkSpec(kind="kafka", bootstrap=[kafka.address], topics=topics)
    assert sinks_of(plain) == ()
    asked = topics.model_copy(update={"frames": TopicSpec(name=name)})
    fan_out = FanOut([make() for make in sinks_of(plain.model_copy(update={"topics": asked}))])
    fan_out.publish([a_frame(1), an_event(1), a_frame(2)])
    assert fan_out.close(30) == {"kafka-frames": 0}
    assert [message.value for message in kafka.read(name)] == [nv_frame(a_frame(1)), nv_frame(a_frame(2))]


def test_a_topic_that_takes_nothing_holds_up_no_other(kafka: KafkaBroker, name: str) -> None:
    kafka.create_topic(f"{name}-e")
    topics = TopicsSpec(
        create=False,
        events=TopicSpec(name=f"{name}-e"),
        incidents=TopicSpec(send=False),
        measurements=TopicSpec(name=f"{name}-missing"),
        tracks=TopicSpec(send=False),
        health=TopicSpec(send=False),
    )
    spec = KafkaSinkSpec(kind="kafka", bootstrap=[kafka.address], topics=topics, timeout_s=2)
    fan_out = FanOut([make() for make in sinks_of(spec)])
    fan_out.publish([a_measurement(n) for n in range(5)])
    fan_out.publish([an_event(n) for n in range(5)])
    assert fan_out.close(5) == {"kafka": 0, "kafka-measurements": 5}
    assert len(kafka.read(f"{name}-e")) == 5


def test_a_topic_of_another_mode_carries_whole_cloudevents(kafka: KafkaBroker, name: str) -> None:
    sink = KafkaSink(KafkaSettings((kafka.address,)), TopicSettings(name, create=True), mode="structured")
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    sink.close()
    (message,) = kafka.read(name)
    assert json.loads(message.value)["data"]["event_id"] == "event-000001"
    assert dict(message.headers)["content-type"].startswith(b"application/cloudevents+json")
