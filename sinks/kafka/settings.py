"""How to reach the brokers, and the topic that a sink writes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from kafka import codec  # type: ignore[import-untyped]

from core.errors import SinkError

TOPIC: Final = "matpho.events.v1"
DriverName = Literal["auto", "kafka-python", "confluent"]
Compression = Literal["gzip", "lz4", "zstd"]
Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]

_TOPIC_NAME: Final = re.compile(r"(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}")


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How to reach the brokers.

    Attributes:
        servers: `host:port` of some brokers; the rest are learned from these.
        driver: `confluent` (librdkafka, the extra of that name) costs a tenth of the CPU time of `kafka-python`;
            `auto` takes it where it is installed. Both put a key into the same partition.
        username, password: for SASL, with OAUTHBEARER the client's id and secret; their values come from the caller
            and are never logged.
        token_url: where OAUTHBEARER gets its tokens (OAuth 2.0 client credentials, RFC 6749 section 4.4).
        ca_file: certificates (PEM) to trust in place of the system's.
        cert_file, key_file: our own certificate and its key (PEM), for brokers that ask for one.
        timeout_s: the longest wait for a connection, for the topic, and for the acknowledgement of a write, each.
    """

    servers: tuple[str, ...]
    driver: DriverName = "kafka-python"
    security_protocol: Security = "PLAINTEXT"
    sasl_mechanism: Mechanism = "PLAIN"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token_url: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    compression: Compression | None = None
    timeout_s: float = 10.0

    @property
    def sasl(self) -> bool:
        """Whether a login is asked for."""
        return self.security_protocol.startswith("SASL")


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """A topic, and how it is made where it is missing.

    Attributes:
        create: make it where it is missing; else whoever runs the brokers has to.
        partitions, replicas: None leaves them to the brokers' defaults.
        retention_s: how long records are kept; None leaves it to the brokers' default.
        compact: keep the last record of each key instead.
    """

    name: str = TOPIC
    create: bool = False
    partitions: int | None = None
    replicas: int | None = None
    retention_s: float | None = None
    compact: bool = False

    @property
    def configs(self) -> dict[str, str]:
        """As Kafka's topic configuration."""
        found = {"cleanup.policy": "compact"} if self.compact else {}
        if self.retention_s is not None and not self.compact:
            found["retention.ms"] = str(round(self.retention_s * 1000))
        return found


def refuse_impossible(settings: KafkaSettings, topic: TopicSettings) -> None:
    """Look at settings without a broker.

    Raises:
        SinkError: they cannot work.
    """
    if not _TOPIC_NAME.fullmatch(topic.name):
        raise SinkError("error-kafka-topic-name", topic=topic.name)
    for server in settings.servers or ("",):
        address(server)
    if settings.sasl and not (settings.username and settings.password):
        raise SinkError("error-kafka-no-login", protocol=settings.security_protocol)
    if settings.sasl and settings.sasl_mechanism == "OAUTHBEARER" and not settings.token_url:
        raise SinkError("error-kafka-no-token-url")
    if (settings.cert_file is None) != (settings.key_file is None):
        raise SinkError("error-kafka-half-certificate")
    for file in (settings.ca_file, settings.cert_file, settings.key_file):
        if file is not None and not file.is_file():
            raise SinkError("error-kafka-file", path=file)
    if chosen_driver(settings.driver) == "kafka-python":
        able = {"gzip": codec.has_gzip, "lz4": codec.has_lz4, "zstd": codec.has_zstd}
        if settings.compression is not None and not able[settings.compression]():
            raise SinkError("error-kafka-no-codec", compression=settings.compression)


def chosen_driver(asked: DriverName) -> Literal["kafka-python", "confluent"]:
    """The driver to use: `auto` is the faster one that is installed.

    Raises:
        SinkError: it is not installed.
    """
    if asked == "kafka-python":
        return "kafka-python"
    if find_spec("confluent_kafka") is not None:
        return "confluent"
    if asked == "confluent":
        raise SinkError("error-kafka-no-driver")
    return "kafka-python"


def address(server: str) -> tuple[str, int]:
    """Host and port.

    Raises:
        SinkError: not `host:port`.
    """
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SinkError("error-kafka-server", server=server)
    return host.strip("[]"), int(port)


def milliseconds(seconds: float) -> int:
    """At least one."""
    return max(1, round(seconds * 1000))


def text_or_none(path: Path | None) -> str | None:
    """A path as clients take it."""
    return None if path is None else str(path)


def without_none(options: dict[str, Any]) -> dict[str, Any]:
    """The options that are set."""
    return {name: value for name, value in options.items() if value is not None}
