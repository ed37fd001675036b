"""Values in the wire format of Confluent's Schema Registry, and what happens while the registry does not help."""

from __future__ import annotations

import json
import struct
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import jsonschema
import pytest

from core.codec.events import event_to_dict
from core.delivery import Delivered, RetryAfter
from core.errors import SinkError
from core.events import Event
from core.records import CameraHealth
from matpho.kafka_plan import kafka_sinks
from matpho_client import events
from scenes.config import load_configuration
from sinks.kafka.reader import read_topics
from sinks.kafka.registry import RegistrySettings, frame_of, unframed
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import KafkaBroker, free_ports
from tests.support.records import a_frame, a_health, an_event
from tests.support.schema_registry import PASSWORD, USER, SchemaRegistry


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry() as running:
        yield running


def test_a_schema_is_registered_once_and_found_again(registry: SchemaRegistry) -> None:
    settings = RegistrySettings(registry.url)
    first = frame_of(settings, "matpho.events.v1", Event)
    assert first == struct.pack(">BI", 0, 1)
    assert frame_of(settings, "matpho.events.v1", Event) == first
    assert frame_of(settings, "matpho.health.v1", CameraHealth) == struct.pack(">BI", 0, 2)
    assert registry.subjects == {"matpho.events.v1-value": [1], "matpho.health.v1-value": [2]}
    place = "/subjects/matpho.events.v1-value"
    assert registry.asked[:3] == [f"POST {place}", f"POST {place}/versions", f"POST {place}"]


def test_without_leave_to_register_an_unknown_schema_is_told(registry: SchemaRegistry) -> None:
    with pytest.raises(SinkError, match=r"t-value.*register_schemas") as raised:
        frame_of(RegistrySettings(registry.url, register=False), "t", Event)
    assert raised.value.message_id == "error-registry-unknown"
    assert registry.subjects == {}
    frame_of(RegistrySettings(registry.url), "t", Event)
    assert frame_of(RegistrySettings(registry.url, register=False), "t", Event) == struct.pack(">BI", 0, 1)


def test_an_incompatible_schema_a_wrong_login_and_nobody_are_told() -> None:
    with SchemaRegistry(locked=True) as registry:
        registry.refusing = True
        with pytest.raises(SinkError, match="401"):
            frame_of(RegistrySettings(registry.url, user=USER, password="wrong"), "t", Event)
        with pytest.raises(SinkError, match="incompatible"):
            frame_of(RegistrySettings(registry.url, user=USER, password=PASSWORD), "t", Event)
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(SinkError, match="refused"):
        frame_of(RegistrySettings(nobody), "t", Event)
    assert PASSWORD not in repr(RegistrySettings(nobody, user=USER, password=PASSWORD))


def test_settings_that_cannot_work_are_refused(registry: SchemaRegistry) -> None:
    settings = KafkaSettings(("127.0.0.1:1",))
    with pytest.raises(SinkError, match="mode: binary"):
        KafkaSink(settings, mode="structured", registry=RegistrySettings(registry.url))
    with pytest.raises(SinkError, match="http"):
        KafkaSink(settings, registry=RegistrySettings("file:///etc/passwd"))


def test_plain_json_has_no_frame() -> None:
    assert unframed(b'{"a":1}') == b'{"a":1}'
    assert unframed(b"\0\0\0\0\7{}") == b"{}"


@pytest.mark.broker
def test_values_name_their_schema_and_readers_pass_over_it(kafka: KafkaBroker, tmp_path: Path) -> None:
    name = f"registry-{uuid.uuid4().hex[:8]}"
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text(f"registry:\n  user: {USER}\n  password: {PASSWORD}\n")
    secrets.chmod(0o600)
    with SchemaRegistry(locked=True) as registry:
        (tmp_path / "system.yaml").write_text(f"""
cameras: [{{id: cam-1, source: "rtsp://127.0.0.1:1/none"}}]
sinks:
  - kind: kafka
    bootstrap: ["{kafka.address}"]
    topics: {{events: {{name: {name}}}, health: {{name: {name}-health}}, frames: {{name: {name}-frames}}}}
    schema_registry: {{url: "{registry.url}", credentials: {{file: secrets.yaml, key: registry}}}}
""")
        configuration = load_configuration(tmp_path / "system.yaml")
        made = [make() for make in kafka_sinks(configuration, configuration.spec.sinks[0])]  # type: ignore[arg-type]
        sinks = {sink.name: sink for sink in made}
        for sink, record in (("kafka", an_event(1)), ("kafka-health", a_health()), ("kafka-frames", a_frame(1))):
            assert sinks[sink].write([record]).outcomes == (Delivered(),)
        assert sinks["kafka"].write([an_event(2), an_event(3)]).outcomes == (Delivered(),) * 2
        for opened in made:
            opened.close()
        assert len([asked for asked in registry.asked if f"{name}-value" in asked]) == 2, "looked up, registered, kept"
        messages = kafka.read(name)
        for message in messages:
            magic, number = struct.unpack(">BI", message.value[:5])
            assert magic == 0
            with urlopen(f"{registry.url}/schemas/ids/{number}") as answer:
                schema = json.loads(json.load(answer)["schema"])
            jsonschema.validate(json.loads(message.value[5:]), schema)
        assert sorted(registry.subjects) == [f"{name}-health-value", f"{name}-value"], "protobuf has none"
    settings = KafkaSettings((kafka.address,))
    read = [json.loads(one.value) for one in read_topics(settings, [name], from_start=True, follow=False)]
    wanted = [event_to_dict(an_event(n)) for n in (1, 2, 3)]
    assert sorted(read, key=lambda value: str(value["event_id"])) == wanted
    since = datetime(2020, 1, 1, tzinfo=UTC)
    with events(kafka.address, topic=name, since=since, follow=False) as reader:
        assert sorted(event.event_id for event in reader) == [value["event_id"] for value in wanted]


@pytest.mark.broker
def test_while_the_registry_is_away_records_wait(kafka: KafkaBroker) -> None:
    topic = TopicSettings(kafka.create_topic(f"registry-{uuid.uuid4().hex[:8]}"))
    settings = KafkaSettings((kafka.address,))
    with SchemaRegistry() as registry:
        url = registry.url
    sink = KafkaSink(settings, topic, registry=RegistrySettings(url, timeout_s=2))
    (outcome,) = sink.write([an_event(1)]).outcomes
    assert isinstance(outcome, RetryAfter)
    assert url in outcome.reason
    with pytest.raises(SinkError, match="registry"):
        sink.check()
    sink.close()
    assert kafka.read(topic.name) == []
