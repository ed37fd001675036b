"""What the rules about things that lie somewhere have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from analytics.clock import SECOND_NS
from analytics.episode_rule import EpisodeRule, EventSpec, HeldSpec
from analytics.episodes import NOTHING
from analytics.reasons import waited
from analytics.revisions import Cue
from analytics.shared import Shared
from analytics.things import GAP_NS, NOBODY, Thing
from analytics.views import cue_again
from core.events import Event
from core.explanation import Amount, Reasons, reason
from core.findings import Findings, StepView
from core.geometry import inside
from core.lanes import watched_lanes
from core.measures import Measures
from core.scene import Scene

SEEN: Final = 0.75
"""Of its longer side that is seen of a thing at least: the picture is reduced, and a small one cut at its rim."""
ABOVE: Final = 0.1
"""Of its height: so far above its lower edge a thing is taken to lie; one at the picture's edge lies within it."""
STALE_NS: Final = 30 * SECOND_NS
"""What was told longer ago says nothing of now."""
SURE: Final = 0.8
UNSURE: Final = 0.5
"""Confidence in things that were seen to be left by somebody, or that need not be, and in others."""


class ObjectRuleSpec(HeldSpec, Protocol):
    """What the specs of such rules have."""

    @property
    def min_size_m(self) -> float: ...

    @property
    def min_size_px(self) -> float: ...

    @property
    def for_s(self) -> float: ...

    @property
    def clear_s(self) -> float: ...


class ObjectRule(EpisodeRule, ABC):
    """One event for each thing that lies in a place for a time.

    Args:
        spec: the rule of the scene.
        scene: has the places that it names.
        shared: with the camera's other rules.
        open_events: of this rule, open when the process ended.
    """

    def __init__(self, spec: ObjectRuleSpec, shared: Shared, open_events: Sequence[Event]) -> None:
        super().__init__(spec, shared, clear_s=spec.clear_s, hold_s=spec.hold_s)
        scene = shared.scene
        self._for_ns = round(spec.for_s * SECOND_NS)
        self._least = {"m": SEEN * spec.min_size_m, "px": SEEN * spec.min_size_px}
        self._most_m: float = getattr(spec, "max_size_m", np.inf)
        self._scene, self._shared = scene, shared
        self._things = shared.things
        self._area = Area(spec, scene)
        self._since: dict[int, int] = {}
        for event in open_events:
            self._episodes.restore(self._things.expect(event.box), event)

    @abstractmethod
    def _meets(self, thing: Thing) -> bool:
        """Whether a thing of the right size at the place is as the definition says, but for the time."""

    @abstractmethod
    def _measures(self, seconds: float, thing: Thing) -> Measures:
        """The measures of an event that has held for so long."""

    def _wait_ns(self, thing: Thing) -> int:
        """Time for which the definition must hold."""
        return self._for_ns

    def _owner(self, thing: Thing) -> tuple[float, int, int] | None:
        """Who left it: metres away at the nearest, track, class."""
        return None

    def update(self, view: StepView) -> Findings:
        """What this frame shows; between two looks, what the last one did."""
        self._shared.hear(view)
        things, clock = self._things, self._clock
        if things.fresh:
            self._judge()
        if not self._since and not len(self._episodes):
            return NOTHING
        told = things.told_ns is not None and clock.run_ns - things.told_ns <= STALE_NS
        keys, found, denied = set(self._episodes.keys()), [], set[int]()
        for thing in things.all():
            since_ns = self._since.get(thing.key)
            if thing.gone_ns is not None:
                denied.add(thing.key)
            elif told and thing.number is not None and since_ns is not None:
                # While it is hidden its event goes on, but none begins.
                lasted = clock.run_ns - since_ns >= self._wait_ns(thing)
                if thing.key in keys or (thing.seen and lasted):
                    found.append((thing.key, since_ns))
        return self._episodes.update(clock, view.frame, found, denied, self._describe)

    def _judge(self) -> None:
        """Since when each thing is as the definition says."""
        open_keys = set(self._episodes.keys())
        holds = {}
        for thing in self._things.all():
            if thing.gone_ns is not None or thing.number is None:
                continue
            if thing.key in open_keys:
                holds[thing.key] = self._since.get(thing.key, thing.since_ns)
            elif self._fits(thing) and self._meets(thing):
                holds[thing.key] = max(self._since.get(thing.key, self._began_ns(thing)), thing.since_ns)
        self._since = holds

    def _began_ns(self, thing: Thing) -> int:
        """Run time from which on the definition holds, when it is seen to after it was not."""
        return max(thing.since_ns, thing.explained_ns)

    def _fits(self, thing: Thing) -> bool:
        large = thing.unit == "m" and thing.size > self._most_m
        return thing.size >= self._least[thing.unit] and not large and self._area.holds(thing)

    def _describe(self, key: int, seconds: float, last: Event | None) -> Cue:
        thing = self._things.get(key)
        if thing is None or thing.number is None:
            # Of things that were not found again there is a last revision.
            assert last is not None  # noqa: S101
            return cue_again(last, last.measures)
        measures, owner = self._measures(round(seconds, 3), thing), self._owner(thing)
        left, top, right, bottom = thing.box.tolist()
        ground = thing.spot.ground
        known = () if owner is None else (owner[1],), () if owner is None else (owner[2],)
        where = None if ground is None else self._scene.geographic(float(ground[0]), float(ground[1]))
        return Cue(measures, self._confidence(owner is not None), *known, (left, top, right, bottom), where)

    def _confidence(self, owned: bool) -> float:
        return SURE

    def explain(self, view: StepView, row: int) -> Mapping[str, Reasons]:
        """What a track has to do with things: it left one, it explains one, or nothing."""
        track = int(view.track_id[row])
        mine = [thing for thing in self._things.all() if thing.gone_ns is None and self._is_owner(thing, track)]
        if not mine:
            return {self._rule_id: (reason("no-thing", False),)}
        thing = next((thing for thing in mine if self._episodes.event_id(thing.key) is not None), mine[-1])
        return {self._rule_id: (reason("left-thing", True), *self._conditions(thing), *self._waited(thing))}

    def _is_owner(self, thing: Thing, track: int) -> bool:
        owner = self._owner(thing)
        return owner is not None and owner[1] == track

    def _conditions(self, thing: Thing) -> Reasons:
        """What the definition asks of a thing, beside the time."""
        size = Amount(thing.size, thing.unit), Amount(self._least[thing.unit], thing.unit)
        return (
            reason("thing-in-place", self._area.holds(thing)),
            reason("thing-large", size[0].value >= size[1].value, value=size[0], limit=size[1]),
            reason("thing-unexplained", thing.explained_by == NOBODY),
        )

    def _waited(self, thing: Thing) -> Reasons:
        event_id = self._episodes.event_id(thing.key)
        if event_id is not None:
            return (reason("open", True, event=event_id),)
        return waited(self._clock, self._since.get(thing.key), self._wait_ns(thing), GAP_NS, "track")


class Area:
    """A zone, a lane, the lanes of a group, or all lanes of a scene, without the zones in `except_zones`.

    Attributes:
        polygons: (K, 2) each, in reference pixels; those that are excepted are part of them.

    Raises:
        KeyError: the scene has no such zone or lanes.
    """

    def __init__(self, spec: EventSpec, scene: Scene) -> None:
        zone, lane, group = (getattr(spec, name, None) for name in ("zone", "lane", "group"))
        if zone is not None:
            self.polygons = [scene.zones[zone].polygon]
        else:
            mine = watched_lanes(scene, lane=lane, group=group)
            self.polygons = [one.polygon for one, watched in zip(scene.lanes.values(), mine, strict=True) if watched]
        self._except = [scene.zones[name].polygon for name in getattr(spec, "except_zones", ())]

    def holds(self, thing: Thing) -> bool:
        """Whether a thing meets the ground there."""
        left, top, right, bottom = thing.box
        foot = np.array([((left + right) / 2, bottom - ABOVE * (bottom - top))])
        there = any(inside(foot, polygon)[0] for polygon in self.polygons)
        return there and not any(inside(foot, polygon)[0] for polygon in self._except)
