"""Made-up traffic on straight lanes, and what was measured of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analytics.measure import MeasureRule
from core.records import Measurement
from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import MeasureSpec
from tests.support.tracks import T0, Actor, Shot, make_scene, play, walk, with_lanes

METRES = with_lanes(make_scene(0.1))
"""Lanes a (y = 400) and b (y = 500) of 80 m, from x = 100 to 900; line l across both at x = 500."""
PIXELS = with_lanes(make_scene())
SIZES = {
    ObjectClass.MOTORCYCLE: (20, 18),
    ObjectClass.CAR: (45, 30),
    ObjectClass.TRUCK: (80, 40),
    ObjectClass.BUS: (110, 40),
}
MIDDLE = {"a": 400.0, "b": 500.0}


def driver(
    number: int,
    start_s: float,
    speed_mps: float,
    lane: str = "a",
    cls: ObjectClass = ObjectClass.CAR,
    aside: float = 0.0,
    **more: Any,
) -> Actor:
    """Drives the whole picture from left to right, 100 m; at `start_s` it comes in, 10 m before the lane begins."""
    y = MIDDLE[lane] + aside
    way = walk([(start_s, 0, y), (start_s + 100 / speed_mps, 1_000, y)])
    return Actor(number, way, cls, SIZES[cls], **more)


def measured(shots: Sequence[Shot], *specs: MeasureSpec) -> list[Measurement]:
    """All measurements of a film, the last intervals included."""
    rule = MeasureRule(specs, shots[0].scene, "cam")
    return list((play(rule, shots) + rule.close(T0)).measurements)


def at(found: Sequence[Measurement], place: str, direction: str = "forward") -> list[Measurement]:
    """Those of one place and direction, in time order."""
    return [m for m in found if (m.place, m.direction) == (place, direction)]


def total(found: Sequence[Measurement], place: str, direction: str = "forward") -> dict[str, int]:
    """Counts by class over all intervals."""
    return dict(sum((Counter(m.counts) for m in at(found, place, direction)), Counter()))


def scene_of(metric: bool) -> Scene:
    """The same road, with or without metres."""
    return METRES if metric else PIXELS
