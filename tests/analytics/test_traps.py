"""What looks like an event and is none, or is one where two might be told: each way in which rules could be fooled.

Also: overtaking, pushing, trembling queues (test_wrong_way), crossings of pedestrians (test_pedestrian), flicker over a
line (test_line_crossing); frame rates, gaps, restarts of every kind (tests/contracts/test_event_lives).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analytics.engine import RuleEngine
from core.events import EndReason, Event, EventKind, Phase
from core.findings import Findings
from core.mutes import Mute, Mutes
from core.scene import Label, Line, Scene, Zone
from core.taxonomy import ObjectClass
from matpho.desk_watch import DeskWatch
from scenes.rules import (
    AnyRuleSpec,
    CollisionSpec,
    IllegalParkingSpec,
    IntrusionSpec,
    LaneViolationSpec,
    NoCrossingSpec,
    PedestrianSpec,
    QueueSpec,
    SlowVehicleSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)
from store.event_store import EventStore
from tests.support.tracks import Actor, Shot, Way, film, join, make_scene, still, walk, with_lanes
from tests.support.traffic import METRES, PIXELS, driver
from tests.support.watched import events, found, seconds, starts, tracked

CAR, BUS, MOTORCYCLE = ObjectClass.CAR, ObjectClass.BUS, ObjectClass.MOTORCYCLE
SIZE = (45, 30)
INCIDENTS: list[AnyRuleSpec] = [
    StoppedVehicleSpec(),
    WrongWaySpec(),
    CollisionSpec(),
    SlowVehicleSpec(),
    PedestrianSpec(),
]
"""Over all lanes, with their defaults."""


def told(shots: Sequence[Shot], specs: Sequence[AnyRuleSpec] = INCIDENTS) -> dict[str, list[float]]:
    """When which kinds started, of those that did."""
    all_of = {spec.kind: starts(shots, spec) for spec in specs}
    return {kind: times for kind, times in all_of.items() if times}


def opposite(scene: Scene) -> Scene:
    """Lane b leads to the left, and belongs to another direction."""
    lane = scene.lanes["b"]
    return replace(
        scene, lanes={**scene.lanes, "b": replace(lane, centreline=lane.centreline[::-1].copy(), group="west")}
    )


def zone(name: str, left: float, top: float, right: float, bottom: float) -> Zone:
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)
    return Zone(name, Label(name, name), corners)


# Numbers


@pytest.mark.parametrize("scene", [METRES, PIXELS], ids=["metres", "pixels"])
def test_numbers_that_are_switched_in_a_queue_tell_nothing(scene: Scene) -> None:
    """Eight wait at the end of the lane; each second the numbers of two neighbours are exchanged."""

    def waits(place: int) -> Actor:
        def way(t: float) -> tuple[float, float]:
            second = int(t)
            here = place
            if second % 7 in (place, place - 1) and second % 2:
                here = place + 1 if second % 7 == place else place - 1
            return 885 - 60 * here, 400

        return Actor(place + 1, way, CAR, SIZE)

    shots = film([waits(n) for n in range(8)], 40, scene=scene, fps=5)
    assert told(shots) == {}
    queue = events(shots, QueueSpec(lane="a"))
    assert len({e.event_id for e in queue}) == 1 and queue[-1].phase is not Phase.ENDED


def test_two_parked_cars_that_exchange_their_numbers_stay_two_events() -> None:
    def swaps(n: int) -> Actor:
        return Actor(n, lambda t: (300 + 200 * ((n + int(t // 15)) % 2), 400.0), CAR, SIZE)

    on = events(film([swaps(0), swaps(1)], 80, scene=METRES, fps=5), StoppedVehicleSpec())
    assert len({e.event_id for e in on}) == 2 and all(e.phase is not Phase.ENDED for e in on)
    assert {e.box[0] for e in on if e.box} == {277.5, 477.5}


@pytest.mark.parametrize("spec", [NoCrossingSpec(line="l"), LaneViolationSpec(entry="l", exit="m")])
def test_flicker_over_a_line_is_neither_a_crossing_nor_a_turn(spec: AnyRuleSpec) -> None:
    further = Line("m", Label("m", "m"), np.array([512.0, 800.0]), np.array([512.0, 200.0]))
    scene = replace(METRES, lines={**METRES.lines, "m": further})

    def way(t: float) -> tuple[float, float]:
        return 500 + 11 * (-1) ** round(t * 10), 400

    assert starts(film([Actor(1, way, CAR, SIZE)], 20, scene=scene), spec) == []


# What stands


def park(scene: Scene, start_s: float, epoch: int, still_open: Sequence[Event], parked: Actor) -> list[Event]:
    """One run of the system, of 90 s."""
    engine, all_events = RuleEngine(), list[Event]()
    engine.add_camera("cam", scene, [StoppedVehicleSpec(), IllegalParkingSpec(zone="z")], still_open)
    actor = replace(parked, track_id=parked.track_id + epoch)
    for shot in film([actor], 90, scene=scene, fps=4, start_s=start_s, epoch=epoch):
        all_events += engine.update(*join([shot])).events
    return all_events


def test_a_car_that_was_parked_before_the_system_started_is_told_once_also_after_three_restarts() -> None:
    parked = Actor(1, still(500, 400), CAR, SIZE)
    all_events: list[Event] = []
    for run in range(4):
        latest = {event.event_id: event for event in all_events}
        still_open = [event for event in latest.values() if event.phase is not Phase.ENDED]
        all_events += park(METRES, run * 600.0, run, still_open, parked)
    began = [event.kind for event in all_events if event.phase is Phase.STARTED]
    assert sorted(began) == [EventKind.STOPPED_VEHICLE, EventKind.ILLEGAL_PARKING]
    assert all(event.phase is not Phase.ENDED for event in all_events)


def test_a_restart_before_the_alert_is_due_does_not_lose_it() -> None:
    parked = Actor(1, still(500, 400), CAR, SIZE)
    first = film([parked], 8, scene=METRES, fps=4)
    assert starts(first, StoppedVehicleSpec()) == []
    again = film([replace(parked, track_id=2)], 14, scene=METRES, fps=4, start_s=30, epoch=1)
    assert starts(again, StoppedVehicleSpec()) == [40.0]


def creeps(number: int, start_x: float, stops_x: float | None = None, go_s: float = 20.0) -> Way:
    """In a jam: a metre a second, and from `go_s` on at 8 m/s out of the picture; or it breaks down on its way."""

    def way(t: float) -> tuple[float, float] | None:
        x = start_x + 10 * min(t, go_s) + 80 * max(t - go_s, 0.0)
        if stops_x is not None:
            x = min(x, stops_x)
        return (x, 400.0) if x < 1000 else None

    return way


def test_a_breakdown_inside_a_jam_is_found_when_those_before_it_are_gone() -> None:
    """The third of seven breaks down while all creep. From 20 s on those before it drive off; behind it they wait."""
    ahead = [Actor(n, creeps(n, 700 - 60 * n), CAR, SIZE) for n in (1, 2)]
    broken = Actor(3, creeps(3, 520, stops_x=560), CAR, SIZE)
    behind = [Actor(n, creeps(n, 700 - 60 * n, stops_x=560 - 60 * (n - 3)), CAR, SIZE) for n in range(4, 8)]
    on = found(film([*ahead, broken, *behind], 60, scene=METRES, fps=5), StoppedVehicleSpec())
    assert [e.track_ids for e in on] == [(3,)]
    assert 20 < seconds(on)[0] < 40


def test_a_jam_that_moves_on_leaves_no_alert_behind() -> None:
    jam = [Actor(n, creeps(n, 840 - 55 * n, go_s=45), CAR, SIZE) for n in range(12)]
    assert told(film(jam, 60, scene=METRES, fps=5)) == {}


def test_a_bus_at_its_stop_is_none_and_beside_it_is_one() -> None:
    scene = replace(METRES, zones={**METRES.zones, "stop": zone("stop", 400, 350, 620, 450)})
    waits = walk([(0, 100, 400), (6, 520, 400), (90, 520, 400), (96, 940, 400)])
    at_stop = film([Actor(1, waits, BUS, (110, 40))], 100, scene=scene, fps=4)
    specs: list[AnyRuleSpec] = [
        StoppedVehicleSpec(except_zones=["stop"]),
        IllegalParkingSpec(zone="z", except_zones=["stop"]),
    ]
    assert told(at_stop, specs) == {}
    beside = film([Actor(1, walk([(0, 100, 400), (4, 320, 400), (99, 320, 400)]), BUS, (110, 40))], 90, scene=scene)
    assert sorted(told(beside, specs)) == sorted(spec.kind for spec in specs)


# What moves


def test_a_rider_who_pushes_his_motorcycle_is_neither_wrong_way_nor_stopped_nor_on_foot() -> None:
    """Against the lane along the kerb at 4 km/h; the tracker knows rider and machine as one motorcycle."""
    pushes = Actor(1, walk([(0, 700, 430), (50, 150, 430)]), MOTORCYCLE, (20, 18))
    assert told(film([pushes], 50, scene=METRES, fps=5)) == {}


def test_a_police_car_against_the_lane_that_a_person_muted_alerts_nobody_and_is_counted(tmp_path: Path) -> None:
    """The first time it is closed, the second time nobody hears of it; who follows when the mute is over is told."""
    sink, out = EventStore.open(tmp_path / "events.db"), list[Event]()
    engine = RuleEngine(mutes := Mutes())
    engine.add_camera("cam", METRES, [WrongWaySpec()])
    desk = DeskWatch(sink, mutes, ["cam"], lambda _event, _verdict: None, lambda _records: None)

    def drive(number: int, start_s: float, until_s: float, since_s: float = 0.0) -> list[Event]:
        way = walk([(start_s, 890, 400), (start_s + 10, 90, 400)])
        shots = film([Actor(number, way, CAR, SIZE)], until_s, scene=METRES)
        told_of = [e for shot in shots[round(since_s * 10) :] for e in engine.update(*join([shot])).events]
        sink.append(told_of)
        out.extend(told_of)
        return told_of

    (first,) = drive(1, 0, 4)
    now = time.time_ns()
    police = Mute("", "Lan", "police car against the lane", now, now + 10**13, "cam", kind=EventKind.WRONG_WAY.value)
    kept = sink.desk.mute(police)
    desk.poll()
    (closed,) = drive(1, 0, 40, 4)
    assert (closed.event_id, closed.phase, closed.end_reason) == (first.event_id, Phase.ENDED, EndReason.MUTED)
    assert drive(2, 40, 80, 40) == []
    desk.poll()
    assert sink.desk.suppressed() == {kept.mute_id: 2}
    assert [(one.by, one.reason) for one in sink.desk.mutes(now)] == [("Lan", "police car against the lane")]
    sink.desk.unmute(kept.mute_id, "Lan", "it has left")
    desk.poll()
    assert [e.phase for e in drive(3, 80, 120, 80) if e.phase is not Phase.UPDATED] == [Phase.STARTED, Phase.ENDED]
    assert sink.events.count() == 2 and len({e.event_id for e in out}) == 2
    sink.close()


def test_a_u_turn_where_it_is_allowed() -> None:
    """From lane a round into lane b, which leads back; over the road's middle it is on neither way."""
    scene = opposite(METRES)
    arc = [(5 + 0.2 * k, 500 + 50 * np.sin(np.pi * k / 20), 450 - 50 * np.cos(np.pi * k / 20)) for k in range(21)]
    turns = walk([(0, 100, 400), *arc, (16, 110, 500)])
    assert told(film([Actor(1, turns, CAR, SIZE)], 17, scene=scene)) == {}
    # In three moves, half a minute long, where the place is named: it stands across both lanes, and goes back a little.
    moves = walk([(0, 100, 400), (5, 500, 400), (8, 540, 480), (16, 540, 480), (19, 500, 430), (32, 500, 430)])
    slowly = film(
        [Actor(1, moves, CAR, SIZE)], 32, scene=replace(scene, zones={"turn": zone("turn", 440, 340, 600, 560)})
    )
    excepted: list[AnyRuleSpec] = [StoppedVehicleSpec(except_zones=["turn"]), WrongWaySpec(except_zones=["turn"])]
    assert told(slowly, excepted) == {}


@pytest.mark.parametrize("seed", range(2))
def test_night_headlights_that_make_boxes_tremble_tell_nothing(seed: int) -> None:
    """Glare misplaces each side of a box by a tenth of the car in each frame; the real tracker makes tracks of it."""
    passing = [driver(n, 2.5 * n, 11, "a" if n % 2 else "b") for n in range(10)]
    assert told(tracked(film(passing, 34, scene=METRES), tremble_px=4.0, seed=seed)) == {}


@pytest.mark.parametrize("seed", range(2))
def test_a_car_that_stands_in_the_glare_is_one_event(seed: int) -> None:
    stands = Actor(1, walk([(0, 100, 400), (5, 500, 400), (60, 500, 400)]), CAR, SIZE)
    on = events(tracked(film([stands], 60, scene=METRES), tremble_px=1.5, seed=seed), StoppedVehicleSpec())
    assert len({e.event_id for e in on}) == 1
    assert seconds(on[:1]) == [pytest.approx(15.5, abs=1.5)]


# Gaps


def test_a_gap_of_ten_seconds_makes_nobody_stand_crash_or_drive_the_wrong_way() -> None:
    """Traffic flows; twice the camera is silent for ten seconds, and the numbers go on with others at other places."""
    flow = [driver(1 + n % 9, 3 * n, 12, "a" if n % 2 else "b") for n in range(20)]
    actors = [Actor(n, _one_of([a.way for a in flow if a.track_id == n]), CAR, SIZE) for n in range(1, 10)]
    shots = [s for s in film(actors, 60, scene=METRES) if not (15 <= s.view.frame.seq / 10 % 30 < 25)]
    assert told(shots) == {}


def _one_of(ways: Sequence[Way]) -> Way:
    return lambda t: next((place for way in ways if (place := way(t)) is not None), None)


# Places


def test_two_overlapping_zones_of_one_kind_are_two_rules_with_an_event_each() -> None:
    scene = replace(
        make_scene(0.1), zones={"left": zone("left", 200, 200, 600, 800), "right": zone("right", 400, 200, 800, 800)}
    )
    specs: list[AnyRuleSpec] = [IntrusionSpec(zone="left"), IntrusionSpec(zone="right")]
    crosses = Actor(1, walk([(0, 100, 500), (35, 450, 500), (70, 900, 500)]))
    first = Findings()
    engine = RuleEngine()
    engine.add_camera("cam", scene, specs)
    for shot in film([crosses], 40, scene=scene, fps=5):
        first += engine.update(*join([shot]))
    began = {e.zone: e.event_id for e in first.events if e.phase is Phase.STARTED}
    assert began.keys() == {"left", "right"} and len(set(began.values())) == 2
    latest = {e.event_id: e for e in first.events}
    engine = RuleEngine()
    engine.add_camera("cam", scene, specs, list(latest.values()))
    second = Findings()
    for shot in film([replace(crosses, track_id=2)], 45, scene=scene, fps=5, start_s=42, epoch=1):
        second += engine.update(*join([shot]))
    assert {e.zone: e.event_id for e in second.events} == began
    ended = [e.zone for e in second.events if e.phase is Phase.ENDED]
    assert ended == ["left", "right"]


def test_an_event_whose_zone_is_deleted_ends_once_and_says_so() -> None:
    """The scene's next version has neither the zone nor its rule; another zone of the kind is not given the event."""
    both = {"old": zone("old", 200, 300, 600, 500), "new": zone("new", 300, 300, 700, 500)}
    scene = replace(METRES, zones=both)
    engine, first = RuleEngine(), Findings()
    engine.add_camera("cam", scene, [StoppedVehicleSpec(zone="old")])
    parked = Actor(1, still(500, 400), CAR, SIZE)
    for shot in film([parked], 20, scene=scene, fps=5):
        first += engine.update(*join([shot]))
    changed = replace(scene, version=2, zones={"new": both["new"]})
    engine = RuleEngine()
    engine.add_camera("cam", changed, [StoppedVehicleSpec(zone="new")], [first.events[-1]])
    second = Findings()
    for shot in film([parked], 30, scene=changed, fps=5, start_s=25, epoch=1):
        second += engine.update(*join([shot]))
    ended, *rest = second.events
    assert (ended.event_id, ended.end_reason) == (first.events[0].event_id, EndReason.RULE_REMOVED)
    assert {e.event_id for e in rest} != {ended.event_id} and rest[0].phase is Phase.STARTED
    assert sum(e.phase is Phase.STARTED for e in rest) == 1


def test_a_scene_whose_lanes_are_drawn_anew_keeps_the_event() -> None:
    parked = Actor(1, still(500, 400), CAR, SIZE)
    (began, *_) = park(METRES, 0, 0, [], parked)
    redrawn = replace(with_lanes(make_scene(0.1), (395.0, 505.0)), version=2)
    later = park(redrawn, 100, 1, [began], parked)
    assert [e.phase for e in later if e.kind is began.kind and e.phase is not Phase.UPDATED] == []
    assert {e.event_id for e in later if e.kind is began.kind} == {began.event_id}
