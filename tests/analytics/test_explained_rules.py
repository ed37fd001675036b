"""What rules say of tracks that did not do what they look for: which condition failed, by how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.stories import Nearest, Story
from analytics.table import build_rule
from core.explanation import Amount, Reason
from core.scene import Label, Line, Scene
from core.taxonomy import ObjectClass
from core.tracks import TrackState
from scenes.rules import (
    AnyRuleSpec,
    CollisionSpec,
    CongestionSpec,
    CrowdingSpec,
    IntrusionSpec,
    LaneViolationSpec,
    LineCrossingSpec,
    LoiteringSpec,
    MeasureSpec,
    PedestrianSpec,
    QueueSpec,
    RunningSpec,
    SlowVehicleSpec,
    SpeedingSpec,
    SpillbackSpec,
    StoppedVehicleSpec,
    WrongWaySpec,
)
from tests.support.tracks import SECOND, T0, Actor, film, make_scene, still, walk, with_lanes
from tests.support.traffic import METRES

CAR = ObjectClass.CAR, (90, 60)


def story(spec: AnyRuleSpec, actors: list[Actor], seconds: float, scene: Scene, track: int = 1) -> Story:
    """What the rule says of one of the tracks."""
    rule, found = build_rule(spec, scene, "cam"), Story()
    for shot in film(actors, seconds, scene=scene):
        rule.update(shot.view)
        for row in np.flatnonzero(shot.view.track_id == track).tolist():
            found.add(rule.explain(shot.view, row)[spec.rule_id], shot.view.now_ns - T0, SECOND // 10)
    return found


def missed(spec: AnyRuleSpec, actors: list[Actor], seconds: float, scene: Scene | None = None) -> Nearest:
    """The nearest that track 1 came."""
    found = story(spec, actors, seconds, scene or make_scene()).nearest
    assert found is not None
    return found


def number(said: Reason, name: str = "value") -> float:
    amount = said.values[name]
    assert isinstance(amount, Amount)
    return amount.value


def test_who_stops_short_of_a_line() -> None:
    nearest = missed(LineCrossingSpec(line="l"), [Actor(1, walk([(0, 300, 500), (2, 470, 500), (4, 300, 500)]))], 4)
    assert nearest.missing[0].message == "explain-line-side"
    assert number(nearest.missing[0]) == pytest.approx(30, abs=0.5)
    assert nearest.at_ns == 2 * SECOND


def test_who_comes_past_a_line_by_less_than_the_hysteresis() -> None:
    nearest = missed(LineCrossingSpec(line="l", hysteresis_px=8), [Actor(1, walk([(0, 300, 500), (2, 506, 500)]))], 2.1)
    assert nearest.missing[0].message == "explain-line-near"
    assert number(nearest.missing[0]) == pytest.approx(6, abs=2.1)
    assert number(nearest.missing[0], "limit") == 8


def test_who_walks_around_the_end_of_a_line() -> None:
    nearest = missed(LineCrossingSpec(line="l"), [Actor(1, walk([(0, 300, 860), (4, 700, 860)]))], 4)
    assert nearest.missing[0].message == "explain-line-beside"
    assert number(nearest.missing[0]) == pytest.approx(60, abs=1)


def test_who_crosses_in_a_direction_that_is_not_looked_for() -> None:
    spec = LineCrossingSpec(line="l", direction="backward")
    assert missed(spec, [Actor(1, walk([(0, 300, 500), (4, 700, 500)]))], 4).missing[0].message == "explain-direction"


def test_who_is_of_another_class() -> None:
    nearest = missed(IntrusionSpec(zone="z", still_s=0, classes=["vehicle"]), [Actor(1, still(500, 500))], 5)
    assert nearest.missing[0].said("en") == "person: not a class that is looked at"


@pytest.mark.parametrize(
    "spec", [IntrusionSpec(zone="z", still_s=0), LoiteringSpec(zone="z", still_s=0), CrowdingSpec(zone="z", count=1)]
)
def test_who_stays_outside(spec: AnyRuleSpec) -> None:
    nearest = missed(spec, [Actor(1, walk([(0, 100, 500), (2, 175, 500), (4, 100, 500)]))], 4)
    assert nearest.missing[0].message == "explain-in-zone"
    assert number(nearest.missing[0]) == pytest.approx(25, abs=0.5)


def test_who_is_inside_too_briefly_and_what_ended_his_time() -> None:
    way = walk([(0, 100, 500), (1, 300, 500), (7, 300, 500), (8, 100, 500), (14, 100, 500)])
    found = story(LoiteringSpec(zone="z", for_s=10, still_s=10, gap_s=2), [Actor(1, way)], 14, make_scene())
    assert found.nearest is not None and found.nearest.missing[0].message == "explain-waited"
    assert number(found.nearest.missing[0]) == pytest.approx(7, abs=0.3)
    (reset,) = [p for p in found.periods if p.last.message == "explain-reset"]
    assert reset.from_ns / SECOND == pytest.approx(7.5 + 2, abs=0.3)
    cause = reset.last.values["cause"]
    assert isinstance(cause, Reason) and cause.message == "explain-in-zone"


def test_too_few_people_for_a_crowd() -> None:
    actors = [Actor(n, still(400 + 40 * n, 500)) for n in range(1, 4)]
    (item,) = missed(CrowdingSpec(zone="z", count=5), actors, 3).missing
    assert (item.message, number(item), number(item, "limit")) == ("explain-crowd", 3, 5)
    (item,) = missed(CrowdingSpec(zone="z", count=5), actors, 3, make_scene(0.01)).missing
    assert item.message == "explain-crowd-density"
    assert number(item, "density") == pytest.approx(3 / 36, abs=1e-3)


@pytest.mark.parametrize(("scene", "speed", "limit"), [(METRES, 36.0, 3.0), (make_scene(), 100 / 90, 0.2)])
def test_a_vehicle_that_does_not_stop(scene: Scene, speed: float, limit: float) -> None:
    nearest = missed(StoppedVehicleSpec(zone="z"), [Actor(1, walk([(-1, 210, 500), (5, 810, 500)]), *CAR)], 5, scene)
    assert nearest.missing[0].message == "explain-stands"
    assert number(nearest.missing[0]) == pytest.approx(speed, rel=0.05)
    assert number(nearest.missing[0], "limit") == pytest.approx(limit)


def test_a_vehicle_that_waits_in_a_queue_is_no_obstacle() -> None:
    actors = [Actor(n, still(850 - 60 * n, 400), *CAR) for n in range(1, 6)]
    found = story(StoppedVehicleSpec(zone="z", for_s=3), actors, 6, METRES, track=3)
    assert found.nearest is not None and found.nearest.missing[0].message == "explain-waits-in-queue"
    assert number(found.nearest.missing[0]) == 5


def test_who_stands_where_the_rule_had_nobody_to_look_at() -> None:
    """A queue has gone, and a vehicle that is not sure yet stands there: what it waits for is not known."""
    gone = [Actor(10 + n, still(450 + 40 * n, 500, end=4), *CAR) for n in range(4)]
    unsure = Actor(1, still(500, 500, 16), *CAR, state=lambda t: TrackState.TENTATIVE)
    elsewhere = [Actor(30 + n, still(850, 100 + 40 * n, 5), *CAR) for n in range(8)]
    scene = with_lanes(make_scene(0.1), (480, 560))
    found = story(StoppedVehicleSpec(zone="z"), [*elsewhere, *gone, unsure], 18, scene)
    assert found.nearest is not None
    assert [said.message for said in found.nearest.missing][:1] == ["explain-seen"]


def test_a_queue_that_is_too_short() -> None:
    actors = [Actor(n, still(850 - 60 * n, 400), *CAR) for n in (1, 2)]
    item = missed(QueueSpec(lane="a", min_length_m=30), actors, 6, METRES).missing[0]
    assert item.message == "explain-queue-long"
    assert number(item) == pytest.approx(10.5, abs=0.1)
    assert (number(item, "limit"), number(item, "vehicles")) == (30, 2)


def test_a_vehicle_too_fast_for_a_queue_and_one_on_another_lane() -> None:
    drives = [Actor(1, walk([(0, 100, 400), (8, 900, 400)]), *CAR)]
    item = missed(QueueSpec(lane="a"), drives, 8, METRES).missing[0]
    assert item.message == "explain-queued"
    assert number(item) == pytest.approx(36, abs=0.5)
    assert missed(QueueSpec(lane="b"), drives, 8, METRES).missing[0].message == "explain-on-lane"
    beside = [Actor(1, still(500, 900), *CAR)]
    assert missed(QueueSpec(lane="b"), beside, 2, METRES).missing[0].message == "explain-no-lane"


def test_a_queue_that_ends_short_of_the_line_or_begins_behind_it() -> None:
    after = [Actor(n, still(850 - 60 * n, 400), *CAR) for n in (1, 2)]
    item = missed(SpillbackSpec(line="l"), after, 3, METRES).missing[0]
    assert item.message == "explain-queue-reaches"
    assert number(item) == pytest.approx((730 - 500) / 10 - 4.5 / 2, abs=0.1)
    before = [Actor(n, still(450 - 60 * n, 400), *CAR) for n in (1, 2)]
    item = missed(SpillbackSpec(line="l"), before, 3, METRES).missing[0]
    assert item.message == "explain-queue-behind"
    assert number(item) == pytest.approx(11 - 4.5 / 2, abs=0.1)


@pytest.mark.parametrize(
    ("least", "speed", "message", "value"),
    [(1, 12.0, "share", 85.7), (2, 3.0, "vehicles-at-once", 1)],
)
def test_traffic_too_fast_or_too_thin_for_a_congestion(least: int, speed: float, message: str, value: float) -> None:
    lanes = {name: replace(lane, free_flow_mps=14.0) for name, lane in METRES.lanes.items()}
    spec = CongestionSpec(group="east", window_s=2, for_s=2, least_vehicles=least)
    drives = [Actor(1, walk([(0, 110, 400), (80 / speed, 910, 400)]), *CAR)]
    item = missed(spec, drives, 6, replace(METRES, lanes=lanes)).missing[0]
    assert item.message == f"explain-{message}"
    assert number(item) == pytest.approx(value, abs=0.5)


def test_free_flow_that_is_not_known_is_said() -> None:
    item = missed(CongestionSpec(group="east"), [Actor(1, still(500, 400), *CAR)], 4, METRES).missing[0]
    assert item.message == "explain-free-flow-unknown"


def test_a_measured_zone_counts_at_the_first_frame_and_says_since_when() -> None:
    found = story(
        MeasureSpec(zone="z"), [Actor(1, walk([(0, 100, 500), (2, 300, 500), (5, 300, 500)]))], 5, make_scene()
    )
    assert [at / SECOND for at in found.counted] == [pytest.approx(1.1, abs=0.15)]
    (since,) = [p for p in found.periods if p.last.message == "explain-counted-before"]
    assert number(since.last, "ago") == pytest.approx(4.9 - 1.0, abs=0.15)


def test_a_movement_names_entry_and_exit_and_the_line_that_is_next() -> None:
    out = Line("out", Label("out", "ra"), np.array([700.0, 800.0]), np.array([700.0, 200.0]))
    scene = replace(make_scene(), lines={**make_scene().lines, "out": out})
    spec = MeasureSpec(entries=["l"], exits=["out"])
    found = story(spec, [Actor(1, walk([(0, 300, 500), (6, 900, 500)]))], 6, scene)
    said = [p.said("en") for p in found.periods]
    assert len(found.counted) == 1 and found.counted[0] / SECOND == pytest.approx(4.1, abs=0.15)
    assert "came in over l" in said and "goes out over out" in said
    assert any(line.startswith("to the left of out") for line in said)
    stays = missed(spec, [Actor(1, walk([(0, 300, 500), (4, 650, 500)]))], 4, scene)
    assert number(stays.missing[0]) == pytest.approx(50 + 8.75, abs=1)


def test_a_lane_counts_at_its_middle_and_says_how_far_it_is() -> None:
    found = story(MeasureSpec(lane="a"), [Actor(1, walk([(0, 100, 400), (4, 480, 400)]), *CAR)], 4, METRES)
    assert found.counted == [] and found.nearest is not None
    assert number(found.nearest.missing[0]) == pytest.approx((500 - 470.5) / 10, abs=0.1)


def test_who_is_in_an_excepted_zone_or_outside_of_the_hours() -> None:
    person = [Actor(1, walk([(0, 500, 380), (2, 500, 420)]))]
    nearest = missed(PedestrianSpec(lane="a", except_zones=["z"]), person, 2, METRES)
    assert nearest.missing[0].message == "explain-excepted"
    closed = IntrusionSpec(zone="z", still_s=0, hours=["01:00-02:00"], timezone="UTC")
    assert missed(closed, person, 2).missing[0].message == "explain-hours"


def test_who_drives_against_a_lane_too_briefly() -> None:
    drives = [Actor(1, walk([(-1, 900, 400), (3, 740, 400)]), *CAR)]
    found = story(WrongWaySpec(min_way_m=20), drives, 3, METRES)
    assert found.nearest is not None and found.nearest.missing[0].message == "explain-gone"
    assert number(found.nearest.missing[0]) < number(found.nearest.missing[0], "limit")
    against = next(p.last for p in found.periods if p.last.message == "explain-against")
    assert (against.holds, round(number(against))) == (True, 180)


def test_who_drives_the_right_way_or_pushes() -> None:
    right = missed(WrongWaySpec(), [Actor(1, walk([(-1, 100, 400), (8, 900, 400)]), *CAR)], 8, METRES).missing[0]
    assert right.message == "explain-against"
    assert number(right) == pytest.approx(0, abs=1)
    pushes = missed(WrongWaySpec(), [Actor(1, walk([(-1, 900, 400), (19, 800, 400)]), *CAR)], 15, METRES).missing[0]
    assert pushes.message == "explain-drives"
    assert number(pushes) == pytest.approx(1.8, abs=0.1)


def test_who_keeps_below_the_limit_or_above_it_for_too_short_a_way() -> None:
    drives = [Actor(1, walk([(-1, 100, 400), (7, 900, 400)]), *CAR)]
    item = missed(SpeedingSpec(limit_kmh=50), drives, 7, METRES).missing[0]
    assert item.message == "explain-speeds"
    assert number(item) == pytest.approx(36, abs=0.5)
    assert number(item, "limit") == pytest.approx(55)
    item = missed(SpeedingSpec(limit_kmh=30, over_m=200), drives, 7, METRES).missing[0]
    assert (item.message, number(item, "limit")) == ("explain-gone", 200)
    assert missed(SpeedingSpec(limit_kmh=50, zone="z"), drives, 7).missing[0].message == "explain-no-metres"
    assert missed(SpeedingSpec(), drives, 7, METRES).missing[0].message == "explain-limit-unknown"


def test_a_slow_vehicle_where_nobody_else_passes_and_one_that_is_not_slow_enough() -> None:
    drives = [Actor(1, walk([(-1, 100, 400), (15, 900, 400)]), *CAR)]
    assert missed(SlowVehicleSpec(), drives, 10, METRES).missing[0].message == "explain-usual-unknown"
    others = [Actor(10 + n, walk([(n, 0, 500), (n + 10, 1000, 500)]), *CAR) for n in range(10)]
    beside = [Actor(1, walk([(0, 100, 500), (16, 900, 500)]), *CAR), *others]
    item = missed(SlowVehicleSpec(least_vehicles=1), beside, 14, METRES).missing[0]
    assert item.message == "explain-slow"
    assert number(item) == pytest.approx(18, abs=0.5)
    assert number(item, "limit") == pytest.approx(0.4 * 36, rel=0.1)


def test_who_walks_does_not_run() -> None:
    item = missed(RunningSpec(zone="z"), [Actor(1, walk([(-1, 280, 500), (9, 430, 500)]))], 9, METRES).missing[0]
    assert item.message == "explain-runs"
    assert number(item) == pytest.approx(5.4, abs=0.1)


def test_who_goes_to_and_fro_does_not_run() -> None:
    fro = walk([(-1, 500, 500), *((n / 2, 500 + 20 * (n % 2), 500) for n in range(20))])
    items = missed(RunningSpec(zone="z", for_s=1), [Actor(1, fro)], 9, METRES).missing
    assert [item.message for item in items] == ["explain-gone"]
    assert 1 < number(items[0]) < 2.1
    assert number(items[0], "limit") == pytest.approx(10 / 3, abs=0.01)


def test_what_keeps_a_stop_from_being_a_collision() -> None:
    drives = [Actor(1, walk([(-1, 100, 500), (7, 900, 500)]), *CAR)]
    item = missed(CollisionSpec(zone="z"), drives, 7, METRES).missing[0]
    assert item.message == "explain-stands"
    assert number(item) == pytest.approx(36, abs=0.5)
    stands = story(CollisionSpec(zone="z"), [Actor(1, still(500, 500), *CAR)], 4, METRES)
    assert [p.last.message for p in stands.periods if not p.last.holds] == ["explain-settles", "explain-needs-brakes"]


def test_a_turn_that_is_not_finished() -> None:
    out = Line("out", Label("out", "ra"), np.array([700.0, 800.0]), np.array([700.0, 200.0]))
    scene = replace(make_scene(), lines={**make_scene().lines, "out": out})
    spec = LaneViolationSpec(entry="l", exit="out")
    drives = [Actor(1, walk([(0, 300, 500), (4, 650, 500)]), *CAR)]
    item = missed(spec, drives, 4, scene).missing[0]
    assert item.message == "explain-line-side"
    assert number(item) == pytest.approx(50 + 8.75, abs=1)
    slow = story(LaneViolationSpec(entry="l", exit="out", within_s=0.5), drives, 4, scene)
    (late,) = [p for p in slow.periods if p.last.message == "explain-turn-time" and not p.last.holds]
    assert late.from_ns / SECOND == pytest.approx(2.4 + 0.6, abs=0.15)
