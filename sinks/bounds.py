"""How much may wait in an outbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait.

    Attributes:
        memory: records where there is no disk, or while it fails: about 1 kB each.
        disk_bytes: of the records' JSON; the file is about a fifth larger.
        age_s: what no sink took for so long goes.
        keep_s: what every sink has is kept for so long, to be sent again on request; the first to go at the bound.
    """

    memory: int = 100_000
    disk_bytes: int = 1 << 30
    age_s: float = 7 * 86_400.0
    keep_s: float = 3_600.0
