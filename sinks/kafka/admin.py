"""Looks at the brokers before anything is sent: can they be reached, is the login taken, is the topic as configured."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from kafka import KafkaAdminClient  # type: ignore[import-untyped]
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]

from core.delivery import RetryAfter
from core.errors import SinkError
from locales import text
from sinks.kafka.driver import RETRY_S
from sinks.kafka.kafka_python import CLIENT_ERRORS, client_options
from sinks.kafka.settings import KafkaSettings, TopicSettings, address, milliseconds, text_or_none
from sinks.kafka.tokens import tokens_of

_log = structlog.get_logger()

PROBE_S: Final = 2.0
_WATCHED: Final = ("cleanup.policy", "retention.ms", "max.message.bytes")
LEAST_BROKER: Final = (0, 11)
"""Headers, which CloudEvents need, and idempotent producers came with it."""
LEAST_ZSTD: Final = (2, 1)
_WAIT_S: Final = 5.0
"""Longest wait for a new topic's leaders."""


@dataclass(frozen=True, slots=True)
class Found:
    """A topic that can be written.

    Attributes:
        differences: in what it is other than configured, a sentence each.
        max_bytes: of a batch and so of a record; None where the login may not see it.
    """

    differences: tuple[str, ...]
    max_bytes: int | None


def prepare(settings: KafkaSettings, topic: TopicSettings, timeout_s: float) -> RetryAfter | Found:
    """Look, and make the topic where that is wanted: the topic, or why nothing can be sent now.

    It is kafka-python that looks, whatever driver sends: librdkafka reports a refused login only to a log.
    """
    unreachable = why_unreachable(settings)
    if unreachable is not None:
        return RetryAfter(RETRY_S, unreachable)
    servers = ", ".join(settings.servers)
    try:
        if settings.sasl and settings.sasl_mechanism == "OAUTHBEARER":
            tokens_of(settings).token()
        admin = KafkaAdminClient(**client_options(settings, timeout_s))
    except CLIENT_ERRORS as error:
        return RetryAfter(RETRY_S, text("sink-kafka-no-login", servers=servers, reason=_words(error)))
    except SinkError as error:
        return RetryAfter(RETRY_S, str(error))
    try:
        return _too_old(admin, settings) or _look(admin, topic)
    except (*CLIENT_ERRORS, LookupError) as error:
        return RetryAfter(RETRY_S, text("sink-kafka-admin", topic=topic.name, reason=_words(error)))
    finally:
        admin.close()


def why_unreachable(settings: KafkaSettings) -> str | None:
    """Why none of the servers takes a connection, with TLS where that is wanted; None when one does. Quicker and
    plainer than what the clients say.
    """
    reasons = []
    for server in settings.servers:
        try:
            _greet(server, settings)
        except ssl.SSLError as error:
            reasons.append(f"{server}: TLS: {getattr(error, 'verify_message', '') or error.reason or error}")
        except OSError as error:
            reasons.append(f"{server}: {error.strerror or error}")
        else:
            return None
    return "; ".join(reasons)


def _greet(server: str, settings: KafkaSettings) -> None:
    host, port = address(server)
    with socket.create_connection((host, port), timeout=PROBE_S) as connection:
        if settings.security_protocol.endswith("SSL"):
            context = ssl.create_default_context(cafile=text_or_none(settings.ca_file))
            if settings.cert_file is not None:
                context.load_cert_chain(settings.cert_file, settings.key_file)
            context.wrap_socket(connection, server_hostname=host).close()


def _too_old(admin: Any, settings: KafkaSettings) -> RetryAfter | None:
    """Why the oldest of the brokers that answer cannot take what is sent."""
    versions = []
    for broker in admin.describe_cluster()["brokers"]:
        try:
            versions.append(tuple(admin.get_broker_version_data(broker["broker_id"]).broker_version))
        except kafka_errors.KafkaError:
            continue  # it has just died, and is still listed
    least = LEAST_ZSTD if settings.compression == "zstd" else LEAST_BROKER
    oldest = min(versions, default=least)
    if oldest >= least:
        return None
    found, wanted = (".".join(map(str, version)) for version in (oldest, least))
    return RetryAfter(RETRY_S, text("sink-kafka-old", found=found, least=wanted))


def _look(admin: Any, topic: TopicSettings) -> RetryAfter | Found:
    found = _described(admin, topic.name)
    code = int(found["error_code"])
    if code == kafka_errors.UnknownTopicOrPartitionError.errno:
        if not topic.create:
            return RetryAfter(RETRY_S, text("sink-kafka-no-topic", topic=topic.name))
        refused = _create(admin, topic)
        if refused is not None:
            return refused
        found = _described(admin, topic.name)
        code = int(found["error_code"])
    if code == kafka_errors.TopicAuthorizationFailedError.errno:
        return RetryAfter(RETRY_S, text("sink-kafka-hidden", topic=topic.name))
    if code:
        return RetryAfter(RETRY_S, text("sink-kafka-topic-waits", topic=topic.name, code=code))
    seen = _configs(admin, topic.name)
    limit = seen.get("max.message.bytes")
    return Found(_differences(topic, len(found["partitions"]), seen), None if limit is None else int(limit))


def _described(admin: Any, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = admin.describe_topics([name])[0]
    return found


def _create(admin: Any, topic: TopicSettings) -> RetryAfter | None:
    wanted = {
        "num_partitions": topic.partitions or -1,
        "replication_factor": topic.replicas or -1,
        "configs": topic.configs,
    }
    try:
        admin.create_topics({topic.name: wanted}, timeout_ms=milliseconds(_WAIT_S))
    except kafka_errors.TopicAlreadyExistsError:
        return None  # another worker was first
    except kafka_errors.KafkaError as error:
        return RetryAfter(RETRY_S, text("sink-kafka-not-created", topic=topic.name, reason=_words(error)))
    _log.info("kafka_topic_created", topic=topic.name, **wanted)
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        found = _described(admin, topic.name)
        if not found["error_code"] and found["partitions"] and all(p["leader_id"] >= 0 for p in found["partitions"]):
            return None
        time.sleep(0.1)
    return RetryAfter(RETRY_S, text("sink-kafka-no-leader", topic=topic.name))


def _differences(topic: TopicSettings, partitions: int, seen: Mapping[str, str]) -> tuple[str, ...]:
    said = []
    if topic.partitions is not None and partitions != topic.partitions:
        said.append(text("sink-kafka-partitions", topic=topic.name, found=partitions, wanted=topic.partitions))
    for name, wanted in topic.configs.items():
        found = seen.get(name, wanted)
        if found != wanted:
            said.append(text("sink-kafka-config", topic=topic.name, name=name, found=found, wanted=wanted))
    return tuple(said)


def _configs(admin: Any, topic: str) -> dict[str, str]:
    """A topic's settings; none where the login may not see them."""
    asked = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(_WATCHED))
    try:
        found = admin.describe_configs([asked], config_filter="all")["topic"][topic]
    except (kafka_errors.KafkaError, LookupError):
        return {}
    return {name: str(value["value"]) for name, value in found.items() if value.get("value") is not None}


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
