"""What the rules have in common that make events out of frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from analytics.clock import SECOND_NS, CameraClock
from analytics.episodes import HOLD_CAMERA_NS, NOTHING, Episodes
from analytics.shared import Shared
from core.events import Event, EventKind, Severity
from core.findings import Findings
from core.mutes import Mutes


class EventSpec(Protocol):
    """What the specs of all rules have that make events."""

    @property
    def kind(self) -> str: ...

    @property
    def rule_id(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def severity(self) -> Severity: ...


class HeldSpec(EventSpec, Protocol):
    """What the specs of such rules have."""

    @property
    def hold_s(self) -> float: ...


class EpisodeRule:
    """Has the events of one rule, held while nobody can tell.

    Args:
        spec: the rule of the scene.
        shared: with the camera's other rules.
        clear_s, hold_s: as in docs/events.md.
        hold_camera_ns: longest loss of the camera that an event outlives; None: any.
        clock: hears ticks from here, and frames from whoever makes the rule; None: the one that rules share.
    """

    def __init__(
        self,
        spec: EventSpec,
        shared: Shared,
        *,
        clear_s: float,
        hold_s: float,
        hold_camera_ns: int | None = HOLD_CAMERA_NS,
        clock: CameraClock | None = None,
    ) -> None:
        self._rule_id, self._clock = spec.rule_id, clock or shared.clock
        self._episodes = Episodes(
            EventKind(spec.kind),
            rule_id=spec.rule_id,
            camera_id=shared.camera_id,
            zone=spec.place,
            severity=spec.severity,
            clear_ns=round(clear_s * SECOND_NS),
            hold_ns=round(hold_s * SECOND_NS),
            hold_camera_ns=hold_camera_ns,
        )

    def mute(self, mutes: Mutes) -> None:
        """Events under these mutes are not told."""
        self._episodes.mutes = mutes

    def tick(self, now_ns: int) -> Findings:
        """Hold open events while no frame comes."""
        self._clock.tick(now_ns)
        return self._episodes.tick(self._clock)

    def close(self, now_ns: int) -> Findings:
        """Nothing: open events stay open."""
        self._clock.pause()
        return NOTHING


class OneEventRule(EpisodeRule):
    """One event at a time: for a place, or for the camera.

    Args:
        open_events: of this rule, open when the process ended.
    """

    def __init__(
        self,
        spec: HeldSpec,
        shared: Shared,
        open_events: Sequence[Event],
        *,
        clear_s: float,
        clock: CameraClock | None = None,
    ) -> None:
        super().__init__(spec, shared, clear_s=clear_s, hold_s=spec.hold_s, clock=clock)
        self._episodes.restore_one(open_events)
