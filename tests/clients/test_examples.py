"""The examples of the documents do what they say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import matpho_client
from core.codec.events import event_to_dict
from core.records import Measurement, Record
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import KafkaBroker
from tests.support.postgres import postgres
from tests.support.records import a_measurement, an_event
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker
ROOT = Path(__file__).resolve().parents[2]


def example(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/examples/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def send(kafka: KafkaBroker, topic: str, records: list[Record]) -> None:
    sink = KafkaSink(KafkaSettings((kafka.address,)), TopicSettings(topic, create=True), takes=type(records[0]))
    sink.write(records)
    sink.close()


def queue(minute: int, lane: str, metres: float | None) -> Measurement:
    return replace(a_measurement(minute), place=lane, queue_m=metres)


def test_green_goes_where_vehicles_wait(kafka: KafkaBroker) -> None:
    topic = f"queues-{uuid.uuid4().hex[:8]}"
    minutes = [queue(1, "n", 60.0), queue(1, "e", 20.0), queue(2, "x", 500.0), queue(2, "e", None), queue(3, "n", 20.0)]
    send(kafka, topic, list(minutes))
    phases = {"north": ["n"], "east": ["e"]}
    found = list(example("traffic_phases").suggestions(kafka.address, phases, topic=topic, follow=False))
    assert found == [{"north": 80, "east": 10}, {"north": 62, "east": 28}, {"north": 45, "east": 45}]


def test_an_officer_hears_of_a_watched_place(kafka: KafkaBroker, tmp_path: Path) -> None:
    for name in ("events", "tracks"):
        KafkaSink(KafkaSettings((kafka.address,)), TopicSettings(f"matpho.{name}.v1", create=True)).check()
    (tmp_path / "watch.txt").write_text("cam-w/kho\ntoken-1\n")
    command = [sys.executable, str(ROOT / "docs/examples/police_watch.py"), kafka.address, str(tmp_path / "watch.txt")]
    env = {"PYTHONPATH": str(ROOT / "clients/python")}
    with (tmp_path / "said").open("w") as out, subprocess.Popen(command, stdout=out, env=env) as process:
        try:
            number = time.time_ns() % 10**6
            send(kafka, "matpho.events.v1", [an_event(number, camera="cam-w", zone="khác")])
            send(kafka, "matpho.events.v1", [an_event(number + 1, camera="cam-w", zone="kho")])
            eventually(lambda: (tmp_path / "said").read_text() != "", timeout_s=30)
        finally:
            process.kill()
    (line,) = (tmp_path / "said").read_text().splitlines()
    assert "security.loitering at cam-w/kho" in line


def test_a_token_on_the_list_is_found() -> None:
    from matpho_client import records

    value = (
        b'{"camera_id": "c", "epoch": 0, "track_id": 1, "class": "car", "started": "2026-01-01T00:00:00Z", '
        b'"ended": "2026-01-01T00:00:09Z", "path": [], "plate_token": "token-1"}'
    )
    alert = example("police_watch").alert
    assert alert(records.track(value), {"token-1"}) == "00:00:09 token-1 seen by c"
    assert alert(records.track(value), {"token-2"}) is None


def test_an_archive_holds_each_record_once(kafka: KafkaBroker) -> None:
    psycopg = pytest.importorskip("psycopg")
    module, names = example("archive"), {kind: f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("events", "measurements")}
    found = [an_event(1), replace(an_event(1, 2), position=(105.8, 21.0)), an_event(2)]
    send(kafka, names["events"], [*found, found[0]])
    send(kafka, names["measurements"], [a_measurement(1), a_measurement(2), a_measurement(1)])
    with postgres() as url, psycopg.connect(url, autocommit=True) as database:
        database.execute(module.TABLES)
        for _ in range(2):  # again from the start, as after a lost note of how far it was
            for kind, topic in names.items():
                module.archive(url, getattr(matpho_client, kind)(kafka.address, topic=topic, follow=False))
        rows = database.execute("SELECT event_id, revision, latitude, body FROM events ORDER BY 1, 2").fetchall()
        assert [row[:3] for row in rows] == [(e.event_id, e.revision, (e.position or (0, None))[1]) for e in found]
        assert rows[1][3] == event_to_dict(found[1])
        assert database.execute("SELECT count(*) FROM measurements").fetchone()[0] == 2
