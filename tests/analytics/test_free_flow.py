"""Free-flow speed: what is given, what is learnt, and from whom."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.clock import SECOND_NS, CameraClock
from analytics.free_flow import LEAST_VEHICLES, MOST_VEHICLES, FreeFlow
from core.scene import Scene
from core.taxonomy import ObjectClass
from tests.support.tracks import T0, Actor, Shot, film, make_scene, walk, with_lanes

METRES = with_lanes(make_scene(0.1))
"""80 m of lane."""
PIXELS = with_lanes(make_scene())
HOUR = 3_600 * SECOND_NS


def passing(number: int, start: float, speed: float, y: float = 400, cls: ObjectClass = ObjectClass.CAR) -> Actor:
    """Drives along a lane at `speed`, in metres a second of `METRES`."""
    return Actor(number, walk([(start, 100, y), (start + 80 / speed, 900, y)]), cls, (45, 30))


def learn(scene: Scene, shots: list[Shot]) -> FreeFlow:
    free, clock = FreeFlow(scene), CameraClock()
    for shot in shots:
        clock.frame(shot.view.frame)
        free.update(shot.view, clock)
        free.update(shot.view, clock)
    return free


def test_what_the_scene_says_holds_and_a_limit_holds_until_something_is_learnt() -> None:
    said = FreeFlow(with_lanes(make_scene(0.1), free_flow_mps=12.0, speed_limit_mps=14.0))
    limit = FreeFlow(with_lanes(make_scene(0.1), speed_limit_mps=14.0))
    none = FreeFlow(METRES)
    assert (said.speed(0, T0), limit.speed(0, T0)) == (12.0, 14.0) and math.isnan(none.speed(0, T0))
    for free in (said, limit, none):
        free.add(0, T0, np.full(LEAST_VEHICLES - 1, 10.0))
    assert limit.speed(0, T0) == 14.0 and math.isnan(none.speed(0, T0))
    for free in (said, limit, none):
        free.add(0, T0, np.full(1, 10.0))
    assert said.speed(0, T0) == 12.0
    assert [f.speed(0, T0) for f in (limit, none)] == pytest.approx([10, 10], rel=0.03)
    assert limit.speed(1, T0) == 14.0


@given(st.floats(2, 40), st.floats(0.02, 0.12), st.floats(0, 0.6), st.integers(0, 2**32 - 1))
def test_who_was_held_up_does_not_count(speed: float, spread: float, held: float, seed: int) -> None:
    """The mean of the undisturbed, whatever share of the others waited at a signal."""
    rng = np.random.default_rng(seed)
    speeds = speed * (1 + spread * rng.standard_normal(600))
    speeds[: int(600 * held)] *= rng.uniform(0.1, 0.6, int(600 * held))
    free = FreeFlow(METRES)
    free.add(0, T0, speeds)
    assert free.speed(0, T0) == pytest.approx(speed, rel=0.06)


def test_hours_of_the_day_have_their_own_and_else_that_of_all_holds() -> None:
    free = FreeFlow(METRES)
    for day in range(3):
        free.add(0, T0 + 24 * HOUR * day, np.full(20, 10.0))
        free.add(0, T0 + 24 * HOUR * day + 12 * HOUR, np.full(40, 15.0))
    assert free.speed(0, T0 + 24 * HOUR * 9) == pytest.approx(10, rel=0.03)
    assert free.speed(0, T0 + 12 * HOUR) == pytest.approx(15, rel=0.03)
    assert free.speed(0, T0 + 5 * HOUR) == pytest.approx(15, rel=0.03)


def test_what_is_new_counts_more_and_memory_does_not_grow() -> None:
    free = FreeFlow(METRES)
    size = free._seen.nbytes
    for speed in (20.0, 10.0):
        for _ in range(3 * MOST_VEHICLES // 1_000):
            free.add(0, T0, np.full(1_000, speed))
    assert free.speed(0, T0) == pytest.approx(10, rel=0.03)
    assert free._seen.nbytes == size and free._seen[0].sum(axis=1).max() <= MOST_VEHICLES
    free.add(0, T0, np.array([np.nan, np.inf, -3.0, 0.0]))
    assert free.speed(0, T0) == pytest.approx(10, rel=0.03)


def test_it_learns_from_vehicles_that_pass_a_lane() -> None:
    actors = [passing(n, 6 * n, 10 if n % 3 else 8) for n in range(60)]
    actors += [passing(100 + n, 6 * n, 4, 500, ObjectClass.BICYCLE) for n in range(60)]
    free = learn(METRES, film(actors, 380, scene=METRES, fps=5))
    assert free.speed(0, T0) == pytest.approx(10, rel=0.05)
    assert math.isnan(free.speed(1, T0)) and len(free) < 5


def test_a_jam_teaches_nothing() -> None:
    """A vehicle each 5 s at 2 m/s: 720 an hour, 100 on a kilometre."""
    actors = [passing(n, 5 * n, 2) for n in range(100)]
    assert math.isnan(learn(METRES, film(actors, 500, scene=METRES, fps=2)).speed(0, T0))


def test_who_drives_against_the_lane_or_jumps_in_for_a_moment_teaches_nothing() -> None:
    against = [Actor(n, walk([(6 * n, 900, 400), (6 * n + 5, 100, 400)]), ObjectClass.CAR) for n in range(60)]
    short = [Actor(100 + n, walk([(6 * n, 100, 500), (6 * n + 0.5, 140, 500)]), ObjectClass.CAR) for n in range(60)]
    free = learn(METRES, film(against + short, 370, scene=METRES, fps=5))
    assert math.isnan(free.speed(0, T0)) and math.isnan(free.speed(1, T0))


def test_without_metres_speeds_are_in_car_boxes() -> None:
    """100 px/s: a car of 50 px passes 2 boxes a second, so does a motorcycle of 35 px."""
    cars = [Actor(n, walk([(6 * n, 100, 400), (6 * n + 8, 900, 400)]), ObjectClass.CAR, (50, 40)) for n in range(30)]
    bikes = [
        Actor(50 + n, walk([(6 * n + 3, 100, 400), (6 * n + 11, 900, 400)]), ObjectClass.MOTORCYCLE, (30, 35))
        for n in range(30)
    ]
    free = learn(PIXELS, film(cars + bikes, 200, scene=PIXELS, fps=5))
    assert not free.metric and free.speed(0, T0) == pytest.approx(2, rel=0.05)
    given_in_metres = FreeFlow(with_lanes(make_scene(), free_flow_mps=12.0))
    assert math.isnan(given_in_metres.speed(0, T0))
