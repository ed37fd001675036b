"""Which values of a topic are given: records that were asked for, each once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from matpho_client.records import NotARecordError

REMEMBERED: Final = 200_000
"""Records whose identity is remembered: what is sent twice, is so within minutes."""


class AnyRecord(Protocol):
    """What all records have."""

    @property
    def camera_id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def identity(self) -> str: ...


T = TypeVar("T", bound=AnyRecord)


class Wanted(Generic[T]):
    """Remembers what it has seen.

    Args:
        parse: makes a record of a value, or raises `NotARecordError`.
        since: only what is not older, by the records' own time.
        cameras: only these; none: all.
        takes: whether a record is wanted.
        on_bad: told of values that are no records.
    """

    def __init__(
        self,
        parse: Callable[[bytes], T],
        *,
        since: datetime | None = None,
        cameras: Collection[str] = (),
        takes: Callable[[T], bool] = lambda _record: True,
        on_bad: Callable[[NotARecordError], None] = lambda _error: None,
    ) -> None:
        self._parse, self._since, self._cameras = parse, since, frozenset(cameras)
        self._takes, self._on_bad = takes, on_bad
        self._seen: OrderedDict[str, None] = OrderedDict()

    def record(self, value: bytes | None, *, given: bool = False) -> T | None:
        """The record of a value, None where nobody wants it; `given`: it was read before, and is only remembered."""
        if value is None:
            return None  # of a compacted topic: a camera that is gone
        try:
            record = self._parse(value)
        except NotARecordError as error:
            self._on_bad(error)
            return None
        if self._known(record.identity) or given:
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
