"""The choice of a backend: measured, judged by what is seen, remembered, and never in the way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog

from core.arrays import F32, U8
from core.errors import ModelError
from models import ultralytics
from models.backends import choose, open_network
from models.backends.agreement import FEW, LEAST, Agreement, agreement
from models.backends.choose import candidates, fastest
from models.backends.remembered import Choice, Question
from models.backends.samples import street_pictures
from models.decoding import Candidates, Plan
from models.network import Network
from models.registry import choose_backend, load_detector
from scenes.model_specs import Backend
from tests.support.graphs import METADATA, brightness_graph, constant_graph
from tests.support.int8 import int8_graph, int8_weights

VIEWS = len(street_pictures())
STREETS = 30
"""Boxes that the made-up export sees in every picture, so that they prove enough."""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(folder))
    monkeypatch.setattr(choose, "BUDGET_S", 0.2)
    return folder


def street(folder: Path) -> Path:
    """An end-to-end export with boxes of two classes side by side, one of them near the threshold of 0.25."""
    left = np.arange(STREETS) * 1.0
    score = np.linspace(0.9, 0.26, STREETS)
    rows = np.stack([left, left, left + 8, left + 8, score, np.arange(STREETS) % 2], axis=1)
    return constant_graph(folder / "street.onnx", [rows[None]], METADATA)


class Changed:
    """A network whose outputs are changed on their way out."""

    def __init__(self, network: Network, change: Any) -> None:
        self._network, self._change, self.runs = network, change, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def run(self, images: F32) -> list[F32]:
        self.runs += 1
        return [self._change(output.copy()) for output in self._network.run(images)]


def ask(
    path: Path, changes: dict[Backend, Any] | None = None, *, plan: Plan | None = None, **of_question: Any
) -> tuple[Network, Choice, dict[Backend, Changed]]:
    """The choice for a file, with some backends changed; an exception in place of a change is raised on opening."""
    opened: dict[Backend, Changed] = {}

    def opener(backend: Backend, device: str) -> Network:
        change = (changes or {}).get(backend, lambda output: output)
        if isinstance(change, Exception):
            raise change
        opened[backend] = Changed(open_network(path, backend, device=device, threads=1), change)
        return opened[backend]

    network, choice = fastest(
        Question(path, threads=1, **of_question), lambda network: plan or plan_of(network), opener
    )
    return network, choice, opened


def plan_of(network: Network) -> Plan:
    return ultralytics.plan(network, None)


def slow(output: F32) -> F32:
    """A delay far above what the tiny graphs take."""
    for _ in range(200):
        np.linalg.inv(np.eye(60) + 0.1)
    return output


def shifted(output: F32) -> F32:
    output[..., 1:4:2] += 6
    return output


def trial(choice: Choice, backend: Backend) -> Any:
    return next(trial for trial in choice.trials if trial.backend == backend)


def test_the_faster_one_runs(tmp_path: Path) -> None:
    path = street(tmp_path)
    _, choice, _ = ask(path, {"onnxruntime": slow})
    assert choice.backend == "openvino"
    assert trial(choice, "openvino").agreement == 1.0
    assert 0 < trial(choice, "openvino").ms < trial(choice, "onnxruntime").ms
    network, choice, _ = ask(path, {"openvino": slow}, most=2)
    assert (choice.backend, network.backend) == ("onnxruntime", "onnxruntime")


def test_one_that_shifts_boxes_is_refused_however_fast(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        network, choice, _ = ask(street(tmp_path), {"onnxruntime": slow, "openvino": shifted})
    assert network.backend == choice.backend == "onnxruntime"
    assert trial(choice, "openvino").problem == "disagrees"
    assert trial(choice, "openvino").agreement == 0.0
    (said,) = (line for line in logs if line["event"] == "backend_refused")
    assert (said["log_level"], said["backend"], said["boxes"]) == ("warning", "openvino", STREETS * VIEWS - VIEWS)


def lose(rows: Sequence[int]) -> Any:
    def change(output: F32) -> F32:
        output[:, list(rows), 4] = 0
        return output

    return change


def relabel(output: F32) -> F32:
    output[:, 3, 5] = 1 - output[:, 3, 5]
    return output


def invent(output: F32) -> F32:
    output[:, -1] = (0, 20, 9, 31, 0.9, 0)
    return output


@pytest.mark.parametrize(
    ("change", "good"),
    [(lose([STREETS - 1]), True), (lose([3]), False), (relabel, False), (invent, False)],
    ids=["at_the_threshold", "lost", "other_class", "invented"],
)
def test_what_counts_as_seeing_the_same(tmp_path: Path, change: Any, good: bool) -> None:
    _, choice, _ = ask(street(tmp_path), {"openvino": change})
    assert (trial(choice, "openvino").problem is None) == good


def test_where_little_is_seen_the_outputs_must_be_close_too(tmp_path: Path) -> None:
    path = constant_graph(tmp_path / "m.onnx", [np.full((1, 30, 6), 0.1)], METADATA)
    assert trial(ask(path, {"openvino": lambda out: out * 1.01})[1], "openvino").problem is None
    for batch, change in enumerate((lambda out: out * 1.1, lambda out: out * np.nan), 2):
        assert trial(ask(path, {"openvino": change}, most=batch)[1], "openvino").problem == "disagrees"


def test_a_choice_is_remembered_without_another_measurement(tmp_path: Path, cache: Path) -> None:
    path = street(tmp_path)
    _, first, _ = ask(path, {"onnxruntime": slow})
    _, again, opened = ask(path, {"openvino": slow})
    assert again == first
    assert set(opened) == {"openvino"}
    assert opened["openvino"].runs == 0
    assert list(json.loads((cache / "backends.json").read_text())["choices"])


@pytest.mark.parametrize("change", ["threads", "batch", "model", "version", "pictures", "cores"])
def test_what_a_choice_depends_on_makes_it_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    path = street(tmp_path)
    ask(path)
    question: dict[str, Any] = {}
    match change:
        case "batch":
            question["most"] = 4
        case "model":
            constant_graph(path, [np.full((1, 30, 6), 0.1)], METADATA)
        case "version":
            monkeypatch.setattr("models.backends.remembered._version", lambda name: "0.1")
        case "pictures":
            question["samples"] = [np.zeros((40, 40, 3), np.uint8)]
        case "cores":
            monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2})
        case _:
            monkeypatch.setattr("models.backends.remembered.cpu_name", lambda: "another")
    assert len(ask(path, **question)[2]) == 2


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"format": 0, "choices": {}}', '{"format": 1, "choices": 3}', "\0\1", '{"format": 1}'],
)
def test_a_damaged_memory_is_measured_anew_and_written_whole(tmp_path: Path, cache: Path, content: str) -> None:
    path = street(tmp_path)
    ask(path)
    (cache / "backends.json").write_text(content)
    assert len(ask(path)[2]) == 2
    assert len(ask(path)[2]) == 1


@pytest.mark.parametrize(
    "entry", [None, [], {}, {"backend": "tpu", "trials": []}, {"backend": "openvino", "trials": 3}]
)
def test_an_entry_that_makes_no_sense_is_measured_anew(tmp_path: Path, cache: Path, entry: Any) -> None:
    path = street(tmp_path)
    ask(path)
    stored = json.loads((cache / "backends.json").read_text())
    stored["choices"] = dict.fromkeys(stored["choices"], entry)
    (cache / "backends.json").write_text(json.dumps(stored))
    assert len(ask(path)[2]) == 2


def test_a_remembered_backend_that_fails_today_is_measured_anew(tmp_path: Path) -> None:
    path = street(tmp_path)
    assert ask(path, {"onnxruntime": slow})[1].backend == "openvino"
    _, choice, _ = ask(path, {"openvino": ModelError("error-openvino-missing", reason="gone")})
    assert choice.backend == "onnxruntime"
    assert trial(choice, "openvino").problem == "failed"


@pytest.mark.parametrize("when", ["opening", "running"])
def test_a_broken_runtime_does_not_stop_the_others(tmp_path: Path, when: str) -> None:
    def broken(output: F32) -> F32:
        raise RuntimeError("no such instruction")

    change = RuntimeError("no such symbol") if when == "opening" else broken
    network, choice, _ = ask(street(tmp_path), {"openvino": change})
    assert network.backend == choice.backend == "onnxruntime"
    assert trial(choice, "openvino").problem == "failed"


def test_without_any_that_works_the_simplest_says_why(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_text("not a model at all")
    with pytest.raises(ModelError, match="ONNX Runtime cannot load it"):
        load_detector(path, backend="auto")


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    there = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *more: None if name in names else there(name, *more))


def test_what_is_not_installed_is_no_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    path = street(tmp_path)
    assert candidates(Question(path)) == ("onnxruntime", "openvino")
    assert candidates(Question(int8_graph(tmp_path / "int8.onnx", int8_weights(np.uint8)))) == (
        "onnxruntime",
        "onnxruntime-fp32",
        "openvino",
    )
    hide(monkeypatch, "openvino")
    assert candidates(Question(path)) == ("onnxruntime",)
    assert ask(path)[1] == Choice("onnxruntime", ())
    assert not (cache / "backends.json").exists()
    hide(monkeypatch, "onnxruntime", "openvino")
    assert candidates(Question(path)) == ("onnxruntime",)


def test_without_onnx_runtime_another_one_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnxruntime")
    detector = load_detector(brightness_graph(tmp_path / "m.onnx"), backend="auto")
    assert candidates(Question(street(tmp_path))) == ("openvino",)
    assert len(detector.infer(np.zeros((2, 3, 32, 32), np.float32))[0]) == 2


class Blind:
    """Reads nothing from any output."""

    needs_nms = False

    def decode(self, outputs: Sequence[F32], threshold: float) -> Candidates:
        return ultralytics.EndToEndDecoder().decode([np.zeros((1, 1, 6), np.float32)], threshold)


def test_an_int8_export_that_is_slower_than_its_fp32_is_said_so(tmp_path: Path) -> None:
    path = int8_graph(tmp_path / "m.onnx", int8_weights(np.uint8))
    blind = replace(plan_of(open_network(street(tmp_path))), decoder=Blind())
    missing = ModelError("error-openvino-missing", reason="-")
    with structlog.testing.capture_logs() as logs:
        network, choice, _ = ask(path, {"onnxruntime": slow, "openvino": missing}, plan=blind)
    assert network.backend == choice.backend == "onnxruntime-fp32"
    assert choice.int8_is_slower
    assert any(line["event"] == "int8_slower_than_its_fp32" for line in logs)


def test_pictures_of_the_caller_are_judged_on(tmp_path: Path) -> None:
    path = brightness_graph(tmp_path / "m.onnx")
    seen: list[float] = []

    def spy(output: F32) -> F32:
        seen.extend(output[:, 0, 4].tolist())
        return output

    red: U8 = np.zeros((50, 50, 3), np.uint8)
    red[..., 2] = 204
    ask(path, {"onnxruntime": spy}, samples=[red])
    np.testing.assert_allclose(seen, 0.8, atol=1e-5)


def test_the_shipped_model_is_judged_on_streets_that_show_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[Agreement] = []

    def noted(plan: Plan, reference: Sequence[F32], found: Sequence[F32]) -> Agreement:
        judged.append(agreement(plan, reference, found))
        return judged[-1]

    monkeypatch.setattr(choose, "agreement", noted)
    choice = choose_backend(threads=1, max_batch=1)
    assert {trial.backend for trial in choice.trials} == {"onnxruntime", "openvino"}
    assert {trial.problem for trial in choice.trials} == {None}
    assert trial(choice, "onnxruntime").agreement == 1.0
    assert trial(choice, "openvino").agreement >= LEAST  # 1 but where the processor computes in bfloat16
    assert min(one.boxes for one in judged) >= FEW
    assert load_detector(backend="auto", threads=1, max_batch=1).name == "nanodet_g_416"
