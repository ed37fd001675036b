"""Times as people write them."""

from __future__ import annotations

from core.errors import ConfigError
from core.times import time_ns


def parse_time(value: str) -> int:
    """UTC nanoseconds of an RFC 3339 time.

    Raises:
        ConfigError: it is none.
    """
    try:
        return time_ns(value)
    except ValueError as error:
        raise ConfigError("error-start", value=value) from error
