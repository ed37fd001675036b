"""The whole benchmark, as far as it goes without a network; one test scores for real."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks import environments
from benchmarks.environments import SCRIPTS, EnvironmentFailure, find_uv
from benchmarks.tracking import measure, report
from benchmarks.tracking.peers import PEERS, Peer
from benchmarks.tracking.scaling import ScalingPlan
from benchmarks.tracking.scoring import COMBINED
from core.errors import ConfigError
from matpho.cli import app

SMALL = ScalingPlan(objects=(5, 10), cameras=(1, 3), warm=4, frames=10, rounds=1, live=(3, 10))
ABSENT = Peer("absent", "run_norfair.py", "absent", ("./no-such-package-1.0-py3-none-any.whl",))


@pytest.fixture
def without_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(environments, "LOCAL_UV", tmp_path / "uv")


@pytest.fixture
def uv() -> str:
    try:
        return find_uv()
    except EnvironmentFailure:
        pytest.skip("uv is not installed")


def walk(folder: Path) -> Path:
    """A data set of one sequence: two people who walk side by side, seen exactly."""
    (folder / "WALK").mkdir(parents=True)
    truth, detections = [], []
    for frame in range(1, 31):
        for person, y in ((1, 50), (2, 300)):
            box = f"{20 + 3 * frame},{y},40,100"
            truth.append(f"{frame},{person},{box},1,-1,-1,-1")
            detections.append(f"{frame},-1,{box},0.9,-1,-1,-1")
    (folder / "WALK/gt.txt").write_text("\n".join(truth))
    (folder / "WALK/det.txt").write_text("\n".join(detections))
    info = "[Sequence]\nframeRate=10\nseqLength=30\nimWidth=640\nimHeight=480\n"
    (folder / "WALK/seqinfo.ini").write_text(info)
    return folder


def printed(result: measure.TrackingResult) -> str:
    console = Console(width=200, record=True)
    for table in report.tables(result):
        console.print(table)
    return console.export_text()


def test_without_data_cost_alone_is_measured() -> None:
    lines: list[str] = []
    result = measure.measure(None, plan=SMALL, progress=lines.append)
    value = json.loads(json.dumps(measure.as_dict(result)))
    assert value["scaling"]["matpho"].keys() == {"1", "3"}
    assert value["scaling"]["matpho"]["3"].keys() == {"5", "10"}
    assert value["scores"] == value["ms"] == value["failed"] == {}
    assert value["live"]["cameras"] == 3
    assert value["machine"]["python"]
    assert value["plan"]["rounds"] == 1
    assert isinstance(value["seed"], int)
    assert any("matpho" in line for line in lines)
    assert "live tracks" in printed(result)


def test_a_peer_that_cannot_be_installed_is_reported_and_stops_nothing(uv: str) -> None:
    assert uv
    result = measure.measure(None, with_peers=True, peers=(ABSENT,), plan=SMALL)
    assert "no-such-package" in result.failed["absent"]
    assert list(result.scaling) == ["matpho"]
    assert "absent" in printed(result)


def test_a_missing_uv_is_told_before_anything_is_measured(without_uv: None, tmp_path: Path) -> None:
    lines: list[str] = []
    with pytest.raises(EnvironmentFailure, match="uv was not found"):
        measure.measure(walk(tmp_path / "data"), plan=SMALL, progress=lines.append)
    assert lines == []


def test_cost_needs_no_uv(without_uv: None) -> None:
    assert measure.measure(None, plan=SMALL).scaling["matpho"]


def test_every_peer_has_its_script_and_a_name_of_its_own() -> None:
    assert len({peer.name for peer in PEERS}) == len(PEERS)
    assert all((SCRIPTS / peer.script).is_file() for peer in PEERS)
    assert all("==" in peer.requirements[0] for peer in PEERS)


def test_a_peers_script_writes_what_was_seen_and_times_every_repeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer_io = load_script("peer_io")
    np.savez(
        tmp_path / "a.npz",
        offsets=[0, 1, 1, 2],
        xyxy=np.array([[1, 2, 4, 8], [2, 2, 5, 8]], np.float32),
        score=np.ones(2, np.float32),
    )
    common = {"npz": str(tmp_path / "a.npz"), "fps": 5.0, "width": 9, "height": 9, "repeats": 2, "warm": 0}
    job = {
        "tracker": "echo",
        "distributions": ["numpy"],
        "scenes": [{"name": "a", "out": str(tmp_path / "a.txt")} | common],
        "answer": str(tmp_path / "answer.json"),
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    monkeypatch.setattr(sys, "argv", ["run_echo.py", str(tmp_path / "job.json")])
    made: list[object] = []

    def make(setting: object) -> object:
        made.append(setting)
        return peer_io.Player(lambda xyxy, _score: xyxy, lambda boxes: [(5, *box) for box in boxes])

    peer_io.main(make)
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert len(answer["ms"]["a"]) == len(made) == 2
    assert answer["versions"] == {"numpy": np.__version__}
    assert [line.split(",")[:6] for line in (tmp_path / "a.txt").read_text().splitlines()] == [
        ["1", "5", "1.00", "2.00", "3.00", "6.00"],
        ["3", "5", "2.00", "2.00", "3.00", "6.00"],
    ]


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_script_that_fails_says_why(uv: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="ModuleNotFoundError: No module named"):
        environments.Environment(uv, ()).run("run_norfair.py", tmp_path / "job.json")


def test_the_command_writes_tables_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "ScalingPlan", lambda: SMALL)
    monkeypatch.setenv("MATPHO_LANG", "en")
    said = CliRunner().invoke(app, ["bench", "tracking", "--json", str(tmp_path / "out.json")])
    assert said.exit_code == 0, said.output
    assert "motchallenge.net/data/MOT15.zip" in said.output
    assert "live tracks" in said.output
    assert json.loads((tmp_path / "out.json").read_text())["scaling"]["matpho"]["1"]["10"] > 0


def test_the_command_names_a_wrong_folder(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["bench", "tracking", "--data", str(tmp_path)])
    assert isinstance(said.exception, ConfigError)
    assert str(tmp_path) in str(said.exception)


@pytest.mark.slow
def test_perfect_detections_of_two_walkers_score_as_perfect(uv: str, tmp_path: Path) -> None:
    try:
        result = measure.measure(walk(tmp_path / "data"), plan=SMALL)
        report.plot(result, tmp_path / "plot.png")
    except EnvironmentFailure as error:
        if error.message_id == "error-bench-install":
            pytest.skip(str(error))
        raise
    assert set(result.scores) == {1, 2, 4, 8}
    assert result.scores[1]["oracle"][COMBINED]["HOTA"] == pytest.approx(100)
    ours = result.scores[1]["matpho"]["WALK"]
    assert ours["IDF1"] > 90
    assert ours["IDSW"] == 0
    assert result.truth["matpho"][COMBINED]["IDF1"] > 90
    assert result.ms["matpho"] > 0
    assert "WALK" in printed(result)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
