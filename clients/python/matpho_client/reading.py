"""Reads a topic: each record once, from where the group stopped or from a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from kafka import KafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from matpho_client.places import POLL_MS, Places
from matpho_client.records import NotARecordError
from matpho_client.wanted import AnyRecord, Wanted

T = TypeVar("T", bound=AnyRecord)


class Reader(Generic[T]):
    """Iterate over it. Also a context manager; `close` ends an iteration in another thread.

    Args:
        group: goes on where this group stopped, and notes how far it is; None begins at the end.
        since: read from this time on instead (with a time zone), by the records' own time.
        cameras: only these.
        follow: wait for new records; else end at the newest.
        takes: whether a record is wanted.
        on_bad: told of values that are none of Matpho's records; they are passed over.
        options: of kafka-python's KafkaConsumer.

    Raises (while iterating):
        LookupError: there is no such topic.
        kafka.errors.KafkaError: as kafka-python raises them.
    """

    def __init__(
        self,
        servers: str | Sequence[str],
        topic: str,
        parse: Callable[[bytes], T],
        *,
        group: str | None = None,
        since: datetime | None = None,
        cameras: Collection[str] = (),
        follow: bool = True,
        takes: Callable[[T], bool] = lambda _record: True,
        on_bad: Callable[[NotARecordError], None] = lambda _error: None,
        **options: Any,
    ) -> None:
        if since is not None and since.tzinfo is None:
            raise ValueError("since needs a time zone, such as datetime.now(UTC)")
        self._topic, self._group, self._follow = topic, group, follow
        self._wanted = Wanted(parse, since=since, cameras=cameras, takes=takes, on_bad=on_bad)
        self._closing = False
        self._consumer: Any = KafkaConsumer(
            bootstrap_servers=servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **options,
        )
        self._places = Places(self._consumer, group=group is not None, since=since, follow=follow)

    def __enter__(self) -> Reader[T]:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End, and let go of the connection."""
        self._closing = True

    def __iter__(self) -> Iterator[T]:
        try:
            self._assign()
            yield from self._records()
        finally:
            self._places.settle()
            self._consumer.close(autocommit=False)

    def _assign(self) -> None:
        if self._group is not None:
            self._consumer.subscribe([self._topic])
            return
        numbers = self._consumer.partitions_for_topic(self._topic)
        if not numbers:
            raise LookupError(f"the brokers have no topic {self._topic}")
        parts = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        self._consumer.assign(parts)
        self._places.begin(parts)

    def _records(self) -> Iterator[T]:
        places = self._places
        while not self._closing:
            polled = self._consumer.poll(timeout_ms=POLL_MS)
            fresh = places.begin_new()
            for part, messages in polled.items():
                if part in fresh:
                    continue  # what came is read again, from the right place
                for message in messages:
                    record = self._wanted.record(message.value, given=places.given(message, part))
                    if record is not None:
                        yield record
                    places.done(message, part)  # the caller asked for the next: it is done with this one
                    places.note_when_due()
            places.note_when_due()
            if not self._follow and places.at_end():
                return
