"""Mutes: what a person wants to hear nothing of, until when, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.events import Event


@dataclass(frozen=True, slots=True)
class Mute:
    """Events of this scope are not told until `until_ns`. An empty part of the scope (0 of the track) means any.

    Attributes:
        by: who said so; `reason`: why.
        created_ns, until_ns: UTC.
        kind: a whole kind, or its first part: `violation`.
        zone: the zone, line, lane or group of lanes.
        track_id: within the camera's epoch, so it needs `camera_id`.
    """

    mute_id: str
    by: str
    reason: str
    created_ns: int
    until_ns: int
    camera_id: str = ""
    rule_id: str = ""
    zone: str = ""
    kind: str = ""
    track_id: int = 0

    def covers(self, event: Event, now_ns: int) -> bool:
        """Whether it holds for an event now (UTC, in the clock of the event's camera)."""
        return (
            now_ns < self.until_ns
            and self.camera_id in ("", event.camera_id)
            and self.rule_id in ("", event.rule_id)
            and self.zone in ("", event.zone)
            and (not self.kind or event.kind.value == self.kind or event.kind.value.startswith(f"{self.kind}."))
            and (not self.track_id or self.track_id in event.track_ids)
        )


@dataclass(slots=True)
class Mutes:
    """The mutes in force, for all rules. `replace` may be called by another thread than the one that asks.

    Attributes:
        suppressed: events that were not told, or closed, by the id of the mute.
    """

    now: tuple[Mute, ...] = ()
    suppressed: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.now)

    def replace(self, mutes: Sequence[Mute]) -> None:
        """These hold from now on, and no others."""
        self.now = tuple(mutes)

    def covering(self, event: Event, now_ns: int) -> Mute | None:
        """One that holds for an event now, None when nobody muted it."""
        return next((mute for mute in self.now if mute.covers(event, now_ns)), None)
