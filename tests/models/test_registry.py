"""Loading: what can be used is, and what cannot is refused with what was found and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

import locales
from core.errors import ConfigError, ModelError
from core.taxonomy import ObjectClass
from models.registry import DEFAULT_MODEL, check_model, class_labels, load_detector, shipped_models
from tests.support.graphs import METADATA, brightness_graph, constant_graph, nanodet_outputs, write_card

Maker = Callable[[Path], Path]
LOOKED_FOR_BY_OTHERS = {ObjectClass.SMOKE, ObjectClass.FIRE, ObjectClass.WATER}
"""By second models."""


def nanodet(folder: Path, **changes: Any) -> Path:
    path = constant_graph(folder / "model.onnx", nanodet_outputs())
    write_card(path, **changes)
    return path


def export(folder: Path, shape: tuple[int, ...] = (1, 5, 6), **metadata: str) -> Path:
    return constant_graph(folder / "model.onnx", [np.zeros(shape)], METADATA | metadata)


def test_the_shipped_model_is_whole() -> None:
    check = check_model()
    assert check.problems == ()
    assert check.card is not None
    assert check.card.licence == "Apache-2.0"
    assert DEFAULT_MODEL in shipped_models()
    assert check.labels == class_labels() == frozenset(ObjectClass) - LOOKED_FOR_BY_OTHERS


def test_classes_are_known_without_a_card_too(tmp_path: Path) -> None:
    assert class_labels(export(tmp_path)) == {ObjectClass.PERSON, ObjectClass.CAR}


def test_a_changed_file_is_refused_with_both_sums(tmp_path: Path) -> None:
    path = nanodet(tmp_path)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError) as caught:
        load_detector(path)
    assert str(caught.value.arguments["expected"]) in str(caught.value)
    assert str(caught.value.arguments["found"]) in str(caught.value)
    assert "Fetch the file again" in str(caught.value)


def text_file(folder: Path) -> Path:
    path = folder / "model.onnx"
    path.write_text("not a model at all", encoding="utf-8")
    return path


def test_an_empty_file_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.touch()
    with pytest.raises(ModelError):
        load_detector(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (text_file, "ONNX Runtime cannot load it"),
        (lambda folder: folder / "none.onnx", "no such model file"),
        (lambda folder: constant_graph(folder / "m.onnx", [np.zeros((1, 5, 6))]), "output0 [1 × 5 × 6] float"),
        (lambda folder: export(folder, (1, 9, 50)), "output0 [1 × 9 × 50] float"),
        (lambda folder: export(folder, (1, 300)), "output0 [1 × 300] float"),
        (lambda folder: export(folder, task="pose"), 'a model for "pose"'),
        (lambda folder: export(folder, names="{0: 'person'"), '"names" is not understood'),
        (lambda folder: export(folder, names="{1: 'person'}"), '"names" is not understood'),
        (lambda folder: export(folder, imgsz="[32, 'x']"), '"imgsz" is not understood'),
        (lambda folder: export(folder, imgsz="[64, 64]"), "64 × 64"),
        (lambda folder: export(folder, names="{0: 'kite', 1: 'fork', 2: 'spoon'}"), "kite, fork, spoon"),
        (
            lambda folder: constant_graph(folder / "m.onnx", [np.zeros((1, 5, 6))], METADATA, kind=TensorProto.FLOAT16),
            "image0 [1 × 3 × 32 × 32] float16",
        ),
        (lambda folder: constant_graph(folder / "m.onnx", [np.zeros((1, 5, 6))], METADATA, inputs=2), "image1"),
        (lambda folder: nanodet(folder, classes=["person", "car"]), "[? × 16 × 2]"),
        (lambda folder: nanodet(folder, sha256="0" * 64), "0" * 64),
    ],
)
def test_a_model_that_is_not_understood_is_refused_with_what_was_found(tmp_path: Path, make: Maker, said: str) -> None:
    path = make(tmp_path)
    with pytest.raises(ModelError) as caught:
        load_detector(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert check_model(path).problems == (str(caught.value),)


def test_an_unknown_name_is_answered_with_the_shipped_ones() -> None:
    with pytest.raises(ModelError, match="nanodet_g_416"):
        load_detector("nanodet")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, "unknown key"),
        ({"family": "detr"}, "'nanodet'"),
        ({"sha256": "abc"}, "sha256"),
        ({"class_map": {"person": "human"}}, '"human" is no class'),
        ({"class_map": {"lorry": "truck"}}, '"lorry"'),
        ({"class_map": {}}, "class_map"),
        ({"classes": None}, 'needs "input" and "classes"'),
        ({"file": "../other.onnx"}, "plain file name"),
        ({"score_threshold": 1.5}, "below 1"),
        ({"licence": None}, '"licence" is required'),
    ],
)
def test_a_card_with_a_mistake_is_refused_with_its_line(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = nanodet(tmp_path, **changes)
    with pytest.raises(ConfigError) as caught:
        load_detector(path)
    assert said in str(caught.value)
    assert f"{path.with_name('model.card.yaml')}:" in str(caught.value)


def test_a_channel_cannot_be_divided_by_zero(tmp_path: Path) -> None:
    bad = {"width": 32, "height": 32, "order": "bgr", "mean": [0, 0, 0], "std": [1, 0, 1], "keep_aspect": True}
    with pytest.raises(ConfigError, match="above 0"):
        load_detector(nanodet(tmp_path, input=bad))


def test_a_card_of_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"other\.onnx"):
        load_detector(nanodet(tmp_path, file="other.onnx"))


def test_a_missing_licence_text_is_a_problem_but_no_obstacle(tmp_path: Path) -> None:
    path = nanodet(tmp_path, licence_text="LICENSE.txt")
    assert "LICENSE.txt" in check_model(path).problems[0]
    assert load_detector(path).name == "model"


def test_a_card_can_rename_the_classes_of_an_export(tmp_path: Path) -> None:
    path = brightness_graph(tmp_path / "model.onnx")
    write_card(path, family="ultralytics", input=None, classes=None, class_map={"car": "truck"})
    assert load_detector(path).labels == {ObjectClass.TRUCK}
    write_card(path, family="ultralytics", input=None, classes=None, class_map={"lorry": "truck"})
    with pytest.raises(ModelError, match="lorry"):
        load_detector(path)


@pytest.mark.parametrize("backend", ["onnxruntime", "auto", "tensorrt"])
def test_a_device_that_is_missing_is_said_so(tmp_path: Path, backend: str) -> None:
    if "CUDAExecutionProvider" in pytest.importorskip("onnxruntime").get_available_providers():
        pytest.skip("there is CUDA here")
    with pytest.raises(ModelError, match=r"matpho\[gpu\]"):
        load_detector(export(tmp_path), backend=backend, device="cuda:0")


def weights(folder: Path) -> Path:
    path = folder / "model.pt"
    path.write_bytes(b"no weights")
    return path


@pytest.mark.parametrize(
    ("make", "backend", "device", "said"),
    [
        (export, "onnxruntime", "tpu", "cpu, cuda:0"),
        (export, "tflite", "cpu", "onnxruntime-fp32"),
        (export, "openvino", "cuda:0", "OpenVINO runs on cpu"),
        (export, "tensorrt", "cpu", "TensorRT on cuda:0"),
        (export, "torch", "cpu", "reads .pt"),
        (export, "onnxruntime-fp32", "cpu", "quantised dynamically"),
        (weights, "onnxruntime", "cpu", "does not read this kind of file"),
        (weights, "openvino", "cpu", "does not read this kind of file"),
        (lambda folder: folder / "none.pt", "auto", "cpu", "no such model file"),
    ],
)
def test_a_backend_that_cannot_run_the_file_there_is_refused(
    tmp_path: Path, make: Maker, backend: str, device: str, said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        load_detector(make(tmp_path), backend=backend, device=device)
    assert said in str(caught.value)


@pytest.mark.parametrize("backend", ["torch", "auto"])
def test_without_pytorch_its_weights_are_answered_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match=r"matpho\[torch\] \(Ultralytics is AGPL-3.0\)"):
        load_detector(weights(tmp_path), backend=backend)
    assert "matpho[torch]" in check_model(weights(tmp_path)).problems[0]


def test_without_openvino_its_backend_is_answered_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match=r"matpho\[openvino\]"):
        load_detector(export(tmp_path), backend="openvino")


def test_a_vietnamese_reader_is_told_in_vietnamese(tmp_path: Path) -> None:
    locales.set_language("vi")
    try:
        assert "không có tệp mô hình" in check_model(tmp_path / "none.onnx").problems[0]
    finally:
        locales.set_language(None)
