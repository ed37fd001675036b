"""What controllers have told of their signals lately."""

from __future__ import annotations

import json
import threading
import time
from bisect import bisect_right
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, Final

from core.signals import SignalState, Told
from core.times import time_ns

CHANGES: Final = 64
"""Of each signal that are remembered: a quarter of an hour of a quick one."""
SIGNALS: Final = 10_000
"""Of more the one of which nobody has told for longest goes: a city has some thousand."""
AHEAD_NS: Final = 5_000_000_000
"""A record from further in the future is of a wrong clock, and refused."""


class NotToldError(ValueError):
    """A record that tells nothing of a signal."""


@dataclass(slots=True)
class _History:
    since_ns: deque[int] = field(default_factory=lambda: deque(maxlen=CHANGES))
    states: deque[SignalState] = field(default_factory=lambda: deque(maxlen=CHANGES))
    heard_ns: int = 0


class SignalBoard:
    """A `core.signals.SignalFeed` of records `{"signal": …, "state": …, "time": …}`; from any thread.

    A record that tells what is known already says that it still holds; one that is older than the last is passed over.

    Attributes:
        told: records that were taken; refused: that were not; stale: taken, and passed over as older than the last.
        turned_away: requests that were not read at all, by HTTP status.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _History] = OrderedDict()
        self.told = self.refused = self.stale = 0
        self.turned_away: Counter[int] = Counter()

    def counts(self) -> dict[str, Any]:
        """For the summary of a run: records that came in, that were refused, that were older than the last, and how
        many requests were turned away, by HTTP status."""
        with self._lock:
            away = {str(status): count for status, count in sorted(self.turned_away.items())}
        received = self.told + self.refused
        return {"received": received, "refused": self.refused, "stale": self.stale, "turned_away": away}

    def turn_away(self, status: int) -> int:
        """A request was answered so without being read; how many were."""
        with self._lock:
            self.turned_away[status] += 1
            return self.turned_away[status]

    def read(self, body: bytes) -> int:
        """Take the records of a JSON value, one or a list, or of lines of JSON; how many there were.

        Raises:
            NotToldError: one is no such record; those before it are taken.
        """
        count = 0
        for record in self._records(body):
            try:
                name, state = record["signal"], SignalState(record["state"])
                at_ns = time_ns(record["time"])
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                self.refused += 1
                raise NotToldError(f"record {count + 1}: {error!r}") from error
            self.tell(name, state, at_ns)
            count += 1
        return count

    def _records(self, body: bytes) -> list[Any]:
        try:
            text = body.decode("utf-8")
            try:
                found = json.loads(text)
            except json.JSONDecodeError:
                if not text.strip():
                    raise
                found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            self.refused += 1
            raise NotToldError(str(error)) from error
        return found if isinstance(found, list) else [found]

    def tell(self, name: str, state: SignalState, at_ns: int) -> None:
        """A signal shows this from, or still at, a time (UTC).

        Raises:
            NotToldError: that is in the future, or the name none.
        """
        if not isinstance(name, str) or not 0 < len(name) <= 128 or at_ns > time.time_ns() + AHEAD_NS:
            self.refused += 1
            raise NotToldError("no name, or a time in the future")
        with self._lock:
            known = self._known.setdefault(name, _History())
            self._known.move_to_end(name)
            if len(self._known) > SIGNALS:
                self._known.popitem(last=False)
            self.told += 1
            if known.states and at_ns < known.heard_ns:
                self.stale += 1
                return
            if not known.states or known.states[-1] is not state:
                known.states.append(state)
                known.since_ns.append(at_ns)
            known.heard_ns = at_ns

    def heard_ns(self, name: str) -> int | None:
        """UTC up to which a signal has been told, by the sender's clock; None: nothing is known of it."""
        with self._lock:
            known = self._known.get(name)
            return None if known is None else known.heard_ns

    def at(self, name: str, at_ns: int) -> Told | None:
        """`SignalFeed.at`."""
        with self._lock:
            known = self._known.get(name)
            if known is None:
                return None
            number = bisect_right(known.since_ns, at_ns) - 1
            if number < 0:
                return None
            last = number == len(known.states) - 1
            heard_ns = known.heard_ns if last else known.since_ns[number + 1]
            return Told(known.states[number], known.since_ns[number], heard_ns)
