"""Reads a whole topic for one consumer that goes on where it stopped: it commits what it has kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from kafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]

from core.errors import SinkError
from sinks.kafka.admin import why_unreachable
from sinks.kafka.kafka_python import CLIENT_ERRORS, client_options, keep_secrets
from sinks.kafka.reader import Received, as_received
from sinks.kafka.settings import KafkaSettings

_POLL_MS: Final = 300
PARTITIONS_S: Final = 60.0
"""How often it looks for partitions that were added."""


class GroupReader:
    """All partitions of a topic, read by one consumer.

    Args:
        group: under whose name it commits.
        back_s: where nothing was committed it begins so long ago, by the time of sending.
    """

    def __init__(self, settings: KafkaSettings, topic: str, group: str, *, back_s: float) -> None:
        keep_secrets()
        self._settings, self._topic, self._group, self._back_s = settings, topic, group, back_s
        self._done: dict[Any, int] = {}
        self._consumer: Any = None

    def batches(self, *, follow: bool = True, stopped: Callable[[], bool] = lambda: False) -> Iterator[list[Received]]:
        """What comes, in the order of each partition; empty ones while nothing does. `commit` says that it is kept.

        Raises:
            SinkError: the brokers cannot be reached, refuse the login, or lack the topic.
        """
        servers = ", ".join(self._settings.servers)
        unreachable = why_unreachable(self._settings)
        if unreachable is not None:
            raise SinkError("error-consume-unreachable", servers=servers, reason=unreachable)
        try:
            self._consumer = KafkaConsumer(
                **client_options(self._settings, self._settings.timeout_s),
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
            try:
                yield from self._read(follow, stopped)
            finally:
                self._consumer.close(autocommit=False)
        except CLIENT_ERRORS as error:
            raise SinkError("error-consume", servers=servers, reason=str(error) or type(error).__name__) from error

    def commit(self) -> None:
        """What was given out is kept, and need not be given again."""
        if self._done:
            done, self._done = self._done, {}
            self._consumer.commit({part: OffsetAndMetadata(offset, "", -1) for part, offset in done.items()})

    def _read(self, follow: bool, stopped: Callable[[], bool]) -> Iterator[list[Received]]:
        looked = -PARTITIONS_S
        ends: dict[Any, int] = {}
        while not stopped():
            if time.monotonic() - looked >= PARTITIONS_S:
                looked = time.monotonic()
                ends |= self._assign()
            found = []
            for part, messages in self._consumer.poll(timeout_ms=_POLL_MS).items():
                found += [one for message in messages if (one := as_received(message)) is not None]
                self._done[part] = messages[-1].offset + 1
            yield found
            if not follow and all(self._consumer.position(part) >= end for part, end in ends.items()):
                return

    def _assign(self) -> dict[Any, int]:
        """Begin the partitions that are not read yet; where these end now."""
        numbers = self._consumer.partitions_for_topic(self._topic)
        if not numbers:
            raise SinkError("error-consume-topic", topic=self._topic)
        before = self._consumer.assignment()
        parts = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        fresh = [part for part in parts if part not in before]
        if not fresh:
            return {}
        places = {part: self._consumer.position(part) for part in before}
        ends: dict[Any, int] = self._consumer.end_offsets(fresh)
        since_ms = int((time.time() - self._back_s) * 1000)
        by_time = self._consumer.offsets_for_times(dict.fromkeys(fresh, since_ms))
        self._consumer.assign(parts)
        for part in fresh:
            committed = self._consumer.committed(part)
            back = ends[part] if by_time.get(part) is None else by_time[part].offset
            places[part] = back if committed is None else committed
        for part, place in places.items():
            self._consumer.seek(part, place)
        return ends
