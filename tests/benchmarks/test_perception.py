"""The whole benchmark, small: its figures agree with each other, and what fails is told and stops nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks.environments import SCRIPTS, EnvironmentFailure, find_uv
from benchmarks.perception import measure, report
from benchmarks.perception.as_json import as_dict
from benchmarks.perception.measure import PerceptionPlan
from benchmarks.perception.ours import Clip, Timed
from benchmarks.perception.peers import PEERS, Peer, PeerModel, Playing
from benchmarks.perception.result import (
    ULTRALYTICS_OPENVINO,
    ULTRALYTICS_ORT,
    BackendFigures,
    PeerFigures,
    PerceptionResult,
)
from core.errors import MatphoError, ModelError
from matpho.cli import app
from matpho.defaults import CLIP, MODEL
from tests.support.graphs import brightness_graph

SMALL = PerceptionPlan(rounds=1, frames=6, batches=(1, 2), cameras=(1, 2), camera_frames=2, most_cores=1)
BARE = PerceptionPlan(rounds=1, frames=6, batches=(1,), cameras=(), most_cores=0)
RATIOS = ("chain_over_detector", "chain_over_ultralytics_ort", "chain_over_ultralytics_openvino")
FAKE_PEER = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
from perception_io import Player, main

def make(job):
    print("a package that talks on standard output")
    return Player(lambda picture: len(picture.shape), lambda: None)

if __name__ == "__main__":
    main(make)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Ultralytics export that takes any number of pictures."""
    return brightness_graph(tmp_path_factory.mktemp("model") / "brightness.onnx")


@pytest.fixture
def fake_peer(tmp_path: Path) -> Peer:
    (tmp_path / "run_fake.py").write_text(FAKE_PEER, encoding="utf-8")
    return Peer("fake", str(tmp_path / "run_fake.py"), "numpy", ())


@pytest.fixture
def installed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Peers run in this environment in place of one of their own."""

    def start(peer: Peer, _uv: str, model: PeerModel, clip: Clip, core: int | None, folder: Path) -> Playing:
        folder.mkdir()
        return Playing(peer, [sys.executable], model, clip, core, folder)

    monkeypatch.setattr(measure, "start", start)
    monkeypatch.setattr(measure, "find_uv", lambda: "")


def printed(result: PerceptionResult) -> str:
    console = Console(width=80, record=True)
    for table in report.tables(result):
        console.print(table)
    return console.export_text()


def test_figures_agree_with_each_other(model: Path) -> None:
    result = measure.measure(CLIP, str(model), backend="onnxruntime", plan=SMALL)
    value = json.loads(json.dumps(as_dict(result)))
    ours = value["backends"]["onnxruntime"]
    assert value["backend"] == "onnxruntime"
    assert value["frames"] == SMALL.frames
    assert value["chain_over_detector"] == pytest.approx(ours["chain"]["ms"] / ours["detector"]["ms"], rel=0.05)
    assert value["chain_over_ultralytics_ort"] is value["chain_over_ultralytics_openvino"] is None
    assert ours["objects"] == pytest.approx(1)  # what the model sees in any picture that is not dark
    cpu = ours["cpu_us"]
    assert cpu.keys() == {"chain", "detector", "decode", "python"}
    assert cpu["python"] == pytest.approx(value["python"]["us_a_frame"])
    assert {"fill", "infer", "track", "locate", "rules"} <= ours["stages_ms"].keys()
    assert value["batches"]["onnxruntime"]["fixed"] is None
    assert value["batches"]["onnxruntime"]["ms_a_frame"].keys() == {"1", "2"}
    assert value["cores"]["1"] > 0
    assert value["memory_mib"].keys() == {"1", "2"}
    assert value["versions"]["onnxruntime"]
    assert value["machine"]["python"]
    assert value["failed"] == {}
    assert max(map(len, printed(result).splitlines())) <= 80


def test_the_command_measures_what_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "PerceptionPlan", lambda **_: BARE)
    monkeypatch.setenv("MATPHO_LANG", "en")
    arguments = ["bench", "perception", "--backend", "onnxruntime", "--json", str(tmp_path / "out.json")]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    assert "chain ÷ detector" in said.output
    value = json.loads((tmp_path / "out.json").read_text())
    assert list(value)[:3] == list(RATIOS)
    assert value["model"] == f"{MODEL}.onnx"
    assert value["batches"]["onnxruntime"]["fixed"] == 1
    assert value["backends"]["onnxruntime"]["objects"] > 0


def test_a_trimmed_input_is_measured_too() -> None:
    result = measure.measure(CLIP, MODEL, backend="onnxruntime", trim=True, plan=BARE)
    value = as_dict(result)
    assert value["trim"] is True
    assert value["failed"] == {}
    assert value["chain_over_detector"] > 0


@pytest.mark.parametrize("backend", ["auto", "onnxruntime"])
def test_an_unknown_model_is_refused_by_name(backend: str) -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        measure.measure(CLIP, "no-such-model", backend=backend, plan=BARE)


def test_a_file_that_is_no_video_is_refused_by_name(tmp_path: Path, model: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    with pytest.raises(MatphoError, match=r"notes\.mp4"):
        measure.measure(tmp_path / "notes.mp4", str(model), backend="onnxruntime", plan=BARE)


@pytest.mark.usefixtures("installed_here")
def test_a_peer_takes_turns_on_the_same_frames(model: Path, fake_peer: Peer) -> None:
    result = measure.measure(CLIP, str(model), backend="onnxruntime", with_peers=True, peers=(fake_peer,), plan=BARE)
    peer = as_dict(result)["peers"]["fake"]
    assert result.failed == {}
    assert result.peers["fake"].rounds[0].frames == BARE.frames
    assert peer["boxes"] == 3
    assert peer["versions"]["numpy"] == np.__version__
    assert peer["chain_over_it"] == pytest.approx(peer["ms"] / result.ours.chain[0].ms, rel=0.05)
    assert "fake" in printed(result)


@pytest.mark.usefixtures("installed_here")
def test_a_peer_that_fails_is_told_and_stops_nothing(model: Path, tmp_path: Path, fake_peer: Peer) -> None:
    (tmp_path / "run_dead.py").write_text("raise SystemExit('no such runtime')", encoding="utf-8")
    (tmp_path / "run_dying.py").write_text(FAKE_PEER.replace("len(picture.shape)", "1 // 0 if job else 0"), "utf-8")
    dead = Peer("dead", str(tmp_path / "run_dead.py"), "numpy", ())
    dying = Peer("dying", str(tmp_path / "run_dying.py"), "numpy", ())
    peers = (dead, dying, fake_peer)
    result = measure.measure(CLIP, str(model), backend="onnxruntime", with_peers=True, peers=peers, plan=BARE)
    assert "no such runtime" in result.failed["dead"]
    assert "ZeroDivisionError" in result.failed["dying"]
    assert list(result.peers) == ["fake"]


def test_peers_are_left_out_with_a_way_out_where_the_model_is_not_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measure, "find_uv", lambda: "")
    monkeypatch.setenv("MATPHO_LANG", "en")
    lines: list[str] = []
    result = measure.measure(CLIP, MODEL, backend="onnxruntime", with_peers=True, plan=BARE, progress=lines.append)
    assert result.peers == {}
    assert "yolo export" in result.failed["peers"]
    assert any("yolo export" in line for line in lines)
    assert result.backends["onnxruntime"].over_detector > 0


def test_ratios_are_taken_within_rounds() -> None:
    def rounds(*ms: float) -> list[Timed]:
        return [Timed(1, one / 1000, one / 1000) for one in ms]

    result = PerceptionResult("a.mp4", "yolov8n_int8_320.onnx", "", "onnxruntime")
    result.backends["onnxruntime"] = BackendFigures(alone=rounds(10, 20, 40), chain=rounds(11, 24, 42))
    result.decode_and_fill = rounds(1, 1, 1)
    result.peers[ULTRALYTICS_ORT] = PeerFigures(rounds(110, 120, 420))
    result.peers[ULTRALYTICS_OPENVINO] = PeerFigures(rounds(11, 36, 42))
    result.cores = {1: [10.0, 20.0, 30.0], 2: [20.0, 38.0, 57.0]}
    marks = result.marks()
    assert marks["chain_over_detector"].value == pytest.approx(1.1)
    assert marks["chain_over_detector"].reached
    assert marks["chain_over_ultralytics_ort"].value == pytest.approx(10)
    assert marks["chain_over_ultralytics_ort"].mark == 9
    assert marks["chain_over_ultralytics_openvino"].value == pytest.approx(1)
    assert not marks["chain_over_ultralytics_openvino"].reached
    assert marks["two_cores_over_one"].value == pytest.approx(1.9)


def test_every_peer_has_its_script_and_an_exact_version() -> None:
    assert {ULTRALYTICS_ORT, ULTRALYTICS_OPENVINO} < {peer.name for peer in PEERS}
    assert all((SCRIPTS / peer.script).is_file() for peer in PEERS)
    assert all("==" in requirement for peer in PEERS for requirement in peer.requirements)


def test_an_int8_export_is_given_to_openvino_in_fp32(shared: Path) -> None:
    model = PeerModel.of(shared / "models/yolo11n_int8_320.onnx")
    assert model is not None
    assert model.side == 320
    assert model.metadata["task"] == "detect"
    assert model.plain != model.path


@pytest.mark.slow
def test_a_real_peer_plays_in_its_own_environment(shared: Path, tmp_path: Path) -> None:
    try:
        find_uv()
    except EnvironmentFailure:
        pytest.skip("uv is not installed")
    weights = str(shared / "models/yolo11n_int8_320.onnx")
    video = shared / "video/pets09_s2l1.avi"
    peers = tuple(peer for peer in PEERS if peer.name == "supervision-trackers")
    result = measure.measure(video, weights, backend="onnxruntime", with_peers=True, peers=peers, plan=BARE)
    try:
        report.plot(result, tmp_path / "plot.png")
    except EnvironmentFailure as error:
        if error.message_id == "error-bench-install":
            pytest.skip(str(error))
        raise
    assert result.failed == {}
    assert result.peers["supervision-trackers"].boxes > 1
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
