"""Dynamic int8 exports: their fp32 graph is the same model but for the rounding of activations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from core.arrays import F32
from models.backends import open_network
from models.backends.agreement import agreement
from models.backends.int8 import fp32_graph
from models.backends.samples import batches, street_pictures
from models.registry import WEIGHTS
from models.ultralytics import plan
from tests.support.graphs import brightness_graph
from tests.support.int8 import int8_graph, int8_matmul_graph, int8_weights


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(folder))
    return folder


def whole_numbers(low: int, high: int) -> F32:
    """Images whose quantisation loses nothing: whole numbers from 0, or around it, over a range of exactly 255."""
    images = np.random.default_rng(1).integers(low, high + 1, (2, 3, 32, 32)).astype(np.float32)
    images[0, 0, 0, :2] = low, high
    return images


def kinds(path: Path) -> set[str]:
    return {node.op_type for node in onnx.load(str(path)).graph.node}


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
@pytest.mark.parametrize(("low", "high"), [(0, 255), (-100, 155)])
def test_a_convolution_is_exactly_the_plain_one(tmp_path: Path, kind: type[np.generic], low: int, high: int) -> None:
    path = int8_graph(tmp_path / "m.onnx", int8_weights(kind))
    images = whole_numbers(low, high)
    wanted = open_network(path, threads=1).run(images)[0]
    found = open_network(path, "onnxruntime-fp32", threads=1).run(images)[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-3 * np.abs(wanted).max())


@pytest.mark.parametrize("by_channel", [False, True])
def test_weights_of_each_channel_have_their_own_scale(tmp_path: Path, by_channel: bool) -> None:
    weights = int8_weights(np.int8, by_channel=by_channel)
    graph = fp32_graph(int8_graph(tmp_path / "m.onnx", weights))
    assert graph is not None
    (made,) = (t for t in onnx.load(str(graph)).graph.initializer if t.name.startswith("weight*"))
    stored, zero, scale = weights
    for channel in range(4):
        its = [np.ravel(value)[channel if by_channel else 0] for value in (zero, scale)]
        wanted = (stored[channel].astype(np.float64) - float(its[0])) * float(its[1])
        np.testing.assert_allclose(onnx.numpy_helper.to_array(made)[channel], wanted, rtol=1e-6)


def test_a_matrix_product_is_exactly_the_plain_one(tmp_path: Path) -> None:
    stored = np.array([[1, -7, 100, 3], [0, 127, -128, 9], [55, 6, 7, -8]], np.int8)
    zero, scale = np.array([0, 3, -5, 1], np.int8), np.array([0.1, 0.2, 0.01, 1], np.float32)
    path = int8_matmul_graph(tmp_path / "m.onnx", stored, zero, scale)
    images = np.zeros((2, 3, 32, 32), np.float32)
    images[:] = np.array([[0, 17, 255], [255, 3, 40]], np.float32)[:, :, None, None]
    wanted = open_network(path, threads=1).run(images)[0]
    found = open_network(path, "onnxruntime-fp32", threads=1).run(images)[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_other_models_have_no_such_graph(tmp_path: Path) -> None:
    assert fp32_graph(brightness_graph(tmp_path / "m.onnx")) is None
    assert fp32_graph(WEIGHTS / "nanodet_g_416.onnx") is None


@pytest.mark.parametrize("odd", ["computed", "bare"])
def test_a_layer_that_is_not_understood_leaves_the_model_as_it_is(tmp_path: Path, odd: str) -> None:
    path = int8_graph(tmp_path / "m.onnx", int8_weights(np.uint8), odd=odd)  # type: ignore[arg-type]
    assert fp32_graph(path) is None


def test_the_graph_is_made_once_and_anew_when_it_is_damaged(tmp_path: Path, cache: Path) -> None:
    path = int8_graph(tmp_path / "m.onnx", int8_weights(np.uint8))
    graph = fp32_graph(path)
    assert graph is not None
    assert graph.parent == cache / "graphs"
    content = graph.read_bytes()
    made = graph.stat().st_mtime_ns
    assert fp32_graph(path) == graph
    assert graph.stat().st_mtime_ns == made
    graph.write_bytes(content[: len(content) // 2])
    assert fp32_graph(path) == graph
    assert graph.read_bytes() == content


def test_a_changed_file_has_another_graph(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    first = fp32_graph(int8_graph(path, int8_weights(np.uint8)))
    second = fp32_graph(int8_graph(path, int8_weights(np.int8)))
    assert first != second


@pytest.mark.parametrize("name", ["yolo11n_int8_320", "yolov8n_int8_320"])
def test_real_exports_see_the_same_street_in_fp32(shared: Path, name: str) -> None:
    path = shared / "models" / f"{name}.onnx"
    graph = fp32_graph(path)
    assert graph is not None
    assert not kinds(graph) & {"ConvInteger", "DynamicQuantizeLinear", "Cast"}
    as_is = open_network(path, threads=1)
    plain, other = (open_network(path, backend, threads=1) for backend in ("onnxruntime-fp32", "openvino"))
    assert plain.metadata["names"] == as_is.metadata["names"] == other.metadata["names"]
    reading = plan(plain, None)
    (images,) = batches(street_pictures()[:1], reading.spec, 1)
    wanted = plain.run(images)
    judged = agreement(reading, wanted, as_is.run(images))
    assert judged.boxes >= 5
    assert judged.share >= 0.9  # rounding may cost one of a few boxes
    assert agreement(reading, wanted, other.run(images)).good
