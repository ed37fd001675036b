"""Lanes, lines and areas proposed from tracks whose lanes are known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F64
from core.errors import ConfigError
from core.geometry import signed_distance
from core.scene import Ground
from core.taxonomy import ObjectClass
from scenes.suggestion.lanes import divide
from scenes.suggestion.suggest import Suggestion, suggest
from scenes.track_table import TrackTable
from tests.scenes.calibration.test_camera import pinhole
from tests.support.street import Camera, Street, drive, road

SIZE = (1000, 1000)
GROUND = Ground(np.array([[0.1, 0.0, -50.0], [0.0, -0.1, 50.0], [0.0, 0.0, 1.0]]), 0.0)
"""Seen from straight above: 100 × 100 m about the middle of the picture, y up."""
CAR = ObjectClass.CAR


def top_down(
    lanes: Sequence[float],
    *,
    per_lane: int = 14,
    degrees: float = 0.0,
    wait_at: float | None = None,
    end_at: float = 45.0,
    kind: ObjectClass = CAR,
    wander: float = 0.2,
    first: int = 1,
    seed: int = 0,
) -> TrackTable:
    """Vehicles from -45 m to `end_at` along x, their lanes so far to the left, all turned about the middle.

    `wait_at`: half of them stand there for 6 s.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(per_lane * len(lanes)):
        speed, aside = rng.uniform(6, 12), lanes[number % len(lanes)] + rng.normal(0, wander)
        time = np.arange(0, (end_at + 45) / speed, 0.2)
        x = -45 + speed * time
        if wait_at is not None and number // len(lanes) % 2 == 0:
            stop = int(np.searchsorted(x, wait_at - rng.uniform(0, 1))) - 1
            x = np.concatenate((x[:stop], np.repeat(x[stop], 30), x[stop:]))
            time = np.arange(len(x)) / 5
        turn = math.radians(degrees)
        east, north = x * math.cos(turn) - aside * math.sin(turn), x * math.sin(turn) + aside * math.cos(turn)
        u, v = 500 + 10 * east, 500 - 10 * north
        inside = (np.abs(u - 500) < 470) & (np.abs(v - 500) < 470)
        boxes = np.column_stack((u - 10, v - 15, u + 10, v))[inside]
        when = (time + 8 * number)[inside]
        rows.append(np.column_stack((when, np.full(len(when), first + number), np.full(len(when), int(kind)), boxes)))
    table = np.vstack(rows)
    return TrackTable.of(SIZE, table[:, 0], table[:, 1], table[:, 2], table[:, 3:])


def together(*tables: TrackTable) -> TrackTable:
    columns = (
        np.concatenate([getattr(t, name) for t in tables]) for name in ("time_s", "track_id", "class_id", "xyxy")
    )
    return TrackTable.of(tables[0].size, *columns)


def metres(points: F64) -> F64:
    return GROUND.to_ground(points)[0]


def crosses_forward(line: F64, before: F64, after: F64) -> bool:
    """As `core.scene.Line` defines it: from the left to the right of a walker from start to end."""
    sides = signed_distance(np.array([before, after]), line[0], line[1])
    return bool(sides[0] < 0 < sides[1])


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 4),
    width=st.floats(2.9, 3.9),
    degrees=st.sampled_from([0.0, 30.0, 90.0, 135.0, 180.0, 250.0]),
    seed=st.integers(0, 50),
)
def test_lanes_lie_where_cars_drive_in_their_direction(count: int, width: float, degrees: float, seed: int) -> None:
    middles = [(k - (count - 1) / 2) * width for k in range(count)]
    found = suggest(top_down(middles, degrees=degrees, seed=seed), GROUND)
    (way,) = found.ways
    assert len(way.lanes) == count and all(lane.seen for lane in way.lanes)
    turn = math.radians(degrees)
    ahead, left = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
    asides = [float((metres(lane.centreline) @ left).mean()) for lane in way.lanes]
    assert asides == pytest.approx(sorted(middles, reverse=True), abs=0.4)
    for lane in way.lanes:
        ends = metres(lane.centreline)[[0, -1]]
        assert (ends[1] - ends[0]) @ ahead > 60
        area = shapely.Polygon(metres(lane.polygon)).area
        if count > 1:
            assert area / float(np.linalg.norm(ends[1] - ends[0])) == pytest.approx(width, abs=0.35)
    assert sum(lane.tracks for lane in way.lanes) >= 0.9 * way.tracks


def test_each_direction_is_a_group_with_its_own_lanes_and_lines() -> None:
    table = together(top_down([-5.0, -8.5]), top_down([-5.0, -8.5], degrees=180, first=100, seed=1))
    found = suggest(table, GROUND)
    assert sorted(way.direction for way in found.ways) == ["left", "right"]
    assert [len(way.lanes) for way in found.ways] == [2, 2]
    assert (found.metric, found.vehicles, found.lone) == (True, 56, 0)
    for way in found.ways:
        sign = 1 if way.direction == "right" else -1
        for name in ("entry", "exit"):
            x, y = way.lines[name].mean(axis=0)
            assert crosses_forward(way.lines[name], np.array([x - 30 * sign, y]), np.array([x + 30 * sign, y]))
        assert (way.lines["exit"][0, 0] - way.lines["entry"][0, 0]) * sign > 500
        for line in way.lines.values():
            asides = np.sort(metres(line)[:, 1] * -sign)
            assert asides[0] < 5 - 1 and asides[1] > 8.5 + 1


def test_where_vehicles_wait_and_drive_on_there_is_a_stop_line_and_lanes_end() -> None:
    found = suggest(top_down([0.0, 3.5], wait_at=10.0), GROUND)
    (way,) = found.ways
    assert way.stopped == 14
    x = metres(way.lines["stop"])[:, 0]
    assert x == pytest.approx((10.5, 10.5), abs=1.0)
    assert all(metres(lane.centreline)[-1, 0] == pytest.approx(x.mean(), abs=1.5) for lane in way.lanes)


def test_where_vehicles_park_for_good_there_is_no_stop_line() -> None:
    driving = top_down([0.0])
    parking = top_down([0.0], wait_at=9.9, end_at=10.0, first=100, seed=1)
    (way,) = suggest(together(driving, parking), GROUND).ways
    assert "stop" not in way.lines and way.stopped == 0


def test_motorcycles_anywhere_share_the_width_in_use() -> None:
    riders = top_down(list(np.linspace(-3.2, 3.2, 9)), per_lane=5, kind=ObjectClass.MOTORCYCLE, wander=0.5)
    (way,) = suggest(riders, GROUND).ways
    assert len(way.lanes) == 2 and not any(lane.seen for lane in way.lanes)


def test_lanes_are_told_from_cars_and_where_they_drive_anywhere_by_width() -> None:
    rng = np.random.default_rng(2)
    lanes = np.repeat([-3.3, 0.0, 3.3], 12) + rng.normal(0, 0.25, 36)
    middles, width, seen = divide(lanes, np.ones(36))
    assert seen and width == pytest.approx(3.3, abs=0.1)
    assert sorted(middles) == pytest.approx([-3.3, 0, 3.3], abs=0.2)
    middles, width, seen = divide(rng.uniform(-5, 5, 60), np.zeros(60))
    assert not seen and len(middles) == 3 and 3.0 < width < 4.0


def test_a_turn_that_one_driver_took_is_no_direction() -> None:
    lone = top_down([0.0], per_lane=1, degrees=60, first=500)
    found = suggest(together(top_down([0.0]), lone), GROUND)
    assert (len(found.ways), found.lone) == (1, 1)


def test_people_give_areas_where_they_walk_and_no_lanes() -> None:
    found = suggest(top_down([0.0], kind=ObjectClass.PERSON, per_lane=12, wander=0.6), GROUND)
    assert found.ways == [] and found.vehicles == 0
    area = found.areas[0]
    assert area.tracks == 12
    assert shapely.Polygon(area.polygon).contains(shapely.Point(500, 500))
    assert not shapely.Polygon(area.polygon).contains(shapely.Point(500, 700))


@pytest.mark.parametrize("table", [top_down([0.0], per_lane=2), top_down([0.0], per_lane=3, kind=ObjectClass.PERSON)])
def test_too_little_is_refused_with_what_there_was(table: TrackTable) -> None:
    with pytest.raises(ConfigError) as refused:
        suggest(table, GROUND)
    assert refused.value.message_id == "error-suggest-nothing"
    assert refused.value.arguments["tracks"] == len(np.unique(table.track_id))


def seen_street(metric: bool, turn: float = 15.0) -> tuple[Suggestion, Camera]:
    camera = Camera(height=9, pitch=28, focal=0.8)
    street = Street(road(turn=turn), tracks=90, mix={CAR: 0.5, ObjectClass.MOTORCYCLE: 0.5}, wander=0.25)
    ground = Ground(pinhole(camera).ground, 0.1) if metric else None
    return suggest(drive(street, camera, seed=5), ground), camera


def test_a_street_seen_by_a_camera_has_its_lanes_in_metres() -> None:
    found, camera = seen_street(metric=True)
    assert sorted((way.direction, len(way.lanes)) for way in found.ways) == [("away", 2), ("towards", 2)]
    across = np.array([math.cos(math.radians(15)), math.sin(math.radians(15))])
    middles = sorted(
        float(((camera.ground(lane.centreline) - (0, 22)) @ across).mean()) for way in found.ways for lane in way.lanes
    )
    # A box's lower edge is nearer than the middle of the vehicle: all lanes seem moved to the camera's side alike.
    steps = np.diff(middles)
    assert len(steps) == 3 and steps == pytest.approx(np.full(3, 3.3), abs=0.7)


def test_without_metres_directions_are_found_too_and_the_suggestion_says_so() -> None:
    found, _ = seen_street(metric=False)
    assert not found.metric
    assert {way.direction for way in found.ways} == {"away", "towards"}
    assert all({"entry", "exit"} <= way.lines.keys() for way in found.ways)
    for way in found.ways:
        for lane in way.lanes:
            assert (lane.centreline[-1, 1] < lane.centreline[0, 1]) == (way.direction == "away")
