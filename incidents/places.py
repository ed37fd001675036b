"""Whether two events lie so to one another that one may explain the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.events import Event
from core.geometry import overlap
from incidents.relations import Reach
from incidents.sites import VIEW_M, Point, Site, metres_between

AHEAD_M: Final = 30.0
"""What lies further downstream of a cause is not behind it; a queue's place is the middle of who stands in it."""
SAME_WAY: Final = 0.5
"""Cosine of the largest angle, 60°, between the ways of one carriageway before two cameras."""
OVER: Final = 0.5
"""Intersection over union from which two boxes are of one thing, as detections are judged (PASCAL VOC)."""
UPON: Final = Reach(10.0)
"""Two views of a turning camera err by so much in the place of one thing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event lies.

    Attributes:
        group: the group of lanes, empty when unknown. heading: where its traffic goes, None when unknown.
    """

    event: Event
    site: Site
    group: str
    heading: Point | None

    @classmethod
    def of(cls, event: Event, sites: Mapping[str, Site]) -> Place:
        """By what is known of its camera."""
        site = sites.get(event.camera_id) or Site(event.camera_id)
        group = site.group_of(event)
        return cls(event, site, group, site.headings.get((event.view, group)))


def near(cause: Place, effect: Place, reach: Reach) -> bool:
    """Whether an effect lies within reach of its cause, by the best that is known of their places.

    In metres where both have coordinates; on one camera else by carriageway and boxes; before two cameras else by the
    cameras' own coordinates, and where these are unknown by the neighbours that were named.
    """
    one, other = cause.event, effect.event
    if one.camera_id == other.camera_id:
        if one.view != other.view:
            return False
        if reach.behind and cause.group and effect.group and cause.group != effect.group:
            return False
        if one.position is not None and other.position is not None:
            return _within(one.position, other.position, reach, cause.heading)
        if not reach.behind and one.box is not None and other.box is not None:
            return _beside(one.box, other.box)
        return True
    if reach.behind and not _same_way(cause.heading, effect.heading):
        return False
    here, there = one.position or cause.site.position, other.position or effect.site.position
    if here is None or there is None:
        return other.camera_id in cause.site.neighbours or one.camera_id in effect.site.neighbours
    vague = (one.position is None) + (other.position is None)
    return _within(here, there, reach, None if vague else cause.heading, vague * VIEW_M)


def same_thing(one: Place, other: Place) -> bool:
    """Whether two events of one camera, of two rules or places, are of one thing: they share a track, or their boxes
    lie upon one another; in two views of a turning camera as far as its coordinates tell.
    """
    a, b = one.event, other.event
    if a.view != b.view:
        return a.position is not None and b.position is not None and _within(a.position, b.position, UPON, None)
    if not set(a.track_ids).isdisjoint(b.track_ids):
        return True
    return a.box is not None and b.box is not None and overlap(a.box, b.box) >= OVER


def _within(one: Point, other: Point, reach: Reach, heading: Point | None, more_m: float = 0.0) -> bool:
    east, north = metres_between(one, other)
    if math.hypot(east, north) > reach.metres + more_m:
        return False
    return not reach.behind or heading is None or east * heading[0] + north * heading[1] <= AHEAD_M


def _same_way(one: Point | None, other: Point | None) -> bool:
    return one is None or other is None or one[0] * other[0] + one[1] * other[1] >= SAME_WAY


def _beside(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes are no further apart than the longer side of the larger."""
    apart = max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3], 0.0)
    return apart <= max(one[2] - one[0], one[3] - one[1], other[2] - other[0], other[3] - other[1])
