"""security.fight_suspected on made-up people: who rushes at whom, and stays."""

from __future__ import annotations

import pytest

from analytics.table import build_rule
from core.events import EndReason, Phase
from core.measures import FightMeasures
from core.scene import Scene
from scenes.rules import FightSpec
from tests.support.tracks import Actor, Way, film, play, still, walk
from tests.support.traffic import METRES, PIXELS
from tests.support.watched import events, found, seconds

SPEC = FightSpec(zone="z")
SIZE = (10.0, 18.0)
"""Of a person, where a pixel is 0.1 m."""


def person(number: int, way: Way) -> Actor:
    return Actor(number, way, size=SIZE)


def meets(mps: float, *, at_s: float = 4.0, x: float = 500, y: float = 500, gap_m: float = 0.8) -> list[Actor]:
    """Two who come from left and right at so many m/s each, meet, and stay."""
    half, came = 10 * gap_m / 2, 10 * mps * at_s
    left, right = x - half, x + half
    ways = [[(0, end + way, y), (at_s, end, y), (1e3, end, y)] for end, way in ((left, -came), (right, came))]
    return [person(n, walk(way)) for n, way in enumerate(ways, 1)]


@pytest.mark.parametrize("scene", [METRES, PIXELS], ids=["metres", "pixels"])
@pytest.mark.parametrize("fps", [25, 10, 4, 2])
def test_two_who_rush_at_each_other_and_stay_are_one_event(scene: Scene, fps: float) -> None:
    (event,) = found(film(meets(3.0), 12, scene=scene, fps=fps), SPEC)
    assert seconds([event]) == [pytest.approx(4 + 3.0, abs=1.3 if fps < 4 else 0.4)]
    assert event.track_ids == (1, 2) and isinstance(event.measures, FightMeasures)
    assert event.measures.count == 2 and event.measures.approach_mps == pytest.approx(6.0, rel=0.35)


@pytest.mark.parametrize("scene", [METRES, PIXELS], ids=["metres", "pixels"])
def test_two_who_walk_to_meet_are_none(scene: Scene) -> None:
    assert found(film(meets(1.5), 20, scene=scene), SPEC) == []


def test_two_who_run_past_each_other_are_none() -> None:
    ways = [walk([(0, 300, 500), (10, 700, 500)]), walk([(0, 700, 505), (10, 300, 505)])]
    assert found(film([person(n, way) for n, way in enumerate(ways, 1)], 10, scene=METRES), SPEC) == []


def test_one_who_runs_to_another_who_waits_is_none() -> None:
    runs = person(1, walk([(0, 300, 500), (4, 492, 500), (99, 492, 500)]))
    assert found(film([runs, person(2, still(500, 500))], 12, scene=METRES), SPEC) == []


def test_who_runs_through_a_crowd_is_none_though_others_stand_where_he_passed() -> None:
    crowd = [person(n, still(480 + 9 * n, 500)) for n in range(4, 8)]
    runs = [person(1, walk([(0, 300, 497), (10, 700, 497)])), person(2, walk([(0, 700, 503), (10, 300, 503)]))]
    assert found(film([*crowd, *runs], 10, scene=METRES), SPEC) == []


@pytest.mark.parametrize(("bystanders", "told"), [(4, 1), (5, 0)])
def test_in_a_crowd_nobody_can_tell(bystanders: int, told: int) -> None:
    around = [person(10 + n, still(470 + 15 * n, 530)) for n in range(bystanders)]
    assert len(found(film([*meets(3.0), *around], 12, scene=METRES), SPEC)) == told


def test_a_number_that_jumps_from_one_to_another_rushes_at_nobody() -> None:
    """Five metres in a frame, as when two are mistaken for each other."""
    jumps = [
        person(1, lambda t: (440.0, 500.0) if t < 4 else (496.0, 500.0)),
        person(2, lambda t: (560.0, 500.0) if t < 4 else (504.0, 500.0)),
    ]
    assert found(film(jumps, 12, scene=METRES), SPEC) == []


def test_who_holds_another_hides_him_and_the_event_goes_on_until_both_go() -> None:
    """For four seconds one of them has no track, and comes back under another number."""
    one, other = meets(3.0)
    hidden = person(2, lambda t: other.way(t) if t < 9 else None)
    again = person(7, walk([(13, 504, 500), (20, 504, 500), (24, 700, 500)]))
    stays = person(1, lambda t: one.way(t) if t < 20 else (496 - 40 * (t - 20), 500) if t < 24 else None)
    told = events(film([stays, hidden, again], 40, scene=METRES), SPEC)
    assert {e.event_id for e in told} == {told[0].event_id}
    assert told[-1].phase is Phase.ENDED and told[-1].end_reason is EndReason.CLEARED
    assert seconds(told[-1:])[0] > 24


def test_it_goes_on_after_a_restart_as_one_event() -> None:
    before = events(film(meets(3.0), 12, scene=METRES), SPEC)
    rule = build_rule(SPEC, METRES, "cam", before[-1:])
    again = [person(11, still(496, 500)), person(12, still(504, 500))]
    after = list(play(rule, film(again, 30, scene=METRES, start_s=40)).events)
    assert {e.event_id for e in after} == {before[0].event_id} and {e.phase for e in after} == {Phase.UPDATED}
    assert isinstance(after[-1].measures, FightMeasures) and after[-1].measures.approach_mps > 4


def test_what_is_remembered_is_bounded_and_forgotten() -> None:
    rule = build_rule(SPEC, METRES, "cam")
    play(rule, film(meets(3.0), 12, scene=METRES, fps=25))
    assert len(rule) <= 15  # type: ignore[arg-type]
    play(rule, film([], 20, scene=METRES, start_s=12))
    assert len(rule) == 0  # type: ignore[arg-type]
