"""Traffic signals: what they show, and who tells it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class SignalState(StrEnum):
    """What a signal shows. Values are sent and stored: added to, never changed."""

    UNKNOWN = "unknown"
    """Its lamps are hidden, all dark, or cannot be told apart; or nobody has told it for too long."""
    RED = "red"
    RED_AMBER = "red_amber"
    """About to become green: still a stop."""
    AMBER = "amber"
    GREEN = "green"
    FLASHING_AMBER = "flashing_amber"
    """Out of control: drivers give way by themselves."""

    @property
    def stops(self) -> bool:
        """Whether nobody may cross the stop line."""
        return self in STOPS


STOPS: Final = frozenset({SignalState.RED, SignalState.RED_AMBER})


class LampColour(StrEnum):
    """Of a lamp."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Told:
    """What a controller told of a signal.

    Attributes:
        state: from `since_ns` (UTC) on.
        heard_ns: UTC at which it was last told.
    """

    state: SignalState
    since_ns: int
    heard_ns: int


class SignalFeed(Protocol):
    """What controllers tell of their signals; from any thread."""

    def at(self, name: str, at_ns: int) -> Told | None:
        """What a signal showed at a time (UTC), as far as it has been told by now; None: nothing is known of it."""
        ...
