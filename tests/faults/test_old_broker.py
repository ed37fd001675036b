"""A broker from before records had headers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.delivery import RetryAfter
from sinks.kafka.settings import DriverName, KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import JARS, QUICK_START, free_ports
from tests.support.records import an_event
from tests.support.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.broker]
POM = Path(__file__).resolve().parents[1] / "support/old_kafka/pom.xml"
VERSION = "0.10.2.2"


def jars() -> Path:
    folder = JARS.with_name(f"kafka-{VERSION}")
    if not folder.is_dir():
        if shutil.which("mvn") is None:
            pytest.skip("mvn is not installed")
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
        subprocess.run([*command, f"-DoutputDirectory={folder}.part"], check=True, capture_output=True)
        Path(f"{folder}.part").rename(folder)
    return folder


@pytest.fixture(scope="module")
def old_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Kafka 0.10.2 with its ZooKeeper."""
    if shutil.which("java") is None:
        pytest.skip("java is not installed")
    folder, classpath = tmp_path_factory.mktemp("old-kafka"), f"{jars()}/*"
    keeper, port = free_ports(2)
    (folder / "zookeeper.properties").write_text(
        f"dataDir={folder}/zookeeper\nclientPort={keeper}\nclientPortAddress=127.0.0.1\n"
    )
    (folder / "server.properties").write_text(
        f"broker.id=0\nlisteners=PLAINTEXT://127.0.0.1:{port}\nzookeeper.connect=127.0.0.1:{keeper}\n"
        f"log.dirs={folder}/data\n"
    )
    main = (
        ("org.apache.zookeeper.server.quorum.QuorumPeerMain", "zookeeper.properties"),
        ("kafka.Kafka", "server.properties"),
    )
    running = []
    for program in main:
        log = (folder / f"{program[1]}.log").open("wb")
        command = ["java", *QUICK_START, "-Xmx256m", "-cp", classpath, *program]
        running.append(subprocess.Popen(command, cwd=folder, stdout=log, stderr=log))
    yield f"127.0.0.1:{port}"
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.timeout(300)
def test_an_old_broker_is_told_and_records_wait(old_broker: str, driver: DriverName) -> None:
    settings = KafkaSettings((old_broker,), driver=driver, timeout_s=5)
    for asked, said in ((settings, "0.11"), (replace(settings, compression="zstd"), "2.1")):
        sink = KafkaSink(asked, TopicSettings("events", create=True, partitions=1, replicas=1))

        def reason(sink: KafkaSink = sink) -> str:
            (outcome,) = sink.write([an_event(1)]).outcomes
            assert isinstance(outcome, RetryAfter)
            return outcome.reason

        eventually(lambda: "0.10.2" in reason(), timeout_s=120)  # until it has started
        assert said in reason()
        sink.close()
