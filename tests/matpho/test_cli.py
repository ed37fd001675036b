"""The command line as a person uses it: its output and its exit status."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from matpho.cli.check import check
from scenes.documents import ProblemsError
from tests.support.command import PROCESS, environment, matpho
from tests.support.graphs import METADATA, brightness_graph, constant_graph
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
CLIP, SCENE = ROOT / "matpho/demo/plaza.mp4", ROOT / "matpho/demo/plaza.yaml"


@pytest.fixture(scope="module")
def plaza(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of one run over the shipped clip."""
    folder = tmp_path_factory.mktemp("plaza")
    start = "2026-01-05T08:00:00+07:00"
    options = ("--scene", SCENE, "--start", start, "--tracks-out", "tracks.txt", "--json")
    done = matpho("run", CLIP, *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "events.jsonl").write_text(done.stdout)
    return folder


def test_run_finds_every_kind_that_the_scene_asks_for(plaza: Path) -> None:
    events = [json.loads(line) for line in (plaza / "events.jsonl").read_text().splitlines()]
    started = [e for e in events if e["phase"] == "started"]
    assert {e["kind"] for e in started} == {
        "security.line_crossing",
        "security.intrusion",
        "security.crowding",
        "security.loitering",
    }
    # Nine people cross in truth, the last in the clip's last frame; counted by eye, with the frame numbers.
    assert 7 <= sum(e["kind"] == "security.line_crossing" for e in started) <= 10
    assert all(e["at"].startswith("2026-01-05T01:00:") for e in events)
    assert len({(e["event_id"], e["revision"]) for e in events}) == len(events)


def test_every_event_has_its_picture(plaza: Path) -> None:
    events = [json.loads(line) for line in (plaza / "events.jsonl").read_text().splitlines()]
    pictures = {p["path"] for e in events for p in e["pictures"]}
    assert len(pictures) == len({e["event_id"] for e in events})
    assert all((plaza / "matpho-data/evidence" / path).stat().st_size > 5_000 for path in pictures)


def test_tracks_are_written_as_motchallenge_rows(plaza: Path) -> None:
    rows = [line.split(",") for line in (plaza / "tracks.txt").read_text().splitlines()]
    assert all(len(row) == 10 for row in rows)
    frames = [int(row[0]) for row in rows]
    assert frames == sorted(frames)
    assert frames[-1] == 140
    assert all(int(row[1]) > 0 for row in rows)


def test_events_lists_and_filters(plaza: Path) -> None:
    table = matpho("events", cwd=plaza)
    assert table.returncode == 0, table.stderr
    assert "lamp post" in table.stdout
    lines = matpho("events", "--kind", "security.loitering", "--format", "json", cwd=plaza).stdout.splitlines()
    assert {json.loads(line)["kind"] for line in lines} == {"security.loitering"}
    rows = matpho("events", "--format", "csv", "--limit", "3", cwd=plaza).stdout.splitlines()
    assert rows[0].startswith("event_id,revision,kind")
    assert len(rows) == 4
    late = matpho("events", "--since", "2027-01-01T00:00:00Z", "--format", "json", cwd=plaza)
    assert late.stdout == ""


def test_events_in_vietnamese(plaza: Path) -> None:
    assert "khu vực cột đèn" in matpho("--lang", "vi", "events", cwd=plaza).stdout


def test_report_is_one_file_with_pictures(plaza: Path) -> None:
    done = matpho("report", "--out", "r.html", cwd=plaza)
    assert done.returncode == 0, done.stderr
    page = (plaza / "r.html").read_text()
    assert page.count("data:image/jpeg;base64,") >= 4
    assert "http://" not in re.sub(r'xmlns="[^"]*"', "", page)


def test_replay_of_recorded_tracks_finds_what_they_show(tmp_path: Path) -> None:
    """Two people walk over the main path's line, one each way, in 10 s at 10 frames a second."""
    header = "time_s,camera_id,track_id,class,x1,y1,x2,y2,score\n"
    rows = []
    for frame in range(100):
        for track, x in ((1, 400 + 2 * frame), (2, 600 - 2 * frame)):
            rows.append(f"{frame / 10},plaza,{track},person,{x - 15},200,{x + 15},280,0.9\n")
    (tmp_path / "tracks.csv").write_text(header + "".join(rows))
    done = matpho("replay", "tracks.csv", "--scene", SCENE, "--out", "events.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    crossings = [r for r in records if r.get("kind") == "security.line_crossing" and r["phase"] == "started"]
    directions = {(c["track_ids"][0], c["measures"]["direction"]) for c in crossings}
    # The line is drawn from the foot of the picture upwards: from left to right is forward.
    assert directions == {(1, "forward"), (2, "backward")}
    again = matpho("replay", "tracks.csv", "--scene", SCENE, "--out", "events.jsonl", cwd=tmp_path)
    assert again.returncode == 0
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) == len(records)


def test_track_follows_motchallenge_detections(tmp_path: Path, shared: Path) -> None:
    detections = shared / "mot15/TUD-Stadtmitte/det.txt"
    done = matpho("track", detections, "--fps", "25", "--out", "tracks.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "tracks.txt").read_text().splitlines()
    assert len(rows) > 500
    assert len({row.split(",")[1] for row in rows}) < 40


def test_check_says_all_mistakes_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("modle: x\ncameras:\n  - id: a\n    source: a.mp4\n    fsp: 3\n")
    done = matpho("check", "c.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert 'c.yaml:1: modle: unknown key; did you mean "model"?' in done.stderr
    assert 'c.yaml:5: cameras[0].fsp: unknown key; did you mean "fps"?' in done.stderr


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("camras: []", "config"),
        ("camera: []\nmodel: x", "config"),
        ("cameras: []\nzones: []\nrules: []", "config"),
        ("modell: x\nstores: {}", "config"),
        ("id: a\nzone: []", "scene"),
        ("referencesize: [1, 1]\nversion: 1", "scene"),
        ("version: 1", "scene"),
    ],
)
def test_a_file_is_known_by_its_keys_though_they_be_misspelt(tmp_path: Path, written: str, kind: str) -> None:
    (tmp_path / "f.yaml").write_text(written)
    with pytest.raises(ProblemsError) as caught:
        check(tmp_path / "f.yaml")
    assert ('"reference_size"' in str(caught.value)) == (kind == "scene")
    if written.startswith("camras"):
        assert 'f.yaml:1: camras: unknown key; did you mean "cameras"?' in str(caught.value)


def test_what_cannot_be_read_is_told_once_and_without_an_empty_summary(tmp_path: Path) -> None:
    done = matpho("run", "nowhere.mp4", cwd=tmp_path)
    assert (done.stdout + done.stderr).count("nowhere.mp4") == 1 and "Summary" not in done.stdout
    assert "camera_failed" in matpho("-v", "run", "nowhere.mp4", cwd=tmp_path).stderr


def test_check_of_the_example_and_its_probe() -> None:
    done = matpho("check", "configs/example.yaml", "--probe", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "768×576" in done.stdout


def test_check_refuses_a_class_that_the_model_lacks(tmp_path: Path) -> None:
    graph = constant_graph(tmp_path / "cars.onnx", [np.zeros((1, 7, 21), np.float32)], METADATA)
    assert graph.is_file()
    (tmp_path / "s.yaml").write_text(SCENE.read_text().replace("classes: [person]", "classes: [train]", 1))
    (tmp_path / "c.yaml").write_text(f"model: cars.onnx\ncameras:\n  - {{id: a, source: {CLIP}, scene: s.yaml}}\n")
    done = matpho("check", "c.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "s.yaml:" in done.stdout
    assert '"train"' in done.stdout


def test_check_tells_a_missing_appearance_model(tmp_path: Path) -> None:
    appearance = "tracking:\n  appearance: models/reid.onnx\n"
    (tmp_path / "c.yaml").write_text(f"cameras:\n  - {{id: a, source: '{CLIP}'}}\n{appearance}")
    done = matpho("check", "c.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "models/reid.onnx: no such re-identification model" in done.stdout


def test_check_tells_a_wrong_checksum(tmp_path: Path) -> None:
    for file in (ROOT / "models/weights").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "nanodet_g_416.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    (tmp_path / "c.yaml").write_text(f"model: nanodet_g_416.onnx\ncameras:\n  - id: a\n    source: {CLIP}\n")
    done = matpho("check", "c.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "sha256" in done.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "none.mp4"), "none.mp4"),
        (("run", "text.mp4"), "text.mp4"),
        (("run", "empty.mp4"), "empty.mp4"),
        (("run", CLIP, "--scene", "none.yaml"), "none.yaml: no such file"),
        (("run", CLIP, "--model", "text.onnx"), "text.onnx"),
        (("run", CLIP, "--start", "yesterday"), '"yesterday" is no time'),
        (("run", CLIP, "--for", "soon"), '"soon" is no time span'),
        (("run", CLIP, "--store", "nowhere.txt/e.db"), "nowhere.txt"),
        (("run", "ftp://host/x"), "ftp"),
        (("events", "--store", "none.db"), "none.db"),
        (("serve", "--store", "none.db"), "none.db"),
        (("replay", "none.csv", "--scene", SCENE), "none.csv"),
        (("track", "none.txt", "--fps", "25", "--out", "x"), "none.txt"),
        (("scene", "draw", "none.yaml", CLIP), "none.yaml"),
        (("check", "text.mp4"), "text.mp4"),
        (("run", CLIP, "--kafka", "127.0.0.1:1", "--kafka-required", "--frames", "1"), "127.0.0.1:1"),
    ],
)
def test_bad_input_ends_in_one_clear_message(tmp_path: Path, arguments: tuple[object, ...], said: str) -> None:
    (tmp_path / "text.mp4").write_text("this is no video: nor yaml")
    (tmp_path / "text.onnx").write_text("this is no model")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "nowhere.txt").write_text("a file, not a folder")
    done = matpho(*arguments, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_a_broken_file_beside_a_good_one_is_told_and_the_good_one_runs(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(CLIP.read_bytes()[:400_000])
    model = brightness_graph(tmp_path / "brightness.onnx")
    done = matpho("run", "broken.mp4", CLIP, "--model", model, "--frames", "400", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "broken" in done.stdout
    assert re.search(r"frames\s*│\s*(1[4-9]\d|2\d\d)", done.stdout), done.stdout


def test_ctrl_c_ends_cleanly_with_a_summary(tmp_path: Path) -> None:
    command = [*PROCESS, "run", str(CLIP), "--loop", "--realtime", "--scene", str(SCENE)]
    env = environment()
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        eventually(lambda: list((tmp_path / "matpho-data/evidence").glob("*/*.jpg")))
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Summary" in out


def test_json_schemas_are_for_editors(tmp_path: Path) -> None:
    schema = json.loads(matpho("check", "--schema", "config", cwd=tmp_path).stdout)
    assert "cameras" in schema["properties"]
    assert schema["properties"]["cameras"]["description"]


def test_doctor_says_what_there_is(tmp_path: Path) -> None:
    done = matpho("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "CPUExecutionProvider" in done.stdout
    assert "nanodet_g_416" in done.stdout
    assert "h264" in done.stdout
    assert "nanodet_g_416 runs on" in done.stdout


def test_doctor_says_what_computes_a_configured_model_and_how_fast(tmp_path: Path, shared: Path) -> None:
    model = shared / "models" / "yolo11n_int8_320.onnx"
    (tmp_path / "config.yaml").write_text(f"model: {model}\ncameras: [{{id: a, source: {CLIP}}}]\n", encoding="utf-8")
    done = matpho("doctor", "config.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"onnxruntime-fp32 \d+\.\d ms", done.stdout)
    assert "yolo11n_int8_320.onnx runs on" in done.stdout


def test_scene_draw_writes_a_picture(tmp_path: Path) -> None:
    done = matpho("scene", "draw", SCENE, CLIP, "--out", "scene.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "scene.png").read_bytes().startswith(b"\x89PNG")
