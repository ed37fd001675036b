"""incident.slow_vehicle on made-up tracks: light traffic, who brakes and sets off, who is ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.measures import SlowVehicleMeasures
from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import SlowVehicleSpec
from tests.support.tracks import Actor, film, still, walk
from tests.support.traffic import METRES, PIXELS, driver
from tests.support.watched import found, seconds

CAR, SIZE = ObjectClass.CAR, (45, 30)
SLOW = SlowVehicleSpec()


def told(actors: Sequence[Actor], seconds: float, scene: Scene = METRES) -> list[int]:
    return [track for event in found(film(actors, seconds, scene=scene, fps=5), SLOW) for track in event.track_ids]


def flow(until_s: int) -> list[Actor]:
    """At 14 m/s, one each 2 s, on both lanes in turn."""
    return [driver(10 + n, 2 * n, 14.0, "ab"[n % 2]) for n in range(until_s // 2)]


def test_where_nobody_passed_the_free_flow_speed_is_usual() -> None:
    limit = {name: replace(lane, speed_limit_mps=14.0) for name, lane in METRES.lanes.items()}
    slow = [driver(1, 0, 3.5)]
    assert told(slow, 28) == []
    assert told(slow, 28, replace(METRES, lanes=limit)) == [1]
    assert told([driver(1, 0, 7.0)], 14, replace(METRES, lanes=limit)) == []


def test_who_drives_the_wrong_way_is_no_slow_vehicle() -> None:
    against = Actor(1, walk([(40, 900, 400), (60, 200, 400)]), CAR, SIZE)
    assert told([against, *flow(40)], 62) == []


def test_who_brakes_and_sets_off_is_no_slow_vehicle() -> None:
    """It comes at 14 m/s, is at 1.5 m/s for a moment, and gains 0.45 m/s each second: slow for more than 10 s."""
    spots, x, mps = [], 0.0, 14.0
    for t in np.arange(0, 30, 0.5):
        spots.append((40.0 + float(t), x, 400.0))
        mps = max(1.5, 14.0 - 4.0 * t) if t < 5 else min(14.0, 1.5 + 0.45 * (t - 5))
        x += 5.0 * mps
    sets_off = Actor(1, walk([spot for spot in spots if spot[1] < 1_000]), CAR, SIZE)
    assert told([sets_off, *flow(40)], 70) == []


def test_who_is_as_slow_ahead_holds_up_though_just_above_the_share() -> None:
    """He drives at 44 % of the usual speed, it at 36 %; at 70 % he is faster than those who crawl."""
    crawls = driver(1, 42, 5.0)
    assert told([crawls, driver(2, 40, 6.2), *flow(40)], 64) == []
    assert told([crawls, driver(2, 40, 9.8), *flow(40)], 64) == [1]


def test_who_is_as_slow_beyond_the_end_of_the_lane_holds_up() -> None:
    """The lane as drawn ends at 900; he creeps on past its end, and out of the picture for the last seconds."""
    crawls = Actor(1, walk([(40, 400, 400), (55, 850, 400)]), CAR, SIZE)
    beyond = [walk([(40, 920, y), (51, 990, y)]) for y in (400, 640)]
    assert told([crawls, Actor(2, beyond[0], CAR, SIZE), *flow(38)], 55) == []
    assert told([crawls, Actor(2, beyond[1], CAR, SIZE), *flow(38)], 55) == [1]


def crowd(count: int = 30, mps: float = 14.0) -> list[Actor]:
    return [driver(n + 10, 4 * n, mps, aside=20) for n in range(count)]


@pytest.mark.parametrize("scene", [METRES, PIXELS], ids=["metres", "pixels"])
def test_who_crawls_among_fast_ones_is_found(scene: object) -> None:
    place = METRES if scene is METRES else PIXELS
    slow = driver(1, 40, 3.5)
    on = found(film([slow, *crowd()], 70, scene=place, fps=5), SLOW)
    assert [e.track_ids for e in on] == [(1,)]
    assert seconds(on) == [pytest.approx(40 + 10 / 3.5 + 10, abs=1)]
    told = on[0].measures
    assert isinstance(told, SlowVehicleMeasures) and told.share == pytest.approx(3.5 / 14, abs=0.08)
    assert (told.usual_mps is None) == (place is PIXELS)


def test_a_slow_crowd_is_no_slow_vehicle() -> None:
    assert found(film([driver(1, 40, 2), *crowd(mps=5.0)], 70, scene=METRES, fps=5), SLOW) == []


def test_those_behind_a_slow_one_only_follow() -> None:
    crawling = [driver(n, 40 + 4 * n, 3.5) for n in range(3)]
    on = found(film([*crawling, *crowd()], 75, scene=METRES, fps=5), SLOW)
    assert [e.track_ids for e in on] == [(0,)]


def test_the_tail_of_a_jam_whose_head_is_out_of_sight_is_no_slow_vehicle() -> None:
    """After traffic has flowed, one crawls near the end of its lane, another beside it; with some who pass, one is."""
    crawl = [Actor(n, walk([(60, x, y), (90, x + 290, y)]), CAR, SIZE) for n, x, y in ((1, 600, 400), (2, 590, 500))]
    before = [driver(10 + n, 2 * n, 14.0, "ab"[n % 2]) for n in range(24)]
    assert found(film([*before, *crawl], 95, scene=METRES), SLOW) == []
    passing = [driver(50 + n, 58 + 3 * n, 14.0, "b", aside=25) for n in range(9)]
    on = found(film([*before, *crawl[:1], *passing], 95, scene=METRES), SLOW)
    assert [e.track_ids for e in on] == [(1,)]


def test_who_stands_is_no_slow_vehicle_and_does_not_make_the_lane_slow() -> None:
    parked = Actor(1, still(500, 400), CAR, SIZE)
    assert found(film([parked, *crowd()], 70, scene=METRES, fps=5), SLOW) == []
    slow = driver(2, 80, 3.5)
    on = found(film([parked, slow, *crowd()], 110, scene=METRES, fps=5), SLOW)
    assert [e.track_ids for e in on] == [(2,)]


def test_nothing_is_usual_before_enough_have_passed() -> None:
    assert found(film([driver(1, 0, 3.5), *crowd(3)], 25, scene=METRES, fps=5), SLOW) == []
