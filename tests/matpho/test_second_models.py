"""Second models as a person configures them: what looks, what is off, what is said of both."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import typer

from core.arrays import U8
from core.events import EventKind
from core.off_rules import told_off
from locales import Language, set_language
from matpho.cli.check import check
from matpho.plan import Plan
from matpho.planning import plan_configuration
from matpho.second_models import SecondModels
from matpho.session import Session
from scenes.config import load_configuration
from scenes.documents import ProblemsError
from scenes.model_specs import SecondModelSpec
from scenes.picture_rules import FloodingSpec, SmokeFireSpec
from scenes.rules import AnyRuleSpec
from tests.support.command import matpho
from tests.support.graphs import constant_graph, patch_graph, warm_classifier
from tests.support.media import make_video
from tests.support.tracks import make_scene

WIDTH, HEIGHT = 320, 180
SCENE = """
id: yard
reference_size: [320, 180]
zones: [{id: forecourt, name: {en: forecourt, vi: sân trước}, polygon: [[0, 20], [120, 20], [120, 170], [0, 170]]}]
rules:
  - {kind: incident.smoke_fire, zone: forecourt}
  - {kind: environment.flooding}
"""


def burning(number: int) -> U8:
    """A grey yard; from 4 s on something orange flickers in its left half: two frames of three."""
    rng = np.random.default_rng(number)
    picture = rng.integers(90, 110, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    if number >= 4 and number % 3:
        cv2.circle(picture, (70, 90), 40, (0, 130, 255), -1)
    return picture


def configured(folder: Path, models: str = "", scene: str = SCENE, seconds: int = 14) -> Path:
    make_video(folder / "yard.mp4", frames=seconds, fps=1, size=(WIDTH, HEIGHT), pictures=burning)
    (folder / "yard.yaml").write_text(scene, encoding="utf-8")
    config = folder / "config.yaml"
    cameras = "cameras: [{id: yard, source: yard.mp4, scene: yard.yaml, start: '2026-01-05T08:00:00+07:00'}]\n"
    more = "model: {path: nanodet_g_416, backend: onnxruntime}\n"
    config.write_text(cameras + more + "store: {path: events.db, evidence: evidence}\n" + models, encoding="utf-8")
    return config


def planned(folder: Path, models: str = "", **more: Any) -> Plan:
    return plan_configuration(load_configuration(configured(folder, models, **more)))


def test_from_the_clip_to_the_event(tmp_path: Path) -> None:
    patch_graph(tmp_path / "fire.onnx")
    config = configured(tmp_path, "second_models: [{name: fire, path: fire.onnx}]\n")
    done = matpho("run", config, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (started,) = [e for e in events if e["kind"] == "incident.smoke_fire" and e["phase"] == "started"]
    assert started["zone"] == "forecourt" and started["classes"] == ["fire"]
    assert started["measures"]["model"] == "fire" and started["measures"]["looks"] == 5
    left, top, right, bottom = started["box"]
    assert left <= 70 <= right and top <= 90 <= bottom and right - left == pytest.approx(80)
    assert started["started"].startswith("2026-01-05T01:00:04")
    assert (tmp_path / "evidence" / started["pictures"][0]["path"]).is_file()
    assert "Flooding, camera yard: off: no model with a class of water" in done.stderr
    assert "Smoke or fire, camera" not in done.stderr
    assert "off: no model with a class of water" in done.stderr.partition("Summary")[2].replace("\n", " ")


def test_the_same_file_gives_the_same_facts_and_the_run_says_what_looked(tmp_path: Path) -> None:
    warm_classifier(tmp_path / "warm.onnx", ["fire", "none"])
    found = []
    for _ in range(2):
        plan = planned(tmp_path, "second_models: [{name: warm, path: warm.onnx}]\n")
        with Session(plan) as session:
            begun = session.store.runs.last() if session.store else None
            events = [event for step in session.steps() for event in step.findings.events]
            summary = session.as_dict()
        found.append([(e.kind, e.phase, e.at_ns, e.measures) for e in events if e.kind is EventKind.SMOKE_FIRE])
        (tmp_path / "events.db").unlink()
    assert found[0] == found[1] and found[0]
    assert summary["second_models"]["warm"]["looks"] == 14 and summary["second_models"]["warm"]["failed"] == 0
    assert summary["observers"]["yard"]["model:warm"]["looks"] == 14
    assert [(rule["kind"], rule["classes"]) for rule in summary["off"]] == [("environment.flooding", ("water",))]
    assert begun is not None and begun.ended_ns is None
    assert [rule["kind"] for rule in begun.summary["off"]] == ["environment.flooding"], "told while it runs"


def test_a_model_that_fails_takes_nothing_with_it_and_is_told(tmp_path: Path) -> None:
    export = {"names": "{0: 'fire', 1: 'none'}", "imgsz": "[32, 32]", "stride": "32", "task": "classify"}
    constant_graph(tmp_path / "nan.onnx", [np.full((1, 2), np.nan)], export)
    patch_graph(tmp_path / "fire.onnx")
    names = "[{name: nan, path: nan.onnx}, {name: fire, path: fire.onnx}, {name: gone, path: gone.onnx}]"
    plan = planned(tmp_path, f"second_models: {names}\n")
    with Session(plan) as session:
        kinds = {event.kind for step in session.steps() for event in step.findings.events}
        summary = session.as_dict()
    assert EventKind.SMOKE_FIRE in kinds and summary["frames"] == 14
    observers = summary["observers"]["yard"]
    assert observers["model:nan"]["given_up"] and not observers["model:fire"]["failed"]
    (trouble,), (problem,) = plan.second_models.troubles, plan.second_models.problems
    assert '"nan": 5 of 5 looks failed' in trouble
    assert '"gone": ' in problem and "no such model file" in problem


def checked(config: Path, capsys: pytest.CaptureFixture[str], language: Language = "en") -> tuple[bool, str]:
    """Whether `matpho check` is content, and what it prints."""
    set_language(language)
    try:
        check(config)
    except typer.Exit:
        return False, capsys.readouterr().out
    finally:
        set_language(None)
    return True, capsys.readouterr().out


def test_check_tells_what_is_off_and_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patch_graph(tmp_path / "fire.onnx", ["flame", "kite"])
    models = "second_models: [{name: fire, path: fire.onnx, classes: {flam: fire}}]\n"
    good, said = checked(configured(tmp_path, models, seconds=1), capsys)
    assert not good and 'second model "fire"' in said and 'no class "flam" (nearest: flame)' in said
    assert "Smoke or fire, camera yard: off: the model fire cannot be used" in said
    assert "Flooding, camera yard: off: no model with a class of water" in said


def test_what_is_off_is_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, said = checked(configured(tmp_path, seconds=1), capsys, "vi")
    assert good and "Khói hoặc lửa, camera yard: tắt: không có mô hình nào nhận ra khói, lửa" in said


def test_a_model_that_no_rule_asks_is_not_loaded(tmp_path: Path) -> None:
    patch_graph(tmp_path / "fire.onnx")
    scene = SCENE.partition("rules:")[0]
    plan = planned(tmp_path, "second_models: [{name: fire, path: fire.onnx}]\n", scene=scene, seconds=1)
    assert plan.second_models.idle == ["fire"] and plan.off == ()
    with ExitStack() as stack:
        plan.second_models.open(stack)
    assert all(len(camera.observers) == 1 for camera in plan.cameras), "its health alone"


def test_many_cameras_are_told_in_one_line() -> None:
    rules: list[AnyRuleSpec] = [SmokeFireSpec(), FloodingSpec()]
    cameras = [(f"cam{n}", rules) for n in range(40)]
    lines = told_off(SecondModels().off(cameras))
    assert len(lines) == 2 and "cam0, cam1, cam2, cam3, cam4 +35" in lines[0]


def test_a_rule_is_on_with_one_of_its_classes(tmp_path: Path) -> None:
    patch_graph(tmp_path / "fire.onnx")
    second = SecondModels([SecondModelSpec(name="fire", path=tmp_path / "fire.onnx")])
    assert second.off([("cam", [SmokeFireSpec()])]) == ()
    assert len(second.makers(make_scene(), [SmokeFireSpec()], live=True)) == 1
    assert second.makers(make_scene(), [FloodingSpec()], live=True) == ()


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ("[{name: a, path: a.onnx, classes: {Smoke: smog}}]", '"smog" is no class of Matpho'),
        ("[{name: a, path: a.onnx}, {name: a, path: b.onnx}]", '"a" is already used'),
        ("[{name: a, path: a.onnx, every: 2}]", 'did you mean "every_s"'),
        ("[{path: a.onnx}]", "name"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, models: str, said: str) -> None:
    with pytest.raises(ProblemsError, match=rf"config\.yaml:\d+: second_models.*{said}"):
        load_configuration(configured(tmp_path, f"second_models: {models}\n", seconds=1))
