"""Lanes of a carriageway together: what is summed, what is a mean, and by what it is weighted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.lane_groups import by_group
from core.records import Measurement

GROUPS = {"n1": "north", "n2": "north", "s1": "south"}
LANE = Measurement(
    "cam", "n1", "forward", 0, 60, {"car": 2, "motorcycle": 5}, mean_speed_mps=10.0, occupancy=3.0, flow_vph=420.0,
    flow_pcuph=195.0, density_vpkm=30.0, density_pcupkm=14.0, queue_m=12.0, queue_vehicles=3, free_flow_mps=12.0,
    level_of_service="B", los_scheme="speed",
)  # fmt: skip


def test_two_lanes_are_one_carriageway() -> None:
    slow = replace(
        LANE, place="n2", counts={"bus": 1}, mean_speed_mps=2.0, occupancy=9.0, density_vpkm=90.0, queue_m=40.0
    )
    (north,) = by_group([LANE, slow], GROUPS)
    assert (north.place, north.direction) == ("north", "forward")
    assert north.counts == {"car": 2, "motorcycle": 5, "bus": 1}
    assert (north.flow_vph, north.flow_pcuph, north.density_vpkm) == (840, 390, 120)
    assert (north.queue_m, north.queue_vehicles, north.occupancy) == (40, 6, 12)
    assert north.mean_speed_mps == pytest.approx((3 * 10 + 9 * 2) / 12), "weighted by who was there"
    assert north.level_of_service == "E", "4 of 12 m/s"


def test_what_is_not_known_of_any_lane_stays_unknown() -> None:
    empty = replace(
        LANE, counts={}, mean_speed_mps=None, occupancy=0.0, queue_m=None, queue_vehicles=None, level_of_service=""
    )
    (north,) = by_group([empty, replace(empty, place="n2")], GROUPS)
    assert (north.mean_speed_mps, north.queue_m, north.queue_vehicles) == (None, None, None)
    assert north.level_of_service == ""
    assert north.free_flow_mps == 12.0
    (half,) = by_group([empty, replace(LANE, place="n2")], GROUPS)
    assert half.mean_speed_mps == 10.0


def test_a_motorway_is_judged_by_the_density_of_its_lanes() -> None:
    lane = replace(LANE, los_scheme="density", density_pcupkm=10.0, level_of_service="B")
    (north,) = by_group([lane, replace(lane, place="n2", density_pcupkm=20.0)], GROUPS)
    assert north.level_of_service == "C", "15 passenger cars a kilometre and lane"


@given(
    st.permutations([(place, way, start) for place in GROUPS for way in ("forward", "backward") for start in (0, 60)])
)
def test_places_directions_and_intervals_stay_apart_in_any_order(keys: list[tuple[str, str, int]]) -> None:
    measured = [replace(LANE, place=p, direction=way, start_ns=s, end_ns=s + 60) for p, way, s in keys]
    found = by_group([*measured, replace(LANE, place="gate")], GROUPS)
    assert [one.start_ns for one in found] == sorted(one.start_ns for one in found)
    flows = {(one.place, one.direction, one.start_ns): one.flow_vph for one in found}
    assert flows == {
        (g, w, s): 840 if g == "north" else 420
        for g in ("north", "south")
        for w in ("forward", "backward")
        for s in (0, 60)
    }
