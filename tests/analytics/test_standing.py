"""incident.stopped_vehicle and violation.illegal_parking where others stand around, hide, or the picture ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.events import Phase
from core.scene import Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import IllegalParkingSpec, StoppedVehicleSpec
from tests.support.tracks import Actor, film, make_scene, still, walk, with_lanes
from tests.support.watched import events, starts

STOP, PARKING = StoppedVehicleSpec(zone="z"), IllegalParkingSpec(zone="z")
CAR, BUS = ObjectClass.CAR, ObjectClass.BUS


def parked(track_id: int, x: float = 500, start: float = -1e9, end: float = 1e9) -> Actor:
    return Actor(track_id, still(x, 500, start, end), CAR, (100, 60))


def test_who_comes_to_stand_behind_an_obstacle_waits_for_it() -> None:
    """He drives up on its lane, or on the one beside; who stops beside it, ahead or far behind does not wait for it."""
    scene = with_lanes(make_scene(0.1), (480, 560))

    def told(x: float, y: float, spec: StoppedVehicleSpec | IllegalParkingSpec = STOP) -> set[tuple[int, ...]]:
        comes = Actor(2, walk([(2, x - 150, y), (12, x, y), (200, x, y)]), CAR, (100, 60))
        film_ = film([Actor(1, still(600, 480), CAR, (100, 60)), comes], 90, scene=scene, fps=5)
        return {e.track_ids for e in events(film_, spec) if e.phase is Phase.STARTED}

    assert told(480, 480) == told(480, 560) == {(1,)}
    assert told(600, 560) == told(690, 560) == told(300, 480) == {(1,), (2,)}
    assert told(480, 480, PARKING) == {(1,), (2,)}, "he stands where nobody may, whatever for"


def test_who_is_ahead_is_told_on_lanes_that_begin_aslant_too() -> None:
    """The lane beside is drawn from 20 m further on: what one is along it says nothing of who is ahead."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    lane = scene.lanes["b"]
    begin = lane.centreline[0] + (200, 0)
    drawn = replace(lane, centreline=np.array([begin, lane.centreline[-1]]), length_m=60.0)
    aslant = replace(scene, lanes={**scene.lanes, "b": drawn})
    comes = Actor(2, walk([(2, 330, 560), (12, 480, 560), (200, 480, 560)]), CAR, (100, 60))
    film_ = film([Actor(1, still(600, 480), CAR, (100, 60)), comes], 60, scene=aslant, fps=5)
    assert {e.track_ids for e in events(film_, STOP)} == {(1,)}


def test_who_waits_behind_an_obstacle_still_does_when_its_track_breaks() -> None:
    scene = with_lanes(make_scene(0.1), (480, 560))
    broken = [Actor(1, still(600, 480, end=15), CAR, (100, 60)), Actor(3, still(600, 480, 15.2), CAR, (100, 60))]
    comes = Actor(2, walk([(2, 330, 480), (12, 480, 480), (200, 480, 480)]), CAR, (100, 60))
    found = events(film([*broken, comes], 60, scene=scene, fps=5), STOP)
    assert len({e.event_id for e in found}) == 1 and (2,) not in {e.track_ids for e in found}


def test_who_is_mostly_hidden_ahead_is_waited_for() -> None:
    """His track ends before it is sure, and begins again. What is there now and then, far ahead, or behind, is not."""
    scene = with_lanes(make_scene(0.1), (480, 560))

    def told(
        x: float, y: float, seen_s: float, spec: StoppedVehicleSpec | IllegalParkingSpec = STOP, on: Scene = scene
    ) -> list[float]:
        spells = [(2.0 * n, 2.0 * n + seen_s) for n in range(40)]
        hidden = [
            Actor(100 + n, still(x, y, *spell), CAR, (100, 60), state=lambda t: TrackState.TENTATIVE)
            for n, spell in enumerate(spells)
        ]
        comes = Actor(2, walk([(2, 350, 480), (12, 500, 480), (200, 500, 480)]), CAR, (100, 60))
        return starts(film([comes, *hidden], 75, scene=on, fps=5), spec)

    assert told(600, 480, 1.2) == told(600, 560, 1.2) == []
    assert told(600, 480, 1.2, on=with_lanes(make_scene(), (480, 560))) == [], "without a ground"
    alone = [pytest.approx(22, abs=0.7)]
    assert told(600, 480, 0.4) == told(640, 480, 1.2) == told(400, 480, 1.2) == told(600, 700, 1.2) == alone
    assert told(600, 480, 1.2, PARKING) == [pytest.approx(72, abs=0.7)], "he stands where nobody may, whatever for"


def test_who_stands_past_the_end_of_the_lane_is_waited_for() -> None:
    """Also where others drive past: they go another way. Once he drives on, who stands there still is told."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    passes = [Actor(10 + n, walk([(t, 110, 560), (t + 5, 890, 560)]), CAR, (100, 60)) for n, t in enumerate((16, 20))]
    comes = Actor(2, walk([(2, 645, 480), (12, 795, 480), (200, 795, 480)]), CAR, (100, 60))

    def told(x: float, y: float, until: float = 1e9) -> list[float]:
        ahead = Actor(1, still(x, y, end=until), CAR, (100, 60))
        return starts(film([ahead, comes, *passes], 70, scene=scene, fps=5), STOP)

    alone = [pytest.approx(22, abs=0.7)]
    assert told(905, 700) == told(940, 480) == alone
    assert told(908, 480) == [] and told(908, 480, until=30) == [pytest.approx(40, abs=0.7)]


def test_who_stands_at_the_lanes_edge_waits_in_its_queue() -> None:
    """His foot is seen a metre beside the lane, as that of a box that trembles; three metres beside it he parks."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    queue = [Actor(10 + n, still(x, 480), CAR, (40, 40)) for n, x in enumerate((560, 640, 720, 800))]

    def told(y: float) -> bool:
        comes = Actor(1, walk([(2, 350, y), (12, 500, y), (200, 500, y)]), CAR, (40, 40))
        return (1,) in {e.track_ids for e in events(film([comes, *queue], 90, scene=scene, fps=5), PARKING)}

    assert told(410) and not told(430) and not told(450)


@pytest.mark.parametrize(("cls", "found"), [(CAR, True), (ObjectClass.MOTORCYCLE, False)], ids=["car", "rider"])
def test_nobody_queues_behind_a_rider(cls: ObjectClass, found: bool) -> None:
    """Where he is first in a queue far from the lane's end, he waits for whom the camera does not see."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    cars = [(500, 480), (440, 480), (470, 560)]
    queue = [
        Actor(n, walk([(0, x - 300, y), (10, x, y), (200, x, y)]), kind, (40, 40))
        for n, (x, y, kind) in enumerate([(560, 480, cls), *((x, y, CAR) for x, y in cars)], start=1)
    ]
    assert bool(starts(film(queue, 60, scene=scene, fps=5), STOP)) is found


def test_who_may_wait_for_the_unseen_does_not_stand_alone_when_he_comes_to_a_stop_line() -> None:
    """He creeps from the end of one lane to the stop line of the next, slower than the speed at which one stands."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    stop = replace(scene, lanes={**scene.lanes, "b": replace(scene.lanes["b"], stop_line=True)})
    creeps = Actor(1, walk([(0, 790, 500), (20, 790, 500), (32, 790, 560), (200, 790, 560)]), CAR, (100, 60))
    assert starts(film([creeps], 80, scene=stop, fps=5), STOP) == []


def test_who_parks_before_a_queue_comes_to_stand_around_him_is_told() -> None:
    """Beside him and before him they stop from 15 s on; who stops among them is one of them."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    spots = [(500, 560), (600, 560), (700, 560), (550, 480), (650, 480), (620, 560)]
    queue = [
        Actor(10 + n, walk([(12 + n, x - 200, y), (17 + n, x, y), (200, x, y)]), CAR, (40, 40))
        for n, (x, y) in enumerate(spots)
    ]
    first = Actor(1, still(450, 480), CAR, (100, 60))
    assert starts(film([first, *queue], 80, scene=scene, fps=5), PARKING)[:1] == [60.0]
    late = Actor(1, walk([(20, 250, 480), (26, 450, 480), (200, 450, 480)]), CAR, (100, 60))
    told = events(film([late, *queue], 110, scene=scene, fps=5), PARKING)
    assert (1,) not in {e.track_ids for e in told}


def test_who_is_hidden_while_he_parks_is_still_he() -> None:
    """For 6 s nobody sees him, and his track begins anew; for 12 s he may be another."""

    def told(hidden_s: float, x: float = 500) -> list[float]:
        return starts(film([parked(1, end=30), parked(2, x, start=30 + hidden_s)], 110, fps=5), PARKING)

    assert told(6) == [pytest.approx(60, abs=2)]
    assert told(6, x=600) == [pytest.approx(96, abs=2)] and told(12) == [pytest.approx(102, abs=2)]


@pytest.mark.parametrize(
    ("cls", "x", "y", "when"),
    [(BUS, 60, 500, 90), (BUS, 400, 996, 90), (CAR, 60, 500, 90), (BUS, 400, 64, 10), (BUS, 400, 500, 10)],
    ids=["left", "below", "a car", "above", "whole"],
)
def test_whose_foot_the_pictures_edge_cuts_may_stand_at_his_stop_or_in_a_queue(
    cls: ObjectClass, x: float, y: float, when: float
) -> None:
    """His lane is not known; of one who is whole, or of whom only the roof is out of the picture, it is."""
    wide = np.array([(0, 0), (1_000, 0), (1_000, 1_000), (0, 1_000)], np.float64)
    scene = replace(make_scene(0.1), zones={"z": replace(make_scene().zones["z"], polygon=wide)})
    stands = Actor(1, still(x, y), cls, (120, 60))
    assert starts(film([stands], 120, scene=scene, fps=5), STOP) == [pytest.approx(when, abs=0.5)]


def test_whose_number_goes_off_with_one_who_passes_parks_on() -> None:
    """At 30 s track 1 goes on with who passes, and who parks is track 2, or track 1 again; who comes to stop there, and
    is another, is not he.
    """
    scene = with_lanes(make_scene(0.1), (500,))
    off = [(0, 500, 500), (30, 500, 500), (32, 900, 500)]

    def told(*actors: Actor) -> list[float]:
        return starts(film([*actors], 110, scene=scene, fps=5), PARKING)

    assert told(Actor(1, walk(off), CAR, (100, 60)), parked(2, start=30.5)) == [pytest.approx(60, abs=1)]
    back = walk([(0, 500, 500), (30, 500, 500), (30.2, 620, 520), (34, 640, 520), (34.2, 500, 500), (200, 500, 500)])
    assert told(Actor(1, back, CAR, (100, 60))) == [pytest.approx(60, abs=1)]
    comes = Actor(2, walk([(25, 210, 500), (33, 230, 500), (37, 500, 500), (200, 500, 500)]), CAR, (100, 60))
    assert told(Actor(1, walk(off), CAR, (100, 60)), comes) == [pytest.approx(97, abs=1)]


def test_who_parks_and_is_found_now_and_then_is_still_he() -> None:
    """For 20 s no track of his is sure; where nothing is seen of him for as long, he may be another."""

    def told(*between: Actor) -> list[float]:
        film_ = film([parked(1, end=30), *between, parked(9, start=50)], 130, fps=5)
        return starts(film_, PARKING)

    def glimpse(number: int, start: float) -> Actor:
        return Actor(number, still(500, 500, start, start + 0.6), CAR, (100, 60), lambda t: TrackState.TENTATIVE)

    assert told(glimpse(2, 37), glimpse(3, 44)) == [pytest.approx(60, abs=2)]
    assert told() == [pytest.approx(110, abs=2)]


def test_who_stands_on_when_the_queue_around_him_has_gone_did_not_wait_for_it() -> None:
    """He stands from 5 s on amid a queue that leaves at 40 s; who goes on ten seconds later has waited."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    spots = [(500, 560), (600, 560), (700, 560), (550, 480), (650, 480), (620, 560)]
    queue = [
        Actor(10 + n, walk([(0, x, y), (40, x, y), (46, x + 600, y)]), CAR, (40, 40)) for n, (x, y) in enumerate(spots)
    ]

    def told(until: float) -> list[float]:
        mine = walk([(0, 300, 480), (5, 450, 480), (until, 450, 480), (until + 4, 900, 480)])
        return starts(film([Actor(1, mine, CAR, (100, 60)), *queue], 90, scene=scene, fps=5), PARKING)

    assert told(200) == [pytest.approx(65, abs=1)]
    assert told(50) == []
