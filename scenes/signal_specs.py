"""What a configuration says of traffic signals that controllers tell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scenes.parts import Strict
from scenes.secrets import CredentialSpec
from scenes.sink_specs import TopicName


class SignalTopicSpec(Strict):
    """A Kafka topic of signal states; what is not given here is as of a Kafka sink."""

    bootstrap: list[Annotated[str, Field(pattern=r"^[^\s:]+:\d{1,5}$")]] = Field(
        min_length=1, description="Brokers, host:port"
    )
    topic: TopicName = Field(description="Its values are JSON records of a signal, its state and the time")
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field("PLAINTEXT", description="Protocol")
    sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        None, description="SASL mechanism; default: PLAIN"
    )
    credentials: CredentialSpec | None = Field(None, description="SASL login")
    ca_file: Path | None = Field(None, description="Certificate authority of the brokers (PEM)")


class SignalFeedSpec(Strict):
    """Where controllers tell the state of their signals, for signals of scenes with a `feed`; see scenes.md."""

    listen: Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:]+\]|[^\s:]+):\d{1,5}$")] | None = Field(
        None, description="host:port at which records are taken over HTTP (`POST /signals`), such as 127.0.0.1:8770"
    )
    token_env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = Field(
        None, description="Variable that holds the bearer token of senders; needed where others can reach `listen`"
    )
    kafka: SignalTopicSpec | None = Field(None, description="A topic to read, from five minutes ago on")

    @model_validator(mode="after")
    def _some_way(self) -> SignalFeedSpec:
        if self.listen is None and self.kafka is None:
            raise PydanticCustomError("problem-signals-no-way", "listen or kafka", {})
        return self
