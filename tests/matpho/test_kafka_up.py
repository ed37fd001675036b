"""`matpho kafka up` starts a broker that events can be sent to, keeps its data, or says what is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from core.delivery import Delivered
from core.errors import MatphoError
from matpho import local_kafka
from matpho.local_kafka import Ground, look
from sinks.kafka.reader import read_topics
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import QUICK_START, KafkaBroker, KafkaUnavailable, free_ports, jars
from tests.support.records import an_event
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def up(folder: Path, port: int, cache: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "matpho", "kafka", "up", "--port", str(port), "--with", "java"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MATPHO_LANG": "en", "MATPHO_CACHE_DIR": str(cache), "COLUMNS": "200"}
    env["JDK_JAVA_OPTIONS"] = " ".join(QUICK_START)
    with (
        (folder / "said").open("w") as out,
        subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out, text=True) as process,
    ):
        try:
            eventually(
                lambda: process.poll() is not None or "answers at" in (folder / "said").read_text(), timeout_s=60
            )
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@pytest.mark.broker
def test_a_broker_is_started_and_has_its_records_the_next_time(tmp_path: Path) -> None:
    try:
        (tmp_path / "kafka-4.1.0").symlink_to(jars())
    except KafkaUnavailable as error:
        pytest.skip(str(error))
    (port,) = free_ports(1)
    settings = KafkaSettings((f"127.0.0.1:{port}",))
    with up(tmp_path, port, tmp_path) as process:
        assert process.poll() is None, (tmp_path / "said").read_text()
        sink = KafkaSink(settings, TopicSettings("t", create=True))
        assert sink.write([an_event(1)]).outcomes == (Delivered(),)
        sink.close()
    assert process.returncode == 0
    with up(tmp_path, port, tmp_path):
        assert [one.kind for one in read_topics(settings, ["t"], follow=False)] == ["matpho.security.loitering.started"]


@pytest.mark.broker
def test_a_port_that_is_taken_is_told(kafka: KafkaBroker, tmp_path: Path) -> None:
    port = int(kafka.address.split(":")[1])
    with pytest.raises(MatphoError, match="another --port"), local_kafka.LocalKafka("java", port, tmp_path):
        pass


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MatphoError) as raised:
        look().way(None)
    assert all(word in str(raised.value) for word in ("Java 17", "Maven", "Docker"))
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    assert "11" in look().java[0]


def test_the_way_asked_for_is_taken_or_refused() -> None:
    assert Ground((), ()).way(None) == "java"
    assert Ground(("no Java",), ()).way(None) == "docker"
    with pytest.raises(MatphoError, match="no Java"):
        Ground(("no Java",), ()).way("java")


def test_the_compose_file_runs_the_broker_that_tests_run() -> None:
    services = yaml.safe_load((ROOT / "configs/compose.yaml").read_text())["services"]
    assert services["kafka"]["image"] == f"apache/kafka:{local_kafka.VERSION}"
    assert set(services) == {"kafka", "pipeline", "page", "postgres", "archive"}
    script = services["archive"]["command"][-1]
    assert (ROOT / script[script.index("/matpho/docs") :].split()[0].removeprefix("/matpho/")).is_file()
