"""From a configuration to what controllers tell, by a real broker and a real connection."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer  # type: ignore[import-untyped]
from kafka.admin import NewTopic  # type: ignore[import-untyped]

from core.errors import ConfigError
from core.off_rules import OffRule, told_off
from core.signals import SignalState
from core.times import time_text
from matpho.camera_plan import camera_plan
from matpho.plan import Plan
from matpho.planning import plan_configuration
from matpho.session import Session
from matpho.signal_feeds import feeds_of
from pipeline.signals.board import SignalBoard
from pipeline.sources.synthetic import SyntheticSource
from scenes.config import Configuration, load_configuration
from scenes.model_specs import ModelSpec
from scenes.scene_file import load_scene
from tests.support.kafka import KafkaBroker
from tests.support.rtsp import free_port

SCENE = """
id: junction
reference_size: [640, 480]
lanes: [{id: a, polygon: [[0, 0], [9, 0], [9, 9]], centreline: [[0, 4], [9, 4]]}]
signals: [{id: s, lanes: [a], feed: J1}]
"""


def configuration(folder: Path, signals: str) -> Configuration:
    (folder / "scene.yaml").write_text(SCENE)
    (folder / "system.yaml").write_text(f"cameras: [{{id: a, source: a.mp4, scene: scene.yaml}}]\n{signals}\n")
    return load_configuration(folder / "system.yaml")


def test_a_signal_that_nobody_can_tell_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"system\.yaml:1: cameras\[0\]\.scene.*\"s\".*signals"):
        configuration(tmp_path, "")
    with pytest.raises(ConfigError, match="listen"):
        configuration(tmp_path, "signals: {}")


def test_a_red_light_rule_is_off_where_no_controller_can_tell_its_signal(tmp_path: Path) -> None:
    scene = SCENE.replace("feed: J1", "line: stop, feed: J1") + "lines: [{id: stop, start: [0, 5], end: [9, 5]}]\n"
    scene += "rules: [{kind: violation.red_light, signal: s}]\n"
    (tmp_path / "scene.yaml").write_text(scene)
    file = load_scene(tmp_path / "scene.yaml")
    camera = camera_plan(SyntheticSource("a"), file)
    (off,) = Plan(ModelSpec(), (camera,)).off
    assert OffRule.of(off.as_dict()) == off
    assert told_off([off], "en")[0].startswith("Red light, camera a: off: nobody tells what signal s shows.")
    assert Plan(ModelSpec(), (camera,), signals=SignalBoard()).off == ()


def test_over_http_with_the_token_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    given = configuration(tmp_path, f"signals: {{listen: '127.0.0.1:{port}', token_env: SIGNALS_TOKEN}}")
    with pytest.raises(ConfigError, match="SIGNALS_TOKEN"):
        feeds_of(given, SignalBoard())
    monkeypatch.setenv("SIGNALS_TOKEN", "secret")
    board = SignalBoard()
    opens = feeds_of(given, board)
    with ExitStack() as stack, pytest.raises(ConfigError, match="Kafka"):
        opens(stack, 2)
    with ExitStack() as stack:
        opens(stack, 1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        body = json.dumps({"signal": "J1", "state": "green", "time": "2026-01-05T08:00:00Z"})
        headers = {"Content-Type": "application/json", "Authorization": "Bearer secret"}
        connection.request("POST", "/signals", body, headers)
        assert connection.getresponse().status == 200
    assert board.told == 1
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("POST", "/signals", body, headers)


def test_the_summary_of_a_run_counts_what_came(tmp_path: Path) -> None:
    port, kept = free_port(), "store: {path: events.db, evidence: evidence}"
    plan = plan_configuration(configuration(tmp_path, f"signals: {{listen: '127.0.0.1:{port}'}}\n{kept}"))
    lines = [{"signal": "J1", "state": "red", "time": f"2026-01-05T08:00:0{s}Z"} for s in (5, 3)] + [{"signal": "J1"}]
    with Session(plan) as session:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("POST", "/signals", json.dumps(lines), {"Content-Type": "application/json"})
        assert connection.getresponse().status == 422
        connection.request("POST", "/elsewhere", "{}", {"Content-Type": "application/json"})
        assert connection.getresponse().status == 404
        counts = {"received": 3, "refused": 1, "stale": 1, "turned_away": {"404": 1}}
        told = session.as_dict()["signal_feeds"]
        assert list(told.pop("age_s")) == ["J1"] and told == counts


@pytest.mark.broker
def test_by_a_topic_from_lately_on_and_past_what_cannot_be_read(tmp_path: Path, kafka: KafkaBroker) -> None:
    topic, now_ns = f"signals-{uuid.uuid4().hex[:8]}", time.time_ns()
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    admin.create_topics([NewTopic(topic, 1, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka.address)
    told = {"signal": "J1", "state": "red", "time": time_text(now_ns)}
    for value in (b"nothing", json.dumps(told).encode()):
        producer.send(topic, value)
    producer.flush()
    board = SignalBoard()
    given = configuration(tmp_path, f"signals: {{kafka: {{bootstrap: ['{kafka.address}'], topic: {topic}}}}}")
    with ExitStack() as stack:
        feeds_of(given, board)(stack, 4)
        assert waited(board, 1)
        producer.send(topic, json.dumps(told | {"state": "green"}).encode())
        producer.close()
        assert waited(board, 2)
    found = board.at("J1", now_ns + 1)
    assert found is not None and found.state is SignalState.GREEN and board.refused == 1


def waited(board: SignalBoard, count: int) -> bool:
    until = time.monotonic() + 20
    while board.told < count and time.monotonic() < until:
        time.sleep(0.02)
    return board.told >= count
