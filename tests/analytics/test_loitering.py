"""security.loitering on made-up tracks: who is somebody, who is a thing, and who is the same."""

from __future__ import annotations

import pytest

from core.scene import Scene
from core.tracks import TrackState
from scenes.rules import LoiteringSpec
from tests.support.tracks import Actor, Way, film, make_scene, still, walk
from tests.support.watched import starts

SPEC = LoiteringSpec(zone="z")
METRES = make_scene(0.02)
"""80 pixels, as tall as actors are, are 1.6 m."""
SCENES = (make_scene(), METRES)


def comes(start: float, end: float, x: float = 500.0) -> Way:
    """Comes into the zone from above, as the zone is drawn, and stands in it until he is not seen any more."""
    return walk([(start, x, 150), (start + 5, x, 500), (end, x, 500)])


@pytest.mark.parametrize("scene", SCENES)
def test_what_never_came_is_told_only_after_still_s(scene: Scene) -> None:
    post = [Actor(1, still(500, 500))]
    assert starts(film(post, 290, fps=2, scene=scene), SPEC) == []
    assert starts(film(post, 310, fps=2, scene=scene), SPEC) == [300.0]
    assert starts(film(post, 70, fps=2, scene=scene), LoiteringSpec(zone="z", still_s=0)) == [60.0]


@pytest.mark.parametrize("scene", SCENES)
def test_who_came_and_stands_is_told_at_once(scene: Scene) -> None:
    (at,) = starts(film([Actor(1, comes(0, 90))], 90, fps=5, scene=scene), SPEC)
    assert at == pytest.approx(60.8, abs=0.5)


def test_the_time_of_a_thing_is_not_given_to_who_stands_at_its_place() -> None:
    post, person = still(500, 500, 0, 40), walk([(41, 505, 505), (46, 560, 600), (110, 560, 600)])
    (at,) = starts(film([Actor(1, post), Actor(2, person)], 110, fps=5, scene=METRES), SPEC)
    assert at == pytest.approx(101, abs=0.5)


def test_who_is_hidden_for_ten_seconds_goes_on_and_for_longer_begins_anew() -> None:
    def told(again: float) -> list[float]:
        hidden = [Actor(1, comes(0, 30)), Actor(2, still(510, 505, again, 95))]
        return starts(film(hidden, 95, fps=5), SPEC)

    assert told(39.0) == [pytest.approx(61, abs=0.5)]
    assert told(42.0) == []


def test_who_is_found_under_a_new_number_before_the_old_one_is_given_up_goes_on() -> None:
    """The tracker believes for 2 s in a track that it has lost, while a new one has begun."""
    old = Actor(1, comes(0, 32), state=lambda t: TrackState.CONFIRMED if t < 30 else TrackState.COASTING)
    assert starts(film([old, Actor(2, still(505, 502, 30, 90))], 90, fps=5), SPEC) == [pytest.approx(61, abs=0.5)]


def test_who_leaves_the_zone_is_not_waited_for() -> None:
    out = walk([(0, 500, 150), (5, 500, 250), (50, 500, 250), (52, 500, 150)])
    assert starts(film([Actor(1, out), Actor(2, still(500, 250, 54, 100))], 100, fps=5), SPEC) == []


@pytest.mark.parametrize(("high", "told"), [(80.0, 1), (120.0, 1), (140.0, 0)])
def test_nobody_is_taller_than_two_and_a_half_metres(high: float, told: int) -> None:
    found = starts(film([Actor(1, comes(0, 90), size=(40.0, high))], 90, fps=5, scene=METRES), SPEC)
    assert len(found) == told
    assert len(starts(film([Actor(1, comes(0, 90), size=(40.0, high))], 90, fps=5), SPEC)) == 1, "where it is known"
