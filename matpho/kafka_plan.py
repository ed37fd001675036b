"""From the configuration of a Kafka sink to sinks, one for each topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from core.errors import SinkError
from core.events import Event
from core.incidents import Incident
from core.protocols import Sink
from core.records import CameraHealth, FrameTracks, Measurement, Record, TrackSummary
from scenes.config import Configuration
from scenes.secrets import Login, resolve
from scenes.sink_specs import KafkaSinkSpec, TopicSpec, TopicsSpec
from sinks.kafka.registry import RegistrySettings
from sinks.kafka.settings import KafkaSettings, TopicSettings
from sinks.kafka.sink import KafkaSink

HOUR_S: Final = 3600.0
TOPICS: Final[tuple[tuple[str, type[Record], float | None], ...]] = (
    ("events", Event, 720.0),
    ("incidents", Incident, 720.0),
    ("measurements", Measurement, 720.0),
    ("tracks", TrackSummary, 168.0),
    ("health", CameraHealth, None),
    ("frames", FrameTracks, 24.0),
)
"""Name in the configuration, records, and hours for which they are kept: None keeps the last of each camera."""


def kafka_sinks(configuration: Configuration, spec: KafkaSinkSpec) -> tuple[Callable[[], Sink], ...]:
    """What makes the sinks of a configuration.

    Raises:
        ConfigError: the login is missing.
    """
    return sinks_of(spec, login_of(configuration, spec), configuration.path, registry_of(configuration, spec))


def login_of(configuration: Configuration, spec: KafkaSinkSpec) -> Login | None:
    """The login that a configuration names.

    Raises:
        ConfigError: it is missing.
    """
    return None if spec.credentials is None else resolve(spec.credentials, "kafka", configuration.folder)


def registry_of(configuration: Configuration, spec: KafkaSinkSpec) -> RegistrySettings | None:
    """The schema registry that a configuration names.

    Raises:
        ConfigError: its login is missing.
    """
    found = spec.schema_registry
    if found is None:
        return None
    login = None
    if found.credentials is not None:
        login = resolve(found.credentials, "schema_registry", configuration.folder)
    return RegistrySettings(
        found.url,
        register=found.register_schemas,
        user=None if login is None else login.user,
        password=None if login is None else login.password,
        ca_file=None if found.ca_file is None else configuration.path(found.ca_file),
        timeout_s=spec.timeout_s,
    )


def sinks_of(
    spec: KafkaSinkSpec,
    login: Login | None = None,
    place: Callable[[Path], Path] = lambda path: path,
    registry: RegistrySettings | None = None,
) -> tuple[Callable[[], Sink], ...]:
    """What makes the sinks; `place` finds the files that are named."""
    settings = settings_of(spec, login, place)
    made = []
    for name, takes, hours in TOPICS:
        if sends(spec.topics, name):
            sink = "kafka" if takes is Event else f"kafka-{name}"
            topic = topic_of(spec.topics, name, hours)
            made.append(_maker(spec, partial(KafkaSink, settings, topic, sink, takes=takes, registry=registry)))
    return tuple(made)


def kafka_sinks_at(bootstrap: Sequence[str], *, required: bool = False) -> list[Sink]:
    """Kafka sinks without login, as `--kafka` asks for; `required` tries the broker at once.

    Raises:
        SinkError: required, and no broker answers.
        ConfigError: an address is none.
    """
    try:
        spec = KafkaSinkSpec(kind="kafka", bootstrap=list(bootstrap), required=required, driver="auto")
    except ValidationError as error:
        raise SinkError("error-kafka-server", server=", ".join(bootstrap)) from error
    return [make() for make in sinks_of(spec)]


def settings_of(
    spec: KafkaSinkSpec, login: Login | None = None, place: Callable[[Path], Path] = lambda path: path
) -> KafkaSettings:
    """How to reach the brokers."""
    files = {name: getattr(spec, name) for name in ("ca_file", "cert_file", "key_file")}
    return KafkaSettings(
        tuple(spec.bootstrap),
        driver=spec.driver,
        security_protocol=spec.security,
        sasl_mechanism=spec.sasl or "PLAIN",
        username=None if login is None else login.user,
        password=None if login is None else login.password,
        token_url=spec.token_url,
        compression=spec.compression,
        timeout_s=spec.timeout_s,
        **{name: None if file is None else place(file) for name, file in files.items()},
    )


def sends(topics: TopicsSpec, name: str) -> bool:
    """Whether the records of a topic are wanted."""
    topic = getattr(topics, name)
    return topic is not None and topic.send


def topic_of(topics: TopicsSpec, name: str, hours: float | None) -> TopicSettings:
    """One topic as configured; `hours` that its records are kept by default, None: the last of each camera."""
    spec = getattr(topics, name) or TopicSpec()
    kept = spec.retention_h or hours
    return TopicSettings(
        spec.name or f"matpho.{name}.v1",
        create=topics.create,
        partitions=spec.partitions or topics.partitions,
        replicas=topics.replicas,
        retention_s=None if kept is None else kept * HOUR_S,
        compact=kept is None,
    )


def _maker(spec: KafkaSinkSpec, kafka_sink: Callable[..., KafkaSink]) -> Callable[[], Sink]:
    def make() -> Sink:
        sink = kafka_sink(mode=spec.mode)
        if spec.required:
            sink.check()
        return sink

    return make
