"""Events that are one incident, and what is said of it: what one revision changes is worked out, and no more, however
many events there are.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, ItemsView
from dataclasses import dataclass
from typing import Final

from core.events import Event, Phase, Says, Severity
from core.incidents import Incident, Member, Role
from incidents.places import Place
from incidents.relations import RANK
from incidents.sites import Point

MOST_MEMBERS: Final = 200
"""Events that an incident names; it counts the others."""


@dataclass(slots=True, eq=False)
class Known:
    """An event by the lowest revision that came, where it lies, and the highest."""

    place: Place
    last: Event

    @property
    def first(self) -> Event:
        """The lowest revision that came."""
        return self.place.event


Same = Callable[[Known, Known], bool]
"""Whether two events are one thing, seen twice."""


class Group:
    """The events of one incident. One that changes is to be removed before, and added again after.

    Args:
        same: asked of others and the cause.

    Attributes:
        name: the incident's id, as it was last told.
        said: what was last said of it.
    """

    def __init__(self, same: Same) -> None:
        self._same = same
        self._members: dict[str, Known] = {}
        self._order: list[tuple[int, str]] = []
        self._severities: Counter[Severity] = Counter()
        self._cameras: Counter[str] = Counter()
        self._revisions = self._open = 0
        self._at_ns: int | None = None
        self._cause: Known | None = None
        self._was_at_ns = 0
        self._was_cause: tuple[Known, tuple[bool, int, int, str]] | None = None
        self._told: dict[str, Member] = {}
        self.name = ""
        self.said: Incident | None = None

    def __len__(self) -> int:
        return len(self._members)

    def items(self) -> ItemsView[str, Known]:
        """Its events by id."""
        return self._members.items()

    @property
    def anchor(self) -> str:
        """Its first event, after which it is named."""
        return self._order[0][1]

    def add(self, one: Known) -> None:
        """One more event."""
        last, alone = one.last, not self._members
        self._members[last.event_id] = one
        insort(self._order, _began(one))
        self._count(one, 1)
        if alone or last.at_ns >= (self._was_at_ns if self._at_ns is None else self._at_ns):
            self._at_ns = last.at_ns
        if alone or self._comes_first(one):
            self._cause = one
            self._told.clear()

    def remove(self, one: Known) -> None:
        """One less; what was the most by it alone is looked for anew when it is asked for."""
        last = one.last
        del self._members[last.event_id]
        del self._order[bisect_left(self._order, _began(one))]
        self._count(one, -1)
        self._told.pop(last.event_id, None)
        if last.at_ns == self._at_ns:
            self._at_ns, self._was_at_ns = None, last.at_ns
        if one is self._cause:
            self._cause, self._was_cause = None, (one, _as_cause(one))
            self._told.clear()

    def merge(self, other: Group) -> None:
        """All events of another."""
        for one in other._members.values():
            self.add(one)

    def _comes_first(self, one: Known) -> bool:
        """Whether it is surely the cause, as far as is known of the others."""
        if self._cause is not None:
            return _as_cause(one) < _as_cause(self._cause)
        return self._was_cause is not None and self._was_cause[0] is one and _as_cause(one) <= self._was_cause[1]

    def _count(self, one: Known, by: int) -> None:
        last = one.last
        self._severities[last.severity] += by
        self._cameras[last.camera_id] += by
        self._revisions += by * last.revision
        self._open += by * (last.phase is not Phase.ENDED)

    def describe(self, position_of: Callable[[Event], Point | None]) -> Incident:
        """The incident, as a function of its events alone.

        Args:
            position_of: where the camera of an event is.
        """
        if self._cause is None:
            self._cause = min(self._members.values(), key=_as_cause)
        if self._at_ns is None:
            self._at_ns = max(one.last.at_ns for one in self._members.values())
        cause, last = self._cause, self._cause.last
        told = self._members_told(cause)
        begins = len(self) == 1 and last.phase is Phase.STARTED
        return Incident(
            incident_id=self.name,
            revision=self._revisions,
            phase=Phase.ENDED if not self._open else Phase.STARTED if begins else Phase.UPDATED,
            kind=last.kind,
            cause=last.event_id,
            severity=max((one for one, count in self._severities.items() if count), key=lambda one: one.rank),
            started_ns=self._order[0][0],
            at_ns=self._at_ns,
            camera_id=last.camera_id,
            zone=last.zone,
            cameras=tuple(sorted(camera for camera, count in self._cameras.items() if count)),
            members=told,
            position=cause.first.position or position_of(cause.first),
            view=last.view,
            more=len(self) - len(told),
            verdict=last.verdict,
        )

    def _members_told(self, cause: Known) -> tuple[Member, ...]:
        """The cause, and the first of the others by when they began."""
        first = [event_id for _, event_id in self._order[:MOST_MEMBERS] if event_id != cause.last.event_id]
        told = [_member(cause, Role.CAUSE)]
        for event_id in first[: MOST_MEMBERS - 1]:
            member = self._told.get(event_id)
            if member is None:
                one = self._members[event_id]
                elsewhere = one.first.camera_id != cause.first.camera_id
                same = one.first.kind is cause.first.kind and (elsewhere or self._same(one, cause))
                member = self._told[event_id] = _member(one, Role.SAME if same else Role.EFFECT)
            told.append(member)
        return tuple(told)


def _began(one: Known) -> tuple[int, str]:
    return one.first.started_ns, one.first.event_id


def _as_cause(known: Known) -> tuple[bool, int, int, str]:
    """What explains the others comes first: not what was found to be false, then by kind, then by time."""
    rejected = known.last.verdict is not None and known.last.verdict.says is Says.REJECTED
    return rejected, RANK[known.first.kind], known.first.started_ns, known.first.event_id


def _member(known: Known, role: Role) -> Member:
    last = known.last
    return Member(
        last.event_id,
        last.revision,
        last.kind,
        role,
        last.phase,
        last.camera_id,
        last.zone,
        known.first.started_ns,
        last.at_ns,
        last.view,
    )
