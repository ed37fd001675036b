"""Who runs a red light, and who only seems to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from analytics.red_light import RedLightRule
from analytics.shared import Shared
from analytics.table import build_rule
from analytics.views import class_mask
from core.events import Event, Phase
from core.measures import RedLightMeasures
from core.observations import Observations, SignalReading, SignalReadings
from core.scene import Label, Lamp, Line, Scene, Signal
from core.signals import LampColour, SignalState
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import RedLightSpec
from tests.support.tracks import SECOND, Actor, Shot, Way, film, make_scene, play, still, walk, with_lanes

RED, AMBER, GREEN, UNKNOWN = SignalState.RED, SignalState.AMBER, SignalState.GREEN, SignalState.UNKNOWN
CAR, MOTORCYCLE, BUS = ObjectClass.CAR, ObjectClass.MOTORCYCLE, ObjectClass.BUS
SIZES = {CAR: (90, 40), MOTORCYCLE: (40, 30), BUS: (220, 60)}
Phases = Sequence[tuple[float, SignalState]]
STOP_X = 600.0
"""The stop line, crossed by who goes right; 20 pixels to a metre."""


def scene(metric: bool = True, **known: object) -> Scene:
    """Lanes a and b end at the stop line; beyond, who turns right leaves downwards over `turn`."""
    made = with_lanes(make_scene(0.05 if metric else None), stop_line=True)
    lanes = {}
    for name, lane in made.lanes.items():
        polygon, way = lane.polygon.copy(), lane.centreline.copy()
        polygon[polygon[:, 0] > STOP_X, 0] = way[-1, 0] = STOP_X
        lanes[name] = replace(lane, polygon=polygon, centreline=way)
    turn = Line("turn", Label("turn", "rẽ"), np.array([640.0, 600.0]), np.array([760.0, 600.0]))
    arrow = Lamp(LampColour.GREEN, np.zeros((4, 2)), "right", tuple(known.pop("releases", ())))  # type: ignore[arg-type]
    signal = Signal("s", Label("arm", "nhánh"), (arrow,), lanes=("a", "b"), **known)  # type: ignore[arg-type]
    return replace(made, lanes=lanes, lines={**made.lines, "turn": turn}, signals={"s": signal})


def lit(shots: Sequence[Shot], phases: Phases, arrows: Callable[[float], tuple[str, ...]] = lambda t: ()) -> list[Shot]:
    """The film, with what its signal shows: states from seconds on."""
    found = []
    for shot in shots:
        t = shot.tracks.frames[0].media_ns / SECOND
        since, state = next((s, p) for s, p in reversed(phases) if s <= t + 1e-9)
        reading = SignalReading("s", state, round(since * SECOND), 0.9, arrows(t))
        found.append(replace(shot, observations=Observations(signals=SignalReadings((reading,)))))
    return found


def actor(way: Way, cls: ObjectClass = CAR, number: int = 1) -> Actor:
    return Actor(number, way, cls, SIZES[cls])


def drives(start_s: float, mps: float = 10.0, y: float = 400.0) -> Way:
    """From 25 m before the line through."""
    return walk([(start_s, 100, y), (start_s + 40 / mps, 900, y)])


def crosses_s(start_s: float, mps: float = 10.0) -> float:
    """When the middle of such a vehicle is at the line."""
    return start_s + 25 / mps


def ran(
    actors: Sequence[Actor],
    phases: Phases,
    *,
    of: Scene | None = None,
    fps: float = 10.0,
    seconds: float = 30.0,
    arrows: Callable[[float], tuple[str, ...]] = lambda t: (),
    **spec: object,
) -> list[Event]:
    here = of or scene()
    rule = build_rule(RedLightSpec(signal="s", **spec), here, "cam")
    shots = lit(film(actors, seconds, scene=here, fps=fps), phases, arrows)
    return [e for e in play(rule, shots).events if e.phase is Phase.STARTED]


@pytest.mark.parametrize("metric", [True, False])
@pytest.mark.parametrize("cls", [CAR, MOTORCYCLE, BUS])
@pytest.mark.parametrize("fps", [25.0, 5.0])
def test_who_crosses_at_red_is_told_with_how_long_it_was_red(metric: bool, cls: ObjectClass, fps: float) -> None:
    (event,) = ran([actor(drives(2.0), cls)], [(0, GREEN), (0.5, AMBER), (1.0, RED)], of=scene(metric), fps=fps)
    measures = event.measures
    assert isinstance(measures, RedLightMeasures)
    half_m = {CAR: 2.25, MOTORCYCLE: 1.0, BUS: 5.5}[cls] if metric else 0.0
    assert measures.red_s == pytest.approx(crosses_s(2.0) - half_m / 10 - 1.0, abs=0.12)
    assert (measures.lane, measures.signal, event.zone) == ("a", "s", "s")
    assert measures.speed_mps == (pytest.approx(10.0, rel=0.05) if metric else None)
    assert event.started_ns <= event.at_ns and event.confidence <= 0.9


def test_grace_is_counted_to_the_front() -> None:
    """A car's front is 2.25 m ahead of its middle: 0.225 s at 10 m/s."""
    phases = {ago: [(0.0, GREEN), (crosses_s(0.0) - ago, RED)] for ago in (0.6, 0.69, 0.76, 0.9)}
    told = {ago: bool(ran([actor(drives(0.0))], phase)) for ago, phase in phases.items()}
    assert told == {0.6: False, 0.69: False, 0.76: True, 0.9: True}


@pytest.mark.parametrize("state", [GREEN, AMBER, UNKNOWN, SignalState.FLASHING_AMBER])
def test_no_red_no_event(state: SignalState) -> None:
    assert ran([actor(drives(0.0))], [(0, state)]) == []


def test_red_and_amber_is_still_a_stop_and_one_red() -> None:
    phases = [(0, RED), (2.3, SignalState.RED_AMBER), (5, GREEN)]
    (event,) = ran([actor(drives(0.0))], phases)
    assert isinstance(event.measures, RedLightMeasures) and event.measures.red_s > 2


def test_who_is_inside_when_red_begins_is_excepted() -> None:
    waits_inside = walk([(0, 300, 400), (3, 680, 400), (12, 680, 400), (15, 900, 400)])
    assert ran([actor(waits_inside)], [(0, GREEN), (5, RED)]) == []


def test_who_begins_past_the_line_has_crossed_it_unless_it_may_have_started_there() -> None:
    def begins(at_m: float, mps: float) -> Way:
        return walk([(6, STOP_X + 20 * at_m, 400), (6 + 12 / mps, STOP_X + 20 * (at_m + 12), 400)])

    for at_m, mps, told in (
        (0.5, 8.0, True),
        (0.5, 2.0, False),
        (4.0, 5.0, False),
        (9.0, 12.0, True),
        (13.0, 14.0, False),
    ):
        late = actor(begins(at_m, mps), MOTORCYCLE)
        assert len(ran([late], [(0, RED)])) == told, (at_m, mps)


def test_a_second_track_of_one_vehicle_is_not_told_again() -> None:
    one, upon, behind = drives(0.0, y=400), drives(0.02, y=402), drives(0.1, y=404)
    for other, count in ((upon, 1), (part(behind, 1.0, 9.0), 1), (behind, 2)):
        assert len(ran([actor(one, MOTORCYCLE), actor(other, MOTORCYCLE, number=2)], [(0, RED)])) == count
    assert len(ran([actor(one, MOTORCYCLE), actor(drives(0.1, y=420), MOTORCYCLE, number=2)], [(0, RED)])) == 2


def test_who_stops_just_past_the_line_has_not_run_it() -> None:
    stops = walk([(0, 300, 400), (3, 560, 400), (5, 640, 400), (20, 640, 400), (25, 900, 400)])
    assert ran([actor(stops)], [(0, RED), (20, GREEN)]) == []
    nose = walk([(0, 300, 400), (3, 560, 400), (4, 580, 400), (99, 580, 400)])
    assert ran([actor(nose)], [(0, RED)]) == []
    creeps = walk([(0, 300, 400), (3, 560, 400), (8, 720, 400), (10, 900, 400)])
    assert len(ran([actor(creeps)], [(0, RED)])) == 1


def test_who_comes_into_sight_at_speed_has_not_stood() -> None:
    """A new track begins at no speed."""
    appears = walk([(5.0, 300, 400), (7.0, 900, 400)])
    assert len(ran([actor(appears)], [(0, RED)])) == 1


def test_who_waited_with_its_front_over_the_line_starts_at_green() -> None:
    def waits(t: float) -> tuple[float, float]:
        """Its front 1.25 m past the line; from 20 s on at 1.5 m/s²."""
        return 580.0 + 20 * 0.75 * max(t - 20.0, 0.0) ** 2, 400.0

    assert ran([actor(waits)], [(0, RED), (20.0, GREEN)]) == []


def test_who_stands_with_its_front_over_the_line_as_red_begins_is_excepted_also_when_it_goes_on_at_red() -> None:
    def waits(until_s: float) -> Way:
        """Its front 1.25 m past the line; then on at 3 m/s²."""
        return lambda t: (580.0 + 20 * 1.5 * max(t - until_s, 0.0) ** 2, 400.0)

    for until_s in (10.4, 14.0):
        assert ran([actor(waits(until_s))], [(0, GREEN), (10.0, RED)]) == []
        assert len(ran([actor(waits(until_s))], [(0, RED)])) == 1, "it was red all the time"


def test_who_is_not_seen_at_the_line_may_be_another_unless_it_is_alone() -> None:
    def coasts(t: float) -> TrackState:
        return TrackState.COASTING if 2.1 <= t < 3.0 else TrackState.CONFIRMED

    lost = replace(actor(drives(0.0)), state=coasts)
    (event,) = ran([lost], [(0, RED)])
    assert isinstance(event.measures, RedLightMeasures) and event.measures.red_s == pytest.approx(2.3, abs=0.25)
    assert len(ran([lost, actor(still(585, 425), number=2)], [(0, RED)])) == 1, "whoever it is, it came over the line"
    waits = walk([(0, 560, 400), (2.1, 560, 400), (3.0, 760, 400), (5, 900, 400)])
    assert ran([replace(actor(waits), state=coasts)], [(0, RED)]) == [], "from rest nobody comes so far"


def part(way: Way, start_s: float, end_s: float) -> Way:
    """The same while it has a track."""
    return lambda t: way(t) if start_s <= t < end_s else None


def test_who_is_lost_just_past_the_line_is_told_when_it_goes_on_with_another_track() -> None:
    """At 3 m/s it could have stopped: its middle is at the line at 8.3 s."""
    way = drives(0.0, mps=3.0)
    lost, again = actor(part(way, 0.0, 8.75), MOTORCYCLE), actor(part(way, 9.4, 99.0), MOTORCYCLE, number=2)
    assert ran([lost], [(0, RED)]) == []
    (event,) = ran([lost, again], [(0, RED)])
    assert isinstance(event.measures, RedLightMeasures) and event.measures.red_s == pytest.approx(8.0, abs=0.2)
    turns = actor(walk([(9.4, 645, 400), (12, 645, 560)]), MOTORCYCLE, number=2)
    assert ran([lost, turns], [(0, RED)]) == [], "that one comes along the line"
    assert ran([lost, replace(again, way=part(way, 12.0, 99.0))], [(0, RED)]) == [], "that is too late"


def test_who_is_fast_past_the_line_goes_on_also_when_its_track_ends_there() -> None:
    way = drives(0.0, mps=8.0)
    assert len(ran([actor(part(way, 0.0, 3.6))], [(0, RED)])) == 1


def test_who_is_lost_past_the_line_while_it_brakes_may_have_stopped_there() -> None:
    def slows(mps2: float) -> Way:
        """At 6 m/s over the line at 5 s, lost 2 m past it."""
        return lambda t: (STOP_X + 20 * (6 * (t - 5) - mps2 / 2 * max(t - 5, 0) ** 2), 400.0) if t < 5.5 else None

    assert len(ran([actor(slows(0.0), MOTORCYCLE)], [(0, RED)])) == 1
    assert ran([actor(slows(5.0), MOTORCYCLE)], [(0, RED)]) == []


def test_of_two_tracks_of_one_vehicle_either_shows_that_it_goes_on() -> None:
    way = drives(0.0, mps=4.0)
    one, other = part(way, 0.0, 6.6), walk([(0.1, 100, 404), (10.1, 900, 404)])
    assert ran([actor(one, MOTORCYCLE)], [(0, RED)]) == []
    assert len(ran([actor(one, MOTORCYCLE), actor(other, MOTORCYCLE, number=2)], [(0, RED)])) == 1


def test_a_track_that_goes_from_who_waits_to_who_passes_shows_the_one_that_passes() -> None:
    def taken(t: float) -> tuple[float, float] | None:
        """Waits 2 m before the line; at 6 s it is of somebody who passes at 12 m/s, 1 m beside."""
        return (560.0, 380.0) if t < 6 else (570 + 240 * (t - 6), 400.0) if t < 7.4 else None

    assert len(ran([actor(taken, MOTORCYCLE)], [(0, RED)])) == 1


def test_who_was_hidden_at_the_line_must_go_on_over_it() -> None:
    """A tracker takes whoever is where it expects one: crossing traffic, too."""

    def hidden(t: float) -> TrackState:
        return TrackState.COASTING if 2.1 <= t < 3.3 else TrackState.CONFIRMED

    straight = actor(drives(0.0))
    across = actor(walk([(0, 100, 400), (3.3, 760, 400), (3.5, 790, 410), (5.5, 800, 900)]))
    beside = [actor(still(640, 425), number=2)]
    assert len(ran([replace(straight, state=hidden), *beside], [(0, RED)])) == 1
    assert ran([replace(across, state=hidden), *beside], [(0, RED)]) == []


def test_who_comes_as_far_as_at_his_speed_is_the_same_also_among_others() -> None:
    def hidden(t: float) -> TrackState:
        return TrackState.COASTING if 2.1 <= t < 3.3 else TrackState.CONFIRMED

    def slower(t: float) -> tuple[float, float]:
        """10 m/s, hidden from 2.1 to 3.3 s, and 4 m/s from then on: among others it may be another."""
        return (100 + 200 * t, 400.0) if t < 2.2 else (640 + 80 * (t - 3.3), 400.0)

    among = [actor(still(500, 425), MOTORCYCLE, number=2)]
    assert len(ran([replace(actor(drives(0.0)), state=hidden), *among], [(0, RED)])) == 1
    assert len(ran([replace(actor(slower), state=hidden)], [(0, RED)])) == 1
    assert ran([replace(actor(slower), state=hidden), *among], [(0, RED)]) == []


def test_who_is_confirmed_past_the_line_has_crossed_it_when_it_was_seen_to() -> None:
    """At 3 m/s, so that it could have started past the line; its front is at the line at 8 s."""

    def known_from(second: float) -> Actor:
        rider = actor(drives(0.0, mps=3.0), MOTORCYCLE)
        return replace(rider, state=lambda t: TrackState.CONFIRMED if t >= second else TrackState.TENTATIVE)

    for second, told in ((9.0, 1), (9.8, 1), (10.5, 0)):
        found = ran([known_from(second)], [(0, RED)])
        assert len(found) == told, second
        assert all(event.measures.red_s == pytest.approx(8.0, abs=0.3) for event in found)  # type: ignore[union-attr]
    assert ran([known_from(9.5)], [(0, GREEN), (8, RED)]) == []
    beside = replace(known_from(9.5), way=drives(0.0, mps=3.0, y=900))
    assert ran([beside], [(0, RED)]) == []


def test_the_rules_of_a_camera_share_the_times_of_fronts() -> None:
    here = scene()
    apart = {
        n: replace(here.signals["s"], signal_id=n, lamps=(), lanes=(lane,)) for n, lane in (("s", "a"), ("z", "b"))
    }
    shared = Shared(replace(here, signals=apart), "cam")
    rules = [RedLightRule(RedLightSpec(signal=name), shared, ()) for name in apart]
    shots = lit(film([actor(drives(0.0))], 4, scene=shared.scene), [(0, RED)])
    told = [play(rule, [shot]).events for shot in shots for rule in rules]
    assert {event.zone for events in told for event in events} == {"s"}
    assert len(shared.fronts(class_mask(["vehicle"]))) == 1


def test_a_stop_line_reaches_to_the_kerb_and_to_the_lane_beside() -> None:
    """Lanes a and b end at y 360 to 440 and 460 to 540."""
    for y, told in ((350.0, True), (335.0, False), (450.0, True), (550.0, True), (565.0, False)):
        assert len(ran([actor(drives(0.0, y=y))], [(0, RED)])) == told, y
    beside = scene()
    apart = {
        n: replace(beside.signals["s"], signal_id=n, lamps=(), lanes=(lane,)) for n, lane in (("s", "a"), ("z", "b"))
    }
    (event,) = ran([actor(drives(0.0, y=445.0))], [(0, RED)], of=replace(beside, signals=apart))
    assert event.zone == "s"
    assert ran([actor(drives(0.0, y=455.0))], [(0, RED)], of=replace(beside, signals=apart)) == [], (
        "that is the other's"
    )


def test_a_foot_that_flickers_over_the_line_and_one_that_comes_back_are_none() -> None:
    rng = np.random.default_rng(5)
    jitter = rng.normal(0, 2.5, 400)
    waits = lambda t: (598 + float(jitter[round(t * 10) % 400]), 400.0)  # noqa: E731
    assert ran([actor(waits)], [(0, RED)], hysteresis_px=12.0) == []
    other_way = walk([(0, 900, 400), (4, 100, 400)])
    assert ran([actor(other_way)], [(0, RED)]) == []


def test_each_vehicle_is_told_once_and_pedestrians_never() -> None:
    actors = [actor(drives(n * 0.8, y=400 + 100 * (n % 2)), number=n + 1) for n in range(5)]
    walker = Actor(9, walk([(0, 500, 450), (20, 800, 450)]))
    events = ran([*actors, walker], [(0, RED)])
    assert sorted(e.track_ids[0] for e in events) == [1, 2, 3, 4, 5]
    assert {m.lane for e in events if isinstance(m := e.measures, RedLightMeasures)} == {"a", "b"}


def test_lanes_and_exits_that_may_turn_at_red() -> None:
    turns = walk([(0, 100, 500), (5, 600, 500), (6, 680, 510), (8, 700, 700)])
    straight = drives(0.0, 5.0, 500)
    assert ran([actor(turns)], [(0, RED)], except_lanes=["b"]) == []
    assert len(ran([actor(turns)], [(0, RED)], except_lanes=["a"])) == 1
    assert ran([actor(turns)], [(0, RED)], except_exits=["turn"]) == []
    (late,) = ran([actor(straight)], [(0, RED)], except_exits=["turn"])
    assert late.at_ns - late.started_ns <= 10.2 * SECOND, "once it has not left there"


def test_a_lit_arrow_releases_its_lanes_and_exits() -> None:
    turns = walk([(0, 100, 500), (5, 600, 500), (6, 680, 510), (8, 700, 700)])
    for released in (("b",), ("turn",)):
        here = scene(releases=released)
        assert ran([actor(turns)], [(0, RED)], of=here, arrows=lambda t: ("right",)) == []
        assert len(ran([actor(turns)], [(0, RED)], of=here)) == 1, "the arrow is dark"


def test_what_was_told_long_ago_or_before_a_loss_says_nothing() -> None:
    here = scene()
    shots = lit(film([actor(drives(0.0)), actor(drives(6.0, y=500), number=2)], 12, scene=here), [(0, RED)])
    silent = [shot if n < 5 else replace(shot, observations=Observations()) for n, shot in enumerate(shots)]
    events = play(build_rule(RedLightSpec(signal="s"), here, "cam"), silent).events
    assert {t for e in events for t in e.track_ids} == {1}
    rule = build_rule(RedLightSpec(signal="s"), here, "cam")
    play(rule, shots[:20])
    rule.close(0)
    assert play(rule, [replace(s, observations=Observations()) for s in shots[20:]]).events == ()


def test_one_frame_a_second_is_enough_for_who_is_well_into_red() -> None:
    assert len(ran([actor(drives(3.0, 6.0))], [(0, AMBER), (1, RED)], fps=1.0)) == 1
    assert ran([actor(drives(0.0, 6.0))], [(0, GREEN), (4, RED)], fps=1.0) == []


def test_a_stop_line_that_is_drawn_is_taken() -> None:
    here = scene(line="l")
    at_half = [(0, GREEN), (crosses_s(0.0) - 1.0, RED)]
    assert len(ran([actor(drives(0.0))], at_half)) == 1
    assert ran([actor(drives(0.0))], at_half, of=here) == [], "that line is 5 m earlier"


def test_who_stands_beside_crosses_nothing() -> None:
    assert ran([actor(still(590, 400)), actor(still(700, 400), number=2)], [(0, RED)]) == []
