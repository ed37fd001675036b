"""Times as texts: RFC 3339, UTC, with nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

SECOND_NS = 1_000_000_000


# The same moment is written several times: of a frame in all its events, of a start and a picture in all revisions.
@lru_cache(maxsize=4096)
def time_text(ns: int) -> str:
    """RFC 3339 in UTC with nine decimals, such as `2026-01-05T08:00:00.250000000Z`."""
    seconds, rest = divmod(ns, SECOND_NS)
    return f"{_second_text(seconds)}.{rest:09d}Z"


@lru_cache(maxsize=1024)
def _second_text(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def time_ns(value: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 time; without an offset it is UTC.

    Raises:
        ValueError: not such a time.
    """
    head, dot, tail = value.strip().partition(".")
    digits = len(tail) - len(tail.lstrip("0123456789")) if dot else 0
    moment = datetime.fromisoformat(head + tail[digits:] if dot else head)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp()) * SECOND_NS + int(tail[:digits][:9].ljust(9, "0") if digits else 0)
