"""What a configuration says of sinks: Kafka and its topics, files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from scenes.parts import Strict
from scenes.secrets import CredentialSpec

TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]


class TopicSpec(Strict):
    """One topic."""

    send: bool = Field(True, description="Whether these records are sent")
    name: TopicName | None = Field(None, description="Default: as below, `matpho.events.v1` and so on")
    partitions: int | None = Field(None, ge=1, le=10_000, description="Default: as for all topics")
    retention_h: float | None = Field(
        None, gt=0, description="Hours for which records are kept; default: 720, of tracks 168, of frames 24"
    )


class TopicsSpec(Strict):
    """The topics of a Kafka sink. A camera's records share a partition of each."""

    create: bool = Field(True, description="Make topics that are missing; else whoever runs the brokers has to")
    partitions: int | None = Field(
        None, ge=1, le=10_000, description="Of each topic; default: the brokers'. A topic that has others is told"
    )
    replicas: int | None = Field(
        None, ge=1, le=100, description="Copies of a new topic's records; default: the brokers'"
    )
    events: TopicSpec = Field(TopicSpec(), description="Events: `matpho.events.v1`")
    incidents: TopicSpec = Field(
        TopicSpec(), description="Incidents, each with its events: `matpho.incidents.v1`; their key is the incident"
    )
    measurements: TopicSpec = Field(TopicSpec(), description="Measurements: `matpho.measurements.v1`")
    tracks: TopicSpec = Field(TopicSpec(), description="Summaries of tracks that ended: `matpho.tracks.v1`")
    health: TopicSpec = Field(
        TopicSpec(), description="State of cameras: `matpho.health.v1`, compacted: the last of each camera is kept"
    )
    frames: TopicSpec | None = Field(
        None,
        description="All tracks of each frame, as protobuf (nv.Frame): `matpho.frames.v1`. Many: only where given",
    )


class SchemaRegistrySpec(Strict):
    """A Confluent Schema Registry, or one that speaks its API."""

    url: str = Field(pattern=r"^https?://[^\s@]+$", description="http(s)://host:port")
    credentials: CredentialSpec | None = Field(None, description="Login (HTTP Basic)")
    register_schemas: bool = Field(True, description="Register schemas that it lacks; else whoever runs it has to")
    ca_file: Path | None = Field(None, description="Its certificate authority (PEM)")


class KafkaSinkSpec(Strict):
    """Records to Kafka topics as CloudEvents."""

    kind: Literal["kafka"]
    bootstrap: list[Annotated[str, Field(pattern=r"^[^\s:]+:\d{1,5}$")]] = Field(
        min_length=1, description="Brokers, host:port"
    )
    topics: TopicsSpec = Field(TopicsSpec(), description="Where which records go")
    mode: Literal["binary", "structured"] = Field(
        "binary",
        description="Of CloudEvents: attributes in Kafka's headers, or all in one JSON value",
    )
    schema_registry: SchemaRegistrySpec | None = Field(
        None, description="Values then begin with a zero and the number of their schema there (Confluent's wire format)"
    )
    required: bool = Field(False, description="Refuse to start while no broker answers, rather than wait and say so")
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field("PLAINTEXT", description="Protocol")
    sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = Field(
        None, description="SASL mechanism; default: PLAIN"
    )
    credentials: CredentialSpec | None = Field(
        None, description="SASL login; with OAUTHBEARER the client's id and secret"
    )
    token_url: str | None = Field(
        None, description="Where OAUTHBEARER gets its tokens (OAuth 2.0 client credentials): https://…"
    )
    ca_file: Path | None = Field(None, description="Certificate authority of the brokers (PEM)")
    cert_file: Path | None = Field(None, description="Our own certificate (PEM), for brokers that ask for one")
    key_file: Path | None = Field(None, description="Its key (PEM, without a password)")
    driver: Literal["auto", "kafka-python", "confluent"] = Field(
        "kafka-python",
        description="Client library: `confluent` (librdkafka, `pip install matpho[confluent]`) costs a tenth of the "
        "CPU time; `auto` takes it where it is installed",
    )
    compression: Literal["gzip", "lz4", "zstd"] | None = Field(
        None, description="Of batches; lz4 and zstd need matpho[confluent], or matpho[compression] with kafka-python"
    )
    timeout_s: float = Field(
        10.0, ge=1, le=300, description="Longest wait for a connection, and for an acknowledgement"
    )


class JsonLinesSinkSpec(Strict):
    """Every record as a line of JSON."""

    kind: Literal["json_lines"]
    path: Path = Field(description="File to append to")


SinkSpec = Annotated[KafkaSinkSpec | JsonLinesSinkSpec, Field(discriminator="kind")]
