"""Records into Apache Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from core.delivery import Delivered, Delivery, Outcome, Rejected, RetryAfter
from core.errors import SinkError
from core.events import Event
from core.records import FrameTracks, Record
from locales import text
from sinks.envelope import Mode, key_of, message_of, ordered_by
from sinks.kafka.admin import prepare
from sinks.kafka.driver import RETRY_S, Driver, Message
from sinks.kafka.kafka_python import CLIENT_ERRORS, KafkaPythonDriver, keep_secrets
from sinks.kafka.registry import RegistrySettings, frame_of
from sinks.kafka.settings import KafkaSettings, TopicSettings, chosen_driver, refuse_impossible

_log = structlog.get_logger()

EVENTS: Final = TopicSettings()
MAX_BYTES: Final = 1_000_000
"""Of a record, where the topic does not say; a little below the brokers' default."""


class KafkaSink:
    """Sends the records of one type to one topic, with their camera as the key, as CloudEvents (`sinks.envelope`).

    Each type has a sink of its own, and so a place of its own in the outbox: a topic that takes nothing holds up no
    other.

    Delivered means acknowledged by all in-sync replicas (acks=all). It connects at the first write, and a driver that
    failed is thrown away, with what it still held, before its records are tried again: nothing overtakes. A record may
    so arrive twice, with the same `ce_id`; the last copies are in order. Consumers de-duplicate by `ce_id`, since no
    producer knows what the one before it sent.

    A topic that is missing, or a login that is refused, makes records wait; a record that is too large, or that the
    topic's access rules refuse, is rejected.

    Records carry the time of sending as Kafka's timestamp, not the event's: brokers refuse timestamps of the future and
    delete by old ones, and a camera's clock may be wrong.

    Args:
        takes: the type of record.
        mode: of CloudEvents.
        registry: a Schema Registry; JSON values then begin with the number of their schema there. None: plain JSON.

    Raises:
        SinkError: the settings cannot work.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topic: TopicSettings = EVENTS,
        name: str = "kafka",
        *,
        takes: type[Record] = Event,
        mode: Mode = "binary",
        registry: RegistrySettings | None = None,
    ) -> None:
        refuse_impossible(settings, topic)
        if registry is not None and mode == "structured":
            raise SinkError("error-registry-structured")
        if registry is not None and not registry.url.startswith(("https://", "http://")):
            raise SinkError("error-registry", url=registry.url, subject=topic.name, reason="http(s)://")
        self._kind = chosen_driver(settings.driver)
        if settings.password is not None:
            keep_secrets()
        self._settings, self._topic = settings, topic
        self._name, self._takes, self._mode = name, takes, mode
        self._registry = None if takes is FrameTracks else registry
        self._frame = b""
        self._driver: Driver | None = None
        self._told: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self._name

    def accepts(self, record: Record) -> bool:
        """Records of its type."""
        return isinstance(record, self._takes)

    def check(self, timeout_s: float | None = None) -> None:
        """Connect now, and look at the topic.

        Raises:
            SinkError: the brokers cannot be reached, refuse the login, lack the topic, or have it otherwise than
                configured.
        """
        servers, topic = ", ".join(self._settings.servers), self._topic.name
        outcome = self._connect(self._settings.timeout_s if timeout_s is None else timeout_s)
        reason = outcome.reason if outcome is not None else "; ".join(self._told)
        if reason:
            raise SinkError("error-kafka-check", servers=servers, topic=topic, reason=reason)

    def write(self, records: Sequence[Record]) -> Delivery:
        """Send, and wait for the acknowledgement of each."""
        return self._write(records, (None,) * len(records))

    def write_encoded(self, records: Sequence[Record], bodies: Sequence[bytes]) -> Delivery:
        """See `EncodedSink`."""
        return self._write(records, bodies)

    def _write(self, records: Sequence[Record], bodies: Sequence[bytes | None]) -> Delivery:
        if not records:
            return Delivery(())
        failed = self._connect(self._settings.timeout_s)
        if failed is not None or self._driver is None:
            return Delivery((failed or RetryAfter(RETRY_S, ""),) * len(records))
        made = [self._message(record, body) for record, body in zip(records, bodies, strict=True)]
        refused = [index for index, message in enumerate(made) if isinstance(message, Rejected)]
        outcomes = self._driver.send([message for message in made if isinstance(message, Message)])
        for index in refused:
            outcomes.insert(index, made[index])  # type: ignore[arg-type]
        settled = _in_order(records, outcomes)
        if any(isinstance(outcome, RetryAfter) for outcome in settled):
            self._discard()
        return Delivery(tuple(settled))

    def close(self) -> None:
        """Let go of the connection, within a few seconds; nothing is waiting in it between writes."""
        self._discard()

    def _message(self, record: Record, body: bytes | None) -> Message | Rejected:
        if not isinstance(record, self._takes):
            return Rejected(text("sink-not-taken", name=self._name))
        try:
            headers, value = message_of(record, self._mode, body)
            return Message(key_of(record), self._frame + value if self._frame else value, headers)
        except (ValueError, OverflowError) as error:
            return Rejected(str(error))

    def _connect(self, timeout_s: float) -> RetryAfter | None:
        """Have a driver that knows the topic, or say why there is none."""
        if self._driver is not None:
            return None
        settings, topic = self._settings, self._topic
        found = prepare(settings, topic, timeout_s)
        if isinstance(found, RetryAfter):
            return found
        if found.differences != self._told:
            _log.error("kafka_topic_differs", sink=self._name, topic=topic.name, differences=found.differences)
        self._told = found.differences
        try:
            if self._registry is not None and not self._frame:
                self._frame = frame_of(self._registry, topic.name, self._takes)
            self._driver = self._open(timeout_s, found.max_bytes or MAX_BYTES)
        except (*CLIENT_ERRORS, SinkError) as error:
            return RetryAfter(RETRY_S, str(error))
        _log.info("kafka_connected", sink=self._name, servers=settings.servers, topic=topic.name, driver=self._kind)
        return None

    def _open(self, timeout_s: float, max_bytes: int) -> Driver:
        if self._kind == "kafka-python":
            return KafkaPythonDriver(self._settings, self._topic.name, timeout_s=timeout_s, max_bytes=max_bytes)
        from sinks.kafka.confluent import open_driver

        return open_driver(self._settings, self._topic.name, timeout_s=timeout_s, max_bytes=max_bytes)

    def _discard(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()


def _in_order(records: Sequence[Record], outcomes: list[Outcome]) -> list[Outcome]:
    """After the first record of a key (a camera, an incident) that has to wait, its later ones wait with it."""
    if all(isinstance(outcome, Delivered) for outcome in outcomes):
        return outcomes
    waiting: dict[str, RetryAfter] = {}
    for index, (record, outcome) in enumerate(zip(records, outcomes, strict=True)):
        before = waiting.get(ordered_by(record))
        if before is not None and not isinstance(outcome, Rejected):
            outcomes[index] = before
        elif isinstance(outcome, RetryAfter):
            waiting[ordered_by(record)] = outcome
    return outcomes
