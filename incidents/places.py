"""Whether two events lie so to one another that one may explain the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from core.events import Event
from incidents.relations import Reach
from incidents.sites import VIEW_M, Point, Site, metres_between

AHEAD_M: Final = 30.0
"""What lies further downstream of a cause is not behind it; a queue's place is the middle of who stands in it."""
SAME_WAY: Final = 0.5
"""Cosine of the largest angle, 60°, between the ways of one carriageway before two cameras."""


def near(cause: Event, effect: Event, reach: Reach, sites: Mapping[str, Site]) -> bool:
    """Whether an effect lies within reach of its cause, by the best that is known of their places.

    In metres where both have coordinates; on one camera else by carriageway and boxes; before two cameras else by the
    cameras' own coordinates, and where these are unknown by the neighbours that were named.
    """
    here, there = _site(cause, sites), _site(effect, sites)
    ways = _group(cause, here), _group(effect, there)
    if cause.camera_id == effect.camera_id:
        if cause.view != effect.view:
            return False
        if reach.behind and all(ways) and ways[0] != ways[1]:
            return False
        if cause.position is not None and effect.position is not None:
            return _within(cause.position, effect.position, reach, here.headings.get((cause.view, ways[0])))
        if not reach.behind and cause.box is not None and effect.box is not None:
            return _beside(cause.box, effect.box)
        return True
    if reach.behind and not _same_way(
        here.headings.get((cause.view, ways[0])), there.headings.get((effect.view, ways[1]))
    ):
        return False
    one, other = cause.position or here.position, effect.position or there.position
    if one is None or other is None:
        return effect.camera_id in here.neighbours or cause.camera_id in there.neighbours
    vague = (cause.position is None) + (effect.position is None)
    heading = None if vague else here.headings.get((cause.view, ways[0]))
    return _within(one, other, reach, heading, vague * VIEW_M)


def _site(event: Event, sites: Mapping[str, Site]) -> Site:
    return sites.get(event.camera_id) or Site(event.camera_id)


def _group(event: Event, site: Site) -> str:
    return site.groups.get((event.view, event.zone), "")


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
