"""incident.slow_vehicle on made-up tracks: light traffic, who brakes and sets off, who is ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.scene import Scene
from core.taxonomy import ObjectClass
from scenes.rules import SlowVehicleSpec
from tests.support.tracks import Actor, film, walk
from tests.support.traffic import METRES, driver
from tests.support.watched import found

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
