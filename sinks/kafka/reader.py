"""Reads what was sent: for a person who wants to see it (`matpho consume`). Programs use matpho-client."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from core.errors import SinkError
from sinks.kafka.admin import why_unreachable
from sinks.kafka.kafka_python import CLIENT_ERRORS, client_options, keep_secrets
from sinks.kafka.registry import unframed
from sinks.kafka.settings import KafkaSettings

REMEMBERED: Final = 200_000
_POLL_MS: Final = 300


@dataclass(frozen=True, slots=True)
class Received:
    """A record as it came: `kind` is its CloudEvents type; `identity` equal for what was sent twice."""

    topic: str
    key: str
    kind: str
    identity: str
    value: bytes


def read_topics(
    settings: KafkaSettings,
    topics: Sequence[str],
    *,
    since_ns: int | None = None,
    from_start: bool = False,
    follow: bool = True,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Received]:
    """Records of the topics, each once, from a time (UTC, of their sending), the start, or from now on; in order for
    each camera. Without `follow` it ends at the newest.

    Raises:
        SinkError: the brokers cannot be reached, refuse the login, or lack a topic.
    """
    keep_secrets()
    servers = ", ".join(settings.servers)
    unreachable = why_unreachable(settings)
    if unreachable is not None:
        raise SinkError("error-consume-unreachable", servers=servers, reason=unreachable)
    try:
        consumer = KafkaConsumer(
            **client_options(settings, settings.timeout_s), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        try:
            ends = _place(consumer, topics, since_ns, from_start=from_start, follow=follow)
            yield from _received(consumer, None if follow else ends, stopped)
        finally:
            consumer.close(autocommit=False)
    except CLIENT_ERRORS as error:
        raise SinkError("error-consume", servers=servers, reason=str(error) or type(error).__name__) from error


def _place(
    consumer: Any, topics: Sequence[str], since_ns: int | None, *, from_start: bool, follow: bool
) -> dict[Any, int]:
    parts = []
    for topic in topics:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise SinkError("error-consume-topic", topic=topic)
        parts += [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(parts)
    ends: dict[Any, int] = consumer.end_offsets(parts)
    if since_ns is not None:
        found = consumer.offsets_for_times(dict.fromkeys(parts, since_ns // 1_000_000))
        places = {part: ends[part] if found.get(part) is None else found[part].offset for part in parts}
    else:
        places = consumer.beginning_offsets(parts) if from_start or not follow else ends
    for part in parts:
        consumer.seek(part, places[part])
    return ends


def _received(consumer: Any, ends: Mapping[Any, int] | None, stopped: Callable[[], bool]) -> Iterator[Received]:
    seen: OrderedDict[str, None] = OrderedDict()
    while not stopped():
        for part, messages in consumer.poll(timeout_ms=_POLL_MS).items():
            for message in messages:
                received = as_received(message)
                if received is None or received.identity in seen:
                    continue
                seen[received.identity] = None
                if len(seen) > REMEMBERED:
                    seen.popitem(last=False)
                if ends is None or message.offset < ends[part]:
                    yield received
        if ends is not None and all(consumer.position(part) >= end for part, end in ends.items()):
            return


def as_received(message: Any) -> Received | None:
    """A message with its CloudEvents attributes; None without a value."""
    if message.value is None:
        return None
    headers = {name: (value or b"").decode(errors="replace") for name, value in message.headers}
    place = f"{message.topic}:{message.partition}:{message.offset}"
    identity = f"{message.topic}:{headers['ce_id']}" if "ce_id" in headers else place
    key = (message.key or b"").decode(errors="replace")
    return Received(message.topic, key, headers.get("ce_type", ""), identity, unframed(message.value))
