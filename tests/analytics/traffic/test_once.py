"""A vehicle that two tracks show as it comes over a line counts once; two vehicles side by side count twice."""

from __future__ import annotations

import pytest

from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import MeasureSpec
from tests.support.tracks import Actor, film, make_scene, walk
from tests.support.traffic import measured

GROUND = make_scene(0.05)
"""20 px are a metre; the line is x = 500."""
CAR, TRUCK, MOTORCYCLE = ObjectClass.CAR, ObjectClass.TRUCK, ObjectClass.MOTORCYCLE


def driver(
    number: int, beside_m: float = 0.0, behind_s: float = 0.0, kind: ObjectClass = CAR, mps: float = 10.0
) -> Actor:
    y, pace = 500 + 20 * beside_m, 20 * mps
    size = (36, 40) if kind is MOTORCYCLE else (90, 60)
    return Actor(number, walk([(1 + behind_s, 500 - pace, y), (3 + behind_s, 500 + pace, y)]), kind, size)


def counted(*actors: Actor, scene: Scene = GROUND) -> int:
    found = measured(film(list(actors), 8, scene=scene), MeasureSpec(line="l"))
    return sum(sum(m.counts.values()) for m in found)


@pytest.mark.parametrize("kind", [CAR, TRUCK, MOTORCYCLE])
def test_what_is_seen_within_a_car_as_it_crosses_is_not_counted_besides(kind: ObjectClass) -> None:
    assert counted(driver(1), driver(2, 0.4, 0.2, kind)) == 1


@pytest.mark.parametrize(("kind", "beside_m"), [(CAR, 2.2), (MOTORCYCLE, 1.4)])
def test_who_drives_beside_a_car_is_counted(kind: ObjectClass, beside_m: float) -> None:
    assert counted(driver(1), driver(2, beside_m, 0.1, kind)) == 2


def test_who_drives_close_behind_is_counted() -> None:
    assert counted(driver(1), driver(2, 0.0, 0.6)) == 2


def test_riders_side_by_side_are_counted_however_close() -> None:
    assert counted(driver(1, kind=MOTORCYCLE), driver(2, 0.3, 0.1, MOTORCYCLE)) == 2


def test_each_of_three_tracks_of_one_vehicle_is_told_from_the_one_that_counts() -> None:
    assert counted(driver(1), driver(2, 0.9, 0.1), driver(3, 0.4, 0.2), driver(4, 4.0, 0.1)) == 2


def test_in_pixels_all_count() -> None:
    assert counted(driver(1), driver(2, 0.4, 0.2), scene=make_scene()) == 2
