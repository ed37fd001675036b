"""What is taken from tracks, and which of their ways are parallel."""

from __future__ import annotations

import numpy as np
import pytest

from core.taxonomy import ObjectClass
from scenes.calibration.lane_width import lane_spacing
from scenes.calibration.observations import MOST_BOXES, observe, straight_way
from scenes.calibration.vanishing import parallel_groups
from scenes.track_table import TrackTable
from tests.support.street import Camera, Street, drive, road


def table(boxes: np.ndarray, track: int = 1, kind: ObjectClass = ObjectClass.CAR) -> TrackTable:
    """One track of boxes (N, 4), ten a second."""
    count = len(boxes)
    return TrackTable.of((1000, 1000), np.arange(count) / 10, np.full(count, track), np.full(count, int(kind)), boxes)


def moving(count: int = 30, start: float = 100.0, step: float = 10.0) -> np.ndarray:
    x = start + step * np.arange(count)
    return np.column_stack((x, np.full(count, 400.0), x + 80, np.full(count, 460.0)))


def test_a_moving_car_gives_some_boxes_of_its_size_and_one_way() -> None:
    boxes, ways = observe(table(moving()))
    assert 3 <= len(boxes) <= MOST_BOXES
    assert np.allclose(boxes.wide, 80) and np.allclose(boxes.high, 60)
    assert np.allclose(boxes.foot[:, 1], 460)
    assert len(ways) == 1
    assert ways.start[0] == pytest.approx((140, 460)) and ways.end[0] == pytest.approx((430, 460))


def test_what_stands_is_cut_off_or_of_no_known_size_gives_nothing() -> None:
    assert len(observe(table(moving(step=0.0)))[0]) == 0
    at_edge = moving()
    at_edge[:, 3] = 1000.0
    assert len(observe(table(at_edge))[0]) == 0
    assert len(observe(table(moving(), kind=ObjectClass.ANIMAL))[0]) == 0


def test_what_is_hidden_by_something_nearer_gives_no_box() -> None:
    first, nearer = moving(), moving()
    nearer[:, [1, 3]] += 30
    rows = np.vstack((first, nearer))
    times, ids = np.tile(np.arange(30) / 10, 2), np.repeat((1, 2), 30)
    both = TrackTable.of((1000, 1000), times, ids, np.full(60, int(ObjectClass.CAR)), rows)
    boxes, _ = observe(both)
    assert len(boxes) and set(boxes.foot[:, 1].round().tolist()) == {490}


def test_a_bend_is_no_straight_way_and_a_short_one_says_nothing() -> None:
    angle = np.linspace(0, 1.2, 40)
    assert straight_way(500 * np.column_stack((np.cos(angle), np.sin(angle))), 40.0) is None
    line = np.column_stack((np.linspace(0, 300, 40), np.linspace(0, 30, 40)))
    assert straight_way(line, 200.0) is None
    found = straight_way(line, 40.0)
    assert found is not None and found[2] < 0.02


def test_roads_of_a_junction_are_two_groups_and_opposite_ways_one() -> None:
    street = Street(road(ahead=25, turn=20, lanes=2) + road(ahead=25, turn=-55, lanes=2), tracks=80, noise=0.01)
    _, ways = observe(drive(street, Camera(height=10, pitch=25, focal=0.8), seed=3))
    group = parallel_groups(ways)
    counts = np.bincount(group[group >= 0])
    assert len(counts) >= 2 and counts[:2].sum() > 0.75 * len(ways)
    upright = (ways.end - ways.start)[group == 0]
    assert np.ptp(np.sign(upright[:, 1])) == 2


def test_lanes_are_as_wide_as_they_were_made() -> None:
    from scenes.calibration.fit import Evidence, Fit
    from scenes.calibration.shapes import TYPICAL
    from tests.scenes.calibration.test_camera import pinhole

    camera = Camera(height=9, pitch=30, focal=0.8)
    street = Street(road(width=3.5), tracks=80, noise=0.01, wander=0.2, mix={ObjectClass.CAR: 1.0})
    seen = drive(street, camera, seed=1)
    boxes, ways = observe(seen)
    group = parallel_groups(ways)
    true = pinhole(camera)
    x = np.array([np.log(camera.focal), true.pitch, 0.0, np.log(camera.height), 0.2, 0.0])
    middles = Fit(Evidence(seen.size, boxes, ways, group, TYPICAL)).middles(x)
    found = lane_spacing(middles, boxes, ways, group, true.ground, 3.2)
    assert found == pytest.approx(3.5, abs=0.15)
    few = boxes.pick(boxes.track < 12)
    assert lane_spacing(middles[boxes.track < 12], few, ways, group, true.ground, 3.2) is None
