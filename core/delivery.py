"""What became of each record handed to a sink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it: acknowledged, not merely queued by a client."""


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Not now: try the same record again after `seconds`."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never: this record will not be taken, for this reason."""

    reason: str


Outcome: TypeAlias = Delivered | RetryAfter | Rejected


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outcome for each record, in the order they were written."""

    outcomes: tuple[Outcome, ...]

    @classmethod
    def all_delivered(cls, count: int) -> Delivery:
        """Everything arrived."""
        return cls((Delivered(),) * count)

    @classmethod
    def retry_all(cls, count: int, seconds: float, reason: str) -> Delivery:
        """Nothing arrived; all of it may later."""
        return cls((RetryAfter(seconds, reason),) * count)
