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
    assert seconds(on) == [pytest.approx(2 + 15 / 25 + STOOD_S + 3, abs=0.4)]
    told = on[0].measures
    assert isinstance(told, CollisionMeasures) and told.others == 1
    assert told.speed_mps == pytest.approx(15, rel=0.1) and told.deceleration_mps2 > 15


def test_two_who_stop_abruptly_together_are_one_collision() -> None:
    """The one in front brakes with nobody in reach; 3 s later the one behind runs into it."""
    front = Actor(1, crash(2.0, 7.0, far=480), CAR, SIZE)
    behind = Actor(2, crash(5.0, 30.0, far=435), CAR, SIZE)
    on = found(film([front, behind], 16, scene=METRES), CollisionSpec())
    assert [e.track_ids for e in on] == [(2,)]
    assert seconds(on) == [pytest.approx(5 + 15 / 30 + STOOD_S + 3, abs=0.3)]


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
    assert len(on) == 1 and seconds(on) == [pytest.approx(5.6 + STOOD_S + 3, abs=0.3)]
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


def test_a_track_that_goes_past_at_an_impact_and_comes_back_has_come_as_fast() -> None:
    """At an impact a track goes on for a moment, and is back 2 s later: only then it is seen to rest."""
    x = walk([(-1, 0, 400), (2, 450, 400), (2.15, 470, 400), (4.5, 450, 400), (20, 450, 400)])
    other = Actor(2, still(480, 400), CAR, SIZE)
    assert len(found(film([Actor(1, x, CAR, SIZE), other], 14, scene=METRES), CollisionSpec())) == 1


def test_a_number_that_went_off_with_one_who_passed_and_came_back_is_no_impact() -> None:
    def jumps(t: float) -> tuple[float, float]:
        """It stands, is one who comes past for a second, and stands there again."""
        return (330 + 120 * (t - 5), 400.0) if 5 <= t < 6 else (450.0, 400.0)

    other = Actor(2, still(480, 400), CAR, SIZE)
    assert found(film([Actor(1, jumps, CAR, SIZE), other], 14, scene=METRES), CollisionSpec()) == []


@pytest.mark.parametrize(("aside", "told"), [(0.0, 1), (20.0, 0)], ids=["in its way", "beside it"])
def test_one_has_run_into_whom_stands_in_its_way(aside: float, told: int) -> None:
    other = Actor(2, still(450 + 22 * (aside == 0), 400 + aside), ObjectClass.MOTORCYCLE, (20, 18))
    rider = Actor(1, crash(), ObjectClass.MOTORCYCLE, (20, 18))
    assert len(found(film([rider, other], 12, scene=METRES), CollisionSpec())) == told


@pytest.mark.parametrize(("later_s", "told"), [(2.0, 1), (-1.0, 0)], ids=["queues up behind", "stood there"])
def test_who_queues_up_behind_two_who_have_met_does_not_make_it_a_queue(later_s: float, told: int) -> None:
    rider, hit = (Actor(n, way, ObjectClass.MOTORCYCLE, (20, 18)) for n, way in ((1, crash()), (2, still(472, 400))))
    comes = walk([(2.6 + later_s - 3, 280, 400), (2.6 + later_s, 400, 400), (30, 400, 400)])
    third = Actor(3, comes, ObjectClass.MOTORCYCLE, (20, 18))
    assert len(found(film([rider, hit, third], 12, scene=METRES), CollisionSpec())) == told


def test_two_who_both_came_harder_than_two_can_brake_have_met() -> None:
    """Each of them could have: not both, one in touch with the other."""
    front, behind = Actor(1, crash(2.0, 7.5, far=495), CAR, SIZE), Actor(2, crash(2.2, 7.5), CAR, SIZE)
    assert len(found(film([front, behind], 16, scene=METRES), CollisionSpec())) == 1
    soft, late = Actor(1, crash(2.0, 3.5, far=495), CAR, SIZE), Actor(2, crash(2.2, 6.5), CAR, SIZE)
    assert found(film([soft, late], 16, scene=METRES), CollisionSpec(deceleration_mps2=4)) == []


def test_two_who_stand_on_in_touch_where_one_braked_hard_have_met() -> None:
    """With nobody near them, when they came to stand together; soon it would be one who stops behind another."""

    def told(*others: Actor, far: float = 450, hits_s: float = 2.2, until_s: float = 16) -> list[float]:
        front = Actor(1, crash(2.0, 4.0, far=495), CAR, SIZE)
        hits = Actor(2, crash(hits_s, 8.0, far=far), CAR, SIZE)
        return seconds(found(film([front, hits, *others], until_s, scene=METRES), CollisionSpec()))

    # The one in front has come to rest last.
    assert told() == [pytest.approx(2 + 15 / 4 + 6.5, abs=0.5)]
    assert told(far=436) == [], "1.4 m apart"
    assert told(until_s=11) == []
    assert told(hits_s=11.0, until_s=24) == [], "it came up to one who stood"
    assert told(Actor(3, still(560, 400), CAR, SIZE)) == told(Actor(3, still(400, 440), CAR, SIZE)) == [], "a queue"
