"""Riders in a queue whose machine nobody sees count as vehicles, and who is on foot does not."""

from __future__ import annotations

import pytest

from core.taxonomy import ObjectClass
from scenes.rules import MeasureSpec
from tests.support.tracks import Actor, Way, film, still, walk
from tests.support.traffic import MIDDLE, SIZES, at, measured, scene_of, total

LANES = MeasureSpec(lanes="all", classes=["vehicle"])
LINE = MeasureSpec(line="l", classes=["vehicle"])
CAR, PERSON, MOTORCYCLE = ObjectClass.CAR, ObjectClass.PERSON, ObjectClass.MOTORCYCLE
Y = MIDDLE["a"]
QUEUE = [Actor(n, still(x, Y, 0), CAR, SIZES[CAR]) for n, x in ((1, 300), (2, 400))]


def _occupancy(metric: bool, *actors: Actor) -> float:
    (minute, *_) = at(measured(film([*QUEUE, *actors], 61, scene=scene_of(metric)), LANES), "a")
    assert minute.occupancy is not None
    return minute.occupancy


def _somebody(way: Way) -> Actor:
    return Actor(9, way, PERSON, (10, 18))


@pytest.mark.parametrize("metric", [True, False])
def test_who_stands_amid_a_queue_rides(metric: bool) -> None:
    assert _occupancy(metric, _somebody(still(350, Y, 0))) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("metric", [True, False])
@pytest.mark.parametrize("x", [250, 500])
def test_who_stands_before_or_behind_a_queue_is_on_foot(metric: bool, x: float) -> None:
    assert _occupancy(metric, _somebody(still(x, Y, 0))) == pytest.approx(2, abs=0.01)


def test_who_sits_on_a_machine_that_is_seen_counts_with_it() -> None:
    machine = Actor(8, still(350, Y, 0), MOTORCYCLE, SIZES[MOTORCYCLE])
    assert _occupancy(True, machine, _somebody(still(352, Y - 10, 0))) == pytest.approx(3, abs=0.01)


def test_of_two_above_one_machine_one_rides_another() -> None:
    machine = Actor(8, still(350, Y, 0), MOTORCYCLE, SIZES[MOTORCYCLE])
    behind = Actor(10, still(360, Y - 12, 0), PERSON, (10, 18))
    assert _occupancy(True, machine, _somebody(still(350, Y - 10, 0)), behind) == pytest.approx(4, abs=0.15)


def test_who_walks_on_after_a_stop_between_waiting_cars_is_on_foot() -> None:
    way = walk([(0, 350, 350), (5, 350, Y), (7.5, 350, Y), (12, 350, 460)])
    assert _occupancy(True, _somebody(way)) == pytest.approx(2, abs=0.01)


def test_who_walks_off_across_the_lane_rides_no_more() -> None:
    way = walk([(0, 350, Y - 20), (20, 350, Y - 20), (24, 350, Y + 20), (60, 350, Y + 20)])
    (minute, *_) = at(measured(film([*QUEUE, _somebody(way)], 22, scene=scene_of(True)), LANES), "a")
    assert minute.occupancy == pytest.approx(2 + 17 / 22, abs=0.15)


def test_who_waited_in_a_queue_is_counted_as_he_rides_over_a_line() -> None:
    """At 3 m/s: nobody has to ride to be so fast."""
    rider = _somebody(walk([(0, 350, Y), (10, 350, Y), (25, 800, Y)]))
    stays = measured(film([_somebody(walk([(10, 350, Y), (25, 800, Y)]))], 30, scene=scene_of(True)), LANES, LINE)
    found = measured(film([*QUEUE, rider], 30, scene=scene_of(True)), LANES, LINE)
    assert total(found, "l") == {"motorcycle": 1} == total(found, "a")
    assert total(stays, "a") == {}
