"""Lanes: counts, flow, speeds, density, headway, level of service of traffic that is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import MeasureSpec
from tests.support.tracks import Actor, Way, film, still, walk, with_lanes
from tests.support.traffic import METRES, MIDDLE, PIXELS, SIZES, at, driver, measured, scene_of, total

LANES = MeasureSpec(lanes="all")
CAR, MOTORCYCLE, TRUCK = ObjectClass.CAR, ObjectClass.MOTORCYCLE, ObjectClass.TRUCK


def test_steady_traffic_is_measured_as_it_is() -> None:
    """A car each 4 s at 10 m/s: 900 an hour, 25 on a kilometre, 2 on the 80 m; a minute in the middle is looked at."""
    cars = [driver(n, 4 * n, 10) for n in range(50)]
    found = at(measured(film(cars, 180, scene=METRES), LANES), "a")
    minute = found[1]
    assert minute.counts == {"car": 15} and minute.unit == "metres"
    assert minute.flow_vph == minute.flow_pcuph == pytest.approx(900)
    assert [minute.mean_speed_mps, minute.time_mean_speed_mps] == pytest.approx([10, 10], rel=1e-3)
    assert minute.density_vpkm == minute.density_pcupkm == pytest.approx(25, rel=0.01)
    assert minute.occupancy == pytest.approx(2, rel=0.01) and minute.headway_s == pytest.approx(4, abs=0.01)


def test_time_mean_and_space_mean_speed_differ_as_they_should() -> None:
    """As many pass at 5 as at 20 m/s: their mean is 12.5, but the slow ones are there four times as long: 8."""
    traffic = [driver(n, 3 * n, 5 if n % 2 else 20, cls=MOTORCYCLE, aside=15 * (n % 2)) for n in range(70)]
    minute = at(measured(film(traffic, 180, scene=METRES), LANES), "a")[1]
    assert minute.counts == {"motorcycle": 20} and minute.time_mean_speed_mps == pytest.approx(12.5, rel=0.01)
    assert minute.mean_speed_mps == pytest.approx(8, rel=0.01)
    assert minute.density_vpkm == pytest.approx(minute.flow_vph / 8 / 3.6, rel=0.02)  # type: ignore[operator]


def test_passenger_car_units_weigh_classes_as_the_rule_says() -> None:
    """In each minute 10 motorcycles and 5 trucks, all at 10 m/s: as many units as vehicles."""
    traffic = [driver(n, 4 * n, 10, cls=TRUCK if n % 3 == 0 else MOTORCYCLE) for n in range(50)]
    shots = film(traffic, 180, scene=METRES)
    usual, own = (
        at(measured(shots, MeasureSpec(lanes=["a"], pcu=changed)), "a")[1] for changed in ({}, {"motorcycle": 0.5})
    )
    assert usual.counts == {"motorcycle": 10, "truck": 5} and usual.flow_vph == pytest.approx(900)
    assert usual.flow_pcuph == pytest.approx(60 * (10 * 0.25 + 5 * 2.5))
    assert own.flow_pcuph == pytest.approx(60 * (10 * 0.5 + 5 * 2.5))
    assert [usual.density_vpkm, usual.density_pcupkm] == pytest.approx([25, 25], rel=0.01)


def test_an_empty_lane_is_a_record_of_nothing() -> None:
    (first, *_) = at(measured(film([], 70, scene=METRES), LANES), "b")
    assert first.counts == {} and first.flow_vph == first.density_vpkm == first.occupancy == 0
    assert first.mean_speed_mps is first.time_mean_speed_mps is first.headway_s is None
    assert first.level_of_service == "" and first.los_scheme == "speed"
    motorway = at(measured(film([], 70, scene=METRES), MeasureSpec(lanes="all", road="motorway")), "b")[0]
    assert (motorway.level_of_service, motorway.los_scheme) == ("A", "density")


def test_motorcycles_side_by_side_count_each() -> None:
    """Swarms of twelve, three abreast 2 m apart and rows 3 m apart."""
    swarm = [
        driver(1 + 12 * k + n, 10 * k + 0.3 * (n // 3), 10, cls=MOTORCYCLE, aside=20 * (n % 3 - 1))
        for k in range(8)
        for n in range(12)
    ]
    found = measured(film(swarm, 110, scene=METRES), LANES)
    assert total(found, "a") == {"motorcycle": 96} and total(found, "b") == {}
    assert {m.direction for m in found} == {"forward"}


@pytest.mark.parametrize("change", [300, 480, 500, 520, 700])
def test_who_changes_lanes_counts_once_in_the_group(change: float) -> None:
    """From a to b over 20 px somewhere on the way, also on the counting place itself."""

    def way(start: float) -> Way:
        turns = start + change / 100
        ends = [(start, 0, 400), (turns - 0.2, change - 20, 400), (turns + 0.2, change + 20, 500)]
        return walk([*ends, (start + 10, 1_000, 500)])

    cars = [Actor(n, way(5 * n), CAR, SIZES[CAR]) for n in range(1, 9)]
    found = measured(film(cars, 70, scene=METRES), LANES)
    assert total(found, "a").get("car", 0) + total(found, "b").get("car", 0) == 8
    assert total(found, "a", "backward") == total(found, "b", "backward") == {}


def test_who_rides_on_the_marking_counts_once() -> None:
    rng = np.random.default_rng(4)
    shaken = {t: float(rng.uniform(-12, 12)) for t in range(2_000)}

    def way(start: float) -> Way:
        return lambda t: (100 * (t - start), 450 + shaken[round(t * 10)]) if 0 <= t - start < 10 else None

    actors = [Actor(n, way(8.0 * n), MOTORCYCLE, SIZES[MOTORCYCLE]) for n in range(1, 11)]
    found = measured(film(actors, 100, scene=METRES), LANES)
    assert total(found, "a").get("motorcycle", 0) + total(found, "b").get("motorcycle", 0) == 10


def test_who_drives_against_the_lane_is_a_record_of_its_own() -> None:
    wrong = Actor(1, walk([(5, 1_000, 400), (15, 0, 400)]), MOTORCYCLE, SIZES[MOTORCYCLE])
    found = measured(film([wrong, driver(2, 5, 10)], 70, scene=METRES), LANES)
    (forward, *_), (backward,) = at(found, "a"), at(found, "a", "backward")
    assert (forward.counts, backward.counts) == ({"car": 1}, {"motorcycle": 1})
    assert backward.mean_speed_mps == pytest.approx(10, rel=0.01)
    assert backward.time_mean_speed_mps == pytest.approx(10, rel=0.01)
    assert at(found, "b", "backward") == []


@pytest.mark.parametrize("metric", [True, False])
def test_who_stops_on_the_counting_place_counts_once(metric: bool) -> None:
    rng = np.random.default_rng(2)
    shaken = {t: rng.uniform(-4, 4) for t in range(1_000)}

    def way(t: float) -> tuple[float, float] | None:
        x = np.interp(t, [2, 7, 40, 45], [0, 500, 500, 1_000]) + shaken[round(t * 10)]
        return (float(x), 400.0) if 2 <= t <= 45 else None

    found = measured(film([Actor(1, way, CAR, SIZES[CAR])], 60, scene=scene_of(metric)), LANES)
    assert total(found, "a") == {"car": 1} and at(found, "a", "backward") == []


def test_the_counting_place_is_where_the_rule_says() -> None:
    """A car that comes no further than 60 m."""
    halts = Actor(1, walk([(0, 0, 400), (7, 700, 400), (50, 700, 400)]), CAR, SIZES[CAR])
    shots = film([halts], 55, scene=METRES)
    assert total(measured(shots, MeasureSpec(lanes="all", count_at=0.7)), "a") == {"car": 1}
    assert total(measured(shots, MeasureSpec(lanes="all", count_at=0.8)), "a") == {}


def test_what_is_missed_now_and_then_is_still_there() -> None:
    """One detection of four is missed: counts and density are as without misses."""
    rng = np.random.default_rng(6)
    seen = {t: TrackState.COASTING if rng.random() < 0.25 else TrackState.CONFIRMED for t in range(3_000)}
    cars = [driver(n, 4 * n, 10, state=lambda t: seen[round(10 * t)]) for n in range(50)]
    minute = at(measured(film(cars, 180, scene=METRES), LANES), "a")[1]
    assert minute.counts == {"car": 15} and minute.density_vpkm == pytest.approx(25, rel=0.04)
    assert minute.mean_speed_mps == pytest.approx(10, rel=0.01)


def test_tracks_that_are_not_sure_do_not_count() -> None:
    cars = [driver(n, 4 * n, 10, state=lambda t: TrackState.TENTATIVE) for n in range(10)]
    found = measured(film(cars, 60, scene=METRES), LANES)
    assert total(found, "a") == {} and at(found, "a")[0].density_vpkm == 0


def test_who_is_sure_late_was_there_before() -> None:
    """Each is confirmed 4 s after it came, in the middle of the lane."""

    def late(start: float) -> Callable[[float], TrackState]:
        return lambda t: TrackState.TENTATIVE if t < start + 4 else TrackState.CONFIRMED

    cars = [driver(n, 4 * n, 10, state=late(4 * n)) for n in range(50)]
    minute = at(measured(film(cars, 180, scene=METRES), LANES), "a")[1]
    assert minute.density_vpkm == pytest.approx(25, rel=0.02)
    assert minute.mean_speed_mps == pytest.approx(10, rel=0.01)


def test_who_passes_where_a_false_box_was_has_not_been_there_since() -> None:
    """Tracks are joined when a new one begins near a lost one that stood, up to 20 s later."""
    ghosts = [Actor(100 + n, still(440, MIDDLE["a"], 12 * n, 12 * n + 1.5), CAR, SIZES[CAR]) for n in range(10)]
    passing = [
        Actor(n, walk([(12 * n + 8, 450, MIDDLE["a"]), (12 * n + 13.5, 1_000, MIDDLE["a"])]), CAR, SIZES[CAR])
        for n in range(10)
    ]
    minute = at(measured(film([*ghosts, *passing], 125, scene=METRES), LANES), "a")[1]
    assert minute.mean_speed_mps == pytest.approx(10, rel=0.02)
    assert minute.occupancy == pytest.approx(5 * 4.5 / 60, rel=0.05)


def test_who_drives_off_the_place_of_one_who_stood_is_another() -> None:
    """He who stood is gone for 6 s, and a car comes at 10 m/s from where he was: it had to set off first."""
    stood = [Actor(100 + n, still(440, MIDDLE["a"], 15 * n, 15 * n + 4), CAR, SIZES[CAR]) for n in range(8)]
    passing = [
        Actor(n, walk([(15 * n + 10, 450, MIDDLE["a"]), (15 * n + 15.5, 1_000, MIDDLE["a"])]), CAR, SIZES[CAR])
        for n in range(8)
    ]
    minute = at(measured(film([*stood, *passing], 125, scene=METRES), LANES), "a")[1]
    assert minute.occupancy == pytest.approx(4 * (4 + 4.5) / 60, rel=0.05)
    assert minute.mean_speed_mps == pytest.approx(10 * 4.5 / (4 + 4.5), rel=0.05)


def test_who_sets_off_while_he_is_hidden_has_been_there() -> None:
    """He stands, is not seen for 4 s, gains 2 m/s² in the last two of them, and goes on at 4 m/s."""

    def ride(start: float) -> Way:
        return lambda t: None if start + 6 < t < start + 10 else _sets_off(t - start)

    def _sets_off(t: float) -> tuple[float, float] | None:
        moving = max(t - 8, 0)
        way = min(moving, 2) ** 2 + 4 * max(moving - 2, 0)
        return (200 + 10 * way, MIDDLE["a"]) if t >= 0 and way < 70 else None

    riders = [Actor(n, ride(30 * n), MOTORCYCLE, SIZES[MOTORCYCLE]) for n in range(4)]
    minute = at(measured(film(riders, 125, scene=METRES), LANES), "a")[1]
    assert minute.occupancy == pytest.approx(2 * 26.5 / 60, rel=0.02)


@pytest.mark.parametrize("metric", [True, False])
@pytest.mark.parametrize(("queue_s", "waits_s"), [(60.0, 30.0), (16.0, 16.0)])
def test_who_is_hidden_in_a_queue_waits_on_while_it_stands(metric: bool, queue_s: float, waits_s: float) -> None:
    """Three stand one behind another, and the one in the middle is not seen any more after 10 s."""

    def stands(x: float, until_s: float) -> Way:
        return walk([(0, x, MIDDLE["a"]), (until_s, x, MIDDLE["a"]), (until_s + 6, x + 600, MIDDLE["a"])])

    others = [Actor(n, stands(x, queue_s), CAR, SIZES[CAR]) for n, x in ((1, 300), (2, 400))]
    hidden = Actor(3, still(350, MIDDLE["a"], 0, 10), CAR, SIZES[CAR])
    (minute, *_) = at(measured(film([*others, hidden], 61, scene=scene_of(metric)), LANES), "a")
    drives_s = 0 if queue_s == 60 else 5.5
    assert minute.occupancy == pytest.approx((2 * (queue_s + drives_s) + waits_s) / 60, abs=0.03)


def test_the_way_of_the_first_moments_is_what_it_does_then() -> None:
    """The first places of a car are of its front, and later ones of its middle: 2 m are lost at the beginning."""

    def shifted(start: float) -> Way:
        y = MIDDLE["a"]
        return walk([(start, 120, y), (start + 0.2, 120, y), (start + 0.25, 125, y), (start + 9, 1_000, y)])

    cars = [Actor(n, shifted(4 * n), CAR, SIZES[CAR]) for n in range(50)]
    minute = at(measured(film(cars, 180, scene=METRES), LANES), "a")[1]
    assert minute.mean_speed_mps == pytest.approx(10, rel=0.005)


@pytest.mark.parametrize(("stands_s", "there"), [(1.5, False), (20.0, True)])
def test_what_stands_for_a_moment_out_of_nothing_is_no_vehicle(stands_s: float, there: bool) -> None:
    cars = [driver(n, 4 * n, 10) for n in range(30)]
    ghosts = [
        Actor(100 + n, still(200 + 150 * n, MIDDLE["a"], 2.0 + 30 * n, 2.0 + 30 * n + stands_s), CAR, SIZES[CAR])
        for n in range(4)
    ]
    minute = at(measured(film(cars + ghosts, 125, scene=METRES), LANES), "a")[1]
    density = 25 + (1000 / 80 * 2 * stands_s / 60 if there else 0)
    assert minute.density_vpkm == pytest.approx(density, rel=0.02)
    assert minute.mean_speed_mps == pytest.approx(10 * 25 / density, rel=0.02)


def test_without_metres_counts_flow_and_headway_hold_and_speeds_are_unknown() -> None:
    cars = [driver(n, 4 * n, 10) for n in range(50)]
    minute = at(measured(film(cars, 180, scene=PIXELS), LANES), "a")[1]
    assert minute.unit == "pixels" and minute.counts == {"car": 15}
    assert minute.flow_vph == pytest.approx(900) and minute.headway_s == pytest.approx(4, abs=0.01)
    assert minute.occupancy == pytest.approx(2, rel=0.01)
    assert minute.mean_speed_mps is minute.time_mean_speed_mps is minute.density_vpkm is minute.free_flow_mps is None


@pytest.mark.parametrize("metric", [True, False])
def test_level_of_service_in_a_street_is_by_share_of_the_free_flow_speed_that_was_learnt(metric: bool) -> None:
    """40 cars at 12 m/s, then some at 6 m/s: half of it, level D."""
    cars = [driver(n, 6 * n, 12) for n in range(1, 41)] + [driver(100 + n, 260 + 6 * n, 6) for n in range(20)]
    found = at(measured(film(cars, 360, scene=scene_of(metric), fps=5), LANES), "a")
    assert [m.level_of_service for m in (found[0], found[3], found[5])] == ["", "A", "D"]
    assert {m.los_scheme for m in found} == {"speed"}
    if metric:
        assert found[5].free_flow_mps == pytest.approx(12, rel=0.03)


def test_a_given_free_flow_speed_is_used() -> None:
    scene = with_lanes(METRES, free_flow_mps=20.0)
    found = at(measured(film([driver(n, 5 * n, 13.6) for n in range(12)], 70, scene=scene), LANES), "a")
    assert found[0].free_flow_mps == 20 and found[0].level_of_service == "B"


def test_lanes_may_be_chosen_and_an_unknown_one_is_refused() -> None:
    shots = film([driver(1, 0, 10)], 20, scene=METRES)
    assert {m.place for m in measured(shots, MeasureSpec(lanes=["b"]))} == {"b"}
    with pytest.raises(KeyError):
        measured(shots, MeasureSpec(lanes=["c"]))


def test_who_stands_still_has_no_speed_but_a_density() -> None:
    parked = Actor(1, still(300, 400, 0), CAR, SIZES[CAR])
    (minute, *_) = at(measured(film([parked], 61, scene=METRES), LANES), "a")
    assert minute.counts == {} and minute.mean_speed_mps == 0 and minute.density_vpkm == pytest.approx(12.5, rel=0.01)
