"""What a rule said of a track over time, put together to a story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.clock import SECOND_NS
from analytics.reasons import COUNTED, LASTS, OPEN
from core.explanation import Amount, Reason, Reasons, reason
from locales import Language

LEAST_RESET_S = 0.05
"""Of waiting that was lost: less is a frame or two, and no story."""


@dataclass(slots=True)
class Period:
    """The time for which a rule said the same; only numbers changed.

    Attributes:
        first, last: what it said at its two ends.
        from_ns, to_ns: UTC of the first and the last frame at which it said so.
        low, high: least and most of each number.
    """

    first: Reason
    last: Reason
    from_ns: int
    to_ns: int
    low: dict[str, float] = field(default_factory=dict)
    high: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Reason, now_ns: int) -> Period:
        """A period that begins, and may end, now."""
        return cls(said, said, now_ns, now_ns).go_on(said, now_ns)

    def go_on(self, said: Reason, now_ns: int) -> Period:
        """It lasts until now."""
        self.last, self.to_ns = said, now_ns
        for name, amount in said.amounts():
            self.low[name] = min(amount.value, self.low.get(name, amount.value))
            self.high[name] = max(amount.value, self.high.get(name, amount.value))
        return self

    def said(self, chosen: Language | None = None) -> str:
        """In a sentence, numbers as spans."""
        return self.last.said(chosen, {name: (low, self.high[name]) for name, low in self.low.items()})


@dataclass(frozen=True, slots=True)
class Nearest:
    """The moment at which a track came nearest to what a rule looks for: most conditions held, in their order.

    `missing`: those that did not, the first of which kept it from going further.
    """

    at_ns: int
    missing: Reasons


class Story:
    """What one rule says of one track, frame by frame.

    Attributes:
        periods: in the order in which they began.
        counted: UTC of the frames at which the track counted in a measurement.
    """

    def __init__(self) -> None:
        self.periods: list[Period] = []
        self.counted: list[int] = []
        self._now: dict[tuple[object, ...], Period] = {}
        self._before: Reasons = ()
        self._before_ns: int | None = None
        self._best: tuple[tuple[int, float], Nearest] | None = None

    @property
    def nearest(self) -> Nearest | None:
        """The nearest moment; None before the first, and where nothing was missing then."""
        return self._best[1] if self._best is not None and self._best[1].missing else None

    def add(self, said: Reasons, now_ns: int, silent_ns: int) -> None:
        """What the rule says at a frame (UTC), so long after the frame before."""
        reset = self._note_reset(said, now_ns, silent_ns)
        now: dict[tuple[object, ...], Period] = {}
        for item in said:
            period = None if item.message in LASTS and reset else self._now.get(item.kind)
            if period is None:
                period = Period.of(item, now_ns)
                self.periods.append(period)
            now[item.kind] = period.go_on(item, now_ns)
            if item.message == COUNTED:
                self.counted.append(now_ns)
        self._now, self._before, self._before_ns = now, said, now_ns
        score = _nearness(said)
        if self._best is None or score > self._best[0]:
            self._best = score, Nearest(now_ns, tuple(item for item in said if item.holds is False))

    def part(self) -> None:
        """The track has gone: what is said of it from now on is another period."""
        self._now, self._before = {}, ()

    def _note_reset(self, said: Reasons, now_ns: int, silent_ns: int) -> bool:
        before, after = _waiting(self._before), _waiting(said)
        passed = _seconds(before)
        if before is None or passed <= _seconds(after) or passed < LEAST_RESET_S or _is_open(said):
            return False
        causes = [item for item in (*said, *self._before) if item.holds is False and item.message not in LASTS]
        cause = causes[0] if causes else reason("no-frame", None, value=Amount(silent_ns / SECOND_NS, "s"))
        self.periods.append(Period.of(reason("reset", False, cause=cause, **before.values), now_ns))
        return True


def _waiting(said: Sequence[Reason]) -> Reason | None:
    return next((item for item in said if item.message in LASTS), None)


def _seconds(waiting: Reason | None) -> float:
    return max((amount.value for name, amount in waiting.amounts() if name == "value"), default=0.0) if waiting else 0.0


def _is_open(said: Sequence[Reason]) -> bool:
    return any(item.message == OPEN for item in said)


def _nearness(said: Reasons) -> tuple[int, float]:
    """How many conditions hold before the first that does not, and, negative, how much that one misses."""
    conditions = [item for item in said if item.holds is not None]
    failing = next((number for number, item in enumerate(conditions) if not item.holds), len(conditions))
    return failing, -conditions[failing].missing if failing < len(conditions) else 0.0
