"""Linking: a state machine of events, which says nothing that depends on their order.

Two events are linked when the kind of one may explain the other's, and their times and places fit; what is linked,
directly or over others, is one incident. Both are decided by what never changes of an event (when and where it began)
and by the time at which it was last heard of, which only grows: so links are only ever added, incidents grow and merge
and never fall apart, and the same events give the same incidents in any order, however often they come.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.events import Event, Phase, Says
from core.incidents import Incident, Member, Role
from incidents.places import Place, near, same_thing
from incidents.relations import AFTER_NS, JAM_KINDS, JAM_M, RANK, SAME, SECOND_NS, effects_of
from incidents.sites import VIEW_M, Point, Site

KEEP_NS: Final = 7_200 * SECOND_NS
"""An incident whose events have all ended is remembered for so long: events may come as late."""
STALE_NS: Final = 86_400 * SECOND_NS
"""An open event that nothing was heard of for so long is forgotten: whoever watched its camera is gone."""
MOST_EVENTS: Final = 20_000
MOST_MEMBERS: Final = 200
"""Events that an incident names; it counts the others."""
CELL_DEG: Final = 0.02
"""Side of the squares in which others are looked for: 2.2 km from north to south, and more than the longest reach
(800 m, and 120 m for cameras' own places) from west to east up to 65° of latitude.
"""
assert CELL_DEG * 111_194 * 0.42 > JAM_M + 2 * VIEW_M  # noqa: S101  held at import


@dataclass(slots=True)
class Counts:
    """What became of events: `taken`; `repeated` (known already); `late` (their incident may be forgotten); `stale`
    and `dropped` (forgotten while open: unheard of, or for want of room).
    """

    taken: int = 0
    repeated: int = 0
    late: int = 0
    stale: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Known:
    """An event by the lowest revision that came, where it lies, and the highest."""

    place: Place
    last: Event

    @property
    def first(self) -> Event:
        """The lowest revision that came."""
        return self.place.event


class Linker:
    """The incidents of an area.

    Args:
        sites: cameras that something is known of; others link within themselves, and by their events' coordinates.
        clock: UTC now: a camera whose clock runs ahead makes nothing old. None: the events' own time alone.
        most_events: bound of what is remembered; the incidents heard of longest ago go first, ended ones before open.

    Attributes:
        counts: since the start.
    """

    def __init__(
        self,
        sites: Mapping[str, Site],
        *,
        clock: Callable[[], int] | None = None,
        most_events: int = MOST_EVENTS,
    ) -> None:
        self._sites, self._clock, self._most = sites, clock, most_events
        self._known: dict[str, _Known] = {}
        self._by_camera: dict[str, set[str]] = defaultdict(set)
        self._by_cell: dict[tuple[int, int], set[str]] = defaultdict(set)
        self._incident: dict[str, str] = {}
        self._said: dict[str, Incident] = {}
        self._members: dict[str, set[str]] = {}
        self._named_by: dict[str, set[str]] = defaultdict(set)
        for site in sites.values():
            for other in site.neighbours:
                self._named_by[other].add(site.camera_id)
        self._newest_ns = 0
        self.counts = Counts()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, event: Event) -> tuple[Incident, ...]:
        """One revision of an event, in any order: what changes by it, the incidents that end by merging first."""
        if event.kind not in RANK:
            return ()
        known = self._known.get(event.event_id)
        if known is None and event.at_ns < self._newest_ns - KEEP_NS:
            self.counts.late += 1
            return ()
        if known is not None and known.first.revision <= event.revision <= known.last.revision:
            self.counts.repeated += 1
            return ()
        self.counts.taken += 1
        if known is None:
            known = self._known[event.event_id] = _Known(Place.of(event, self._sites), event)
        elif event.revision < known.first.revision:
            self._index(known.first, remember=False)
            known.place = Place.of(event, self._sites)
        else:
            known.last = event
        self._index(known.first, remember=True)
        changed = self._change(known, event.event_id)
        self._age(event.at_ns)
        return changed

    def _change(self, known: _Known, event_id: str) -> tuple[Incident, ...]:
        linked = {other for other in self._candidates(known.first) if self._linked(known, self._known[other])}
        before = {self._incident[one] for one in (event_id, *linked) if one in self._incident}
        members = {event_id}.union(*(self._members[one] for one in before))
        anchor = min(members, key=lambda one: (self._known[one].first.started_ns, one))
        name = incident_id(anchor)
        now = self._describe(name, members)
        merged = []
        for gone in sorted(before - {name}):
            del self._members[gone]
            last = self._said.pop(gone)
            merged.append(replace(last, revision=now.revision, phase=Phase.ENDED, at_ns=now.at_ns, merged_into=name))
        known_already = name in self._said and self._said[name].revision == now.revision
        self._members[name] = members
        self._incident |= dict.fromkeys(members, name)
        self._said[name] = now
        return (*merged, *(() if known_already else (now,)))  # an earlier revision that came late changes nothing

    def _linked(self, one: _Known, other: _Known) -> bool:
        return self._explains(one, other) or self._explains(other, one) or self._is(one, other)

    def _explains(self, cause: _Known, effect: _Known) -> bool:
        reach = effects_of(cause.first.kind).get(effect.first.kind)
        if reach is None:
            return False
        began = effect.first.started_ns
        if not cause.first.started_ns - reach.lead_s * SECOND_NS <= began <= cause.last.at_ns + AFTER_NS:
            return False
        return near(cause.place, effect.place, reach)

    @staticmethod
    def _is(one: _Known, other: _Known) -> bool:
        """Whether they are one thing, before two cameras or by two rules or places of one."""
        a, b = one.first, other.first
        if a.kind is not b.kind:
            return False
        if a.started_ns > other.last.at_ns + AFTER_NS or b.started_ns > one.last.at_ns + AFTER_NS:
            return False
        if a.camera_id == b.camera_id:
            twice = (a.rule_id, a.zone, a.view) != (b.rule_id, b.zone, b.view)
            return twice and a.kind not in JAM_KINDS and same_thing(one.place, other.place)
        reach = SAME[a.kind]
        # Either may be the one that is seen further upstream.
        return near(one.place, other.place, reach) or near(other.place, one.place, reach)

    def _describe(self, name: str, members: set[str]) -> Incident:
        """An incident as a function of its events alone."""
        found = [self._known[one] for one in members]
        cause = min(found, key=_as_cause)
        others = sorted((k for k in found if k is not cause), key=lambda k: (k.first.started_ns, k.first.event_id))
        told = [_member(cause, Role.CAUSE)]
        for one in others[: MOST_MEMBERS - 1]:
            elsewhere = one.first.camera_id != cause.first.camera_id
            same = one.first.kind is cause.first.kind and (elsewhere or self._is(one, cause))
            told.append(_member(one, Role.SAME if same else Role.EFFECT))
        ended = all(one.last.phase is Phase.ENDED for one in found)
        begins = len(found) == 1 and cause.last.phase is Phase.STARTED
        last = cause.last
        return Incident(
            incident_id=name,
            revision=sum(one.last.revision for one in found),
            phase=Phase.ENDED if ended else Phase.STARTED if begins else Phase.UPDATED,
            kind=last.kind,
            cause=last.event_id,
            severity=max((one.last.severity for one in found), key=lambda severity: severity.rank),
            started_ns=min(one.first.started_ns for one in found),
            at_ns=max(one.last.at_ns for one in found),
            camera_id=last.camera_id,
            zone=last.zone,
            cameras=tuple(sorted({one.last.camera_id for one in found})),
            members=tuple(told),
            position=cause.first.position or self._camera_position(cause.first),
            view=last.view,
            more=len(found) - len(told),
            verdict=last.verdict,
        )

    def _camera_position(self, event: Event) -> Point | None:
        site = self._sites.get(event.camera_id)
        return None if site is None else site.position

    def _candidates(self, event: Event) -> Iterator[str]:
        """Events that may be linked with one: of its camera and neighbours, and of the squares around it."""
        seen = {event.event_id}
        site = self._sites.get(event.camera_id)
        cameras = {event.camera_id, *(site.neighbours if site else ()), *self._named_by.get(event.camera_id, ())}
        for camera in cameras:
            for one in self._by_camera.get(camera, ()):
                if one not in seen:
                    seen.add(one)
                    yield one
        at = event.position or self._camera_position(event)
        if at is None:
            return
        x, y = _cell(at)
        for cell in ((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for one in self._by_cell.get(cell, ()):
                if one not in seen:
                    seen.add(one)
                    yield one

    def _index(self, event: Event, *, remember: bool) -> None:
        at = event.position or self._camera_position(event)
        places: list[tuple[dict, object]] = [(self._by_camera, event.camera_id)]  # type: ignore[type-arg]
        if at is not None:
            places.append((self._by_cell, _cell(at)))
        for index, key in places:
            if remember:
                index[key].add(event.event_id)
            elif key in index:
                index[key].discard(event.event_id)
                if not index[key]:
                    del index[key]

    def _age(self, at_ns: int) -> None:
        """Forget what is over, from time to time; more when there is no room."""
        now_ns = at_ns if self._clock is None else min(at_ns, self._clock())
        turned = now_ns // KEEP_NS > self._newest_ns // KEEP_NS
        self._newest_ns = max(self._newest_ns, now_ns)
        if turned:
            for incident in [one for one in self._said.values() if self._is_over(one)]:
                if incident.phase is not Phase.ENDED:
                    self.counts.stale += len(self._members[incident.incident_id])
                self._forget(incident)
        if len(self._known) > self._most:
            oldest = sorted(self._said.values(), key=lambda one: (one.phase is not Phase.ENDED, one.at_ns))
            for incident in oldest:
                if len(self._known) <= self._most * 9 // 10:
                    break
                if incident.phase is not Phase.ENDED or not self._is_over(incident):
                    self.counts.dropped += len(self._members[incident.incident_id])
                self._forget(incident)

    def _is_over(self, incident: Incident) -> bool:
        return incident.at_ns < self._newest_ns - (KEEP_NS if incident.phase is Phase.ENDED else STALE_NS)

    def _forget(self, incident: Incident) -> None:
        for event_id in self._members.pop(incident.incident_id):
            self._index(self._known.pop(event_id).first, remember=False)
            del self._incident[event_id]
        del self._said[incident.incident_id]


def incident_id(event_id: str) -> str:
    """The id of the incident whose first event this is."""
    return hashlib.blake2b(
        event_id.encode("utf-8", "surrogatepass"), digest_size=16, person=b"matpho.incident"
    ).hexdigest()


def _as_cause(known: _Known) -> tuple[bool, int, int, str]:
    """What explains the others comes first: not what was found to be false, then by kind, then by time."""
    rejected = known.last.verdict is not None and known.last.verdict.says is Says.REJECTED
    return rejected, RANK[known.first.kind], known.first.started_ns, known.first.event_id


def _member(known: _Known, role: Role) -> Member:
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


def _cell(at: Point) -> tuple[int, int]:
    return int(at[0] // CELL_DEG), int(at[1] // CELL_DEG)
