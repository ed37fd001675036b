"""What the simulator is asked to play; the simulator itself runs in an environment of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.events.traffic.incidents import MAKERS, plan
from benchmarks.events.traffic.seeds import HELD, TUNING, is_held
from benchmarks.events.traffic.simulate import SCENES, job
from core.taxonomy import TWO_WHEELERS


@pytest.mark.parametrize("name", SCENES)
def test_incidents_lie_on_their_stretch_and_are_the_same_for_a_seed(name: str) -> None:
    scene = SCENES[name]()
    found = plan(scene, 7, 1800.0)
    assert found == plan(scene, 7, 1800.0)
    assert found != plan(scene, 8, 1800.0)
    assert [spec["at_s"] for spec in found] == sorted(spec["at_s"] for spec in found)
    assert len(found) > 20
    for spec in found:
        if "start_m" in spec:
            stretches = [s for s in scene.stretches if s.group == spec["group"]]
            assert any(s.start_m <= spec["start_m"] <= spec["end_m"] <= s.end_m for s in stretches), spec


def test_every_kind_comes_in_an_hour() -> None:
    kinds = {spec["kind"] for spec in plan(SCENES["arterial"](), 1, 3600.0)}
    assert {"traffic.spillback", "incident.collision", "incident.wrong_way", "incident.stopped_vehicle"} <= kinds
    assert {"incident.pedestrian_on_carriageway", "incident.slow_vehicle", "traffic.lane_closure"} <= kinds
    assert len(MAKERS) == 7


@pytest.mark.parametrize("name", SCENES)
def test_a_job_names_lanes_of_its_network(name: str, tmp_path: Path) -> None:
    scene = SCENES[name]()
    told = job(scene, 3, 60.0, tmp_path, tmp_path / "out")
    assert Path(told["routes"]).is_file()
    assert Path(told["stops"]).is_file()
    assert {lane["group"] for lane in told["lanes"]} == set(scene.free_flow_mps())
    assert all(lane["parts"] for lane in told["lanes"])
    assert all(limit > 0 for limit in scene.free_flow_mps().values())


def test_most_vehicles_in_streets_are_motorcycles_and_none_on_a_motorway() -> None:
    street, motorway = SCENES["junction"]().origins[0].mix, SCENES["motorway"]().origins[0].mix
    assert sum(share for kind, share in street.items() if kind in TWO_WHEELERS) > 0.7
    assert not any(kind in TWO_WHEELERS for kind in motorway)


def test_seeds_for_tuning_and_held_seeds_are_apart() -> None:
    assert not set(TUNING) & set(HELD[:10_000])
    assert not is_held(TUNING[0])
    assert is_held(HELD[0])
    with pytest.raises(ValueError, match="seed 0"):
        is_held(0)
