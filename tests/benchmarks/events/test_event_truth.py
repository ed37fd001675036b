"""Who truly speeds, parks, is on a closed lane, crosses a line: from trajectories that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from benchmarks.events.block import MADE_UP, load
from benchmarks.events.cameras import place_cameras
from benchmarks.events.event_truth import TrueEvent, Witness, true_events
from benchmarks.events.lane_truth import Ways
from benchmarks.events.line_truth import line_events
from benchmarks.events.traffic.recording import Area, Incident, Recording
from benchmarks.events.views import View, build_view
from core.taxonomy import ObjectClass


class AllSeen(Witness):
    """A camera before which nothing hides."""

    def visible_s(self, step_s: float, wanted: list[tuple[int, float, float]]) -> list[float]:
        return [end - start for _, start, end in wanted]


@pytest.fixture(scope="module")
def recording() -> Recording:
    return load(MADE_UP)


@pytest.fixture(scope="module")
def view(recording: Recording) -> View:
    """Of many cameras that which sees where the car stands, and the most of a lane."""
    views = [build_view(recording, camera) for camera in place_cameras(recording, 30, 1)]
    seeing = [view for view in views if told(recording, view, "incident.stopped_vehicle")]
    return max(seeing, key=lambda view: max(lane.end_m - lane.start_m for lane in view.lanes.values()))


def told(recording: Recording, view: View, kind: str) -> list[TrueEvent]:
    return [item for item in true_events(recording, view, AllSeen(), 0.1) if item.kind == kind]


def test_who_is_over_the_limit_for_long_enough_speeds(recording: Recording, view: View) -> None:
    """Cars on lane 2 drive at 14 m/s, on lane 1 at 11."""
    assert told(recording, view, "violation.speeding") == []
    lanes = tuple(replace(lane, speed_limit_mps=9.0) for lane in recording.lanes)
    slower = replace(recording, lanes=lanes)
    found = told(slower, view, "violation.speeding")
    assert found and all(item.cause == "incident" for item in found)
    fast = {int(u) for u in slower.user[(slower.lane > 0) & (slower.speed > 9.9)]}
    assert {item.user for item in found} <= fast
    for item in found:
        speed = float(slower.speed[slower.user == item.user].max())
        assert (item.holds_s - item.began_s) * speed == pytest.approx(20.0, abs=1.6)
    assert len(found) > 0.8 * len(fast)


def test_a_breakdown_of_a_minute_is_illegal_parking_and_a_shorter_one_is_not(recording: Recording, view: View) -> None:
    """The car stands for 40 s: no parking; as if it stood for the whole recording, it parks."""
    assert told(recording, view, "violation.illegal_parking") == []
    (stop,) = told(recording, view, "incident.stopped_vehicle")
    longer = replace(recording, time_s=recording.time_s * 2)
    (parked,) = told(longer, view, "violation.illegal_parking")
    assert parked.user == stop.user and parked.cause in ("incident", "alone")
    assert parked.holds_s - parked.began_s == pytest.approx(60, abs=0.3)


class Half(AllSeen):
    """Sees too little of everybody."""

    def visible_s(self, step_s: float, wanted: list[tuple[int, float, float]]) -> list[float]:
        return [0.4 * (end - start) for _, start, end in wanted]


def test_an_incident_that_is_seen_too_little_does_not_count_but_an_alert_on_it_is_not_false(
    recording: Recording, view: View
) -> None:
    found = true_events(recording, view, Half(), 0.1)
    assert found and all(item.cause != "incident" for item in found)
    assert [e.cause for e in found if e.kind == "incident.stopped_vehicle"] == ["alone"]


def test_who_stands_with_a_part_of_him_on_the_carriageway_need_not_be_found_and_may_be(
    recording: Recording, view: View
) -> None:
    """Of the zone is left out what is around the middle of the car, and then all that is under it."""
    (stop,) = told(recording, view, "incident.stopped_vehicle")
    middle = shapely.Point(stop.track[0][1:])

    def without(metres: float) -> View:
        return replace(view, areas={name: area - middle.buffer(metres) for name, area in view.areas.items()})

    assert [e.cause for e in told(recording, without(stop.length_m / 4), "incident.stopped_vehicle")] == ["alone"]
    assert told(recording, without(stop.length_m), "incident.stopped_vehicle") == []


def test_a_collision_counts_for_who_sees_both(recording: Recording, view: View) -> None:
    (stop,) = told(recording, view, "incident.stopped_vehicle")
    other = int(recording.user[recording.user != stop.user][0])
    crash = Incident("incident.collision", stop.began_s, stop.end_s, (stop.user, other), *stop.track[0][1:])
    crashed = replace(recording, incidents=(crash,))
    assert [e.cause for e in told(crashed, view, "incident.collision")] == ["incident"]

    class One(AllSeen):
        def visible_s(self, step_s: float, wanted: list[tuple[int, float, float]]) -> list[float]:
            return [(end - start) * (user == stop.user) for user, start, end in wanted]

    seen = [e for e in true_events(crashed, view, One(), 0.1) if e.kind == "incident.collision"]
    assert [e.cause for e in seen] == ["alone"]


def test_who_stands_is_driving_no_wrong_way_and_who_crawls_alone_is_slow(recording: Recording, view: View) -> None:
    (stop,) = told(recording, view, "incident.stopped_vehicle")
    ghost = Incident("incident.wrong_way", stop.began_s, stop.end_s, (stop.user,), *stop.track[0][1:])
    assert told(replace(recording, incidents=(ghost,)), view, "incident.wrong_way") == []
    crawls = np.where((recording.user == stop.user) & (recording.speed < 1), np.float32(1.5), recording.speed)
    slow = told(replace(recording, speed=crawls), view, "incident.slow_vehicle")
    assert stop.user in {item.user for item in slow} and all(item.cause != "incident" for item in slow)


def test_large_vehicles_are_on_a_lane_that_is_closed_to_them(recording: Recording, view: View) -> None:
    found = told(recording, view, "violation.lane")
    buses = set(recording.user[recording.cls == ObjectClass.BUS].tolist())
    assert found and {item.user for item in found} <= buses


def test_a_bus_at_its_stop_is_on_the_lane_all_the_same(recording: Recording, view: View) -> None:
    """What is closed is the lane, of which a zone for breakdowns leaves bus stops out."""
    everywhere = np.array([(-1e3, -1e3), (1e3, -1e3), (1e3, 1e3), (-1e3, 1e3)])
    stop = replace(recording, areas=(*recording.areas, Area("bus_stop", "stop", everywhere)))
    there = build_view(stop, view.camera)
    assert not [name for name in there.areas if name.startswith("road-")]
    found = told(stop, there, "violation.lane")
    assert [item.user for item in found] == [item.user for item in told(recording, view, "violation.lane")] != []


class ShortlySeen(Witness):
    """A camera that sees each for a tenth of the time."""

    def visible_s(self, step_s: float, wanted: list[tuple[int, float, float]]) -> list[float]:
        return [0.1 * (end - start) for _, start, end in wanted]


def test_whom_the_camera_hardly_sees_need_not_be_found_and_may_be(recording: Recording, view: View) -> None:
    buses = [item for item in true_events(recording, view, ShortlySeen(), 0.1) if item.kind == "violation.lane"]
    assert buses and {item.cause for item in buses} == {"nearly"}
    stops = [item for item in true_events(recording, view, ShortlySeen(), 0.1) if "stopped" in item.kind]
    assert stops and {item.cause for item in stops} == {"alone"}
    lines = line_events(Ways(recording), view, ShortlySeen(), 0.1)
    assert lines and {item.cause for item in lines} == {"nearly"}


def test_who_is_on_a_closed_lane_for_nearly_long_enough_is_no_incident(recording: Recording, view: View) -> None:
    """Played faster, so that each bus is there for nine tenths of the time that is asked for."""
    long = max(item.end_s - item.began_s for item in told(recording, view, "violation.lane"))
    faster = replace(recording, time_s=recording.time_s * (1.8 / long))
    found = told(faster, view, "violation.lane")
    assert found and {item.cause for item in found} == {"nearly"}


def test_a_witness_knows_whom_it_saw_when() -> None:
    witness = Witness()
    offsets, part = np.array([0, 2, 3]), np.array([6, 8, 6])
    seen = SimpleNamespace(offsets=offsets, part=part, visible=np.array([0.9, 0.1, 0.9]))
    witness.follow(np.array([1.0, 1.1]), seen)  # type: ignore[arg-type]
    assert witness.sees(np.array([3, 4, 3, 3]), np.array([1.0, 1.0, 1.1, 1.2])).tolist() == [True, False, True, False]


def test_each_vehicle_crosses_the_line_once(recording: Recording, view: View) -> None:
    found = line_events(Ways(recording), view, AllSeen(), 0.1)
    assert len({(item.user, item.zone) for item in found}) == len(found) > 50
    for item in found[:20]:
        ((time_s, x, _),) = item.track
        rows = recording.user == item.user
        after = recording.x[rows][np.isin(recording.step_of_rows()[rows], [round(time_s * 10)])]
        assert after == pytest.approx([x], abs=1e-4)
