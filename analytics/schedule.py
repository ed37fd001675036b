"""Hours of the week in which a rule holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analytics.clock import SECOND_NS

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE_NS: Final = 60 * SECOND_NS
DAY_MINUTES: Final = 1_440


class Schedule:
    """Parts of days by the wall clock of a time zone; without hours and days it always holds.

    Args:
        hours: such as `22:00-06:00`, half open; over midnight where the second is not after the first.
        days: on which these begin, of `DAYS`; none: every day.
        timezone: an IANA name.
    """

    def __init__(self, hours: Sequence[str], days: Sequence[str], timezone: str) -> None:
        self._always = not hours and not days
        self._zone = ZoneInfo(timezone)
        self._spans = [_span(text) for text in hours] or [(0, DAY_MINUTES)]
        self._days = frozenset(DAYS.index(day) for day in days) or frozenset(range(7))
        self._minute, self._held = -1, True

    def holds(self, wall_ns: int) -> bool:
        """Whether it holds at a moment, UTC; worked out once a minute."""
        if self._always:
            return True
        minute = wall_ns // MINUTE_NS
        if minute != self._minute:
            self._minute, self._held = minute, self._at(datetime.fromtimestamp(minute * 60, UTC))
        return self._held

    def _at(self, moment: datetime) -> bool:
        local = moment.astimezone(self._zone)
        now, today = local.hour * 60 + local.minute, local.weekday()
        yesterday = (local - timedelta(days=1)).weekday()
        return any(
            (today in self._days and start <= now < end) or (yesterday in self._days and now < end - DAY_MINUTES)
            for start, end in self._spans
        )


def _span(text: str) -> tuple[int, int]:
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return (start, end) if end > start else (start, end + DAY_MINUTES)
