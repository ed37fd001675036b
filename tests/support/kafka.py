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
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
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

from core.errors import MatphoError
from matpho.local_kafka import LOGGING, VERSION, fetch_jars
from tests.support.certificates import Authority

JARS: Final = Path(__file__).resolve().parents[2] / f".cache/kafka-{VERSION}"
USER, PASSWORD = "matpho", "right-password"

QUICK_START: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:CICompilerCount=1")
"""A broker that lives for a minute pays more for being optimised than it gains."""
CONFIGURATION: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners={listeners},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,FAR:PLAINTEXT,SSL:SSL,EXPIRED:SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl.plain.sasl.jaas.config={security}.plain.PlainLoginModule required user_{user}="{password}";
listener.name.sasl.scram-sha-256.sasl.jaas.config={security}.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config={security}.scram.ScramLoginModule required;
listener.name.sasl.oauthbearer.sasl.jaas.config={security}.oauthbearer.OAuthBearerLoginModule required \
  unsecuredLoginStringClaim_sub="broker";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.dirs={data}
"""

TLS: Final = """
listener.name.{name}.ssl.keystore.type=PEM
listener.name.{name}.ssl.keystore.location={file}
"""


class KafkaUnavailable(RuntimeError):
    """Java or Maven is missing, or the jars cannot be had."""


class BrokerProcess:
    """A broker with a data folder and ports of its own, which it keeps when it is stopped and started again.

    Args:
        folder: its own.
        address: `host:port` at which it answers without login.
        configuration: server.properties.
        cluster: the cluster's id, the same for all its brokers.
    """

    def __init__(self, folder: Path, address: str, configuration: str, cluster: str, *formatting: str) -> None:
        self._folder, self.address = folder, address
        self._process: subprocess.Popen[bytes] | None = None
        self._classpath = f"{jars()}/*"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.properties").write_text(configuration)
        (folder / "log4j2.xml").write_text(LOGGING)
        command = self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", "server.properties")
        done = subprocess.run([*command, *formatting], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaUnavailable(f"cannot format the broker's data: {done.stdout}{done.stderr}")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start, on the same ports and data as before."""
        if self.running:
            return
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("-Xmx384m", "kafka.Kafka", "server.properties"), cwd=self._folder, stdout=log, stderr=log
            )

    def start(self, timeout_s: float = 180) -> None:
        """Start, and wait until it answers."""
        self.launch()
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

    def read(self, topic: str, *, quiet_s: float = 0.3) -> list[Any]:
        """See `read_topic`."""
        return read_topic(self.address, topic, quiet_s=quiet_s)

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
        return [
            "java",
            *QUICK_START,
            f"-Dlog4j2.configurationFile={self._folder / 'log4j2.xml'}",
            "-cp",
            self._classpath,
            *arguments,
        ]


class KafkaBroker(BrokerProcess):
    """A cluster of one.

    Topics are not made by themselves; whoever connects may do anything, unless an ACL says otherwise.

    Attributes:
        address: `host:port` without login.
        sasl_address: `host:port` with login (SASL_PLAINTEXT) as `USER`, `PASSWORD` (PLAIN, SCRAM), or with any unsigned
            token (OAUTHBEARER).
        ssl_address, expired_address: `host:port` with TLS, by certificates of `ca_file`; the second one's has expired.
        near_port, far_port: who connects to the second is told to come to the first, where a proxy may stand between.
        ca_file: None where openssl is missing; there is then no TLS.
    """

    def __init__(self, folder: Path) -> None:
        *ports, self.near_port, self.far_port, controller = free_ports(7)
        addresses = [f"127.0.0.1:{port}" for port in ports]
        address, self.sasl_address, self.ssl_address, self.expired_address = addresses
        self.ca_file, keystores = _keystores(folder / "certificates")
        names = ("PLAINTEXT", "SASL", "SSL", "EXPIRED") if keystores else ("PLAINTEXT", "SASL")
        listeners = ",".join(f"{name}://{address}" for name, address in zip(names, addresses, strict=False))
        configuration = CONFIGURATION.format(
            listeners=f"{listeners},FAR://127.0.0.1:{self.far_port}",
            advertised=f"{listeners},FAR://127.0.0.1:{self.near_port}",
            controller=controller,
            data=folder / "data",
            security="org.apache.kafka.common.security",
            user=USER,
            password=PASSWORD,
        )
        mechanisms = ("SCRAM-SHA-256", "SCRAM-SHA-512")
        scram = [f"{mechanism}=[name={USER},password={PASSWORD}]" for mechanism in mechanisms]
        logins = [part for login in scram for part in ("--add-scram", login)]
        super().__init__(folder, address, configuration + keystores, a_cluster_id(), *logins)

    def __enter__(self) -> KafkaBroker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

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


def read_topic(servers: str | Sequence[str], topic: str, *, quiet_s: float = 0.3) -> list[Any]:
    """Every record in a topic (kafka-python's ConsumerRecord), partition by partition, each in its order."""
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(parts)
        ends = consumer.end_offsets(parts)
        found: dict[TopicPartition, list[Any]] = {part: [] for part in parts}
        deadline = time.monotonic() + 60
        while any(consumer.position(part) < ends[part] for part in parts) and time.monotonic() < deadline:
            for part, records in consumer.poll(timeout_ms=int(quiet_s * 1000)).items():
                found[part] += records
    finally:
        consumer.close()
    return [record for part in parts for record in found[part]]


def a_cluster_id() -> str:
    """Sixteen bytes in base 64, as brokers want it."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")


def _keystores(folder: Path) -> tuple[Path | None, str]:
    """The authority's certificate, and the listeners' keystores."""
    try:
        authority = Authority(folder)
    except FileNotFoundError:
        return None, ""
    good, expired = authority.server("good"), authority.server("expired", end="20250601000000Z")
    return authority.certificate, TLS.format(name="ssl", file=good) + TLS.format(name="expired", file=expired)


def jars() -> Path:
    """The folder of the broker's jars; copied by Maven the first time.

    Raises:
        KafkaUnavailable: Java or Maven is missing, or the copy failed.
    """
    for program in ("java",) if JARS.is_dir() else ("java", "mvn"):
        if shutil.which(program) is None:
            raise KafkaUnavailable(f"{program} is not installed")
    try:
        return fetch_jars(JARS)
    except MatphoError as error:
        raise KafkaUnavailable(str(error)) from error


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
