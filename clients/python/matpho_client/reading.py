"""Reads a topic: each record once, from where the group stopped or from a time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from kafka import KafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from kafka.errors import (  # type: ignore[import-untyped]
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]

from matpho_client.records import (
    Event,
    Health,
    Incident,
    Measurement,
    NotARecordError,
    Track,
    camera_health,
    event,
    incident,
    measurement,
    track,
)

REMEMBERED: Final = 200_000
"""Records whose identity is remembered: what is sent twice, is so within minutes."""
LOOK_BACK: Final = 500
"""Records of each partition before the place to go on from that are looked at again, to know what was read."""
COMMIT_S: Final = 1.0
SETTLE_S: Final = 5.0
"""At the end it waits so long for a group that is dividing its partitions anew, to note how far it was."""
_POLL_MS: Final = 500
_OTHERS_HAVE_THEM: Final = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError)


class AnyRecord(Protocol):
    """What all records have."""

    @property
    def camera_id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def identity(self) -> str: ...


T = TypeVar("T", bound=AnyRecord)


def events(
    servers: str | Sequence[str],
    *,
    kinds: Collection[str] = (),
    topic: str = "matpho.events.v1",
    **options: Any,
) -> Reader[Event]:
    """Events; `kinds` such as `traffic` or `traffic.queue`. Further options: `Reader`."""
    wanted = tuple(kinds)

    def takes(found: Event) -> bool:
        return not wanted or any(found.kind == kind or found.kind.startswith(f"{kind}.") for kind in wanted)

    return Reader(servers, topic, event, takes=takes, **options)


def incidents(servers: str | Sequence[str], *, topic: str = "matpho.incidents.v1", **options: Any) -> Reader[Incident]:
    """Incidents; `cameras` are those of their causes. Further options: `Reader`."""
    return Reader(servers, topic, incident, **options)


def measurements(
    servers: str | Sequence[str], *, topic: str = "matpho.measurements.v1", **options: Any
) -> Reader[Measurement]:
    """Traffic measurements. Further options: `Reader`."""
    return Reader(servers, topic, measurement, **options)


def tracks(servers: str | Sequence[str], *, topic: str = "matpho.tracks.v1", **options: Any) -> Reader[Track]:
    """Tracks that ended. Further options: `Reader`."""
    return Reader(servers, topic, track, **options)


def health(servers: str | Sequence[str], *, topic: str = "matpho.health.v1", **options: Any) -> Reader[Health]:
    """States of cameras. Further options: `Reader`."""
    return Reader(servers, topic, camera_health, **options)


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
        self._topic, self._parse, self._takes, self._on_bad = topic, parse, takes, on_bad
        self._group, self._since, self._follow = group, since, follow
        self._cameras = frozenset(cameras)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._begin: dict[Any, int] = {}
        self._done: dict[Any, int] = {}
        self._committed_at = time.monotonic()
        self._closing = False
        self._consumer: Any = KafkaConsumer(
            bootstrap_servers=servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **options,
        )

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
            self._settle()
            self._consumer.close(autocommit=False)

    def _records(self) -> Iterator[T]:
        while not self._closing:
            polled = self._consumer.poll(timeout_ms=_POLL_MS)
            fresh = self._moved() if self._group is not None else ()
            for part, messages in polled.items():
                if part in fresh:
                    continue  # what came is read again, from the right place
                for message in messages:
                    record = self._wanted(part, message)
                    if record is not None:
                        yield record
                    self._done[part] = message.offset + 1  # the caller asked for the next: it is done with this one
                    self._commit_when_due()
            self._commit_when_due()
            if not self._follow and self._at_end():
                return

    def _wanted(self, part: Any, message: Any) -> T | None:
        if message.value is None:
            return None  # of a compacted topic: a camera that is gone
        try:
            record = self._parse(message.value)
        except NotARecordError as error:
            self._on_bad(error)
            return None
        if self._known(record.identity) or message.offset < self._begin.get(part, 0):
            return None
        if self._since is not None and record.at < self._since:
            return None
        if self._cameras and record.camera_id not in self._cameras:
            return None
        return record if self._takes(record) else None

    def _known(self, identity: str) -> bool:
        if identity in self._seen:
            self._seen.move_to_end(identity)
            return True
        self._seen[identity] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def _assign(self) -> None:
        if self._group is not None:
            self._consumer.subscribe([self._topic])
            return
        numbers = self._consumer.partitions_for_topic(self._topic)
        if not numbers:
            raise LookupError(f"the brokers have no topic {self._topic}")
        parts = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        self._consumer.assign(parts)
        self._place(parts)

    def _place(self, parts: Sequence[Any]) -> None:
        """Where to begin in each partition, a little before what is to be given."""
        if not parts:
            return
        first, end = self._consumer.beginning_offsets(parts), self._consumer.end_offsets(parts)
        begins = self._begins(parts, first, end)
        for part in parts:
            self._begin[part] = begins[part]
            self._consumer.seek(part, max(first[part], begins[part] - LOOK_BACK))

    def _begins(self, parts: Sequence[Any], first: dict[Any, int], end: dict[Any, int]) -> dict[Any, int]:
        if self._since is not None:
            at_ms = int(self._since.timestamp() * 1000)
            found = self._consumer.offsets_for_times(dict.fromkeys(parts, at_ms))
            return {part: end[part] if found.get(part) is None else found[part].offset for part in parts}
        if self._group is None:
            return dict(end) if self._follow else dict(first)
        committed = {part: self._consumer.committed(part) for part in parts}
        return {part: first[part] if offset is None else offset for part, offset in committed.items()}

    def _moved(self) -> Collection[Any]:
        """Partitions that the group gave since; they are begun at their places."""
        self._leave()
        fresh = [part for part in self._consumer.assignment() if part not in self._begin]
        self._place(fresh)
        return fresh

    def _leave(self) -> None:
        """Forget partitions that others of the group have now."""
        for part in self._begin.keys() - self._consumer.assignment():
            self._done.pop(part, None)
            del self._begin[part]

    def _at_end(self) -> bool:
        parts = list(self._consumer.assignment())
        if not parts:
            return False
        end = self._consumer.end_offsets(parts)
        return all(self._consumer.position(part) >= end[part] for part in parts)

    def _commit_when_due(self) -> None:
        if time.monotonic() - self._committed_at >= COMMIT_S:
            self._commit()

    def _commit(self) -> None:
        """Note how far it is; while the group divides its partitions anew, that waits for the next time."""
        self._committed_at = time.monotonic()
        if self._group is None or not self._done:
            return
        # Never back to what is only looked at again.
        offsets = {part: max(offset, self._begin.get(part, 0)) for part, offset in self._done.items()}
        try:
            self._consumer.commit({part: OffsetAndMetadata(offset, "", -1) for part, offset in offsets.items()})
        except RebalanceInProgressError:
            return
        except _OTHERS_HAVE_THEM:
            pass  # they go on from what was noted before
        self._done = {}

    def _settle(self) -> None:
        """Note how far it is, at the end."""
        until = time.monotonic() + SETTLE_S
        self._commit()
        while self._done and time.monotonic() < until:
            self._consumer.poll(timeout_ms=_POLL_MS)
            self._leave()
            self._commit()
