"""The driver on confluent-kafka (librdkafka): the extra `confluent`."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import confluent_kafka as confluent
import structlog

from core.delivery import Delivered, Outcome, Rejected, RetryAfter
from locales import text
from sinks.kafka.driver import RETRY_S, Message, outcome_of
from sinks.kafka.settings import KafkaSettings, milliseconds, text_or_none, without_none
from sinks.kafka.tokens import tokens_of

_log = structlog.get_logger()

CLOSE_S: Final = 2.0
STEP_S: Final = 0.001
"""Of a wait for acknowledgements: left alone, the library looks only each 10 ms whether all have come, since successes
are not reported one by one.
"""
_DELIVERED: Final = Delivered()


class ConfluentDriver:
    """Idempotent: up to five requests in flight, in order, and nothing twice from one producer.

    Raises:
        confluent_kafka.KafkaException: the settings cannot work.
    """

    def __init__(self, settings: KafkaSettings, topic: str, *, max_bytes: int) -> None:
        self._topic, self._timeout_s = topic, settings.timeout_s
        self._failed: list[tuple[bytes, Any]] = []
        self._said = ""
        told = {
            "error_cb": self._hear,
            "on_delivery": self._report,
            "logger": logging.getLogger("kafka.librdkafka"),
        }
        # A batch is refused as a whole: none may be larger than the topic takes. 1000 is the least that it allows.
        self._producer = confluent.Producer(_options(settings) | told | {"message.max.bytes": max(1000, max_bytes)})

    def connect(self, timeout_s: float) -> None:
        """Ask the brokers for the topic.

        Raises:
            confluent_kafka.KafkaException: they do not answer.
        """
        self._producer.list_topics(self._topic, timeout=timeout_s)

    def send(self, messages: Sequence[Message]) -> list[Outcome]:
        """See `Driver`."""
        failed: dict[int, Outcome] = {}
        self._failed = []
        deadline = time.monotonic() + self._timeout_s
        produce, topic = self._producer.produce, self._topic
        for index, (key, value, headers) in enumerate(messages):
            try:
                produce(topic, value, key, headers=headers)
            except (BufferError, confluent.KafkaException) as error:
                refused = self._hand_over_again(messages[index], deadline, error)
                if refused is not None:
                    failed[index] = refused
        until = max(time.monotonic(), deadline) + 1.0
        while (left := self._producer.flush(STEP_S)) and time.monotonic() < until:
            pass
        if left:
            # Only failures are reported: whatever was neither reported nor flushed may have arrived or not.
            return [RetryAfter(RETRY_S, self._said or text("sink-kafka-slow"))] * len(messages)
        if self._failed:
            failed |= self._reported(messages)
        if failed and len(messages) > 1:
            failed |= self._alone(messages, failed)
        return [failed.get(index, _DELIVERED) for index in range(len(messages))]

    def close(self) -> None:
        """See `Driver`."""
        try:
            self._producer.purge()
            self._producer.flush(CLOSE_S)
            self._producer.close(CLOSE_S)
        except confluent.KafkaException as error:
            _log.warning("kafka_close_failed", topic=self._topic, reason=str(error))

    def _alone(self, messages: Sequence[Message], failed: Mapping[int, Outcome]) -> dict[int, Outcome]:
        """One that is too large takes its whole batch with it, where the login may not see the topic's limit: each is
        sent again, alone.
        """
        refused = [index for index, outcome in failed.items() if isinstance(outcome, Rejected)]
        return {index: self.send([messages[index]])[0] for index in refused} if len(refused) > 1 else {}

    def _reported(self, messages: Sequence[Message]) -> dict[int, Outcome]:
        """What became of those that failed, found by their values: records of one value share one fate."""
        reasons = dict(self._failed)
        return {
            index: self._outcome_of(reasons[message.value], message)
            for index, message in enumerate(messages)
            if message.value in reasons
        }

    def _outcome_of(self, error: Any, message: Message) -> Outcome:
        return outcome_of(error.code(), self.words(error), self._topic, len(message.value))

    def words(self, error: Any) -> str:
        """An error of the library; of one of its own, what it heard from the brokers says why."""
        said = f"{error.name()}: {error.str()}"
        return f"{said} ({self._said})" if self._said and error.code() < 0 else said

    def _hand_over_again(self, message: Message, deadline: float, error: Exception) -> Outcome | None:
        """A message that the library did not take: waits for room, where that is all."""
        key, value, headers = message
        reason: Exception = error
        while isinstance(reason, BufferError):
            if time.monotonic() > deadline:
                return RetryAfter(RETRY_S, self._said or text("sink-kafka-slow"))
            self._producer.poll(0.1)
            try:
                self._producer.produce(self._topic, value, key, headers=headers)
            except (BufferError, confluent.KafkaException) as again:
                reason = again
            else:
                return None
        return self._outcome_of(reason.args[0], message)

    def _report(self, error: Any, message: Any) -> None:
        if error is not None:
            self._failed.append((message.value(), error))

    def _hear(self, error: Any) -> None:
        self._said = error.str()
        _log.debug("kafka_client_says", topic=self._topic, reason=self._said)


def open_driver(settings: KafkaSettings, topic: str, *, timeout_s: float, max_bytes: int) -> ConfluentDriver:
    """The driver, connected: the first record's time then is for its delivery alone.

    Raises:
        ValueError: the library refuses the settings, or cannot connect.
    """
    try:
        driver = ConfluentDriver(settings, topic, max_bytes=max_bytes)
    except confluent.KafkaException as error:
        raise ValueError(error.args[0].str()) from error
    try:
        driver.connect(timeout_s)
    except confluent.KafkaException as error:
        driver.close()
        raise ValueError(driver.words(error.args[0])) from error
    return driver


def _options(settings: KafkaSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap.servers": ",".join(settings.servers),
        "client.id": "matpho",
        "acks": "all",
        "enable.idempotence": True,
        "partitioner": "murmur2_random",  # as kafka-python and Java: a change of driver moves no key
        "compression.type": settings.compression or "none",
        "message.timeout.ms": milliseconds(settings.timeout_s),
        "socket.timeout.ms": max(1000, milliseconds(settings.timeout_s / 2)),
        "reconnect.backoff.max.ms": 1000,
        "socket.nagle.disable": True,
        "queue.buffering.max.messages": 200_000,
        "delivery.report.only.error": True,
        "log.connection.close": False,
        "security.protocol": settings.security_protocol,
        "ssl.ca.location": text_or_none(settings.ca_file),
        "ssl.certificate.location": text_or_none(settings.cert_file),
        "ssl.key.location": text_or_none(settings.key_file),
    }
    if settings.sasl:
        options["sasl.mechanism"] = settings.sasl_mechanism
        if settings.sasl_mechanism == "OAUTHBEARER":
            options["oauth_cb"] = tokens_of(settings).for_librdkafka
        else:
            options["sasl.username"] = settings.username
            options["sasl.password"] = settings.password
    return without_none(options)
