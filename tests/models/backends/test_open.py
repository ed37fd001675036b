"""Backends by name, and what is said when one cannot be had."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import ModelError
from models.backends import open_network
from tests.support.graphs import brightness_graph


@pytest.mark.parametrize(
    ("backend", "device", "said"),
    [
        ("magic", "cpu", "auto, onnxruntime"),
        ("onnxruntime", "gpu", "cpu, cuda:0"),
        ("openvino", "cuda:0", "OpenVINO runs on cpu"),
        ("tensorrt", "cpu", "TensorRT on cuda:0"),
        ("torch", "cpu", r"reads \.pt"),
        ("onnxruntime-fp32", "cpu", "int8"),
    ],
)
def test_a_choice_that_cannot_be_is_answered_with_what_can(
    tmp_path: Path, backend: str, device: str, said: str
) -> None:
    path = brightness_graph(tmp_path / "model.onnx")
    with pytest.raises(ModelError, match=said):
        open_network(path, backend, device=device)


@pytest.mark.parametrize(
    ("backend", "module", "file", "said"),
    [
        ("openvino", "openvino", "model.onnx", r"matpho\[openvino\]"),
        ("torch", "torch", "model.pt", r"matpho\[torch\].*AGPL"),
        ("onnxruntime", "onnxruntime", "model.onnx", "ONNX Runtime is not installed"),
    ],
)
def test_a_runtime_that_is_not_installed_is_said_with_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str, module: str, file: str, said: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    path = brightness_graph(tmp_path / file)
    with pytest.raises(ModelError, match=said):
        open_network(path, backend)


def test_weights_of_ultralytics_are_not_read_by_another(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    with pytest.raises(ModelError, match=r"model\.pt.*onnxruntime does not read"):
        open_network(path, "onnxruntime")
