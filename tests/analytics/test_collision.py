"""incident.collision on made-up tracks: impacts, hard braking, tracks that break."""

from __future__ import annotations

import pytest

from core.measures import CollisionMeasures
from core.taxonomy import ObjectClass
from scenes.rules import CollisionSpec
from tests.support.tracks import Actor, Way, film, still, walk
from tests.support.traffic import METRES
from tests.support.watched import found, seconds

CAR, SIZE = ObjectClass.CAR, (45, 30)


STOOD_S = 2.5
"""So long somebody stands until his place is known."""


def crash(at_s: float = 2.0, mps2: float = 25.0, y: float = 400.0, far: float = 450.0) -> Way:
    """At 15 m/s, then hard to a stop at x = `far`, where it stays."""
    lasts = 15.0 / mps2
    begins = far - 10 * 15.0 * lasts / 2

    def way(t: float) -> tuple[float, float] | None:
        if t < 0:
            return None
        late = min(max(t - at_s, 0.0), lasts)
        return begins - 150 * (at_s - min(t, at_s)) + 10 * (15 * late - mps2 * late**2 / 2), y

    return way


def test_who_came_too_fast_to_have_braked_and_touches_another_has_hit_it() -> None:
    other = Actor(2, still(480, 400), CAR, SIZE)
    on = found(film([Actor(1, crash(), CAR, SIZE), other], 12, scene=METRES), CollisionSpec())
    assert [e.track_ids for e in on] == [(1,)]
    assert seconds(on) == [pytest.approx(2 + 15 / 25 + 3, abs=0.4)]
    told = on[0].measures
    assert isinstance(told, CollisionMeasures) and told.others == 1
    assert told.speed_mps == pytest.approx(15, rel=0.1) and told.deceleration_mps2 > 15


def test_two_who_stop_abruptly_together_are_one_collision() -> None:
    """The one in front brakes with nobody in reach; 3 s later the one behind runs into it."""
    front = Actor(1, crash(2.0, 7.0, far=480), CAR, SIZE)
    behind = Actor(2, crash(5.0, 30.0, far=435), CAR, SIZE)
    on = found(film([front, behind], 16, scene=METRES), CollisionSpec())
    assert len(on) == 1
    assert seconds(on) == [pytest.approx(2 + 15 / 7 + STOOD_S + 3, abs=0.5)]


@pytest.mark.parametrize("cls", [ObjectClass.CAR, ObjectClass.MOTORCYCLE])
def test_two_who_brake_as_hard_as_one_can_have_not_collided(cls: ObjectClass) -> None:
    """Behind a works vehicle that stops hard the next one does so, too, and stands close behind it."""
    front = Actor(1, crash(2.0, 5.0, far=500), cls, SIZE)
    behind = Actor(2, crash(2.7, 7.0, far=470), cls, SIZE)
    assert found(film([front, behind], 16, scene=METRES), CollisionSpec()) == []


def test_a_track_that_breaks_at_the_impact_is_found_in_who_begins_at_rest_there() -> None:
    """A rider hits one who has just stopped: within a frame, and what stands there has a new number."""
    front = Actor(1, crash(2.0, 7.0, far=480), CAR, SIZE)
    hits = Actor(2, walk([(2, 0, 400), (5, 450, 400)]), ObjectClass.MOTORCYCLE, (20, 18))
    lies = Actor(3, lambda t: (452.0, 400.0) if t >= 5.6 else None, ObjectClass.MOTORCYCLE, (20, 18))
    shots = film([front, hits, lies], 16, scene=METRES)
    on = found(shots, CollisionSpec())
    assert len(on) == 1 and seconds(on) == [pytest.approx(2 + 15 / 7 + STOOD_S + 3, abs=0.5)]
    apart = Actor(1, crash(2.0, 7.0, far=560), CAR, SIZE)
    assert found(film([apart, hits, lies], 16, scene=METRES), CollisionSpec()) == [], "it touches nobody"


def test_who_vanishes_beside_one_that_stands_is_not_that_one() -> None:
    """A rider goes past between two who stand, and is hidden there as one of them is seen for the first time."""
    front = Actor(1, still(480, 400), CAR, SIZE)
    past = Actor(2, walk([(2, 0, 420), (5, 450, 420)]), ObjectClass.MOTORCYCLE, (20, 18))
    seen = Actor(3, lambda t: (448.0, 400.0) if t >= 5.2 else None, ObjectClass.MOTORCYCLE, (20, 18))
    assert found(film([front, past, seen], 16, scene=METRES), CollisionSpec()) == []


def test_two_who_brake_side_by_side_have_not_met() -> None:
    """As rider and machine, or two at a signal: they stop as far apart as they were."""
    one, other = (Actor(n, crash(mps2=7.0, y=y), CAR, SIZE) for n, y in ((1, 390), (2, 420)))
    assert found(film([one, other], 12, scene=METRES), CollisionSpec()) == []


def test_long_vehicles_meet_with_their_middles_far_apart() -> None:
    size = (80, 30)
    front = Actor(1, crash(2.0, 7.0, far=480), ObjectClass.TRUCK, size)
    behind = Actor(2, crash(5.0, far=397), ObjectClass.TRUCK, size)
    assert len(found(film([front, behind], 16, scene=METRES), CollisionSpec())) == 1


def test_abrupt_stops_that_are_no_collision() -> None:
    alone = Actor(1, crash(), CAR, SIZE)
    assert found(film([alone], 12, scene=METRES), CollisionSpec()) == []
    beside = Actor(2, still(480, 400), CAR, SIZE)
    assert found(film([Actor(1, crash(mps2=5.0), CAR, SIZE), beside], 16, scene=METRES), CollisionSpec()) == []
    gap = Actor(2, still(520, 400), CAR, SIZE)
    assert found(film([alone, gap], 16, scene=METRES), CollisionSpec()) == [], "it stopped in time, 2.5 m behind"
    soon = walk([(0, 150, 400), (2, 450, 400), (4, 450, 400), (7, 900, 400)])
    assert found(film([Actor(1, soon, CAR, SIZE), beside], 9, scene=METRES), CollisionSpec()) == []


@pytest.mark.parametrize(("left_px", "told"), [(10, 0), (130, 1)], ids=["1 m", "13 m"])
def test_where_the_camera_sees_no_further_braking_hard_together_tells_nothing(left_px: float, told: int) -> None:
    """At a signal out of sight two brake hard, one close behind the other, who is already past the drawn lane."""
    end = float(METRES.lanes["a"].centreline[-1, 0])
    ahead = Actor(2, crash(2.0, 8.0, far=end - left_px + 45), CAR, SIZE)
    behind = Actor(1, crash(5.0, 8.5, far=end - left_px), CAR, SIZE)
    assert len(found(film([behind, ahead], 16, scene=METRES), CollisionSpec())) == told


@pytest.mark.parametrize(("mps2", "told"), [(14.0, 1), (7.0, 0)])
def test_who_stops_harder_than_one_brakes_behind_one_who_stands_has_hit_it(mps2: float, told: int) -> None:
    """Who brakes hard behind it has not."""
    front = Actor(2, still(500, 400), CAR, SIZE)
    hits = Actor(1, crash(mps2=mps2, far=455), CAR, SIZE)
    on = found(film([front, hits], 16, scene=METRES), CollisionSpec())
    assert [e.track_ids for e in on] == [(1,)] * told


@pytest.mark.parametrize(("mps2", "told"), [(8.0, 0), (25.0, 1)], ids=["brakes", "hits"])
def test_at_the_end_of_a_queue_hard_braking_is_no_collision(mps2: float, told: int) -> None:
    queue = [Actor(n, still(885 - 60 * n, 400), CAR, SIZE) for n in range(2, 9)]
    last = Actor(1, crash(mps2=mps2, far=885 - 60 * 8 - 50), CAR, SIZE)
    on = found(film([last, *queue], 12, scene=METRES), CollisionSpec())
    assert seconds(on) == [pytest.approx(2 + 15 / mps2 + STOOD_S + 3, abs=0.4)] * told


@pytest.mark.parametrize(("beside", "told"), [([], 1), ([360.0, 440.0], 0)], ids=["alone", "in a queue"])
def test_a_number_that_jumps_between_riders_who_queue_is_no_impact(beside: list[float], told: int) -> None:
    """One seems to stop at once behind another: whose it is among those who stand 4 m beside, nobody can tell."""
    queue = [Actor(n, still(472, y), ObjectClass.MOTORCYCLE, (20, 18)) for n, y in enumerate([400.0, *beside], 2)]
    rider = Actor(1, crash(), ObjectClass.MOTORCYCLE, (20, 18))
    assert len(found(film([rider, *queue], 12, scene=METRES), CollisionSpec())) == told
