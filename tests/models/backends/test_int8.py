"""Dynamic int8 exports and their own fp32 graphs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.backends import open_network
from models.backends.int8 import fp32_graph
from tests.support.graphs import brightness_graph


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def quantised(path: Path, *, per_channel: bool, understood: bool = True) -> tuple[Path, np.ndarray]:
    """One layer as ONNX Runtime's quantiser lays it out, and the fp32 weights (4, 3, 3, 3) it means."""
    rng = np.random.default_rng(3)
    stored = rng.integers(0, 256, (4, 3, 3, 3)).astype(np.uint8)
    count = 4 if per_channel else 1
    scale = rng.uniform(0.01, 0.03, count).astype(np.float32)
    zero = rng.integers(100, 150, count).astype(np.uint8)
    shape = (-1, 1, 1, 1)
    means = (stored.astype(np.float32) - zero.reshape(shape)) * scale.reshape(shape)
    constants = {"w": stored, "scale": scale.squeeze(), "zero": zero.squeeze()}
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["images"], ["q", "q_scale", "q_zero"]),
        helper.make_node("ConvInteger", ["q", "w", "q_zero", "zero"], ["whole"], pads=[1, 1, 1, 1]),
        helper.make_node("Cast", ["whole"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["q_scale", "scale"], ["both"]),
        helper.make_node("Mul", ["real", "both"], ["output0"]) if understood
        else helper.make_node("Add", ["real", "both"], ["output0"]),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 4, 8, 8])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path, means


@pytest.mark.parametrize("per_channel", [False, True])
def test_the_weights_are_those_that_were_meant(tmp_path: Path, per_channel: bool) -> None:
    path, means = quantised(tmp_path / "layer.onnx", per_channel=per_channel)
    graph = fp32_graph(path)
    assert graph is not None
    model = onnx.load(graph)
    assert {node.op_type for node in model.graph.node} == {"Conv"}
    (weights,) = map(numpy_helper.to_array, model.graph.initializer)
    np.testing.assert_allclose(weights, means, rtol=1e-6)


def test_it_computes_the_same_up_to_the_rounding_of_activations(tmp_path: Path) -> None:
    path, means = quantised(tmp_path / "layer.onnx", per_channel=False)
    images = np.random.default_rng(0).uniform(0, 1, (1, 3, 8, 8)).astype(np.float32)
    whole = open_network(path, "onnxruntime").run(images)[0]
    plain = open_network(path, "onnxruntime-fp32").run(images)[0]
    step = (images.max() - images.min()) / 255
    assert np.abs(whole - plain).max() <= step / 2 * np.abs(means).sum(axis=(1, 2, 3)).max() * 1.01
    assert np.abs(plain).max() > 10 * step


def test_shared_exports_are_rebuilt_and_find_what_they_found(shared: Path) -> None:
    for name in ("yolo11n_int8_320", "yolov8n_int8_320"):
        path = shared / "models" / f"{name}.onnx"
        graph = fp32_graph(path)
        assert graph is not None
        kinds = {node.op_type for node in onnx.load(graph).graph.node}
        assert "Conv" in kinds
        assert not kinds & {"ConvInteger", "MatMulInteger", "DynamicQuantizeLinear"}
        assert open_network(path, "onnxruntime-fp32").metadata["names"] == open_network(path).metadata["names"]


def test_a_layer_that_is_not_understood_is_left_alone(tmp_path: Path) -> None:
    path, _ = quantised(tmp_path / "odd.onnx", per_channel=False, understood=False)
    assert fp32_graph(path) is None


def test_other_models_are_left_alone(tmp_path: Path) -> None:
    assert fp32_graph(brightness_graph(tmp_path / "model.onnx")) is None


def test_a_damaged_graph_in_the_cache_is_made_anew(tmp_path: Path) -> None:
    path, _ = quantised(tmp_path / "layer.onnx", per_channel=False)
    graph = fp32_graph(path)
    assert graph is not None
    whole = graph.read_bytes()
    graph.write_bytes(whole[: len(whole) // 2])
    assert fp32_graph(path) == graph
    assert graph.read_bytes() == whole
