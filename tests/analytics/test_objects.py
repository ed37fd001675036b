"""Things that lie about, and who left them: what is an event, and what is explained by somebody who stands there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from analytics.table import build_rule
from core.events import EndReason, Event, Phase
from core.findings import Findings
from core.measures import AbandonedObjectMeasures, DebrisMeasures, EncroachmentMeasures, LitteringMeasures
from core.observations import Background, Blob, Observations
from core.protocols import Rule
from core.scene import Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import AbandonedObjectSpec, AnyRuleSpec, DebrisSpec, EncroachmentSpec, LitteringSpec
from tests.support.tracks import SECOND, T0, Actor, film, make_scene, still, walk, with_lanes

Told = Callable[[float], Background]
SCENE = make_scene(0.05)
"""A pixel is 5 cm; the zone reaches from 200 to 800."""
CAR = ObjectClass.CAR
PLACE = (490.0, 470.0, 510.0, 490.0)
"""A thing of 1 m."""


def lies(
    from_s: float = 10.0, until_s: float = 1e9, box: tuple[float, float, float, float] = PLACE, number: int = 1
) -> Told:
    """A thing that is told of eight seconds after it has appeared."""

    def told(second: float) -> Background:
        there = from_s + 8 <= second < until_s
        return Background(True, (Blob(number, box, second - from_s),) if there else ())

    return told


def run(
    rule: Rule,
    told: Told,
    seconds: float,
    actors: Sequence[Actor] = (),
    *,
    scene: Scene = SCENE,
    start_s: float = 0.0,
    epoch: int = 0,
) -> Findings:
    """Two frames a second, at every other of which the observer tells."""
    found = Findings()
    for number, shot in enumerate(film(actors, seconds, scene=scene, fps=2, start_s=start_s, epoch=epoch)):
        seen = Observations(background=told(start_s + number / 2)) if number % 2 == 0 else shot.observations
        found += rule.update(replace(shot, observations=seen).view)
    return found


def make(spec: AnyRuleSpec, scene: Scene = SCENE, open_events: Sequence[Event] = ()) -> Rule:
    return build_rule(spec, scene, "cam", open_events)


def lives(found: Findings) -> list[tuple[Phase, float]]:
    return [(e.phase, (e.at_ns - T0) / SECOND) for e in found.events if e.phase is not Phase.UPDATED]


DEBRIS = DebrisSpec(zone="z")
ABANDONED = AbandonedObjectSpec(zone="z")
LITTER = LitteringSpec(zone="z")
TAKEN_UP = EncroachmentSpec(zone="z", for_s=60)


def test_debris_is_an_event_after_its_time_and_ends_when_it_is_gone() -> None:
    found = run(make(DEBRIS), lies(until_s=100), 120)
    assert lives(found) == [(Phase.STARTED, 40.0), (Phase.ENDED, pytest.approx(105, abs=1.5))]
    event = found.events[0]
    assert (event.started_ns - T0) / SECOND == 10 and event.box == PLACE and event.position is not None
    assert event.measures == DebrisMeasures(30.0, 1.0, "m")
    assert found.events[-1].end_reason is EndReason.CLEARED
    assert [r.event for r in found.evidence] == [event]


@pytest.mark.parametrize(
    "box",
    [(490.0, 486.0, 494.0, 490.0), (400.0, 400.0, 500.0, 490.0), (90.0, 470.0, 110.0, 490.0)],
    ids=["too small", "too large", "elsewhere"],
)
def test_what_is_of_another_size_or_lies_elsewhere_is_no_debris(box: tuple[float, float, float, float]) -> None:
    assert run(make(DEBRIS), lies(box=box), 80).events == ()


def test_uncalibrated_sizes_are_in_pixels_and_say_so() -> None:
    scene = make_scene()
    event = run(make(DEBRIS, scene), lies(), 60, scene=scene).events[0]
    assert event.measures == DebrisMeasures(30.0, 20.0, "px") and event.position is None
    assert run(make(DebrisSpec(zone="z", min_size_px=28), scene), lies(), 60, scene=scene).events == ()


def test_what_was_taken_away_is_no_thing() -> None:
    def told(second: float) -> Background:
        return Background(True, (Blob(1, PLACE, 8.0, taken=True),) if 10 <= second < 60 else ())

    assert run(make(DEBRIS), told, 80).events == ()


STANDS = Actor(1, still(500, 492), CAR, (60, 50))


def test_who_stands_there_explains_it_also_after_his_track_was_lost() -> None:
    """A parked car, a car whose track ends, a person who stands for minutes, one who flickers, one beside it."""
    flickers = lambda t: TrackState.COASTING if int(t) % 3 else TrackState.CONFIRMED  # noqa: E731
    for who in (
        STANDS,
        replace(STANDS, way=still(500, 492, end=30)),
        Actor(1, still(500, 490), size=(18, 40)),
        Actor(1, still(500, 490), size=(18, 40), state=flickers),
        Actor(1, still(528, 492), CAR, (60, 50)),
    ):
        assert run(make(DEBRIS), lies(), 150, [who]).events == (), who


def test_who_passes_explains_nothing_and_neither_does_a_bag() -> None:
    passing = [Actor(n, walk([(10 + 3 * n, 100, 492), (14 + 3 * n, 900, 492)]), CAR, (60, 50)) for n in range(20)]
    assert lives(run(make(DEBRIS), lies(), 60, passing)) == [(Phase.STARTED, 40.0)]
    bag = Actor(1, still(500, 490), ObjectClass.BAG, (20, 20))
    assert len(lives(run(make(DEBRIS), lies(), 60, [bag]))) == 1


def test_what_is_seen_where_somebody_is_and_hardly_else_is_of_him() -> None:
    """Who sways stands nowhere, and his track's number changes; once it is seen without him it is a thing."""
    sways = [(t, 500 + (12 if t % 4 else -12), 500) for t in range(0, 121, 2)]
    parts = [Actor(n + 1, walk(sways[n : n + 6]), size=(70, 100)) for n in range(0, 54, 5)]
    assert run(make(DEBRIS), lies(), 100, parts).events == ()
    assert [phase for phase, _ in lives(run(make(DEBRIS), lies(), 240, parts))] == [Phase.STARTED]


def test_what_falls_from_a_car_that_stands_counts_from_when_it_has_driven_off() -> None:
    drives = Actor(1, walk([(0, 500, 492), (30, 500, 492), (34, 900, 492)]), CAR, (60, 50))
    ((_, at_s),) = lives(run(make(DEBRIS), lies(), 100, [drives]))
    assert 58 <= at_s <= 64


def test_before_a_signal_it_must_last_longer() -> None:
    scene = with_lanes(SCENE, (480.0,), stop_line=True)
    at_line, before = (860.0, 470.0, 880.0, 490.0), (300.0, 470.0, 320.0, 490.0)
    for box, at_s in ((at_line, 190.0), (before, 40.0)):
        assert lives(run(make(DebrisSpec(), scene), lies(box=box), 200, scene=scene)) == [(Phase.STARTED, at_s)]


def test_an_event_is_held_while_nothing_is_known_and_goes_on() -> None:
    known = lies()
    told = lambda second: Background(False, model=0) if 60 <= second < 90 else known(second)  # noqa: E731
    assert lives(run(make(DEBRIS), told, 140)) == [(Phase.STARTED, 40.0)]


def test_what_a_new_model_does_not_know_is_not_gone_until_it_is_seen_to_be_taken() -> None:
    def told(second: float) -> Background:
        if second < 60:
            return lies()(second)
        taken = (Blob(9, PLACE, 8.0, taken=True),) if 200 <= second < 210 else ()
        return Background(second > 120, taken, model=1)

    found = run(make(DEBRIS), told, 260)
    assert lives(found) == [(Phase.STARTED, 40.0), (Phase.ENDED, pytest.approx(203, abs=4))]
    assert found.events[-1].end_reason is EndReason.CLEARED


def test_an_event_outlives_a_restart_and_is_found_again_by_its_place() -> None:
    before = run(make(DEBRIS), lies(), 60)
    rule = make(DEBRIS, SCENE, [before.events[-1]])
    after = run(rule, lies(box=(492.0, 471.0, 512.0, 491.0), number=5), 60, start_s=70, epoch=1)
    assert {e.event_id for e in after.events} == {before.events[0].event_id}
    assert {e.phase for e in after.events} == {Phase.UPDATED}


def test_a_gap_starts_the_waiting_anew() -> None:
    rule = make(DEBRIS)
    found = run(rule, lies(), 35) + run(rule, lies(), 60, start_s=45)
    assert lives(found) == [(Phase.STARTED, 75.0)]


OWNER = Actor(7, walk([(0, 300, 490), (9, 488, 490), (12, 500, 490), (20, 620, 490), (400, 700, 500)]), size=(20, 36))


def test_an_object_is_abandoned_when_its_owner_is_away() -> None:
    found = run(make(ABANDONED), lies(until_s=150), 180, [OWNER])
    (_, started_s), (_, ended_s) = lives(found)
    assert 73 <= started_s <= 79 and 154 <= ended_s <= 158
    event = found.events[0]
    assert isinstance(event.measures, AbandonedObjectMeasures)
    assert (event.measures.owner, event.track_ids, event.class_ids) == (7, (7,), (0,))
    assert event.confidence > run(make(ABANDONED), lies(), 100).events[0].confidence, "nobody was seen to leave it"


def test_an_owner_who_stays_or_comes_back_has_not_abandoned_it() -> None:
    stays = replace(OWNER, way=walk([(0, 300, 490), (9, 488, 490), (20, 540, 490), (400, 541, 490)]))
    back = replace(OWNER, way=walk([(0, 300, 490), (9, 500, 490), (20, 620, 490), (50, 620, 490), (60, 510, 490)]))
    assert run(make(ABANDONED), lies(), 200, [stays]).events == ()
    ((_, at_s),) = lives(run(make(ABANDONED), lies(), 200, [back]))
    assert at_s > 115


def test_somebody_else_may_look_after_it_and_passers_do_not() -> None:
    friend = Actor(8, still(540, 500), size=(20, 36))
    assert run(make(ABANDONED), lies(), 150, [OWNER, friend]).events == ()
    assert len(lives(run(make(LITTER), lies(), 150, [OWNER, friend]))) == 1, "litter is left all the same"
    passers = [Actor(10 + n, walk([(10 + 4 * n, 200, 500), (18 + 4 * n, 800, 500)]), size=(20, 36)) for n in range(30)]
    assert len(lives(run(make(ABANDONED), lies(), 110, [OWNER, *passers]))) == 1


def test_where_an_owner_must_be_seen_nothing_else_counts() -> None:
    assert run(make(AbandonedObjectSpec(zone="z", owned=True)), lies(), 150).events == ()
    assert run(make(LITTER), lies(), 150).events == ()


def test_a_rider_who_throws_is_known_though_he_is_quick() -> None:
    rider = Actor(3, walk([(7.1, 100, 480), (13.1, 900, 480)]), ObjectClass.MOTORCYCLE, (40, 30))
    other = Actor(4, walk([(0, 100, 700), (30, 900, 700)]), CAR, (80, 60))
    found = run(make(LITTER), lies(from_s=10.5), 90, [rider, other])
    ((phase, at_s),) = lives(found)
    event = found.events[0]
    assert phase is Phase.STARTED and 70 <= at_s <= 75 and isinstance(event.measures, LitteringMeasures)
    assert (event.measures.owner, event.class_ids) == (3, (int(ObjectClass.MOTORCYCLE),))


def test_goods_and_parked_vehicles_encroach_and_people_do_not() -> None:
    lost = replace(STANDS, way=still(500, 492, end=40))
    for actors, what in (([], "goods"), ([STANDS], "vehicle"), ([lost], "vehicle")):
        found = run(make(TAKEN_UP), lies(until_s=200), 250, actors)
        (_, started_s), (_, ended_s) = lives(found)
        assert 69 <= started_s <= 72 and 228 <= ended_s <= 234
        assert isinstance(found.events[0].measures, EncroachmentMeasures)
        assert found.events[0].measures.what == what
    person = Actor(1, still(500, 490), size=(18, 40))
    assert run(make(TAKEN_UP), lies(box=(492, 455, 508, 490)), 200, [person]).events == ()


def test_things_and_trails_are_bounded() -> None:
    rule = make(ABANDONED)
    for number in range(40):
        run(rule, lies(number=number, from_s=number * 10, until_s=number * 10 + 12), 10, start_s=number * 10)
    things = rule._things  # type: ignore[attr-defined]
    assert len(things) <= 10 and len(things.trails.rows) == 0
