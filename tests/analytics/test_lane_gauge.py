"""Traffic on a lane, with figures that can be worked out by hand: 800 pixels, 40 m where calibrated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analytics.measure import MeasureRule
from core.events import Measurement
from core.scene import Label, Lane, Scene
from core.taxonomy import ObjectClass
from core.traffic import level_by_density, level_by_speed
from scenes.rules import MeasureSpec
from tests.support.tracks import T0, Actor, film, make_scene, play, still, walk

CAR, MOTORCYCLE = ObjectClass.CAR, ObjectClass.MOTORCYCLE


def street(metres_per_pixel: float | None = 0.05, **of_lane: Any) -> Scene:
    polygon = np.array([(100, 450), (900, 450), (900, 550), (100, 550)], np.float64)
    length = None if metres_per_pixel is None else 800 * metres_per_pixel
    lane = Lane("n", Label("", ""), polygon, np.array([(100.0, 500.0), (900.0, 500.0)]), "n", length_m=length)
    return replace(make_scene(metres_per_pixel), lanes={"n": replace(lane, **of_lane)})


def drive(number: int, start: float, speed: float, cls: ObjectClass = CAR, *, back: bool = False) -> Actor:
    """From one end of the picture to the other, at so many pixels a second."""
    ends = (1000, 0) if back else (0, 1000)
    return Actor(number, walk([(start, ends[0], 500), (start + 1000 / speed, ends[1], 500)]), cls, (90, 60))


def measured(actors: list[Actor], scene: Scene, seconds: float = 60, **spec: Any) -> list[Measurement]:
    rule = MeasureRule(MeasureSpec(lane="n", **spec), scene, "cam")
    return list((play(rule, film(actors, seconds, scene=scene)) + rule.close(T0)).measurements)


def test_flow_speed_density_headway_and_occupancy_of_steady_traffic() -> None:
    (found,) = measured([drive(k, 10 * k, 100) for k in range(1, 5)], street(free_flow_mps=8.0))
    assert (found.place, found.direction, found.counts) == ("n", "forward", {"car": 4})
    assert found.flow_vph == pytest.approx(240, rel=0.01) == found.flow_pcuph
    assert found.time_mean_speed_mps == pytest.approx(5, rel=0.01)
    assert found.mean_speed_mps == pytest.approx(5, rel=0.01)
    assert found.occupancy == pytest.approx(4 * 8 / 60, rel=0.03)
    assert found.density_vpkm == pytest.approx(4 * 8 / 60 / 0.04, rel=0.03)
    assert found.headway_s == pytest.approx(10, rel=0.01)
    assert (found.level_of_service, found.los_scheme, found.unit) == ("C", "speed", "metres")


def test_the_mean_over_space_is_below_the_mean_over_time() -> None:
    (found,) = measured([drive(1, 1, 40), drive(2, 1, 160)], street())
    assert found.time_mean_speed_mps == pytest.approx(5, rel=0.01)
    assert found.mean_speed_mps == pytest.approx(80 / 25, rel=0.02)


def test_motorcycles_side_by_side_count_each_and_a_quarter() -> None:
    (found,) = measured([drive(k, 5, 100, MOTORCYCLE) for k in range(1, 9)], street(), road="motorway")
    assert found.counts == {"motorcycle": 8}
    assert found.flow_pcuph == pytest.approx(8 * 60 * 0.25, rel=0.01)
    assert found.density_pcupkm is not None and found.density_vpkm is not None
    assert found.density_pcupkm == pytest.approx(found.density_vpkm / 4)
    assert (found.level_of_service, found.los_scheme) == ("A", "density")


def test_who_drives_against_the_lane_has_a_record_of_his_own() -> None:
    forward, backward = measured([drive(1, 1, 100), drive(2, 20, 100, back=True)], street())
    assert (forward.direction, forward.counts) == ("forward", {"car": 1})
    assert (backward.direction, backward.counts) == ("backward", {"car": 1})
    assert forward.mean_speed_mps == pytest.approx(5, rel=0.02) == backward.mean_speed_mps


def test_a_foot_that_trembles_at_the_place_of_counting_counts_once() -> None:
    way = [(0.0, 100.0, 500.0), (4.0, 500.0, 500.0)]
    way += [(4 + k / 10, 500 + 6 * (-1) ** k, 500.0) for k in range(1, 200)] + [(30.0, 900.0, 500.0)]
    (found,) = measured([Actor(1, walk(way), CAR, (90, 60))], street())
    assert found.counts == {"car": 1}


def test_what_stands_is_dense_and_no_flow() -> None:
    (found,) = measured(
        [Actor(k, still(150 + 60 * k, 500), CAR, (50, 40)) for k in range(10)], street(free_flow_mps=10)
    )
    assert (found.counts, found.flow_vph, found.time_mean_speed_mps, found.headway_s) == ({}, 0, None, None)
    assert found.density_vpkm == pytest.approx(250, rel=0.01)
    assert (found.mean_speed_mps, found.level_of_service) == (0, "F")


def test_without_calibration_counts_and_rates_are_there_and_metres_are_not() -> None:
    (found,) = measured([drive(k, 10 * k, 100) for k in range(1, 5)], street(None))
    assert (found.counts, found.unit) == ({"car": 4}, "pixels")
    assert found.flow_vph == pytest.approx(240, rel=0.01)
    assert found.headway_s == pytest.approx(10, rel=0.01)
    assert (found.mean_speed_mps, found.time_mean_speed_mps, found.density_vpkm) == (None, None, None)
    assert found.level_of_service == found.los_scheme == ""


def test_people_on_the_lane_and_cars_beside_it_are_no_traffic_of_it() -> None:
    beside = Actor(2, walk([(0, 0, 600), (10, 1000, 600)]), CAR)
    (found,) = measured([drive(1, 1, 100, ObjectClass.PERSON), beside], street(), classes=["vehicle"])
    assert (found.counts, found.occupancy) == ({}, 0)


def test_an_interval_without_a_vehicle_is_a_record() -> None:
    found = measured([], street(), 130)
    assert [m.direction for m in found] == ["forward"] * 3
    assert [(m.flow_vph, m.density_vpkm, m.mean_speed_mps) for m in found] == [(0, 0, None)] * 3


@pytest.mark.parametrize(
    ("value", "level"), [(6.8, "A"), (6.9, "B"), (16.2, "C"), (21.7, "D"), (28.0, "E"), (28.1, "F")]
)
def test_levels_by_density(value: float, level: str) -> None:
    assert level_by_density(value) == level


@pytest.mark.parametrize(
    ("share", "level"), [(0.86, "A"), (0.85, "B"), (0.6, "C"), (0.5, "D"), (0.31, "E"), (0.3, "F"), (0.0, "F")]
)
def test_levels_by_speed(share: float, level: str) -> None:
    assert level_by_speed(share) == level
