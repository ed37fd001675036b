"""incident.pedestrian_on_carriageway on made-up tracks: people, riders, and who is taken for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.events import EndReason, Phase
from core.measures import PedestrianMeasures
from core.scene import Label, Scene, Zone
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import IntrusionSpec, PedestrianSpec
from tests.support.tracks import Actor, Way, film, still, walk
from tests.support.traffic import METRES, PIXELS, driver
from tests.support.watched import events, found, seconds

CAR, SIZE = ObjectClass.CAR, (45, 30)
CROSSING = Zone("crossing", Label("", ""), np.array([(480, 350), (520, 350), (520, 550), (480, 550)], np.float64))


def test_somebody_on_foot_on_a_lane_is_found_after_a_second() -> None:
    walker = Actor(1, walk([(0, 300, 250), (4, 300, 450), (9, 300, 700)]), size=(10, 20))
    on = found(film([walker], 12, scene=METRES), PedestrianSpec())
    assert seconds(on) == [pytest.approx(2.2 + 1, abs=0.3)]
    told = on[0].measures
    assert isinstance(told, PedestrianMeasures) and told.count == 1 and told.duration_s == pytest.approx(1, abs=0.2)


def test_people_at_a_crossing_and_beside_the_road_are_no_incident() -> None:
    scene = replace(METRES, zones={**METRES.zones, "crossing": CROSSING})
    crosses = Actor(1, walk([(0, 500, 250), (12, 500, 700)]), size=(10, 20))
    beside = Actor(2, walk([(0, 100, 300), (12, 900, 300)]), size=(10, 20))
    shots = film([crosses, beside], 14, scene=scene)
    assert found(shots, PedestrianSpec(except_zones=["crossing"])) == []
    assert len(found(shots, PedestrianSpec())) == 1


def test_who_walks_along_the_kerb_is_not_on_the_carriageway() -> None:
    """His foot trembles to and fro over the edge of the zone; two steps further in he counts."""
    road = Zone("road", Label("", ""), np.array([(100, 360), (900, 360), (900, 540), (100, 540)], np.float64))
    scene = replace(METRES, zones={**METRES.zones, "road": road}, lanes={})

    def along(y: float) -> Actor:
        return Actor(1, lambda t: (200 + 13 * t, y + 0.8 * (-1) ** round(10 * t)), size=(10, 20))

    assert found(film([along(361)], 20, scene=scene), PedestrianSpec(zone="road")) == []
    assert len(found(film([along(366)], 20, scene=scene), PedestrianSpec(zone="road"))) == 1


def test_who_has_come_across_a_lane_is_on_the_carriageway_also_where_the_zone_ends() -> None:
    """He walks across where the camera sees no further: at the edge of the zone, but not at the kerb."""
    corners = np.array([(100, 360), (482, 360), (482, 540), (100, 540)], np.float64)
    scene = replace(METRES, zones={**METRES.zones, "road": Zone("road", Label("", ""), corners)})
    walker = Actor(1, walk([(0, 481, 330), (10, 481, 530)]), size=(10, 20))
    assert len(found(film([walker], 12, scene=scene), PedestrianSpec(zone="road"))) == 1
    along = Actor(1, walk([(0, 110, 361), (20, 400, 361)]), size=(10, 20))
    assert found(film([along], 20, scene=scene), PedestrianSpec(zone="road")) == []


def test_a_rider_is_no_pedestrian() -> None:
    assert found(film([driver(1, 0, 10, cls=ObjectClass.MOTORCYCLE)], 12, scene=METRES), PedestrianSpec()) == []


@pytest.mark.parametrize("scene", [METRES, PIXELS])
def test_a_person_too_fast_for_a_walker_rides_what_is_not_seen(scene: Scene) -> None:
    # 8 m/s, or 4.7 of its box a second; then at 3 km/h, as in a queue. A walker of 1.5 m/s at the same time is found.
    rides = Actor(1, walk([(0, 100, 400), (6, 580, 400), (20, 690, 400)]), size=(10, 17))
    assert found(film([rides], 20, scene=scene), PedestrianSpec()) == []
    walks = Actor(2, walk([(0, 100, 420), (20, 400, 420)]), size=(10, 17))
    assert [e.track_ids for e in found(film([rides, walks], 20, scene=scene), PedestrianSpec())] == [(2,)]


def test_who_walks_across_the_road_is_on_foot_though_his_track_was_a_riders() -> None:
    """At 14 km/h along the lane, then as fast as one walks: across the lanes, or on along them as in a queue."""
    mixed = Actor(1, walk([(0, 300, 360), (4, 460, 360), (12, 460, 450)]), size=(10, 17))
    assert [e.track_ids for e in found(film([mixed], 13, scene=METRES), PedestrianSpec())] == [(1,)]
    rider = Actor(1, walk([(0, 300, 360), (4, 460, 360), (12, 550, 360)]), size=(10, 17))
    assert found(film([rider], 13, scene=METRES), PedestrianSpec()) == []


def test_a_rider_who_waits_among_vehicles_is_no_pedestrian_but_who_walks_through_them_is() -> None:
    """Five cars; a rider whose machine nobody sees came along at walking speed and stands; somebody walks across."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    rider = Actor(11, walk([(0, 330, 410), (4, 390, 410), (60, 390, 410)]), size=(10, 17))
    assert found(film([*cars, rider], 60, scene=METRES), PedestrianSpec()) == []
    walker = Actor(12, walk([(20, 480, 360), (26, 480, 440)]), size=(10, 17))
    assert [e.track_ids for e in found(film([*cars, rider, walker], 60, scene=METRES), PedestrianSpec())] == [(12,)]


@pytest.mark.parametrize(("tall_px", "count"), [(17, 1), (12, 0)], ids=["stands", "sits"])
def test_who_goes_on_upright_along_a_queue_is_no_rider(tall_px: float, count: int) -> None:
    """At walking speed past cars that wait: 20 m, farther than a queue moves up at a time."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    along = Actor(11, walk([(0, 240, 410), (15, 440, 410)]), size=(10, tall_px))
    assert len(found(film([*cars, along], 15, scene=METRES), PedestrianSpec())) == count


def piece(number: int, start_s: float, end_s: float, way: Way) -> Actor:
    """Seen from one time to the other under a number."""
    return Actor(number, lambda t: way(t) if start_s <= t < end_s else None, size=(10, 17))


def test_somebody_on_foot_whose_number_changes_ever_again_is_still_on_foot() -> None:
    """No piece of his way is long enough to tell; nor is one that begins farther off somebody on foot for it."""
    way = walk([(0, 200, 410), (40, 600, 410)])
    pieces = [piece(n + 2, 5 + 1.5 * n, 6.2 + 1.5 * n, way) for n in range(20)]
    lives = events(film([piece(1, 0, 4.7, way), *pieces], 34, scene=METRES), PedestrianSpec())
    assert Phase.ENDED not in [event.phase for event in lives]
    others = [piece(n + 2, 5 + 1.5 * n, 6.2 + 1.5 * n, walk([(0, 260, 470), (40, 660, 470)])) for n in range(20)]
    lives = events(film([piece(1, 0, 4.7, way), *others], 34, scene=METRES), PedestrianSpec())
    assert lives[-1].phase is Phase.ENDED and lives[-1].track_ids == (1,)


def test_who_is_hidden_amid_the_carriageway_has_not_left_it() -> None:
    """He crosses, a bus hides him for 9 s; once he is over the kerb the event ends after 5 s."""
    way = walk([(0, 300, 340), (3, 300, 400), (12, 300, 430), (18, 300, 550)])
    lives = events(film([piece(1, 0, 3.5, way), piece(2, 12.5, 18, way)], 30, scene=METRES), PedestrianSpec())
    assert [event.phase for event in lives if event.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    over = walk([(0, 300, 340), (10, 300, 540)])
    last = events(film([Actor(1, over, size=(10, 17))], 30, scene=METRES), PedestrianSpec())[-1]
    assert last.end_reason is EndReason.CLEARED and seconds([last])[0] < 16


def test_who_came_from_the_pavement_and_walks_along_a_queue_is_no_rider() -> None:
    """He stood beside the lane before; a rider whose machine is not seen comes along it as slowly."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    stood = Actor(11, walk([(0, 300, 250), (5, 300, 250), (15, 300, 360), (30, 460, 360)]), size=(10, 17))
    rider = Actor(12, walk([(0, 240, 440), (30, 520, 440)]), size=(10, 17))
    assert [e.track_ids for e in found(film([*cars, stood, rider], 31, scene=METRES), PedestrianSpec())] == [(11,)]


def test_who_came_along_the_road_from_before_the_lane_begins_did_not_come_from_the_pavement() -> None:
    """The lane is drawn from x = 100 on; cars queue on it, and he waited before it and comes along with them."""
    cars = [Actor(n, still(500 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    rider = Actor(11, walk([(0, 30, 410), (5, 60, 410), (9, 60, 410), (30, 250, 410)]), size=(10, 17))
    assert found(film([*cars, rider], 31, scene=METRES), PedestrianSpec()) == []
    walker = Actor(12, walk([(0, 30, 330), (9, 60, 330), (14, 120, 390), (30, 250, 410)]), size=(10, 17))
    told = found(film([*cars, rider, walker], 31, scene=METRES), PedestrianSpec())
    assert [e.track_ids for e in told] == [(12,)]


@pytest.mark.parametrize(("y", "count"), [(428, 0), (480, 1)])
def test_a_box_that_jumps_by_less_than_a_lane_among_those_who_queue_is_a_rider(y: float, count: int) -> None:
    """Now his feet are hidden, and now not: 1.8 m; somebody on foot goes on across, onto the next lane."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    jumps = Actor(11, walk([(0, 480, 410), (3, 480, 410), (3 + (y - 410) / 25, 480, y), (30, 480, y)]), size=(10, 17))
    assert len(found(film([*cars, jumps], 31, scene=METRES), PedestrianSpec())) == count


def test_a_box_that_hidden_riders_lend_each_other_to_and_fro_does_not_walk() -> None:
    """It goes 1.2 m across as fast as one walks, and creeps back, again and again; who goes on across does."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    corners = [corner for n in range(6) for corner in ((5.0 * n, 480.0, 410.0), (5.0 * n + 1, 480.0, 422.0))]
    lent = Actor(11, walk(corners), size=(10, 17))
    assert found(film([*cars, lent], 27, scene=METRES), PedestrianSpec()) == []
    onward = [(t, x, y + 12.0 * (t // 5)) for t, x, y in corners]
    walker = Actor(11, walk(onward), size=(10, 17))
    assert len(found(film([*cars, walker], 27, scene=METRES), PedestrianSpec())) == 1


def test_who_stands_where_somebody_on_foot_was_lost_counts_after_a_minute_of_his_own() -> None:
    """One walks along the road for 40 s; the next one there, a rider perhaps, has stood for 45 s."""
    way = walk([(0, 200, 410), (40, 720, 410)])
    stands = Actor(2, lambda t: (733.0, 410.0) if t >= 41 else None, size=(10, 17))
    shots = film([piece(1, 0, 40, way), stands], 86, scene=METRES)
    assert len(found(shots, PedestrianSpec())) == 1
    lives = events(shots, PedestrianSpec())
    assert lives[-1].phase is Phase.ENDED and seconds(lives[-1:])[0] < 60


def test_a_thing_that_is_taken_for_somebody_counts_only_after_a_minute() -> None:
    """Who stands on a lane with nobody near, and a box that trembles by its width, for 50 s."""
    thing = Actor(1, lambda t: (500 + 4.0 * (round(10 * t) % 2), 400.0), size=(10, 17))
    assert found(film([thing], 50, scene=METRES), PedestrianSpec()) == []
    stays = Actor(1, still(500, 400), size=(10, 17))
    assert seconds(found(film([stays], 90, scene=METRES), PedestrianSpec())) == [pytest.approx(61, abs=1)]


def test_who_sits_on_a_motorcycle_that_stands_is_a_rider_and_who_stands_beside_it_is_not() -> None:
    """At the edge of the lane, off which the machine trembles; nobody has seen the two move together. For 90 s."""
    machine = Actor(1, still(500, 443), ObjectClass.MOTORCYCLE, (20, 12))
    rider = Actor(2, still(502, 438), size=(8, 15))
    assert found(film([machine, rider], 90, scene=METRES), PedestrianSpec()) == []
    beside = Actor(3, still(516, 438), size=(8, 17))
    assert [e.track_ids for e in found(film([machine, beside], 90, scene=METRES), PedestrianSpec())] == [(3,)]


def test_who_walks_past_motorcycles_that_wait_is_on_foot() -> None:
    """Behind a row of ten, a hand's breadth of picture above their feet, across two lanes at 1.2 m/s."""
    row = [Actor(n, still(480, 370 + 18 * n), ObjectClass.MOTORCYCLE, (7, 12)) for n in range(1, 11)]
    walker = Actor(20, walk([(2, 484, 330), (17, 484, 540)]), size=(8, 17))
    told = found(film([*row, walker], 20, scene=METRES), PedestrianSpec())
    assert [e.track_ids for e in told] == [(20,)]


@pytest.mark.parametrize(("y", "count"), [(349, 0), (340, 1)])
def test_who_waits_a_metre_beside_the_lane_may_be_a_rider_whose_machine_is_hidden(y: float, count: int) -> None:
    """Cars queue; he stands there for 5 s and goes along with them. Two metres beside, he came from the pavement."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    waits = Actor(11, walk([(0, 300, y), (5, 300, y), (7, 320, 363), (30, 480, 363)]), size=(10, 17))
    assert len(found(film([*cars, waits], 31, scene=METRES), PedestrianSpec())) == count


def test_who_waits_on_a_motorcycle_off_the_lanes_is_a_rider_until_he_walks() -> None:
    """On a crossing before the stop line: he came 2 m with nobody seeing his machine, which is seen once he stands."""
    machine = Actor(1, still(500, 600), ObjectClass.MOTORCYCLE, (20, 12))
    comes = walk([(0, 480, 597), (2, 501, 597), (20, 501, 597)])
    area = Zone("kerb", Label("", ""), np.array([(400, 560), (700, 560), (700, 700), (400, 700)], np.float64))
    scene, spec = replace(METRES, zones={**METRES.zones, "kerb": area}), PedestrianSpec(zone="kerb", for_s=5)
    shots = film([Actor(2, comes, size=(8, 15)), machine], 20, scene=scene)
    assert found(shots, spec) == []
    walks = walk([(0, 480, 597), (2, 501, 597), (8, 501, 597), (20, 680, 597)])
    on = found(film([Actor(2, walks, size=(8, 17)), machine], 20, scene=scene), spec)
    assert seconds(on) == [pytest.approx(14.2, abs=0.5)]


@pytest.mark.parametrize(("mps", "count"), [(2.0, 0), (0.0, 1)])
def test_who_rides_slowly_over_a_crossing_with_a_machine_that_is_seen_is_no_intruder(mps: float, count: int) -> None:
    """They come in at 7 km/h, too fast for the two to have been joined; past a machine that stands somebody walks."""
    crossing = Zone("crossing", Label("", ""), np.array([(400, 560), (700, 560), (700, 700), (400, 700)], np.float64))
    scene = replace(METRES, zones={**METRES.zones, "crossing": crossing})
    machine = Actor(1, lambda t: (430 + 10 * mps * t, 630), ObjectClass.MOTORCYCLE, (20, 12))
    rider = Actor(2, lambda t: (431 + 20 * t, 626), size=(8, 15))
    told = found(film([machine, rider], 10, scene=scene), IntrusionSpec(zone="crossing", classes=["person"]))
    assert len(told) == count


@pytest.mark.parametrize(("low_m", "count"), [(1.7, 1), (1.2, 0)])
def test_among_those_who_queue_only_who_is_as_tall_as_one_stands_walks_across(low_m: float, count: int) -> None:
    """A box of a rider's upper part jumps to the next rider, 5 m across, as fast as one walks."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    moves = Actor(11, walk([(0, 480, 370), (3, 480, 370), (6, 480, 420), (30, 480, 420)]), size=(10, 10 * low_m))
    assert len(found(film([*cars, moves], 31, scene=METRES), PedestrianSpec())) == count


@pytest.mark.parametrize(("hidden_px", "count"), [(1.5, 0), (0.0, 1)])
def test_a_foot_that_is_hidden_now_and_then_comes_no_way_where_the_head_stays(hidden_px: float, count: int) -> None:
    """Among those who queue, seen from near by: his foot goes 4.5 m up the picture as it is hidden, or he goes."""
    cars = [Actor(n, still(600 - 80 * n, 400), ObjectClass.CAR, (45, 20)) for n in range(5)]
    way = walk([(0, 480, 438), (4, 480, 438), (7, 480, 393), (30, 480, 393)])
    shots = []
    for n, (begin, lasts) in enumerate([(0.0, 4.0), *((4 + n / 10, 0.1) for n in range(30)), (7.0, 20.0)]):
        who = Actor(11, way, size=(20, 70 - hidden_px * min(n, 30)))
        shots += film([*cars, who], lasts, scene=METRES, start_s=begin)
    assert len(found(shots, PedestrianSpec())) == count


def test_boxes_that_riders_lend_to_a_track_are_nobody() -> None:
    """Seen in two frames of ten, at walking speed."""
    lent = Actor(
        1,
        walk([(0, 400, 350), (8, 400, 450)]),
        size=(10, 17),
        state=lambda t: TrackState(1 if round(10 * t) % 5 == 0 else 2),
    )
    assert found(film([lent], 10, scene=METRES), PedestrianSpec()) == []
