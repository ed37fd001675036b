"""security.intrusion and security.crowding on made-up tracks: events of a whole zone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.table import build_rule
from core.events import EndReason, Event, Phase, Severity
from core.measures import CrowdingMeasures, IntrusionMeasures
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import CrowdingSpec, IntrusionSpec
from tests.support import watched
from tests.support.tracks import T0, Actor, Shot, film, make_scene, pause, play, still, walk

SCENE = make_scene()
SPEC = IntrusionSpec(zone="z", still_s=0)


def events(shots: list[Shot], spec: IntrusionSpec | CrowdingSpec = SPEC) -> list[Event]:
    return watched.events(shots, spec)


def starts(shots: list[Shot]) -> int:
    return len(watched.found(shots, SPEC))


def seconds(ns: int) -> float:
    return (ns - T0) / 1e9


def test_an_intrusion_lives_from_the_entry_to_some_time_after_the_exit() -> None:
    found = events(film([Actor(1, walk([(0, 100, 500), (2, 300, 500), (8, 300, 500), (10, 100, 500)]))], 20))
    first, last = found[0], found[-1]
    assert [e.phase for e in found] == [Phase.STARTED, Phase.UPDATED, Phase.ENDED]
    assert seconds(first.started_ns) == pytest.approx(1.1, abs=0.11)
    assert seconds(first.at_ns) == pytest.approx(2.1, abs=0.11)
    assert last.end_reason is EndReason.CLEARED
    assert seconds(last.at_ns) == pytest.approx(9 + 5, abs=0.3)
    assert isinstance(last.measures, IntrusionMeasures)
    assert last.measures.count == 1 and last.measures.duration_s == pytest.approx(8, abs=0.3)


@pytest.mark.parametrize(("gap_s", "found"), [(0.4, 1), (0.6, 0)])
def test_a_gap_of_half_a_second_is_allowed(gap_s: float, found: int) -> None:
    there, again = still(500, 500, 0, 0.7), still(500, 500, 0.6 + gap_s, 1.35 + gap_s)
    assert starts(film([Actor(1, lambda t: there(t) or again(t))], 8, fps=20)) == found


def test_a_new_number_inside_the_zone_is_no_second_event() -> None:
    people = [Actor(n + 1, still(500, 500 + n, 2 * n, 2 * n + 2)) for n in range(10)]
    assert starts(film(people, 30)) == 1


def test_many_at_once_are_one_event_that_knows_the_most() -> None:
    people = [Actor(n + 1, still(300 + 50 * n, 500, n, 20 - n)) for n in range(5)]
    found = events(film(people, 40))
    last = found[-1].measures
    assert isinstance(last, IntrusionMeasures) and last.count == 5
    assert {e.event_id for e in found} == {found[0].event_id}


def test_a_second_visit_is_a_second_event() -> None:
    first, second = still(500, 500, 0, 3), still(500, 500, 20, 23)
    assert starts(film([Actor(1, first), Actor(2, second)], 30)) == 2


PEOPLE = IntrusionSpec(zone="z", classes=["person"])


def test_a_thing_that_is_taken_for_somebody_counts_only_after_a_minute() -> None:
    post = Actor(1, still(500, 500))
    assert watched.starts(film([post], 59), IntrusionSpec(zone="z")) == []
    assert watched.starts(film([post], 63), IntrusionSpec(zone="z")) == [pytest.approx(61.0, abs=0.11)]
    jumps = Actor(1, lambda t: (560, 500) if 4.0 <= t < 4.2 else (500, 500))
    assert watched.starts(film([jumps], 30), IntrusionSpec(zone="z")) == [], "whose box somebody who passes had"


def test_who_comes_in_and_stands_counts_and_goes_on_under_another_number() -> None:
    came = walk([(0, 100, 500), (3, 400, 500), (6, 400, 500)])
    lost = Actor(1, lambda t: came(min(t, 6.0)) if t < 8 else None, state=lambda t: TrackState(1 if t < 6 else 2))
    again = Actor(2, still(420, 500, 7.5, 30))
    assert len(watched.found(film([lost, again], 40), PEOPLE)) == 1
    assert watched.events(film([lost, again], 40), PEOPLE)[-1].at_ns >= T0 + 34 * 10**9


def test_a_rider_whose_machine_is_not_seen_is_nobody_where_people_are_asked_for() -> None:
    rider = Actor(1, walk([(0, 0, 500), (10, 1000, 500)]))
    scene = make_scene(0.1)
    assert watched.starts(film([rider], 10, scene=scene), PEOPLE) == []
    assert len(watched.starts(film([rider], 10, scene=scene), IntrusionSpec(zone="z"))) == 1


def test_who_stands_at_the_edge_is_not_inside_but_goes_on_being() -> None:
    """His foot may be a tenth of his box, 8 pixels, from where it is seen."""
    passes = walk([(0, 300, 205), (9, 700, 205)])
    assert watched.starts(film([Actor(1, passes)], 10), PEOPLE) == []
    stays = walk([(0, 300, 240), (3, 400, 240), (4, 400, 205), (15, 400, 205)])
    assert len(watched.found(film([Actor(1, stays)], 15), PEOPLE)) == 1
    assert watched.events(film([Actor(1, stays)], 15), PEOPLE)[-1].phase is not Phase.ENDED


def test_what_is_only_believed_starts_nothing() -> None:
    for state in (TrackState.COASTING, TrackState.TENTATIVE):
        assert starts(film([Actor(1, still(500, 500), state=lambda t, s=state: s)], 20)) == 0  # type: ignore[misc]
    seen_briefly = Actor(1, still(500, 500), state=lambda t: TrackState.CONFIRMED if t < 0.5 else TrackState.COASTING)
    assert starts(film([seen_briefly], 20)) == 0


def test_a_coasting_track_keeps_the_waiting_alive_and_is_not_counted() -> None:
    lost = Actor(1, still(500, 500, 0, 9), state=lambda t: TrackState(2) if 0.3 < t < 1.2 else TrackState(1))
    found = events(film([lost, Actor(2, still(600, 500, 0, 9), state=lambda t: TrackState.COASTING)], 20, fps=20))
    assert seconds(found[0].at_ns) == pytest.approx(1.2, abs=0.11)
    assert isinstance(found[-1].measures, IntrusionMeasures) and found[-1].measures.count == 1


def test_an_empty_zone_and_passers_outside_are_nothing() -> None:
    assert events(film([], 10)) == []
    assert events(film([Actor(1, walk([(0, 0, 100), (9, 1000, 100)]))], 9)) == []
    assert events(film([Actor(1, still(500, 500), ObjectClass.ANIMAL)], 9)) == []


@settings(max_examples=15)
@given(st.integers(2, 25), st.floats(0, 1), st.lists(st.floats(2, 9), min_size=1, max_size=3))
def test_the_frame_rate_does_not_change_the_number_of_events(fps: int, late: float, stays: list[float]) -> None:
    people = [Actor(n + 1, still(500, 500, 25 * n + late, 25 * n + late + stay)) for n, stay in enumerate(stays)]
    assert starts(film(people, 25 * len(stays), fps=fps)) == len(stays)


def test_a_pause_of_ten_seconds_does_not_count_as_presence() -> None:
    shots = film([Actor(1, still(500, 500, 0, 0.8)), Actor(2, still(500, 500, 10.8, 11.5))], 20)
    assert starts([s for s in shots if not 0.75 <= s.view.frame.seq / 10 < 10.8]) == 0


def test_a_lost_camera_holds_the_event_and_a_reconnect_goes_on_with_it() -> None:
    rule = build_rule(SPEC, SCENE, "cam")
    first = play(rule, film([Actor(1, still(500, 500))], 10))
    assert pause(rule, 10, 120).events == ()
    second = play(rule, film([Actor(7, still(500, 500, 135))], 30, start_s=130, epoch=1))
    assert {e.event_id for e in (*first.events, *second.events)} == {first.events[0].event_id}
    assert {e.phase for e in second.events} == {Phase.UPDATED}


def test_after_a_reconnect_an_empty_zone_ends_the_event() -> None:
    rule = build_rule(SPEC, SCENE, "cam")
    play(rule, film([Actor(1, still(500, 500))], 10))
    pause(rule, 10, 60)
    (ended,) = play(rule, film([], 30, start_s=70, epoch=1)).events
    assert ended.end_reason is EndReason.UNSEEN
    assert seconds(ended.at_ns) == pytest.approx(70 + SPEC.hold_s, abs=0.3)


def test_a_camera_away_for_over_an_hour_ends_the_event_and_says_so() -> None:
    rule = build_rule(SPEC, SCENE, "cam")
    started = play(rule, film([Actor(1, still(500, 500))], 3)).events[0]
    (ended,) = pause(rule, 3, 3_700).events
    assert (ended.event_id, ended.end_reason) == (started.event_id, EndReason.CAMERA_LOST)
    assert play(rule, film([Actor(1, still(500, 500))], 3, start_s=3_800, epoch=1)).events[0].revision == 1


def test_a_wall_clock_that_is_set_changes_neither_length_nor_order() -> None:
    rule = build_rule(SPEC, SCENE, "cam")
    actor = Actor(1, still(500, 500, 0, 8))
    shots = film([actor], 5) + film([actor], 20, start_s=5, wall_offset_ns=-3_600 * 10**9)
    found = play(rule, shots).events
    assert len({e.event_id for e in found}) == 1
    assert all(a.at_ns <= b.at_ns for a, b in pairwise(found))
    assert isinstance(found[-1].measures, IntrusionMeasures)
    assert found[-1].measures.duration_s == pytest.approx(8, abs=0.2)


def crowd(count: int, start: float, end: float, first: int = 1) -> list[Actor]:
    return [Actor(first + n, still(250 + 45 * n, 500, start, end)) for n in range(count)]


def test_crowding_by_number() -> None:
    spec = CrowdingSpec(zone="z")
    assert events(film(crowd(9, 0, 30), 30), spec) == []
    assert events(film(crowd(10, 0, 9), 30), spec) == []
    found = events(film(crowd(10, 0, 20) + crowd(2, 12, 14, first=50), 60), spec)
    assert [e.phase for e in found if e.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    last = found[-1].measures
    assert isinstance(last, CrowdingMeasures) and (last.count, last.density_per_m2) == (12, None)
    assert last.duration_s == pytest.approx(20, abs=0.3)


def test_people_who_hide_one_another_are_a_crowd_all_the_same() -> None:
    """Of twelve six are seen at a time, by turns; of six who go by turns under new numbers none is counted twice."""
    spec = CrowdingSpec(zone="z")

    def by_turns(number: int, track: int, turn: int) -> Actor:
        x = 250.0 + 40 * number
        return Actor(track, lambda t: (x, 500.0) if int(2 * t) % 2 == turn else None, size=(10, 30))

    twelve = [by_turns(n, n + 1, n % 2) for n in range(12)]
    found = events(film(twelve, 30), spec)
    assert found and found[0].phase is Phase.STARTED and found[0].measures.count == 12  # type: ignore[union-attr]
    six = [by_turns(n, 100 * turn + n + 1, turn) for n in range(6) for turn in (0, 1)]
    assert events(film(six, 30), spec) == []


def test_who_is_hidden_for_eight_seconds_is_still_in_the_crowd() -> None:
    """Five stand before seven others, each of whom is seen for a second now and then."""
    behind = [
        Actor(10 + n, lambda t, n=n: (250.0 + 40 * n, 450.0) if int(t + n) % 9 == 0 else None, size=(10, 30))  # type: ignore[misc]
        for n in range(7)
    ]
    assert events(film(crowd(5, 0, 40) + behind, 40), CrowdingSpec(zone="z"))


@pytest.mark.parametrize(("again", "crowded"), [(True, True), (False, False)], ids=["by turns", "once"])
def test_who_stands_behind_another_is_still_in_the_crowd(again: bool, crowded: bool) -> None:
    """The tenth stands so near behind the first that he may be the same: he is seen for a second in six, or once."""

    def behind(t: float) -> tuple[float, float] | None:
        return (256.0, 500.0) if (t % 6 if again else t) < 1 else None

    nine = [replace(actor, size=(10, 30)) for actor in crowd(9, 0, 30)]
    found = events(film([*nine, Actor(50, behind, size=(10, 30))], 30), CrowdingSpec(zone="z"))
    assert bool(found) == crowded


def test_who_goes_on_amid_the_place_under_another_number_is_one() -> None:
    """A ninth strolls along: every three seconds he is hidden, and found 1.1 m further under a new number."""
    eight = [replace(actor, size=(10, 30)) for actor in crowd(8, 0, 30)]
    ninth = [Actor(50 + n, still(400 + 20 * n, 700, 3 * n, 3 * n + 2), size=(10, 30)) for n in range(10)]
    assert events(film([*eight, *ninth], 30), CrowdingSpec(zone="z")) == []
    tenth = Actor(80, still(300, 700, 0, 30), size=(10, 30))
    assert events(film([*eight, *ninth, tenth], 30), CrowdingSpec(zone="z"))


def test_who_is_seen_to_leave_is_not_in_the_crowd() -> None:
    spec = CrowdingSpec(zone="z")
    pass_by = [Actor(n + 1, walk([(2 * n, 500, 500), (2 * n + 1, 500, 990), (90, 500, 995)])) for n in range(14)]
    assert events(film(pass_by, 40), spec) == []


def test_crowding_by_density_and_danger() -> None:
    """9 m² of zone: 19 people are over 2 /m²; 46 are dangerous, which is told at once."""
    scene, spec = make_scene(0.005), CrowdingSpec(zone="z", count=1_000)
    small = [Actor(n + 1, still(220 + 10 * n, 500, 0, 40)) for n in range(18)]
    assert events(film(small, 20, scene=scene), spec) == []
    more = [*small, Actor(19, still(700, 600, 0, 40))]
    rush = [Actor(100 + n, still(220 + 10 * n, 600, 12, 40)) for n in range(30)]
    found = events(film(more + rush, 30, scene=scene), spec)
    assert [e.severity for e in found[:2]] == [Severity.MEDIUM, Severity.HIGH]
    assert seconds(found[1].at_ns) == pytest.approx(12, abs=0.11)
    assert isinstance(found[1].measures, CrowdingMeasures)
    assert found[1].measures.density_per_m2 == pytest.approx(49 / 9, abs=0.01)


def test_coasting_people_do_not_make_a_crowd() -> None:
    half = [Actor(n + 1, still(250 + 45 * n, 500), state=lambda t: TrackState.COASTING) for n in range(5)]
    assert events(film(crowd(5, 0, 30, first=20) + half, 30), CrowdingSpec(zone="z")) == []
