"""Which backend is taken, and which is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.arrays import F32
from core.errors import ModelError
from models.backends import Backend, open_network
from models.backends.choose import candidates, fastest
from models.backends.remembered import Question
from models.decoding import Plan
from models.network import Network
from models.registry import DEFAULT_MODEL, WEIGHTS, choose_backend, load_detector
from models.ultralytics import plan as ultralytics_plan
from tests.support.graphs import brightness_graph


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(folder))
    return folder


class Changed(Network):
    """A network whose outputs are changed on the way, or which is slow or fails."""

    def __init__(self, inner: Network, *, shift: float = 0.0, error: Exception | None = None) -> None:
        self._inner, self._shift, self._error = inner, shift, error
        self.path, self.inputs, self.outputs = inner.path, inner.inputs, inner.outputs
        self.metadata, self.device, self.backend = inner.metadata, inner.device, inner.backend

    def run(self, images: F32) -> list[F32]:
        if self._error is not None:
            raise self._error
        return [output + np.float32(self._shift) for output in self._inner.run(images)]


def plan_of(network: Network) -> Plan:
    return ultralytics_plan(network, None)


@pytest.fixture
def question(shared: Path) -> Question:
    return Question(shared / "models" / "yolo11n_int8_320.onnx", threads=1)


def changing(question: Question, backend: Backend, **changes: object) -> tuple[list[Backend], object]:
    opened: list[Backend] = []

    def opener(name: Backend, device: str) -> Network:
        opened.append(name)
        network = open_network(question.path, name, device=device, threads=1)
        return Changed(network, **changes) if name == backend else network  # type: ignore[arg-type]

    return opened, opener


def test_all_that_are_installed_are_tried_the_simplest_first(question: Question) -> None:
    assert candidates(question) == ("onnxruntime", "onnxruntime-fp32", "openvino")
    assert candidates(replace(question, path=WEIGHTS / f"{DEFAULT_MODEL}.onnx")) == ("onnxruntime", "openvino")


def test_the_fastest_that_agrees_is_taken_and_remembered(question: Question) -> None:
    network, choice = fastest(question, plan_of)
    times = {trial.backend: trial.ms for trial in choice.trials}
    assert set(times) == set(candidates(question))
    assert all(trial.agreement is not None and trial.agreement >= 0.9 for trial in choice.trials)
    assert network.backend == choice.backend
    chosen, least = times[choice.backend], min(ms for ms in times.values() if ms is not None)
    assert chosen is not None
    assert chosen <= least / 0.97
    opened, opener = changing(question, "torch")
    again, same = fastest(question, plan_of, opener)  # type: ignore[arg-type]
    assert (same, again.backend, opened) == (choice, choice.backend, [choice.backend])


def test_another_number_of_threads_is_another_question(question: Question) -> None:
    fastest(question, plan_of)
    opened, opener = changing(question, "torch")
    fastest(replace(question, threads=2), plan_of, opener)  # type: ignore[arg-type]
    assert len(opened) == 3


def test_a_backend_that_finds_other_boxes_is_refused(question: Question) -> None:
    _, opener = changing(question, "openvino", shift=40.0)
    network, choice = fastest(question, plan_of, opener)  # type: ignore[arg-type]
    assert next(t.problem for t in choice.trials if t.backend == "openvino") == "disagrees"
    assert network.backend != "openvino"


def test_a_backend_that_fails_takes_no_other_with_it(question: Question) -> None:
    _, opener = changing(question, "openvino", error=RuntimeError("broken"))
    network, choice = fastest(question, plan_of, opener)  # type: ignore[arg-type]
    assert next(t.problem for t in choice.trials if t.backend == "openvino") == "failed"
    assert network.backend != "openvino"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1}', b'{"format": 1, "choices": {"x": 1}}'])
def test_a_damaged_memory_only_costs_a_measurement(question: Question, cache: Path, content: bytes) -> None:
    cache.mkdir()
    (cache / "backends.json").write_bytes(content)
    assert fastest(question, plan_of)[1].trials


def test_a_single_candidate_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.backends.choose.installed", lambda name: name == "onnxruntime")
    path = brightness_graph(tmp_path / "model.onnx")
    assert choose_backend(path).trials == ()
    assert load_detector(path, backend="auto").batch_size == 8


def test_what_no_backend_can_read_is_said_as_by_the_simplest(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        load_detector(path, backend="auto")
