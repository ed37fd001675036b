"""Revisions of events: what a rule knows, written as the first, the next, the last."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from analytics.clock import SECOND_NS, CameraClock
from core.events import EndReason, Event, EventKind, Phase, Picture, Severity
from core.frames import FrameMeta
from core.immutable import immutable
from core.measures import Measures

DAY_NS: Final = 86_400 * SECOND_NS


@immutable
class Cue:
    """What a rule knows of an event now; the fields are those of `Event`."""

    measures: Measures
    confidence: float = 1.0
    track_ids: tuple[int, ...] = ()
    class_ids: tuple[int, ...] = ()
    box: tuple[float, float, float, float] | None = None
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Writes the events of one rule at one camera; the fields are those of `Event`."""

    kind: EventKind
    rule_id: str
    camera_id: str
    zone: str

    def start(
        self, cue: Cue, started_ns: int, clock: CameraClock, frame: FrameMeta | None, severity: Severity
    ) -> Event:
        """A first revision; `frame`: of which a picture is wanted."""
        event_id = secrets.token_hex(16)
        return Event(
            event_id,
            1,
            self.kind,
            Phase.STARTED,
            severity,
            cue.confidence,
            started_ns,
            clock.wall_ns,
            self.camera_id,
            self.rule_id,
            self.zone,
            cue.measures,
            cue.track_ids,
            cue.class_ids,
            cue.box,
            cue.position,
            () if frame is None else (Picture(picture_path(event_id, frame), frame.captured_ns),),
        )


def revised(
    event: Event,
    cue: Cue,
    phase: Phase,
    clock: CameraClock,
    severity: Severity,
    end_reason: EndReason | None = None,
) -> Event:
    """The next revision of an event."""
    # Not dataclasses.replace, which takes twice as long: a busy road has many events a second.
    return Event(
        event.event_id,
        event.revision + 1,
        event.kind,
        phase,
        severity,
        cue.confidence,
        event.started_ns,
        _not_before(event, clock),
        event.camera_id,
        event.rule_id,
        event.zone,
        cue.measures,
        cue.track_ids,
        cue.class_ids,
        cue.box,
        cue.position,
        event.pictures,
        end_reason,
        event.view,
        event.verdict,
    )


def picture_path(event_id: str, frame: FrameMeta) -> str:
    """Where the first picture of an event lies in the evidence folder: a folder for each day (UTC)."""
    return f"pictures/{_day(frame.captured_ns // DAY_NS)}/{event_id}-1.jpg"


@lru_cache(maxsize=4)
def _day(number: int) -> str:
    return f"{datetime.fromtimestamp(number * DAY_NS // SECOND_NS, UTC):%Y-%m-%d}"


def ended(event: Event, clock: CameraClock, reason: EndReason) -> Event:
    """The last revision of an event."""
    at_ns = _not_before(event, clock)
    return replace(event, revision=event.revision + 1, phase=Phase.ENDED, at_ns=at_ns, end_reason=reason)


def _not_before(event: Event, clock: CameraClock) -> int:
    """Now; a wall clock set back must not put a revision before the one it follows."""
    return max(event.at_ns, clock.wall_ns)
