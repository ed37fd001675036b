"""Queues and congestion from trajectories that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.events.kernels.queueing import lasting
from benchmarks.events.lane_truth import Ways, lane_minutes
from benchmarks.events.place_truth import holding, paces, queued, queues
from benchmarks.events.views import LaneView
from tests.support.recordings import driving, road, standing

WHOLE = LaneView(0, 0.0, 200.0, to_stop_line=False)


def test_a_queue_reaches_from_the_front_of_its_head_to_the_rear_of_its_last() -> None:
    ways = Ways(road({1: standing(100.0, 20), 2: standing(90.0, 20), 3: standing(70.0, 20)}))
    found = queues(ways, queued(ways), WHOLE)
    assert found.length_m[10] == pytest.approx(102.0 - 68.0)
    assert found.vehicles[10] == 3


def test_a_gap_of_more_than_20_m_parts_two_queues_and_the_longer_one_counts() -> None:
    # Rear of the second is at 88, front of the third at 67: 21 m.
    ways = Ways(road({1: standing(100.0, 20), 2: standing(90.0, 20), 3: standing(65.0, 20)}))
    found = queues(ways, queued(ways), WHOLE)
    assert found.length_m[10] == pytest.approx(14.0)
    assert found.vehicles[10] == 2


def test_who_drives_is_in_no_queue() -> None:
    ways = Ways(road({1: standing(100.0, 10), 2: driving(20.0, 6.0, 10)}))
    assert queues(ways, queued(ways), WHOLE).length_m[5] == pytest.approx(4.0)


def test_a_vehicle_stays_in_a_queue_until_it_is_faster_than_10_km_h() -> None:
    creeping = np.concatenate((np.zeros(20), np.arange(100) * 0.2))  # 2 m/s is between 5 and 10 km/h
    times = np.arange(len(creeping)) / 10
    ways = Ways(road({1: (times, 50.0 + creeping), 2: (times, 90.0 + 2.0 * times)}))
    slow = queued(ways)
    assert slow[ways.user == 1].all()
    assert not slow[ways.user == 2].any()


def test_only_what_is_seen_of_a_lane_belongs_to_its_queue() -> None:
    ways = Ways(road({1: standing(100.0, 5), 2: standing(90.0, 5), 3: standing(80.0, 5)}))
    found = queues(ways, queued(ways), LaneView(0, 85.0, 200.0, to_stop_line=False))
    assert found.vehicles[2] == 2
    assert found.length_m[2] == pytest.approx(14.0)


def test_a_queue_spills_back_over_a_mark_that_lies_within_it() -> None:
    ways = Ways(road({1: standing(100.0, 5), 2: standing(85.0, 5)}))
    slow = queued(ways)
    for mark, reached in ((84.0, True), (101.0, True), (80.0, False), (103.0, False)):
        assert queues(ways, slow, WHOLE, mark).past[2] == reached


def test_pace_is_the_mean_speed_of_the_last_seconds_as_a_share_of_free_flow() -> None:
    # One car at 8 m/s and, from 20 s on, one that stands: free flow is 10 m/s.
    ways = Ways(road({1: driving(0.0, 2.0, 60), 2: driving(0.0, 2.0, 60, 0.0), 3: standing(150.0, 40, 20.0)}))
    share, most = paces(ways, [WHOLE], 10.0, 10.0)
    assert share[15] == pytest.approx(0.2, abs=1e-3)
    assert share[45] == pytest.approx(0.2 * 2 / 3, abs=1e-3)
    assert (most[15], most[45]) == (2, 3)


def test_an_empty_road_has_no_pace() -> None:
    ways = Ways(road({1: standing(50.0, 1), 2: standing(50.0, 1, 30.0)}))
    share, _ = paces(ways, [WHOLE], 10.0, 5.0)
    assert np.isnan(share[20])


@pytest.mark.parametrize(
    ("holds", "found"),
    [
        ("000111110000", [(3, 6, 10)]),  # 3 s long after it began at 3; gone for 3 s at 10
        ("000110000000", []),  # too short
        ("001101110000", [(2, 5, 10)]),  # a gap of one second
        ("0011001111", [(6, 9, 9)]),  # a gap of two begins anew; open at the end
    ],
)
def test_a_condition_holds_after_its_time_and_ends_after_its_own(holds: str, found: list[tuple[int, ...]]) -> None:
    out = np.zeros((10, 3), np.int64)
    count = lasting(np.array([c == "1" for c in holds]), 1.0, 3.0, 1.0, 3.0, out)
    assert [tuple(row) for row in out[:count].tolist()] == found


@pytest.mark.parametrize(
    ("nearly", "before"),
    [
        ("1111111111", [(0, 2, 5)]),  # after half its time, until it truly holds
        ("0000111111", []),  # not for long enough before
    ],
)
def test_where_it_nearly_holds_before_it_does_an_alert_counts_neither_way(
    nearly: str, before: list[tuple[int, ...]]
) -> None:
    strict, near = (np.array([c == "1" for c in text]) for text in ("0000011111", nearly))
    found = list(holding("traffic.queue", "main", strict, near, (4.0, 0.0, 5.0)))
    assert [(e.cause, e.began_s) for e in found if e.cause == "incident"] == [("incident", 5.0)]
    assert [(e.began_s, e.holds_s, e.end_s) for e in found if e.cause == "alone"] == before


def test_density_and_speed_of_a_minute_are_those_of_edie() -> None:
    # For 60 s one car stands and one drives 2 m/s on 200 m: 10 vehicles by km, 1 m/s.
    ways = Ways(road({1: standing(100.0, 60), 2: driving(20.0, 2.0, 60)}))
    (minute,) = lane_minutes(ways, WHOLE, queues(ways, queued(ways), WHOLE).length_m)
    assert minute.density_vpkm == pytest.approx(10.0, rel=0.01)
    assert minute.speed_mps == pytest.approx(1.0, rel=0.01)
    assert minute.counts == {"car": 1}  # the one that drives passes the middle
    assert minute.queue_m == pytest.approx(4.0)
