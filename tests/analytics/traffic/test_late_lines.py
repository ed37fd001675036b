"""Who came over a line before he was seen is counted, once; who did not is not."""

from __future__ import annotations

import pytest

from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import MeasureSpec
from tests.support.tracks import Actor, film, make_scene, walk
from tests.support.traffic import measured

GROUND = make_scene(0.05)
"""20 px are a metre; the line is x = 500."""
LINE = MeasureSpec(line="l")
CAR, MOTORCYCLE = ObjectClass.CAR, ObjectClass.MOTORCYCLE


def driver(
    number: int, first: float, last: float, y: float = 500.0, kind: ObjectClass = CAR, at_s: float = 2.0
) -> Actor:
    """8 m/s along the picture, seen from `first` to `last` pixels; at `at_s` he would be over the line."""
    pace = 160.0 if last > first else -160.0
    begins, ends = at_s + (first - 500) / pace, at_s + (last - 500) / pace
    size = (36, 40) if kind is MOTORCYCLE else (90, 60)
    return Actor(number, walk([(begins, first, y), (ends, last, y)]), kind, size)


def counted(actors: list[Actor], scene: Scene = GROUND) -> tuple[int, int]:
    """Forward and backward."""
    found = measured(film(actors, 8, scene=scene), LINE)
    ways = {way: sum(sum(m.counts.values()) for m in found if m.direction == way) for way in ("forward", "backward")}
    return ways["forward"], ways["backward"]


@pytest.mark.parametrize(("first", "last", "expected"), [(525, 800, (1, 0)), (475, 200, (0, 1))])
def test_who_is_seen_past_a_line_alone_has_crossed_it(first: float, last: float, expected: tuple[int, int]) -> None:
    assert counted([driver(1, first, last)]) == expected


def test_who_starts_past_a_line_from_rest_has_not_crossed_it() -> None:
    starts = Actor(1, lambda t: (525.0 + 30 * max(t - 2, 0) ** 2, 500.0) if t < 5 else None, CAR)
    assert counted([starts]) == (0, 0)


def test_who_comes_into_sight_far_past_a_line_or_beside_its_end_has_not_crossed_it() -> None:
    assert counted([driver(1, 680, 950), driver(2, 525, 800, y=150)]) == (0, 0)


def test_who_was_over_a_line_before_the_first_picture_is_not_counted() -> None:
    assert counted([driver(1, 525, 800, at_s=-0.16)]) == (0, 0)


def test_without_a_ground_nobody_is_known_to_be_too_fast() -> None:
    assert counted([driver(1, 525, 800)], make_scene()) == (0, 0)


def test_one_vehicle_with_two_tracks_is_counted_once() -> None:
    """Another number begins past the line while the first is still seen, half a metre beside."""
    assert counted([driver(1, 300, 600), driver(2, 530, 800, y=510)]) == (1, 0)


def test_a_rider_beside_another_is_counted_though_he_was_hidden_at_the_line() -> None:
    both = [driver(1, 300, 800, kind=MOTORCYCLE), driver(2, 525, 800, y=525, kind=MOTORCYCLE)]
    assert counted(both) == (2, 0)


def test_who_is_seen_again_past_a_line_is_counted_once() -> None:
    """Lost 1 m past the line, and found again 2 m on, under another number."""
    assert counted([driver(1, 300, 520), driver(2, 560, 800)]) == (1, 0)
