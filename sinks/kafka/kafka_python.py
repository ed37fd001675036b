"""The driver on kafka-python; also what that library needs to know to reach the brokers."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import structlog
from kafka import KafkaProducer  # type: ignore[import-untyped]
from kafka import errors as kafka_errors
from kafka.partitioner import Partitioner, murmur2  # type: ignore[import-untyped]

from core.delivery import Delivered, Outcome
from sinks.kafka.driver import Message, outcome_of
from sinks.kafka.settings import KafkaSettings, milliseconds, text_or_none
from sinks.kafka.tokens import tokens_of

_log = structlog.get_logger()

CLIENT_ERRORS: Final = (kafka_errors.KafkaError, OSError, ValueError, RuntimeError)
"""What the library raises for settings, networks and brokers."""
_LINGER_MS: Final = 5
_BATCH_BYTES: Final = 1 << 18
"""Of one partition's batch: with one request in flight, small batches would wait for each other's answers."""
_DELIVERED: Final = Delivered()
_CLOSE_S: Final = 2.0
_TELLING_LOGGERS: Final = (
    "kafka.net.connection",
    "kafka.protocol.parser",
    "kafka.admin.client",
    "kafka.producer.kafka",
)
"""Loggers of the client that write whole requests or settings when debugging: the password too."""


class KafkaPythonDriver:
    """One request is in flight at a time: that keeps the order without Kafka's idempotence, for in kafka-python 3.0 one
    record that the broker refuses makes an idempotent producer refuse all that follow.

    Raises:
        KafkaError, OSError, ValueError, RuntimeError: it cannot be opened (`CLIENT_ERRORS`).
    """

    def __init__(self, settings: KafkaSettings, topic: str, *, timeout_s: float, max_bytes: int) -> None:
        self._topic, self._timeout_s = topic, settings.timeout_s
        started = time.monotonic()
        self._producer = KafkaProducer(
            **client_options(settings, timeout_s),
            acks="all",
            enable_idempotence=False,
            max_in_flight_requests_per_connection=1,
            compression_type=settings.compression,
            linger_ms=_LINGER_MS,
            batch_size=min(_BATCH_BYTES, max_bytes),
            max_request_size=max_bytes,
            partitioner=_Partitioner(),
            delivery_timeout_ms=milliseconds(settings.timeout_s),
            metrics_enabled=False,
        )
        try:
            left_s = max(1.0, timeout_s - (time.monotonic() - started))
            self._producer.config["max_block_ms"] = milliseconds(left_s)
            self._producer.partitions_for(topic)
        except BaseException:
            self.close()
            raise

    def send(self, messages: Sequence[Message]) -> list[Outcome]:
        """See `Driver`."""
        pending = [self._hand_over(message) for message in messages]
        try:
            self._producer.flush(self._timeout_s)
        except kafka_errors.KafkaError as error:
            _log.debug("kafka_flush_failed", topic=self._topic, reason=str(error))  # each future says it again
        deadline = time.monotonic() + self._timeout_s + 1  # the producer gives up first, by itself
        return [self._await(item, message, deadline) for item, message in zip(pending, messages, strict=True)]

    def close(self) -> None:
        """See `Driver`."""
        try:
            # close() alone waits for what the producer still holds and, where that does not arrive, raises and leaves
            # its thread behind (kafka-python 3.0); what it holds here has failed and will be sent by the next one.
            self._producer._sender.force_close()
            self._producer.close(timeout=_CLOSE_S)
        except kafka_errors.KafkaError as error:
            _log.warning("kafka_close_failed", topic=self._topic, reason=str(error))

    def _hand_over(self, message: Message) -> Any:
        try:
            return self._producer.send(self._topic, message.value, key=message.key, headers=message.headers)
        except (kafka_errors.KafkaError, ValueError) as error:
            return self._outcome_of(error, message)

    def _await(self, item: Any, message: Message, deadline: float) -> Outcome:
        if not hasattr(item, "get"):
            return item  # type: ignore[no-any-return]
        if item.succeeded():
            return _DELIVERED
        try:
            item.get(timeout=max(0.0, deadline - time.monotonic()))
        except kafka_errors.KafkaError as error:
            return self._outcome_of(error, message)
        return _DELIVERED

    def _outcome_of(self, error: Exception, message: Message) -> Outcome:
        code = getattr(error, "errno", None)
        return outcome_of(code if isinstance(code, int) else -1, str(error), self._topic, len(message.value))


class _Partitioner(Partitioner):  # type: ignore[misc]
    """The library's own choice, murmur2 of the key, which it works out byte by byte: here once for each camera."""

    def partition(
        self, topic: str, _key: Any, serialized_key: bytes, _value: Any, _serialized_value: Any, cluster: Any
    ) -> int:
        parts = sorted(cluster.partitions_for_topic(topic))
        return int(parts[_murmur2(serialized_key) % len(parts)])


@lru_cache(maxsize=65_536)
def _murmur2(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF


def client_options(settings: KafkaSettings, timeout_s: float) -> dict[str, Any]:
    """What every client of kafka-python here is opened with."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.servers),
        "bootstrap_timeout_ms": milliseconds(timeout_s),
        "request_timeout_ms": milliseconds(settings.timeout_s / 2),  # so that one lost answer can be asked for again
        "reconnect_backoff_max_ms": 1000,
        "security_protocol": settings.security_protocol,
        "ssl_cafile": text_or_none(settings.ca_file),
        "ssl_certfile": text_or_none(settings.cert_file),
        "ssl_keyfile": text_or_none(settings.key_file),
    }
    if settings.sasl:
        options["sasl_mechanism"] = settings.sasl_mechanism
        if settings.sasl_mechanism == "OAUTHBEARER":
            options["sasl_oauth_token_provider"] = tokens_of(settings)
        else:
            options["sasl_plain_username"] = settings.username
            options["sasl_plain_password"] = settings.password
    return options


def keep_secrets() -> None:
    """From now on the library's loggers that write settings and requests say nothing of them."""
    for name in _TELLING_LOGGERS:
        logging.getLogger(name).addFilter(_not_debugging)


def _not_debugging(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
