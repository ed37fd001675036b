"""The benchmark end to end, on the road that needs no simulator."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.events import block, measure, report
from benchmarks.events.aiming import SQUARES, STAGED
from benchmarks.events.block import MADE_UP, Block, run_block
from benchmarks.events.kinds import KINDS, rule_of
from benchmarks.events.made_up import made_up
from benchmarks.events.noise import Levels
from benchmarks.events.plans import EventsPlan, plan
from benchmarks.events.traffic.bystanders import with_bystanders
from core.errors import ConfigError
from matpho.cli import app

FIELDS = {
    "detection_rate",
    "false_share",
    "false_per_camera_day",
    "mean_time_to_detect_s",
    "incidents",
    "alerts",
    "detection_rate_interval",
    "false_share_interval",
    "false_per_camera_day_interval",
    "mean_time_to_detect_s_interval",
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Machine code stays where it is; results are this test's own.
    monkeypatch.setattr(block, "cache_folder", lambda name: _made(tmp_path / name))


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("quick") / "events.json"
    done = CliRunner().invoke(app, ["bench", "events", "--quick", "--cameras", "4", "--json", str(out)])
    assert done.exit_code == 0, done.output
    for kind in KINDS:
        assert kind in done.output
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def test_quick_scores_every_kind_and_says_which_has_no_rule(quick: dict[str, Any]) -> None:
    assert quick["kinds"].keys() == KINDS.keys()
    for kind, figures in quick["kinds"].items():
        assert figures.keys() >= FIELDS
        assert figures["rule"] == rule_of(kind)
        if figures["rule"] is None:
            assert figures["detection_rate"] is figures["alerts"] is None
    assert not quick["held_seeds"]


def test_quick_finds_the_car_that_stands_and_the_one_who_walks(quick: dict[str, Any]) -> None:
    for kind in ("incident.stopped_vehicle", "incident.pedestrian_on_carriageway"):
        assert quick["kinds"][kind]["incidents"] >= 1
        assert quick["kinds"][kind]["detection_rate"] == 1.0


def test_quick_looks_at_what_is_staged(quick: dict[str, Any]) -> None:
    found = quick["staged"]
    assert found["kinds"].keys() == set(STAGED)
    assert (found["incidents"], found["looked_at"], found["camera_views"]) == (2, 2, 2)
    stopped = found["kinds"]["incident.stopped_vehicle"]
    assert (stopped["incidents"], stopped["detection_rate"]) == (1, 1.0)
    assert 0 < found["camera_days"] < quick["camera_days"]


def test_who_is_on_squares_has_rows_beside_what_is_staged(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = with_bystanders(made_up(300.0))
    for module in (block, measure):
        monkeypatch.setattr(module, "load", lambda _name: recording)
    asked = EventsPlan(scenes=(), seeds=(), cameras=0, staged=0, squares=2, recordings=(MADE_UP,), workers=1)
    result = measure.measure(asked)
    found = measure.as_dict(result)["staged"]
    assert found["kinds"].keys() == set(SQUARES)
    assert (found["incidents"], found["camera_views"], found["square_views"]) == (0, 0, 2)
    assert found["square_days"] == pytest.approx(2 * 300 / 86_400)
    assert sum(figures["incidents"] for figures in found["kinds"].values()) >= 2
    assert any("2 camera views" in str(table.title) for table in report.tables(result))
    elsewhere = replace(result, plan=replace(asked, recordings=("/home/somebody/junction-5",)))
    assert measure.as_dict(elsewhere)["plan"]["recordings"] == ("junction-5",), "where it lay is nobody's business"


def test_measurements_have_denominators_and_intervals(quick: dict[str, Any]) -> None:
    measures = quick["measurements"]
    for name in ("speed_by_lane", "density_by_lane"):
        assert measures[name]["minutes"] > 10
        low, high = measures[name]["mape_interval"]
        assert low <= measures[name]["mape"] <= high
    assert (
        measures["congestion"]["minutes"]
        == sum(map(sum, measures["congestion"]["confusion"])) + (measures["congestion"]["missed"])
    )


def test_perfect_tracks_are_measured_nearly_as_they_are() -> None:
    results = run_block(Block(MADE_UP, 1, 0, 2, Levels.all(0.0), 10.0, perfect_tracks=True))
    found = measure.figures_of(results)
    assert found.measurements["counts_by_line"]["all"]["mape"] < 0.03
    assert found.measurements["speed_by_lane"]["mape"] < 0.03
    assert found.kinds["incident.stopped_vehicle"].false == 0


def test_a_finished_block_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Block(MADE_UP, 1, 0, 1, Levels.all(0.0), 2.0, perfect_tracks=True)
    first = run_block(asked)
    monkeypatch.setattr(block, "watch", lambda *_a, **_k: pytest.fail("run again"))
    assert run_block(asked) == first


def test_a_recording_has_the_cameras_of_its_own_seed_whoever_names_it(tmp_path: Path) -> None:
    (tmp_path / "traffic.json").write_text('{"seed": 1003}', encoding="utf-8")
    given = EventsPlan(scenes=(), seeds=(), recordings=(str(tmp_path), MADE_UP))
    assert list(measure.traffic(given, print)) == [(str(tmp_path), 1003), (MADE_UP, 1)]
    (tmp_path / "traffic.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="seed"):
        list(measure.traffic(given, print))


def test_another_level_of_noise_is_another_block() -> None:
    asked = Block(MADE_UP, 1, 0, 1)
    assert asked.key != Block(MADE_UP, 1, 0, 1, Levels().but("miss", 0.0)).key


@pytest.mark.parametrize(("scenes", "seeds"), [("motorway,moon", "1000"), (None, "1000-x"), (None, "0")])
def test_scenes_and_seeds_that_are_none_are_refused(scenes: str | None, seeds: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(
            quick=False,
            scenes=scenes,
            seeds=seeds,
            cameras=None,
            hours=1.0,
            fps=10.0,
            level=1.0,
            ablate=False,
            sweep=False,
            traffic=(),
            videos=None,
            workers=None,
        )
    assert ("moon" if scenes else seeds) in str(caught.value)
