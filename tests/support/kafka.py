"""A real, single-node Kafka broker (KRaft) as a child process: Java and Maven, no container.

A pytest plugin: `pytest_plugins = ["tests.support.kafka"]` gives the session's `kafka_broker` and `kafka`, the same
broker, sure to be running.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from kafka.admin import (  # type: ignore[import-untyped]
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import KafkaError  # type: ignore[import-untyped]

POM: Final = Path(__file__).with_name("kafka-pom.xml")
JARS: Final = Path(__file__).resolve().parents[2] / ".cache" / "kafka-4.1.0"
USER, PASSWORD = "matpho", "right-password"

CONFIGURATION: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{plain},SASL_PLAINTEXT://127.0.0.1:{sasl},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SASL_PLAINTEXT://127.0.0.1:{sasl}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config={jaas} required user_{user}="{password}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.dirs={data}
"""

LOGGING: Final = """
<Configuration status="error">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %c %m%n"/></Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""


class KafkaUnavailable(RuntimeError):
    """Java or Maven is missing, or the jars cannot be had."""


class KafkaBroker:
    """A broker with a data folder and ports of its own, which it keeps when it is stopped and started again.

    Topics are not made by themselves; whoever connects may do anything, unless an ACL says otherwise.

    Attributes:
        address: `host:port` without login.
        sasl_address: `host:port` with login (SASL_PLAINTEXT, PLAIN) as `USER`, `PASSWORD`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        plain, sasl, controller = free_ports(3)
        self.address = f"127.0.0.1:{plain}"
        self.sasl_address = f"127.0.0.1:{sasl}"
        self._classpath = f"{jars()}/*"
        (folder / "server.properties").write_text(
            CONFIGURATION.format(
                plain=plain,
                sasl=sasl,
                controller=controller,
                data=folder / "data",
                jaas="org.apache.kafka.common.security.plain.PlainLoginModule",
                user=USER,
                password=PASSWORD,
            )
        )
        (folder / "log4j2.xml").write_text(LOGGING)
        self._format()

    def __enter__(self) -> KafkaBroker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, timeout_s: float = 60) -> None:
        """Start, on the same ports and data as before, and wait until it answers."""
        if self.running:
            return
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("-Xmx384m", "kafka.Kafka", "server.properties"), cwd=self._folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise KafkaUnavailable(f"the broker did not start:\n{self.log()[-4000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop as an operator would (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def log(self) -> str:
        return (self._folder / "broker.log").read_text(errors="replace")

    def create_topic(self, name: str, partitions: int = 3, configs: Mapping[str, str] | None = None) -> str:
        """Make a topic, and wait until it can be written."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.create_topics(
                {name: {"num_partitions": partitions, "replication_factor": 1, "configs": dict(configs or {})}},
                wait_for_metadata=True,
            )
        finally:
            admin.close()
        return name

    def forbid_writing(self, topic: str) -> None:
        """An access rule: nobody may write this topic."""
        anyone = {"principal": "User:*", "host": "*", "resource_pattern": ResourcePattern(ResourceType.TOPIC, topic)}
        deny = ACL(operation=ACLOperation.WRITE, permission_type=ACLPermissionType.DENY, **anyone)
        allow = ACL(operation=ACLOperation.DESCRIBE, permission_type=ACLPermissionType.ALLOW, **anyone)
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.create_acls([deny, allow])
        finally:
            admin.close()

    def read(self, topic: str, *, quiet_s: float = 0.3) -> list[Any]:
        """Every record in a topic (kafka-python's ConsumerRecord), partition by partition, each in its order."""
        consumer = KafkaConsumer(bootstrap_servers=self.address, auto_offset_reset="earliest", enable_auto_commit=False)
        try:
            parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
            consumer.assign(parts)
            ends = consumer.end_offsets(parts)
            found: dict[TopicPartition, list[Any]] = {part: [] for part in parts}
            deadline = time.monotonic() + 20
            while any(consumer.position(part) < ends[part] for part in parts) and time.monotonic() < deadline:
                for part, records in consumer.poll(timeout_ms=int(quiet_s * 1000)).items():
                    found[part] += records
        finally:
            consumer.close()
        return [record for part in parts for record in found[part]]

    def _answers(self) -> bool:
        host, port = self.address.split(":")
        try:
            socket.create_connection((host, int(port)), timeout=0.5).close()
            admin = KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=5000)
        except (OSError, KafkaError):
            return False
        admin.close()
        return True

    def _end(self, number: int) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(number)
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _java(self, *arguments: str) -> list[str]:
        return ["java", f"-Dlog4j2.configurationFile={self._folder / 'log4j2.xml'}", "-cp", self._classpath, *arguments]

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        command = self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", "server.properties")
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaUnavailable(f"cannot format the broker's data: {done.stdout}{done.stderr}")


def jars() -> Path:
    """The folder of the broker's jars; copied by Maven the first time.

    Raises:
        KafkaUnavailable: Java or Maven is missing, or the copy failed.
    """
    for program in ("java",) if JARS.is_dir() else ("java", "mvn"):
        if shutil.which(program) is None:
            raise KafkaUnavailable(f"{program} is not installed")
    if JARS.is_dir():
        return JARS
    JARS.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=JARS.parent))
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    done = subprocess.run([*command, f"-DoutputDirectory={fresh}"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(fresh)
        raise KafkaUnavailable(f"Maven could not fetch the broker: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    try:
        fresh.rename(JARS)
    except OSError:  # another process was first
        shutil.rmtree(fresh)
    return JARS


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """The session's broker; a test that stops it takes `kafka` too, which starts it again for the next."""
    try:
        broker = KafkaBroker(tmp_path_factory.mktemp("kafka"))
    except KafkaUnavailable as error:
        if os.environ.get("MATPHO_TEST_REQUIRE_ALL") == "1":
            pytest.fail(f"no Kafka broker: {error}")
        pytest.skip(f"no Kafka broker: {error}")
    with broker:
        yield broker


@pytest.fixture
def kafka(kafka_broker: KafkaBroker) -> KafkaBroker:
    """The session's broker, running."""
    kafka_broker.start()
    return kafka_broker
