"""`matpho consume` shows what was sent, each once, and picks out what was asked for."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from kafka import KafkaProducer  # type: ignore[import-untyped]
from typer.testing import CliRunner

from core.codec.events import event_to_dict
from core.errors import MatphoError
from core.events import EventKind
from core.records import Record
from matpho.cli import app
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import KafkaBroker
from tests.support.records import a_health, a_measurement, a_track, an_event

pytestmark = pytest.mark.broker
SENT: list[Record] = [
    an_event(1),
    an_event(2, camera="cam-2"),
    an_event(1),
    an_event(3, kind=EventKind.STOPPED_VEHICLE),
    a_measurement(),
    a_track(),
    a_health(),
]


@pytest.fixture(scope="module")
def config(kafka_broker: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A configuration whose topics hold what was sent, and a value that is no record."""
    kafka_broker.start()
    name = uuid.uuid4().hex[:8]
    topics = {kind: f"{name}-{kind}" for kind in ("events", "measurements", "tracks", "health")}
    for topic, record in zip(topics.values(), (SENT[0], *SENT[4:]), strict=True):
        mine = [sent for sent in SENT if type(sent) is type(record)]
        settings = KafkaSettings((kafka_broker.address,))
        sink = KafkaSink(settings, TopicSettings(topic, create=True), takes=type(record))
        sink.write(mine)
        sink.close()
    producer = KafkaProducer(bootstrap_servers=kafka_broker.address)
    producer.send(topics["events"], b"not JSON", key=b"cam-9")
    producer.close()
    path = tmp_path_factory.mktemp("consume") / "system.yaml"
    named = "".join(f"      {kind}: {{name: {topic}}}\n" for kind, topic in topics.items())
    path.write_text(
        f"cameras: [{{id: a, source: a.mp4}}]\nsinks:\n  - kind: kafka\n    bootstrap: ['{kafka_broker.address}']\n"
        f"    topics:\n{named}"
    )
    return str(path)


def consumed(config: str, *options: str) -> list[str]:
    done = CliRunner().invoke(app, ["consume", "--config", config, "--no-follow", *options], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_events_come_once_as_json(config: str) -> None:
    values = [json.loads(line) for line in consumed(config, "--json")]
    assert values == [event_to_dict(sent) for sent in (an_event(1), an_event(2, camera="cam-2"), SENT[3])]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--camera", "cam-2"], [2]),
        (["--kind", "incident"], [3]),
        (["--kind", "security.loitering", "--camera", "cam-1"], [1]),
        (["--since", "2026-01-01T00:00:02Z"], [2, 3]),
        (["--until", "2026-01-01T00:00:02Z"], [1]),
        (["--limit", "2"], [1, 2]),
        (["--kind", "loitering"], []),
    ],
    ids=str,
)
def test_what_is_asked_for_is_picked_out(config: str, options: list[str], expected: list[int]) -> None:
    found = [json.loads(line)["event_id"] for line in consumed(config, "--json", *options)]
    assert found == [f"event-{number:06d}" for number in expected]


def test_every_type_reads_as_a_sentence(config: str) -> None:
    lines = consumed(
        config, "--records", "events", "--records", "measurements", "--records", "tracks", "--records", "health"
    )
    assert len(lines) == 6
    whole = "\n".join(lines)
    for said in ("cam-2 Loitering", "line-1 forward", "track 1 of motorcycle ended", "running 12.5 fps"):
        assert said in whole


def test_a_value_that_is_no_record_is_told(config: str) -> None:
    done = CliRunner().invoke(app, ["consume", "--config", config, "--no-follow"])
    assert "cam-9" in done.stderr


def test_where_has_to_be_said_once() -> None:
    done = CliRunner().invoke(app, ["consume"])
    assert isinstance(done.exception, MatphoError)
    assert "--kafka" in str(done.exception)


def test_brokers_and_topics_that_are_missing_are_told(kafka: KafkaBroker, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["consume", "--kafka", "127.0.0.1:1"])
    assert "127.0.0.1:1" in str(done.exception)
    assert "matpho kafka up" in str(done.exception)
    path = tmp_path / "system.yaml"
    path.write_text(
        f"cameras: [{{id: a, source: a.mp4}}]\nsinks: [{{kind: kafka, bootstrap: ['{kafka.address}'], "
        "topics: {events: {name: no-such-topic}}}]\n"
    )
    done = CliRunner().invoke(app, ["consume", "--config", str(path)])
    assert "no-such-topic" in str(done.exception)
