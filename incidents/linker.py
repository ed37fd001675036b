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

from core.events import Event, Phase
from core.incidents import Incident
from incidents.group import Group, Known
from incidents.places import Place, near, same_thing
from incidents.relations import AFTER_NS, EFFECTS, JAM_KINDS, JAM_M, RANK, SAME, SECOND_NS, effects_of
from incidents.sites import VIEW_M, Point, Site

KEEP_NS: Final = 7_200 * SECOND_NS
"""An incident whose events have all ended is remembered for so long: events may come as late."""
STALE_NS: Final = 86_400 * SECOND_NS
"""An open event that nothing was heard of for so long is forgotten: whoever watched its camera is gone."""
MOST_EVENTS: Final = 20_000
FAR_NS: Final = AFTER_NS + max(
    round(reach.lead_s * SECOND_NS) for reaches in (*EFFECTS.values(), SAME) for reach in reaches.values()
)
"""Of two events of which one began so long after the other was last heard of, neither has to do with the other."""
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
        self._known: dict[str, Known] = {}
        self._by_camera: dict[str, set[str]] = defaultdict(set)
        self._by_cell: dict[tuple[int, int], set[str]] = defaultdict(set)
        self._groups: dict[str, Group] = {}
        self._group_of: dict[str, Group] = {}
        self._named_by: dict[str, set[str]] = defaultdict(set)
        for site in sites.values():
            for other in site.neighbours:
                self._named_by[other].add(site.camera_id)
        self._newest_ns = self._began_ns = 0
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
        self._began_ns = max(self._began_ns, event.started_ns)
        if known is None:
            known = self._known[event.event_id] = Known(Place.of(event, self._sites), event)
            self._index(event, remember=True)
            changed = self._change(known, self._all_linked(known))
        else:
            changed = self._revise(known, event)
        self._age(event.at_ns)
        return changed

    def _revise(self, known: Known, event: Event) -> tuple[Incident, ...]:
        """Another revision of an event, earlier than all before or later."""
        group, heard_ns = self._group_of[event.event_id], known.last.at_ns
        group.remove(known)
        if event.revision > known.last.revision:
            known.last = event
            linked = self._newly_linked(known, heard_ns)
        else:
            self._index(known.first, remember=False)
            known.place = Place.of(event, self._sites)
            self._index(event, remember=True)
            linked = self._all_linked(known)
        group.add(known)
        return self._change(known, linked)

    def _all_linked(self, known: Known) -> set[Group]:
        """The incidents with events that are linked with one."""
        first, last = known.first, known.last
        # What was heard of last, and began, before this can have to do with it is passed over unseen.
        early_ns, late_ns = first.started_ns - FAR_NS, last.at_ns + FAR_NS
        found = set[Group]()
        for event_id in self._candidates(first):
            group, other = self._group_of[event_id], self._known[event_id]
            if group in found or other.last.at_ns < early_ns or other.first.started_ns > late_ns:
                continue
            if self._linked(known, other):
                found.add(group)
        return found

    def _newly_linked(self, known: Known, heard_ns: int) -> set[Group]:
        """Those that are linked with one because it was heard of now, and not only at `heard_ns`: what began since."""
        since_ns = heard_ns + AFTER_NS
        if self._began_ns <= since_ns:
            return set()
        began = [one for one in self._candidates(known.first) if self._known[one].first.started_ns > since_ns]
        return {self._group_of[one] for one in began if self._linked(known, self._known[one])}

    def _change(self, known: Known, linked: set[Group]) -> tuple[Incident, ...]:
        """What is said anew: an event is one group with those that it is linked with."""
        mine = self._group_of.get(known.last.event_id)
        groups = linked if mine is None else linked | {mine}
        group, *others = sorted(groups, key=lambda one: (-len(one), one.name)) or [Group(self._is)]
        if mine is None:
            group.add(known)
            self._group_of[known.last.event_id] = group
        for other in others:
            group.merge(other)
            self._group_of |= dict.fromkeys((event_id for event_id, _ in other.items()), group)
        before = {one.name: one.said for one in (group, *others) if one.said is not None}
        group.name = name = incident_id(group.anchor)
        now = group.said = group.describe(self._camera_position)
        for gone in before.keys() - {name}:
            del self._groups[gone]
        self._groups[name] = group
        merged = tuple(
            replace(last, revision=now.revision, phase=Phase.ENDED, at_ns=now.at_ns, merged_into=name)
            for gone, last in sorted(before.items())
            if gone != name
        )
        was = before.get(name)
        # An earlier revision that came late changes nothing.
        return merged if was is not None and was.revision == now.revision else (*merged, now)

    def _linked(self, one: Known, other: Known) -> bool:
        return self._explains(one, other) or self._explains(other, one) or self._is(one, other)

    def _explains(self, cause: Known, effect: Known) -> bool:
        reach = effects_of(cause.first.kind).get(effect.first.kind)
        if reach is None:
            return False
        began = effect.first.started_ns
        if not cause.first.started_ns - reach.lead_s * SECOND_NS <= began <= cause.last.at_ns + AFTER_NS:
            return False
        return near(cause.place, effect.place, reach)

    @staticmethod
    def _is(one: Known, other: Known) -> bool:
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
            for group in [one for one in self._groups.values() if self._is_over(_said(one))]:
                if _said(group).phase is not Phase.ENDED:
                    self.counts.stale += len(group)
                self._forget(group)
        if len(self._known) > self._most:
            oldest = sorted(self._groups.values(), key=lambda one: (_is_open(one), _said(one).at_ns))
            for group in oldest:
                if len(self._known) <= self._most * 9 // 10:
                    break
                if _is_open(group) or not self._is_over(_said(group)):
                    self.counts.dropped += len(group)
                self._forget(group)

    def _is_over(self, incident: Incident) -> bool:
        return incident.at_ns < self._newest_ns - (KEEP_NS if incident.phase is Phase.ENDED else STALE_NS)

    def _forget(self, group: Group) -> None:
        for event_id, one in group.items():
            self._index(one.first, remember=False)
            del self._known[event_id], self._group_of[event_id]
        del self._groups[group.name]


def incident_id(event_id: str) -> str:
    """The id of the incident whose first event this is."""
    return hashlib.blake2b(
        event_id.encode("utf-8", "surrogatepass"), digest_size=16, person=b"matpho.incident"
    ).hexdigest()


def _said(group: Group) -> Incident:
    assert group.said is not None  # noqa: S101
    return group.said


def _is_open(group: Group) -> bool:
    return _said(group).phase is not Phase.ENDED


def _cell(at: Point) -> tuple[int, int]:
    return int(at[0] // CELL_DEG), int(at[1] // CELL_DEG)
