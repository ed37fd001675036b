"""What a client library has to do for the Kafka sink, and what its errors mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from core.delivery import Outcome, Rejected, RetryAfter
from locales import text

RETRY_S: Final = 1.0
"""First pause; the caller's grow from it. A broker takes seconds to start again."""

TOO_LARGE: Final = frozenset({10, 18})
FORBIDDEN: Final = frozenset({29, 31})
INVALID: Final = frozenset({17, 44, 87})
"""Codes by which a broker refuses a record, and would again: MESSAGE_TOO_LARGE and RECORD_LIST_TOO_LARGE; TOPIC and
CLUSTER_AUTHORIZATION_FAILED; INVALID_TOPIC_EXCEPTION, POLICY_VIOLATION, INVALID_RECORD. Everything else may pass.
https://kafka.apache.org/protocol#protocol_error_codes
"""


class Message(NamedTuple):
    """A record as Kafka carries it."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class Driver(Protocol):
    """A connection that writes one topic: acks=all, the order of messages with one key kept, murmur2 of the key for
    the partition.
    """

    def send(self, messages: Sequence[Message]) -> list[Outcome]:
        """Send, and wait for the acknowledgement of each; returns within the settings' `timeout_s` and a few seconds.

        Does not raise. After an answer of "later" it holds nothing of these messages that could still be sent once it
        is closed.
        """
        ...

    def close(self) -> None:
        """Let go of the connection and of what was not sent, within a few seconds. Does not raise."""
        ...


def outcome_of(code: int, said: str, topic: str, size: int) -> Rejected | RetryAfter:
    """What an error means for a record of `size` bytes; `said`: the error in the client's words."""
    if code in TOO_LARGE:
        return Rejected(text("sink-kafka-too-large", topic=topic, size=size, reason=said))
    if code in FORBIDDEN:
        return Rejected(text("sink-kafka-forbidden", topic=topic, reason=said))
    if code in INVALID:
        return Rejected(said)
    return RetryAfter(RETRY_S, said)
