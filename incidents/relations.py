"""Which kind of event may explain which other, and how far apart in time and place they may be.

Events of a jam lie behind what they explain, for hundreds of metres; what belongs to a vehicle lies beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.events import EventKind

SECOND_NS: Final = 1_000_000_000
AFTER_NS: Final = 90 * SECOND_NS
"""An effect begins no later than this after its cause was last heard of: an open event says so at least once a minute
(`analytics.episodes`), and a queue grows for as long again after the road was cleared.
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """How two events of one incident lie to one another.

    Attributes:
        metres: largest distance between the places where they began.
        behind: the effect lies upstream, on the same carriageway.
        lead_s: the effect may be seen to begin so long before its cause, which takes longer to be sure of.
    """

    metres: float
    behind: bool = False
    lead_s: float = 30.0


JAM_M: Final = 800.0
"""A queue of that length holds 100 cars a lane; what is further is seen by cameras between, which link on."""
BEHIND: Final = Reach(JAM_M, behind=True)
BESIDE: Final = Reach(30.0)
"""Length of a bus with its doors and who gets out, and two cameras' errors of position."""
DRIVEN: Final = Reach(300.0, lead_s=60.0)
"""What moves has gone on by the time it is seen: 20 m/s for 15 s."""
LYING: Final = Reach(60.0, lead_s=60.0)
"""Who swerves or stops because of what lies there does so before it, and before that is sure."""
IN_SIGHT: Final = Reach(100.0, lead_s=60.0)
"""Smoke and water have no edge: who stops, turns or walks because of them does so where they are seen, and a model of
pictures is sure of them later.
"""
JAM_KINDS: Final = (EventKind.QUEUE, EventKind.CONGESTION, EventKind.SPILLBACK)
_JAM: Final[Mapping[EventKind, Reach]] = dict.fromkeys(JAM_KINDS, BEHIND)
_SLOWED: Final[Mapping[EventKind, Reach]] = {EventKind.SLOW_VEHICLE: BEHIND, **_JAM}
_SLOWED_EARLY: Final[Mapping[EventKind, Reach]] = dict.fromkeys(_SLOWED, Reach(JAM_M, behind=True, lead_s=60.0))

EFFECTS: Final[Mapping[EventKind, Mapping[EventKind, Reach]]] = {
    EventKind.FLOODING: {
        EventKind.WRONG_WAY: DRIVEN,
        EventKind.COLLISION: IN_SIGHT,
        EventKind.STOPPED_VEHICLE: IN_SIGHT,
        EventKind.PEDESTRIAN: IN_SIGHT,
        **_SLOWED_EARLY,
    },
    EventKind.WRONG_WAY: {EventKind.COLLISION: DRIVEN, EventKind.STOPPED_VEHICLE: DRIVEN},
    EventKind.COLLISION: {
        EventKind.SMOKE_FIRE: IN_SIGHT,
        EventKind.DEBRIS: BESIDE,
        EventKind.STOPPED_VEHICLE: BESIDE,
        EventKind.PEDESTRIAN: BESIDE,
        **_SLOWED,
    },
    EventKind.SMOKE_FIRE: {
        EventKind.STOPPED_VEHICLE: IN_SIGHT,
        EventKind.PEDESTRIAN: IN_SIGHT,
        **_SLOWED_EARLY,
    },
    EventKind.DEBRIS: {
        EventKind.COLLISION: LYING,
        EventKind.STOPPED_VEHICLE: LYING,
        **_SLOWED_EARLY,
    },
    EventKind.STOPPED_VEHICLE: {
        EventKind.ILLEGAL_PARKING: BESIDE,
        EventKind.PEDESTRIAN: BESIDE,
        **_SLOWED,
    },
    EventKind.ILLEGAL_PARKING: _SLOWED,
    EventKind.PEDESTRIAN: {EventKind.COLLISION: BESIDE},
    EventKind.SLOW_VEHICLE: _JAM,
    # Which of the three is sure first depends on their waiting times.
    EventKind.QUEUE: {EventKind.CONGESTION: Reach(JAM_M, True, 120.0), EventKind.SPILLBACK: Reach(JAM_M, True, 120.0)},
    EventKind.CONGESTION: {EventKind.SPILLBACK: Reach(JAM_M, True, 120.0)},
}
"""What each kind may bring about. Congestion that was there before a vehicle stopped in it is not among its effects:
an effect begins after its cause.
"""
SAME: Final[Mapping[EventKind, Reach]] = {
    EventKind.FLOODING: IN_SIGHT,
    EventKind.WRONG_WAY: DRIVEN,
    EventKind.COLLISION: BESIDE,
    EventKind.SMOKE_FIRE: IN_SIGHT,
    EventKind.DEBRIS: BESIDE,
    EventKind.STOPPED_VEHICLE: BESIDE,
    EventKind.ILLEGAL_PARKING: BESIDE,
    EventKind.PEDESTRIAN: BESIDE,
    EventKind.SLOW_VEHICLE: DRIVEN,
    EventKind.QUEUE: Reach(100.0, behind=True),
    EventKind.CONGESTION: Reach(150.0, behind=True),
    EventKind.SPILLBACK: Reach(50.0, behind=True),
}
"""How near events of one kind before two cameras are to be one thing seen twice."""
KINDS: Final = tuple(SAME)
"""Kinds that make up incidents, the likeliest cause first: of an incident's events the one whose kind comes first
explains the others.
"""
RANK: Final[Mapping[EventKind, int]] = {kind: rank for rank, kind in enumerate(KINDS)}


def effects_of(cause: EventKind) -> Mapping[EventKind, Reach]:
    """What a kind may bring about."""
    return EFFECTS.get(cause, {})
