"""A Kafka broker for a laptop: one node, on loopback, by Java or Docker. Not for a city: one copy, no login."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from core.cache import cache_folder
from core.errors import MatphoError
from locales import text

POM: Final = Path(__file__).with_name("kafka-pom.xml")
VERSION: Final = "4.1.0"
LEAST_JAVA: Final = 17
"""Of Kafka 4's broker."""
START_S: Final = 60.0
_STOP_S: Final = 20.0
Way = Literal["java", "docker"]

_CONFIGURATION: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
auto.create.topics.enable=false
num.partitions=3
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What there is to run a broker with: what each way lacks, in words; empty when nothing."""

    java: tuple[str, ...]
    docker: tuple[str, ...]

    def way(self, asked: Way | None) -> Way:
        """The way to take.

        Raises:
            MatphoError: none is whole, or not the one asked for.
        """
        ways: tuple[Way, ...] = ("java", "docker") if asked is None else (asked,)
        for way in ways:
            if not getattr(self, way):
                return way
        lacks = "; ".join(f"{way}: {', '.join(getattr(self, way))}" for way in ways)
        raise MatphoError("error-kafka-up-nothing", lacks=lacks)


def look() -> Ground:
    """Look for Java with Maven or jars, and for Docker."""
    java = []
    version = java_version()
    if version is None:
        java.append(text("kafka-up-no-java", least=LEAST_JAVA))
    elif version < LEAST_JAVA:
        java.append(text("kafka-up-old-java", least=LEAST_JAVA, found=version))
    if not _jars_folder().is_dir() and shutil.which("mvn") is None:
        java.append(text("kafka-up-no-maven"))
    docker = []
    if shutil.which("docker") is None:
        docker.append(text("kafka-up-no-docker"))
    elif subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:  # noqa: S607
        docker.append(text("kafka-up-docker-asleep"))
    return Ground(tuple(java), tuple(docker))


def java_version() -> int | None:
    """The main version of the `java` on the path."""
    if shutil.which("java") is None:
        return None
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S607
    found = re.search(r'version "(\d+)', said)
    return None if found is None else int(found[1])


def fetch_jars(folder: Path) -> Path:
    """The folder with the broker's jars; Maven copies them into it the first time.

    Raises:
        MatphoError: Maven could not.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    done = subprocess.run([*command, f"-DoutputDirectory={fresh}"], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        shutil.rmtree(fresh)
        raise MatphoError("error-kafka-up-jars", reason=f"{done.stdout[-1000:]}{done.stderr[-1000:]}".strip())
    try:
        fresh.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(fresh)
    return folder


class LocalKafka:
    """A broker as a child process; use as a context manager.

    Raises (on entering):
        MatphoError: the port is taken, or the broker does not start.
    """

    def __init__(self, way: Way, port: int, data: Path) -> None:
        self._way, self._port, self._data = way, port, data
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"127.0.0.1:{port}"

    def __enter__(self) -> LocalKafka:
        if _answers(self._port):
            raise MatphoError("error-kafka-up-port", address=self.address)
        self._data.mkdir(parents=True, exist_ok=True)
        command = self._java() if self._way == "java" else _docker(self._port)
        log = self._data / "broker.log"
        with log.open("wb") as out:
            # In a group of its own: Ctrl-C is for us, and we stop it in order.
            self._process = subprocess.Popen(  # noqa: S603
                command, cwd=self._data, stdout=out, stderr=out, start_new_session=True
            )
        deadline = time.monotonic() + START_S
        while not _answers(self._port):
            if not self.running or time.monotonic() > deadline:
                self.__exit__()
                said = log.read_text(errors="replace")[-2000:].strip()
                raise MatphoError("error-kafka-up-failed", path=log, reason=said)
            time.sleep(0.2)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def running(self) -> bool:
        """Whether the broker's process is alive."""
        return self._process is not None and self._process.poll() is None

    def _java(self) -> Sequence[str]:
        jars = fetch_jars(_jars_folder())
        settings, logs = self._data / "server.properties", self._data / "logs"
        (self._data / "log4j2.xml").write_text(LOGGING)
        settings.write_text(_CONFIGURATION.format(port=self._port, controller=free_port(), data=logs))
        java = ["java", "-Xmx512m", f"-Dlog4j2.configurationFile={self._data / 'log4j2.xml'}", "-cp", f"{jars}/*"]
        if not (logs / "meta.properties").exists():
            cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
            form = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)]
            done = subprocess.run(form, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode:
                raise MatphoError("error-kafka-up-failed", path=self._data, reason=done.stdout + done.stderr)
        return [*java, "kafka.Kafka", str(settings)]


def _docker(port: int) -> Sequence[str]:
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    given = [part for name, value in settings.items() for part in ("-e", f"{name}={value}")]
    return ["docker", "run", "--rm", "-p", f"127.0.0.1:{port}:{port}", *given, f"apache/kafka:{VERSION}"]


def _jars_folder() -> Path:
    return cache_folder() / f"kafka-{VERSION}"


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])
