"""The life of events: started, updated, ended. One state machine for all kinds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from analytics.clock import SECOND_NS, CameraClock
from analytics.revisions import Author, Cue, ended, revised
from core.events import EndReason, Event, EventKind, Phase, Severity
from core.findings import EvidenceRequest, Findings
from core.frames import FrameMeta
from core.mutes import Mute, Mutes

UPDATE_NS: Final = 5 * SECOND_NS
"""No more often than this is an event updated, unless its severity rises."""
SLOWEST_UPDATE_NS: Final = 60 * SECOND_NS
"""An event that lasts is updated after a tenth of its duration, at least this often."""
HOLD_CAMERA_NS: Final = 3_600 * SECOND_NS
"""An event of a camera that is away for longer has ended: nobody knows when."""
NOTHING: Final = Findings()


Describe = Callable[[int, float, Event | None], Cue]
"""What is known of the event with this key, which has held for so many seconds, after this last revision."""


@dataclass(slots=True)
class _Open:
    event: Event
    since_ns: int
    seen_ns: int
    sent_ns: int
    absent_ns: int = 0
    """Time with frames since its cause was last found; what passed before the camera was away counts."""
    searching: bool = False
    """The camera was away, and the cause has not been found again yet."""
    muted: Mute | None = None
    """Nobody is told of it: a person muted it so."""


class Episodes:
    """The open events of one rule at one camera, by a key that the rule chooses (a subject, or 0 for the whole zone).

    A rule says at each frame which keys it found, having waited as its definition asks, and which it saw to be
    gone. An event ends `clear_ns` after its cause was seen to go, and `hold_ns` after it was last found where it can
    neither be found nor be seen to be gone; only time with frames counts, of a frame `SECOND_NS` at most. So an event
    outlives the loss of its camera: it is held until frames come again, and then for what is left of `hold_ns`. A
    camera that comes and goes adds up what it saw in between.

    What a person has muted is followed all the same, and not told: an event that is open when it is muted is closed,
    and one whose cause is still there when the mute ends starts then. A loss of the camera does not end a mute.

    Args:
        kind, rule_id, camera_id, zone, severity: of its events.
        clear_ns, hold_ns: as above.
        hold_camera_ns: longest loss of the camera that an event outlives; None: any.
    """

    def __init__(
        self,
        kind: EventKind,
        *,
        rule_id: str,
        camera_id: str,
        zone: str,
        severity: Severity,
        clear_ns: int,
        hold_ns: int,
        hold_camera_ns: int | None = HOLD_CAMERA_NS,
    ) -> None:
        self._author = Author(kind, rule_id, camera_id, zone)
        self._severity, self._clear_ns, self._hold_ns = severity, clear_ns, hold_ns
        self._hold_camera_ns = hold_camera_ns
        self._open: dict[int, _Open] = {}
        self._restored: list[tuple[int, Event]] = []
        self.mutes = Mutes()
        """In force now; the same object for all rules."""

    def __len__(self) -> int:
        return len(self._open) + len(self._restored)

    def keys(self) -> Collection[int]:
        """The keys of the open events."""
        return self._open.keys()

    def event_id(self, key: int) -> str | None:
        """Of the open event with this key."""
        item = self._open.get(key)
        return None if item is None else item.event.event_id

    def restore(self, key: int, event: Event) -> None:
        """Go on with an event that was open when the process ended; it is searched for like after a loss."""
        self._restored.append((key, event))

    def restore_one(self, events: Sequence[Event]) -> None:
        """Go on with the newest, as the event of the whole zone (key 0); the others end when it is not found."""
        for key, event in enumerate(sorted(events, key=lambda e: -e.started_ns)):
            self.restore(-key, event)

    def instant(self, clock: CameraClock, frame: FrameMeta, cue: Cue, at_ns: int | None = None) -> Findings:
        """An event without duration, told at this frame; it happened at a run time `at_ns`, None: now."""
        started_ns = clock.wall_ns if at_ns is None else clock.wall_of(at_ns)
        event = self._author.start(cue, started_ns, clock, frame, self._severity)
        if self._muted(event) is not None:
            return NOTHING
        last = revised(event, cue, Phase.ENDED, clock, event.severity, EndReason.CLEARED)
        requests = tuple(EvidenceRequest(event, frame, picture.path) for picture in event.pictures)
        return Findings(events=(event, last), evidence=requests)

    def update(
        self,
        clock: CameraClock,
        frame: FrameMeta | None,
        found: Iterable[tuple[int, int]],
        denied: Collection[int],
        describe: Describe,
        severity: Severity | None = None,
    ) -> Findings:
        """One frame.

        Args:
            clock: has heard this frame.
            frame: of which a picture is wanted when an event starts; None: no picture.
            found: the keys that hold now, each with the run time since when.
            denied: the keys that were looked at and do not hold.
            describe: called for each revision.
            severity: of the events from now on; None: as given at the start.
        """
        events, evidence = self._resume(clock), []
        events += self._mute(clock)
        if clock.lost:
            self._search()
        here = set()
        for key, since_ns in found:
            here.add(key)
            item = self._open.get(key)
            last: Event | None = None
            if item is not None and item.muted is not None and not self._still_muted(item):
                last, item = item.event, None  # the mute is over, and its cause still there
            if item is None:
                event = self._start(key, since_ns, clock, frame, describe, severity, last)
                if self._open[key].muted is not None:
                    continue
                events.append(event)
                evidence += [EvidenceRequest(event, frame, p.path) for p in event.pictures if frame is not None]
            else:
                item.seen_ns, item.absent_ns, item.searching = clock.run_ns, 0, False
                events += self._revise(key, item, clock, describe, severity)
        if len(here) < len(self._open):
            events += self._miss(here, denied, clock, describe)
        return Findings(events=tuple(events), evidence=tuple(evidence)) if events else NOTHING

    def tick(self, clock: CameraClock) -> Findings:
        """No frame has come: hold the open events, but not for ever."""
        if not len(self):
            return NOTHING
        events = self._resume(clock)
        events += self._mute(clock)
        if self._hold_camera_ns is not None and clock.silent_ns > self._hold_camera_ns:
            events += self._end_each(clock, EndReason.CAMERA_LOST)
        return Findings(events=tuple(events)) if events else NOTHING

    def end_all(self, clock: CameraClock, reason: EndReason) -> Findings:
        """End what is open, whatever its cause does."""
        events = self._resume(clock)
        events += self._end_each(clock, reason)
        return Findings(events=tuple(events))

    def _resume(self, clock: CameraClock) -> list[Event]:
        events: list[Event] = []
        for key, event in self._restored:
            since_ns = clock.run_ns - max(clock.wall_ns - event.started_ns, 0)
            seen_ns = clock.run_ns - max(clock.wall_ns - event.at_ns, 0)
            item = _Open(event, since_ns, seen_ns, clock.run_ns, searching=True)
            self._open[key] = item
            away_ns = clock.wall_ns - event.at_ns - SLOWEST_UPDATE_NS
            if self._hold_camera_ns is not None and away_ns > self._hold_camera_ns:
                events.append(self._end(key, item, clock, EndReason.CAMERA_LOST))
        self._restored.clear()
        return events

    def _mute(self, clock: CameraClock) -> list[Event]:
        """Close the open events that have been muted; their cause is followed on."""
        events: list[Event] = []
        for item in self._open.values() if self.mutes else ():
            if item.muted is None and (mute := self._muted(item.event)) is not None:
                item.muted = mute
                events.append(ended(item.event, clock, EndReason.MUTED))
        return events

    def _muted(self, event: Event) -> Mute | None:
        """The mute because of which nobody is to be told of an event; each such event is counted."""
        mute = self.mutes.covering(event) if self.mutes else None
        if mute is not None:
            self.mutes.suppressed[mute.mute_id] += 1
        return mute

    def _still_muted(self, item: _Open) -> bool:
        """Whether its mute, under which its track may have another number by now, or another one goes on."""
        if item.muted is not None and self.mutes.holds(item.muted):
            return True
        item.muted = self.mutes.covering(item.event)
        return item.muted is not None

    def _end_each(self, clock: CameraClock, reason: EndReason) -> list[Event]:
        return [self._end(key, item, clock, reason) for key, item in list(self._open.items()) if not self._drop(key)]

    def _drop(self, key: int) -> bool:
        """Let go of a muted event, of whose end nobody is told."""
        muted = self._open[key].muted is not None
        if muted:
            del self._open[key]
        return muted

    def _search(self) -> None:
        for item in self._open.values():
            item.searching = True

    def _start(
        self,
        key: int,
        since_ns: int,
        clock: CameraClock,
        frame: FrameMeta | None,
        describe: Describe,
        severity: Severity | None,
        last: Event | None = None,
    ) -> Event:
        cue = describe(key, (clock.run_ns - since_ns) / SECOND_NS, last)
        event = self._author.start(cue, clock.wall_of(since_ns), clock, frame, severity or self._severity)
        self._open[key] = _Open(event, since_ns, clock.run_ns, clock.run_ns, muted=self._muted(event))
        return event

    def _revise(
        self, key: int, item: _Open, clock: CameraClock, describe: Describe, severity: Severity | None
    ) -> Sequence[Event]:
        if item.muted is not None:
            return ()
        held_ns, waited_ns = clock.run_ns - item.since_ns, clock.run_ns - item.sent_ns
        was = item.event.severity
        level = severity or was
        rises = level is not was and level.rank > was.rank
        if not rises and waited_ns < max(UPDATE_NS, min(held_ns // 10, SLOWEST_UPDATE_NS)):
            return ()
        cue = describe(key, held_ns / SECOND_NS, item.event)
        item.event = revised(item.event, cue, Phase.UPDATED, clock, level)
        item.sent_ns = clock.run_ns
        return (item.event,)

    def _miss(self, here: set[int], denied: Collection[int], clock: CameraClock, describe: Describe) -> list[Event]:
        events = []
        for key in [k for k in self._open if k not in here]:
            item = self._open[key]
            item.absent_ns += clock.watched_ns
            seen_gone = key in denied and not item.searching
            if item.absent_ns > (self._clear_ns if seen_gone else self._hold_ns) and not self._drop(key):
                cue = describe(key, max(item.seen_ns - item.since_ns, 0) / SECOND_NS, item.event)
                item.event = replace(item.event, measures=cue.measures)
                events.append(self._end(key, item, clock, EndReason.CLEARED if seen_gone else EndReason.UNSEEN))
        return events

    def _end(self, key: int, item: _Open, clock: CameraClock, reason: EndReason) -> Event:
        del self._open[key]
        return ended(item.event, clock, reason)
