"""Events into Apache Kafka."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from kafka import KafkaAdminClient, KafkaProducer  # type: ignore[import-untyped]
from kafka import errors as kafka_errors

from core.delivery import Delivered, Delivery, Outcome, Rejected, RetryAfter
from core.errors import SinkError
from core.events import Event, Record
from locales import text
from sinks.envelope import headers_of, key_of, value_of

TOPIC: Final = "matpho.events.v1"
RETRY_S: Final = 1.0
"""First pause; the caller's grow from it. A broker takes seconds to start again."""

_LINGER_MS: Final = 5
_PROBE_S: Final = 2.0
_CLOSE_S: Final = 2.0
_TELLING_LOGGERS: Final = ("kafka.net.connection", "kafka.protocol.parser")
"""Loggers of the client that write whole requests when debugging: the password too."""

_TOPIC_NAME: Final = re.compile(r"(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}")
_REFUSALS: Final = (
    kafka_errors.AuthorizationError,
    kafka_errors.InvalidRecordError,
    kafka_errors.InvalidTopicError,
    kafka_errors.MessageSizeTooLargeError,
    kafka_errors.RecordListTooLargeError,
)
"""What the broker says of the record itself, and would say again. Everything else may pass."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How to reach the brokers.

    Attributes:
        servers: `host:port` of some brokers; the rest are learned from these.
        username, password: for SASL; their values come from the caller and are never logged.
        ca_file: certificates (PEM) to trust in place of the system's.
        timeout_s: the longest wait for a connection, for the topic, and for the acknowledgement of a write, each.
    """

    servers: tuple[str, ...]
    topic: str = TOPIC
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    compression: Literal["gzip"] | None = None
    timeout_s: float = 10.0


class KafkaSink:
    """Sends each event with its camera as the key, as CloudEvents (`sinks.envelope`); takes events alone.

    Delivered means acknowledged by all in-sync replicas (acks=all). It connects at the first write, and a producer that
    failed is thrown away, with what it still held, before its records are tried again: nothing overtakes. A record may
    so arrive twice, with the same `ce_id`; the last copies are in order.

    One request is in flight at a time: that keeps the order without Kafka's idempotence. Consumers de-duplicate by
    `ce_id` all the same, since no producer knows what the one before it sent; and in kafka-python 3.0 one record that
    the broker refuses makes an idempotent producer refuse all that follow.

    Records carry the time of sending as Kafka's timestamp, not the event's: brokers refuse timestamps of the future and
    delete by old ones, and a camera's clock may be wrong.

    Raises:
        SinkError: the settings cannot work.
    """

    def __init__(self, settings: KafkaSettings, name: str = "kafka") -> None:
        if not _TOPIC_NAME.fullmatch(settings.topic):
            raise SinkError("error-kafka-topic-name", topic=settings.topic)
        for server in settings.servers or ("",):
            _address(server)
        if settings.security_protocol.startswith("SASL") and not (settings.username and settings.password):
            raise SinkError("error-kafka-no-login", protocol=settings.security_protocol)
        if settings.password is not None:
            for logger in _TELLING_LOGGERS:
                logging.getLogger(logger).addFilter(_not_debugging)
        self._settings = settings
        self._name = name
        self._producer: Any = None

    @property
    def name(self) -> str:
        return self._name

    def accepts(self, record: Record) -> bool:
        """Events."""
        return isinstance(record, Event)

    def check(self, timeout_s: float | None = None) -> None:
        """Connect now, and look for the topic.

        Raises:
            SinkError: the brokers cannot be reached, refuse the login, or lack the topic.
        """
        servers = ", ".join(self._settings.servers)
        outcome = self._connect(self._settings.timeout_s if timeout_s is None else timeout_s)
        if outcome is not None:
            raise SinkError("error-kafka-check", servers=servers, topic=self._settings.topic, reason=outcome.reason)

    def write(self, records: Sequence[Record]) -> Delivery:
        """Send, and wait for the acknowledgement of each."""
        if not records:
            return Delivery(())
        failed = self._connect(self._settings.timeout_s)
        if failed is not None:
            return Delivery((failed,) * len(records))
        pending = [self._send(record) for record in records]
        self._flush()
        deadline = time.monotonic() + self._settings.timeout_s + 1  # the producer gives up first, by itself
        outcomes = _in_order(records, [_await(item, deadline) for item in pending])
        if any(isinstance(outcome, RetryAfter) for outcome in outcomes):
            self._discard()
        return Delivery(tuple(outcomes))

    def close(self) -> None:
        """Let go of the connection, within a few seconds; nothing is waiting in it between writes."""
        self._discard()

    def _send(self, record: Record) -> Any:
        if not isinstance(record, Event):
            return Rejected(text("sink-not-taken", name=self._name))
        try:
            topic = self._settings.topic
            return self._producer.send(topic, value_of(record), key=key_of(record), headers=headers_of(record))
        except (kafka_errors.KafkaError, ValueError) as error:
            return _outcome_of(error)

    def _flush(self) -> None:
        try:
            self._producer.flush(self._settings.timeout_s)
        except kafka_errors.KafkaError as error:
            _log.debug("kafka_flush_failed", sink=self._name, reason=str(error))  # each future says it again

    def _connect(self, timeout_s: float) -> RetryAfter | Rejected | None:
        """Have a producer that knows the topic, or say why there is none."""
        if self._producer is not None:
            return None
        unreachable = _unreachable(self._settings.servers)
        if unreachable is not None:
            return RetryAfter(RETRY_S, unreachable)
        started = time.monotonic()
        try:
            self._producer = KafkaProducer(**self._client_options(timeout_s), **_producer_options(self._settings))
            self._producer.config["max_block_ms"] = _left_ms(started, timeout_s)
            self._producer.partitions_for(self._settings.topic)
        except (kafka_errors.KafkaError, OSError, ValueError, RuntimeError) as error:
            failed = self._explain(error, connected=self._producer is not None)
            self._discard()
            return failed
        _log.info("kafka_connected", sink=self._name, servers=self._settings.servers, topic=self._settings.topic)
        return None

    def _explain(self, error: Exception, *, connected: bool) -> RetryAfter | Rejected:
        if not connected:
            servers = ", ".join(self._settings.servers)
            return RetryAfter(RETRY_S, text("sink-kafka-no-login", servers=servers, reason=str(error)))
        if isinstance(error, kafka_errors.KafkaTimeoutError):
            return self._look_for_topic()
        outcome = _outcome_of(error)
        return outcome if isinstance(outcome, Rejected) else RetryAfter(RETRY_S, str(error))

    def _look_for_topic(self) -> RetryAfter | Rejected:
        topic = self._settings.topic
        try:
            admin = KafkaAdminClient(**self._client_options(self._settings.timeout_s))
            try:
                code = int(admin.describe_topics([topic])[0]["error_code"])
            finally:
                admin.close()
        except (kafka_errors.KafkaError, OSError, LookupError) as error:
            return RetryAfter(RETRY_S, str(error))
        if code == kafka_errors.UnknownTopicOrPartitionError.errno:
            return Rejected(text("sink-kafka-no-topic", topic=topic))
        return RetryAfter(RETRY_S, text("sink-kafka-topic-waits", topic=topic, code=code))

    def _client_options(self, timeout_s: float) -> dict[str, Any]:
        settings = self._settings
        options: dict[str, Any] = {
            "bootstrap_servers": list(settings.servers),
            "bootstrap_timeout_ms": _ms(timeout_s),
            "request_timeout_ms": _ms(settings.timeout_s / 2),  # so that one lost answer can be asked for again
            "reconnect_backoff_max_ms": 1000,
            "security_protocol": settings.security_protocol,
            "ssl_cafile": None if settings.ca_file is None else str(settings.ca_file),
        }
        if settings.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = settings.sasl_mechanism
            options["sasl_plain_username"] = settings.username
            options["sasl_plain_password"] = settings.password
        return options

    def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            # close() alone waits for what the producer still holds and, where that does not arrive, raises and leaves
            # its thread behind (kafka-python 3.0); what it holds here has failed and will be sent by the next one.
            producer._sender.force_close()
            producer.close(timeout=_CLOSE_S)
        except kafka_errors.KafkaError as error:
            _log.warning("kafka_close_failed", sink=self._name, reason=str(error))


def _not_debugging(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def _producer_options(settings: KafkaSettings) -> dict[str, Any]:
    return {
        "acks": "all",
        "enable_idempotence": False,
        "max_in_flight_requests_per_connection": 1,
        "compression_type": settings.compression,
        "linger_ms": _LINGER_MS,
        "delivery_timeout_ms": _ms(settings.timeout_s),
        "metrics_enabled": False,
    }


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SinkError("error-kafka-server", server=server)
    return host.strip("[]"), int(port)


def _unreachable(servers: Sequence[str]) -> str | None:
    """Why none of the servers takes a connection; None when one does. Quicker and plainer than what the client says."""
    reasons = []
    for server in servers:
        try:
            socket.create_connection(_address(server), timeout=_PROBE_S).close()
        except OSError as error:
            reasons.append(f"{server}: {error.strerror or error}")
        else:
            return None
    return "; ".join(reasons)


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _left_ms(started: float, timeout_s: float) -> int:
    return _ms(max(1.0, timeout_s - (time.monotonic() - started)))


def _await(item: Any, deadline: float) -> Outcome:
    if isinstance(item, Rejected | RetryAfter):
        return item
    try:
        item.get(timeout=max(0.0, deadline - time.monotonic()))
    except kafka_errors.KafkaError as error:
        return _outcome_of(error)
    return Delivered()


def _outcome_of(error: Exception) -> RetryAfter | Rejected:
    if isinstance(error, (*_REFUSALS, ValueError)):
        return Rejected(str(error))
    return RetryAfter(RETRY_S, str(error))


def _in_order(records: Sequence[Record], outcomes: list[Outcome]) -> list[Outcome]:
    """After the first record of a camera that has to wait, its later ones wait with it."""
    waiting: dict[str, RetryAfter] = {}
    for index, (record, outcome) in enumerate(zip(records, outcomes, strict=True)):
        before = waiting.get(record.camera_id)
        if before is not None and not isinstance(outcome, Rejected):
            outcomes[index] = before
        elif isinstance(outcome, RetryAfter):
            waiting[record.camera_id] = outcome
    return outcomes
