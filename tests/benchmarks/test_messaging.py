"""The messaging benchmark sends what it says, and shows every figure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kafka import KafkaAdminClient  # type: ignore[import-untyped]
from typer.testing import CliRunner

from matpho.cli import app
from tests.support.kafka import KafkaBroker


@pytest.mark.broker
def test_a_small_run_shows_each_driver_beside_its_library(kafka: KafkaBroker, tmp_path: Path) -> None:
    out = tmp_path / "messaging.json"
    options = ["--kafka", kafka.address, "--events", "500", "--rounds", "1", "--seconds", "1", "--json", str(out)]
    done = CliRunner().invoke(app, ["bench", "messaging", *options], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    drivers = [name for name in ("confluent", "kafka-python") if name in found["speeds"]]
    assert "kafka-python" in drivers
    for driver in drivers:
        assert {driver, f"peer: {driver}"} <= set(found["speeds"])
        assert 0 < found["latency_ms"][driver][0] <= found["latency_ms"][driver][1]
    assert 0 < found["from_frame_ms"][0] <= found["from_frame_ms"][1]
    assert all(speed["per_s"] > 0 and speed["cpu_us"] > 0 for speed in found["speeds"].values())
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    topics = [name for name in admin.list_topics() if name.startswith("matpho.bench.")]
    admin.close()
    sizes = sorted(len(kafka.read(topic)) for topic in topics)
    frames = [size for size in sizes if size not in (200, 1000, 2000)]
    assert len(frames) == 1, "frames of the clip, few"
    by_hand = [2000] * len(drivers)  # latency: 2,000 a second for one second
    for driver in drivers:  # warmed up with as many; confluent with lz4 too
        by_hand += [1000] * 3 if driver == "confluent" else [200, 200]
    assert sizes == sorted(by_hand + frames)
