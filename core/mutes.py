"""Mutes: what a person wants to hear nothing of, until when, and why."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from core.events import Event, Phase
from core.frames import FrameMeta
from core.geometry import overlap

SAME_PLACE: Final = 0.5
"""What stands in the same place after a reconnect or restart has a box that overlaps by so much (intersection over
union)."""
FOUND_AGAIN_NS: Final = 60_000_000_000
"""It is the same only if found so soon after the camera was back."""


@dataclass(slots=True)
class Epoch:
    """A camera's epoch: in it, and in no other, a track has its number.

    Attributes:
        number: its own.
        since_ns: the first frame, UTC by the camera's clock.
        here_ns: when that frame came, UTC by this machine's clock.
    """

    number: int
    since_ns: int
    here_ns: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Events of this scope are not told until `until_ns`. An empty part of the scope (0 of the track) means any.

    A track's number is another's in the next epoch, also after a restart. A mute given at an event follows it beyond:
    the event itself, and there what is soon found in its place.

    Attributes:
        by: who said so; `reason`: why.
        created_ns, until_ns: UTC, by the clock of the people's machine.
        kind: a whole kind, or its first part: `violation`.
        zone: the zone, line, lane or group of lanes.
        track_id: within the camera's epoch, so it needs `camera_id`.
        event_id: at which it was given; empty: at none, as all that were kept before there was this.
        seen_ns: when the track had its number, UTC by the camera's clock; 0: at `created_ns`.
        box: left, top, right, bottom of that event in the scene's reference pixels, None when it has none or its camera
            turns.
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
    event_id: str = ""
    seen_ns: int = 0
    box: tuple[float, float, float, float] | None = None

    def given_at(self, revisions: Sequence[Event]) -> Mute:
        """This one, given at an event of which these are the revisions, oldest first."""
        # A last revision is of a moment at which its tracks may have been gone, and their numbers others'.
        seen = next((event for event in reversed(revisions) if event.phase is not Phase.ENDED), revisions[0])
        return replace(self, event_id=seen.event_id, seen_ns=seen.at_ns, box=None if seen.view else seen.box)

    def covers(self, event: Event, epoch: Epoch) -> bool:
        """Whether an event is of its scope, in this epoch of its camera."""
        return (
            self.camera_id in ("", event.camera_id)
            and self.rule_id in ("", event.rule_id)
            and self.zone in ("", event.zone)
            and (not self.kind or event.kind.value == self.kind or event.kind.value.startswith(f"{self.kind}."))
            and (not self.track_id or self._is_of(event, epoch))
        )

    def _is_of(self, event: Event, epoch: Epoch) -> bool:
        """Whether its track has this event."""
        if self.event_id == event.event_id:
            return True
        in_epoch = self.seen_ns >= epoch.since_ns if self.seen_ns else self.created_ns >= epoch.here_ns
        if in_epoch:
            return event.at_ns >= epoch.since_ns and self.track_id in event.track_ids
        if self.box is None or event.box is None:
            return False
        soon = event.started_ns - epoch.since_ns <= FOUND_AGAIN_NS
        return soon and overlap(self.box, event.box) >= SAME_PLACE


@dataclass(slots=True)
class Mutes:
    """The mutes in force, for all rules. `replace` may be called by another thread than the one that asks.

    A person mutes until a time on the wall, so they end by this machine's clock: a camera's may be wrong, and a
    recording's is long past.

    Attributes:
        suppressed: events that were not told, or closed, by the id of the mute.
        clock: this machine's, ns UTC.
    """

    now: tuple[Mute, ...] = ()
    suppressed: Counter[str] = field(default_factory=Counter)
    clock: Callable[[], int] = time.time_ns
    _epochs: dict[str, Epoch] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.now)

    def replace(self, mutes: Sequence[Mute]) -> None:
        """These hold from now on, and no others."""
        self.now = tuple(mutes)

    def hear(self, frame: FrameMeta) -> None:
        """A frame of a camera; to be called before any event of it is told."""
        epoch = self._epochs.get(frame.camera_id)
        if epoch is None or frame.epoch != epoch.number:
            self._epochs[frame.camera_id] = Epoch(frame.epoch, frame.captured_ns, self.clock())
        elif frame.captured_ns < epoch.since_ns:
            epoch.since_ns = frame.captured_ns  # the camera's clock was set back

    def forget(self, camera_id: str) -> None:
        """A camera is watched no more; its numbers start anew when it is watched again."""
        self._epochs.pop(camera_id, None)

    def holds(self, mute: Mute) -> bool:
        """Whether it is still in force; somebody may have ended it."""
        return self.clock() < mute.until_ns and any(one.mute_id == mute.mute_id for one in self.now)

    def covering(self, event: Event) -> Mute | None:
        """One that holds for an event now, None when nobody muted it."""
        now_ns = self.clock()
        epoch = self._epochs.get(event.camera_id) or Epoch(0, event.at_ns, event.at_ns)
        return next((mute for mute in self.now if now_ns < mute.until_ns and mute.covers(event, epoch)), None)
