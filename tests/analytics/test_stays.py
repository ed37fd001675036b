"""security.loitering and incident.stopped_vehicle on made-up tracks: events of single things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.table import build_rule
from core.events import EndReason, Phase
from core.measures import LoiteringMeasures, StoppedVehicleMeasures
from core.observations import Observations, SignalReading, SignalReadings
from core.scene import Label, Scene, Signal
from core.signals import SignalState
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import IllegalParkingSpec, LoiteringSpec, QueueSpec, StoppedVehicleSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, make_scene, pause, play, still, walk, with_lanes
from tests.support.watched import events, found, seconds, starts

SCENE, GROUND = make_scene(), make_scene(0.05)
LOITER, STOP = LoiteringSpec(zone="z", still_s=0), StoppedVehicleSpec(zone="z")
CAR = ObjectClass.CAR


def parked(track_id: int, x: float = 500, y: float = 500, start: float = -1e9, end: float = 1e9) -> Actor:
    return Actor(track_id, still(x, y, start, end), CAR, (100, 60))


def test_loitering_is_one_event_for_each_person() -> None:
    people = [Actor(1, still(300, 500)), Actor(2, still(700, 500, 10))]
    assert starts(film(people, 100, fps=5), LOITER) == [60.0, 70.0]


def test_who_leaves_in_time_does_not_loiter() -> None:
    assert starts(film([Actor(1, still(500, 500, 0, 58))], 90, fps=5), LOITER) == []
    passing = [Actor(n + 1, walk([(5 * n, 100, 500), (5 * n + 20, 900, 500)])) for n in range(14)]
    assert starts(film(passing, 90, fps=5), LOITER) == []


def test_a_person_who_walks_about_in_the_zone_loiters() -> None:
    way = walk([(0, 250, 500), (20, 750, 600), (40, 250, 300), (70, 750, 700)])
    found = events(film([Actor(1, way)], 120, fps=5), LOITER)
    assert [e.phase for e in found] == [Phase.STARTED, Phase.UPDATED, Phase.ENDED]
    assert isinstance(found[-1].measures, LoiteringMeasures)
    assert found[-1].measures.dwell_s == pytest.approx(70, abs=0.3)


def test_a_new_number_at_the_same_place_goes_on_waiting() -> None:
    people = [Actor(1, still(500, 500, 0, 30)), Actor(2, still(510, 505, 31, 100))]
    assert starts(film(people, 100, fps=5), LOITER) == [60.0]
    elsewhere = [Actor(1, still(300, 500, 0, 30)), Actor(2, still(700, 500, 31, 89))]
    assert starts(film(elsewhere, 100, fps=5), LOITER) == []


def test_a_bystander_does_not_inherit_the_wait_of_one_who_leaves() -> None:
    people = [Actor(1, still(500, 500, 0, 65)), Actor(2, still(520, 500, 40, 99))]
    found = events(film(people, 140, fps=5), LOITER)
    assert {e.track_ids for e in found} == {(1,)}
    assert found[-1].end_reason is EndReason.UNSEEN


def test_who_stops_before_a_hidden_breakdown_and_drives_on_does_not_end_it() -> None:
    lorry, again = (Actor(n, still(500, 500, *when), CAR, (200, 140)) for n, when in ((1, (0, 40)), (3, (50, 90))))
    before = Actor(2, walk([(41, 560, 530), (44, 560, 530), (46, 900, 530)]), CAR, (60, 40))
    assert starts(film([lorry, before, again], 90, fps=5, scene=GROUND), STOP) == [pytest.approx(10, abs=0.3)]


def test_a_parked_car_is_one_event_until_it_drives_off() -> None:
    way = walk([(0, 100, 500), (5, 500, 500), (60, 500, 500), (64, 900, 500)])
    found = events(film([Actor(1, way, CAR, (100, 60))], 70, scene=GROUND), STOP)
    assert [e.phase for e in found if e.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    assert (found[0].at_ns - T0) / 1e9 == pytest.approx(15, abs=0.3)
    assert found[-1].end_reason is EndReason.CLEARED
    last = found[-1].measures
    assert isinstance(last, StoppedVehicleMeasures) and last.unit == "m/s"
    assert last.stopped_s == pytest.approx(55, abs=0.3)
    assert found[0].position is not None and found[0].box == (450, 440, 550, 500)


@pytest.mark.parametrize(("kmh", "found"), [(2.5, 1), (3.5, 0)])
def test_the_stop_speed_in_metres(kmh: float, found: int) -> None:
    """0.05 m a pixel: 3 km/h is 16.7 pixels a second."""
    way = walk([(0, 250, 500), (25, 250 + 25 * kmh / 3.6 / 0.05, 500)])
    assert len(starts(film([Actor(1, way, CAR, (100, 60))], 25, scene=GROUND), STOP)) == found


@pytest.mark.parametrize(("lengths_per_s", "found"), [(0.15, 1), (0.25, 0)])
def test_the_stop_speed_in_box_lengths(lengths_per_s: float, found: int) -> None:
    way = walk([(0, 250, 500), (20, 250 + 20 * lengths_per_s * 100, 500)])
    told = [e for e in events(film([Actor(1, way, CAR, (100, 60))], 20), STOP) if e.phase is Phase.STARTED]
    assert len(told) == found
    assert all(isinstance(e.measures, StoppedVehicleMeasures) and e.measures.unit == "box lengths/s" for e in told)


def test_a_person_or_a_car_outside_does_not_count() -> None:
    assert starts(film([Actor(1, still(500, 500)), parked(2, 100, 100)], 30), STOP) == []


@pytest.mark.parametrize("scene", [SCENE, GROUND])
def test_a_parked_car_stays_one_event_across_a_reconnect(scene: Scene) -> None:
    rule = build_rule(STOP, scene, "cam")
    first = play(rule, film([parked(1), parked(2, 650)], 20, scene=scene)).events
    assert pause(rule, 20, 300).events == ()
    second = play(rule, film([parked(2, 503, 502), parked(1, 648)], 60, scene=scene, start_s=320, epoch=1)).events
    assert len({e.event_id for e in first}) == 2
    assert {e.event_id for e in second} == {e.event_id for e in first}
    assert {e.phase for e in second} == {Phase.UPDATED}
    owners = {e.event_id: e.box for e in first}
    assert all(abs(e.box[0] - owners[e.event_id][0]) < 10 for e in second if e.box)  # type: ignore[index]


def test_a_parked_car_stays_one_event_when_the_same_number_is_used_anew() -> None:
    """After the reconnect number 1 is a car that drives through; the parked one is number 2."""
    rule = build_rule(STOP, GROUND, "cam")
    (started,) = play(rule, film([parked(1)], 14, scene=GROUND)).events
    through = Actor(1, walk([(20, 100, 700), (26, 900, 700)]), CAR, (100, 60))
    found = play(rule, film([through, parked(2)], 60, scene=GROUND, start_s=20, epoch=1)).events
    assert {(e.event_id, e.phase, e.track_ids) for e in found} == {(started.event_id, Phase.UPDATED, (2,))}


def test_a_hidden_car_is_waited_for() -> None:
    """A bus stands before it for 40 s; its track ends, and a new one begins."""
    shots = film([parked(1, end=20), parked(2, 505, 501, start=60)], 120)
    assert len(starts(shots, STOP)) == 1
    gone = film([parked(1, end=20)], 120)
    last = events(gone, STOP)[-1]
    assert (last.phase, last.end_reason) == (Phase.ENDED, EndReason.UNSEEN)


def test_a_passing_car_that_takes_the_number_does_not_end_the_event() -> None:
    """At 30 s track 1 goes on with the car that passes, and the parked car is track 2."""
    swapped = Actor(1, walk([(0, 500, 500), (30, 500, 500), (34, 900, 520)]), CAR, (100, 60))
    found = events(film([swapped, parked(2, start=30.5)], 90, scene=GROUND), STOP)
    assert len({e.event_id for e in found}) == 1
    assert found[-1].phase is Phase.UPDATED and found[-1].track_ids == (2,)


def test_nobody_is_gone_from_a_place_at_which_a_box_is_seen() -> None:
    """The number goes off with a passing car, and for 3 s the parked one has none that is confirmed; alone, it left."""
    swapped = Actor(1, walk([(0, 500, 500), (30, 500, 500), (38, 900, 520)]), CAR, (100, 60))
    born = Actor(2, still(500, 500, 30.5), CAR, (100, 60), lambda t: TrackState(t >= 33.6))
    found = events(film([swapped, born], 90, scene=GROUND), STOP)
    assert len({e.event_id for e in found}) == 1
    assert found[-1].phase is Phase.UPDATED and found[-1].track_ids == (2,)
    last = events(film([swapped], 90, scene=GROUND), STOP)[-1]
    assert last.end_reason is EndReason.CLEARED and seconds([last])[0] < 36


def test_neighbours_in_a_row_keep_their_own_events() -> None:
    row = [parked(n + 1, 250 + 110 * n) for n in range(5)]
    rule = build_rule(STOP, GROUND, "cam")
    first = play(rule, film(row, 15, scene=GROUND)).events
    again = [replace(car, track_id=9 - car.track_id) for car in row]
    second = play(rule, film(again, 30, scene=GROUND, start_s=30, epoch=1)).events
    places = {e.event_id: e.box for e in first}
    assert len(places) == 5 and all(e.box == places[e.event_id] for e in second)


def test_a_restart_finds_the_parked_car_by_its_place_and_a_new_one_is_new() -> None:
    before = events(film([parked(1)], 20, scene=GROUND), STOP)
    rule = build_rule(STOP, GROUND, "cam", [before[-1]])
    found = play(rule, film([parked(1, 700), parked(2)], 40, scene=GROUND, start_s=200)).events
    ids = {e.event_id for e in found}
    assert before[0].event_id in ids and len(ids) == 2
    known = [e for e in found if e.event_id == before[0].event_id]
    assert {e.phase for e in known} == {Phase.UPDATED}
    assert isinstance(known[-1].measures, StoppedVehicleMeasures) and known[-1].measures.stopped_s > 200


def test_a_restart_after_hours_does_not_guess() -> None:
    before = events(film([parked(1)], 20, scene=GROUND), STOP)
    found = play(
        build_rule(STOP, GROUND, "cam", [before[-1]]), film([parked(1)], 20, scene=GROUND, start_s=9_000)
    ).events
    assert (found[0].event_id, found[0].end_reason) == (before[0].event_id, EndReason.CAMERA_LOST)
    assert found[1].phase is Phase.STARTED


def test_a_noisy_speed_now_and_then_is_no_departure() -> None:
    def way(t: float) -> tuple[float, float]:
        return 500 + (8 if round(t * 10) % 23 == 0 else 0), 500

    found = events(film([Actor(1, way, CAR, (100, 60))], 60, scene=GROUND), STOP)
    assert [e.phase for e in found if e.phase is not Phase.UPDATED] == [Phase.STARTED]


def test_coasting_starts_nothing_and_ends_nothing() -> None:
    seen_then_lost = Actor(1, still(500, 500), CAR, (100, 60), lambda t: TrackState(1) if t < 5 else TrackState(2))
    assert starts(film([seen_then_lost], 40), STOP) == []
    flickers = Actor(
        1, still(500, 500), CAR, (100, 60), lambda t: TrackState(1) if round(t * 10) % 8 else TrackState(2)
    )
    assert len(starts(film([flickers], 40), STOP)) == 1


@settings(max_examples=12)
@given(st.integers(2, 25), st.lists(st.floats(1, 30), min_size=1, max_size=4))
def test_the_frame_rate_does_not_change_the_number_of_events(fps: int, stops: list[float]) -> None:
    stops = [s if abs(s - 10) > 1.5 else 13.0 for s in stops]
    cars = [parked(n + 1, 250 + 120 * n, end=stop) for n, stop in enumerate(stops)]
    assert len(starts(film(cars, 35, fps=fps, scene=GROUND), STOP)) == sum(stop > 10 for stop in stops)


ROAD = with_lanes(make_scene(0.1), (500,))
"""A lane from x = 100 to 900, so that the zone ends 10 m before it does."""


@pytest.mark.parametrize("scene", [ROAD, with_lanes(SCENE, (500,))])
def test_who_queues_does_not_stand_there_by_itself(scene: Scene) -> None:
    """Four cars up to the end of the lane wait; further back, the foremost is what they wait for."""
    at_end = [parked(n, 790 - 70 * n) for n in range(4)]
    assert starts(film(at_end, 30, scene=scene, fps=5), STOP) == []
    midway = [parked(n, 395 - 60 * n) for n in range(4)]
    found = events(film(midway, 30, scene=scene, fps=5), STOP)
    assert {e.track_ids for e in found} == {(0,)}
    assert len(starts(film(midway, 30, scene=make_scene(0.1), fps=5), STOP)) == 4


def test_two_cars_are_no_queue_but_at_a_stop_line_or_where_the_camera_sees_no_further() -> None:
    on_lane = StoppedVehicleSpec(lane="a")
    lanes = {name: replace(lane, stop_line=True) for name, lane in ROAD.lanes.items()}
    signal = replace(ROAD, lanes=lanes)

    def found(scene: Scene, *at: float) -> int:
        return len(starts(film([parked(n, x) for n, x in enumerate(at, 1)], 30, scene=scene, fps=5), on_lane))

    assert found(ROAD, 600, 350) == 2
    assert found(ROAD, 790, 720) == found(ROAD, 870) == 0, "what they wait for may be out of sight"
    assert found(signal, 790, 720) == found(signal, 790) == 0
    assert found(signal, 600, 350) == 2


def passing(first_id: int, count: int, cls: ObjectClass = CAR, y: float = 570, seconds: float = 4) -> list[Actor]:
    """One each 2 s from 3 s on, over the lane in so many seconds."""
    ways = (walk([(3 + 2 * n, 100, y), (3 + 2 * n + seconds, 900, y)]) for n in range(count))
    return [Actor(first_id + n, way, cls, (100, 60)) for n, way in enumerate(ways)]


TWO_LANES = with_lanes(make_scene(0.1), (500, 570), width=60)


@pytest.mark.parametrize(
    ("others", "when"),
    [
        ([], [90.0]),
        (passing(2, 1), [10.0]),
        (passing(2, 1, seconds=12), [90.0]),
        (passing(2, 2, seconds=12), [15.4]),
        (passing(2, 7, y=650), [90.0]),
        (passing(2, 7, seconds=16), [90.0]),
        (passing(2, 9, ObjectClass.MOTORCYCLE), [90.0]),
        (passing(2, 20, ObjectClass.MOTORCYCLE), [26.4]),
    ],
    ids=["nobody", "freely", "one", "two", "beside the road", "slowly", "riders", "many riders"],
)
def test_who_stands_where_the_camera_sees_no_further_is_told_by_the_traffic_that_goes_past(
    others: list[Actor], when: list[float]
) -> None:
    on_lane = StoppedVehicleSpec(lane="a")
    told = starts(film([parked(1, 790), *others], 130, scene=TWO_LANES, fps=5), on_lane)
    assert told == [pytest.approx(at, abs=0.5) for at in when]


@pytest.mark.parametrize(
    ("cls", "x", "when"),
    [(CAR, 770, 10.0), (CAR, 790, 90.0), (ObjectClass.BUS, 770, 90.0), (ObjectClass.BUS, 730, 10.0)],
)
def test_who_waits_for_one_out_of_sight_stands_near_to_where_the_view_ends(
    cls: ObjectClass, x: float, when: float
) -> None:
    """13 m of free road ahead of a car are more than there are in a queue; a bus is longer."""
    stands = Actor(1, still(x, 500), cls, (100, 60))
    told = starts(film([stands], 100, scene=TWO_LANES, fps=5), StoppedVehicleSpec(lane="a"))
    assert told == [pytest.approx(when, abs=0.5)]


def test_at_a_signal_one_waits_further_from_the_end_of_the_lane() -> None:
    lane = {name: replace(lane, stop_line=name == "a") for name, lane in TWO_LANES.lanes.items()}
    assert starts(film([parked(1, 730)], 100, scene=replace(TWO_LANES, lanes=lane), fps=5), STOP) == []


def test_the_foremost_of_a_queue_past_which_the_traffic_goes_is_what_the_others_wait_for() -> None:
    """Two stop behind a breakdown at the end of the view before anybody has gone past."""
    row = [parked(1, 790), parked(2, 720, start=2), parked(3, 650, start=3)]
    on_lane = StoppedVehicleSpec(lane="a")
    assert starts(film(row, 60, scene=TWO_LANES, fps=5), on_lane) == []
    told = found(film([*row, *passing(11, 3)], 40, scene=TWO_LANES, fps=5), on_lane)
    assert [event.track_ids for event in told] == [(1,)] and seconds(told)[0] < 25


def test_what_goes_past_is_counted_without_metres_too() -> None:
    scene, on_lane = with_lanes(SCENE, (500, 570), width=60), StoppedVehicleSpec(lane="a")
    assert starts(film([parked(1, 790), *passing(2, 2)], 30, scene=scene, fps=5), on_lane) == [10.0]
    assert starts(film([parked(1, 790)], 30, scene=scene, fps=5), on_lane) == []


def test_who_trembles_off_the_end_of_his_lane_still_waits() -> None:
    wider = np.array([(100, 400), (950, 400), (950, 600), (100, 600)], np.float64)
    scene = replace(TWO_LANES, zones={"z": replace(TWO_LANES.zones["z"], polygon=wider)})
    at_end = Actor(1, lambda t: (899.6 + 0.8 * (t > 5 and round(t * 5) % 3 == 0), 500), CAR, (100, 60))
    assert starts(film([at_end], 60, scene=scene, fps=5), STOP) == []
    assert starts(film([at_end], 100, scene=scene, fps=5), STOP) == [pytest.approx(90, abs=1)]
    assert starts(film([at_end, *passing(2, 6)], 15, scene=scene), STOP) == [pytest.approx(10, abs=1)]


def lit(shots: Sequence[Shot], *phases: tuple[float, SignalState]) -> list[Shot]:
    """The film, with what the signal of its lane shows from seconds on."""
    shown = []
    for shot in shots:
        t = shot.tracks.frames[0].media_ns / SECOND
        since, state = next(phase for phase in reversed(phases) if phase[0] <= t + 1e-6)
        reading = SignalReading("s", state, round(since * SECOND), 1.0)
        shown.append(replace(shot, observations=Observations(signals=SignalReadings((reading,)))))
    return shown


LANES = {name: replace(lane, stop_line=True) for name, lane in ROAD.lanes.items()}
SIGNAL = replace(ROAD, lanes=LANES, signals={"s": Signal("s", Label("s", "s"), lanes=("a",))})
PARKING = IllegalParkingSpec(zone="z")
RED, GREEN, UNKNOWN = SignalState.RED, SignalState.GREEN, SignalState.UNKNOWN


def test_a_known_signal_says_who_waits_at_its_stop_line() -> None:
    """One car alone at the stop line: at red it waits, whatever the rule; at green only until it may have started."""
    alone = film([parked(1, 790)], 100, scene=SIGNAL, fps=5)
    assert starts(lit(alone, (0, RED)), STOP) == [] == starts(lit(alone, (0, RED)), PARKING)
    assert starts(lit(alone, (0, RED), (40, GREEN)), STOP) == [60.0]
    assert starts(lit(alone, (0, UNKNOWN)), STOP) == [], "as where no signal is known"
    assert starts(lit(alone, (0, UNKNOWN)), PARKING) == starts(alone, PARKING) == [60.0]
    assert starts(lit(alone, (0, GREEN)), STOP) == [20.0]


def test_who_does_not_start_at_green_is_what_the_others_wait_for() -> None:
    row = film([parked(n, 790 - 70 * n) for n in range(4)], 60, scene=SIGNAL, fps=5)
    assert starts(lit(row, (0, RED)), STOP) == []
    told = found(lit(row, (0, RED), (20, GREEN)), STOP)
    assert [e.track_ids for e in told] == [(0,)] and seconds(told) == [40.0]


def test_a_queue_that_green_clears_is_none_where_that_is_asked_for() -> None:
    row = film([parked(n, 790 - 70 * n) for n in range(5)], 120, scene=SIGNAL, fps=2)
    asked = QueueSpec(lane="a", min_length_m=20, except_red=True)
    assert starts(lit(row, (0, RED)), QueueSpec(lane="a", min_length_m=20)) == [pytest.approx(30, abs=1)]
    assert starts(lit(row, (0, RED)), asked) == []
    told = starts(lit(row, (0, RED), (40, GREEN), (60, RED), (90, GREEN)), asked)
    assert told == [pytest.approx(100, abs=1)], "it was there at both greens"


def test_those_who_wait_on_the_lanes_of_a_group_are_one_queue() -> None:
    """One car on each of two lanes, and one of the cars behind them: the others are hidden."""
    scene = with_lanes(make_scene(0.1), (480, 560))
    ahead = Actor(1, still(600, 480), CAR, (100, 60))
    beside, behind = Actor(2, still(600, 560), CAR, (100, 60)), Actor(3, still(490, 560), CAR, (100, 60))
    found = events(film([ahead, beside, behind], 30, scene=scene, fps=5), STOP)
    assert {e.track_ids for e in found} == {(1,), (2,)}
    found = events(film([ahead, behind], 30, scene=scene, fps=5), STOP)
    assert {e.track_ids for e in found} == {(1,)}, "it stands behind the other"


def test_the_first_of_a_lane_waits_where_others_wait_ahead_of_it_on_the_lane_beside() -> None:
    scene = with_lanes(make_scene(0.1), (480, 560))
    beside = [Actor(n, still(640 - 110 * n, 480), CAR, (100, 60)) for n in range(3)]
    first = [Actor(10 + n, still(560 - 110 * n, 560), CAR, (100, 60)) for n in range(3)]
    found = events(film([*beside, *first], 30, scene=scene, fps=5), STOP)
    assert {e.track_ids for e in found} == {(0,)}


def test_a_breakdown_stays_one_event_when_a_queue_grows_behind_it() -> None:
    behind = [parked(2 + n, 520 - 70 * n, start=14 + 2 * n) for n in range(4)]
    found = events(film([parked(1, 590), *behind], 60, scene=ROAD, fps=5), STOP)
    assert {e.track_ids for e in found} == {(1,)} and len({e.event_id for e in found}) == 1
    assert found[-1].phase is Phase.UPDATED


def test_an_event_is_updated_ever_more_rarely() -> None:
    found = events(film([parked(1)], 1_200, fps=2), STOP)
    waits = [(b.at_ns - a.at_ns) / 1e9 for a, b in pairwise(found)]
    assert min(waits) >= 5 and max(waits) <= 61 and len(found) < 60
