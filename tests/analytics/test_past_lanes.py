"""Lanes that go on beside and past where they are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.past_lanes import PastLanes
from core.taxonomy import ObjectClass
from tests.support.tracks import Actor, film, make_scene, still, with_lanes

GROUND, PIXELS = with_lanes(make_scene(0.1)), with_lanes(make_scene())
CAR = ObjectClass.CAR
ROWS = np.arange(2)


def test_who_stands_past_the_end_of_a_lane_is_on_it_and_who_is_far_off_is_not() -> None:
    """Lane `a` ends at x = 900; a metre has ten pixels."""
    (shot, *_) = film([Actor(1, still(1000, 400), CAR), Actor(2, still(1300, 400), CAR)], 0.1, scene=GROUND)
    assert shot.view.lane.tolist() == [-1, -1]
    lane, along, speed = PastLanes(GROUND).on(shot.view, ROWS)
    assert lane.tolist() == [0, -1] and along[0] == pytest.approx(90.0) and speed[0] == pytest.approx(0.0)
    assert not any(column.flags.writeable for column in (lane, along, speed))


def test_without_a_ground_lanes_end_where_they_are_drawn() -> None:
    (shot, *_) = film([Actor(1, still(1000, 400), CAR), Actor(2, still(500, 400), CAR)], 0.1, scene=PIXELS)
    assert PastLanes(PIXELS).on(shot.view, ROWS)[0].tolist() == [-1, 0]
