"""A consumer in another language, written from the AsyncAPI document alone, reads every topic."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.kinds import MEASURES_OF
from core.records import Record
from matpho.kafka_plan import sinks_of
from scenes.sink_specs import KafkaSinkSpec, TopicSpec, TopicsSpec
from sinks.fan_out import FanOut
from tests.support.kafka import QUICK_START, KafkaBroker, KafkaUnavailable, jars
from tests.support.records import a_frame, a_health, a_measurement, a_track, an_event, an_incident, any_event_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker on which nobody else has written to the topics of the document."""
    if shutil.which("javac") is None and os.environ.get("MATPHO_TEST_REQUIRE_ALL") != "1":
        pytest.skip("no Java compiler")
    try:
        broker = KafkaBroker(tmp_path)
    except KafkaUnavailable as error:
        pytest.skip(str(error))
    with broker:
        yield broker


@pytest.mark.broker
@pytest.mark.slow
def test_a_java_consumer_reads_every_topic_by_the_document_alone(own_broker: KafkaBroker) -> None:
    events = [any_event_of(kind, number) for number, kind in enumerate(MEASURES_OF)]
    others: list[Record] = [
        a_measurement(1),
        a_measurement(2),
        a_track(),
        a_health(),
        a_frame(),
        an_event(99),
        an_incident(),
    ]
    spec = KafkaSinkSpec(kind="kafka", bootstrap=[own_broker.address], topics=TopicsSpec(frames=TopicSpec()))
    for _ in range(2):  # as after a broker that did not answer
        fan_out = FanOut([make() for make in sinks_of(spec)])
        fan_out.publish([*events, *others])
        assert set(fan_out.close(60).values()) == {0}
    command = ["java", *QUICK_START, "-cp", f"{jars()}/*", str(ROOT / "tests/clients/Consumer.java")]
    command += [str(ROOT / "schemas/asyncapi.yaml"), own_broker.address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = {}
    for line in done.stdout.splitlines():
        told = json.loads(line)
        found[told["channel"]] = told
    assert {name: (told["records"], told["distinct"]) for name, told in found.items()} == {
        "events": (2 * len(events) + 2, len(events) + 1),
        "incidents": (2, 1),
        "measurements": (4, 2),
        "tracks": (2, 1),
        "health": (2, 1),
        "frames": (2, 1),
    }
    assert {told["wrong"] for told in found.values()} == {""}
    assert found["frames"]["objects"] == 2
    assert {kind.value for kind in MEASURES_OF} <= {
        name.removeprefix("matpho.").rsplit(".", 1)[0] for name in found["events"]["types"]
    }
    assert found["measurements"]["keys"] == ["cam-1"]
