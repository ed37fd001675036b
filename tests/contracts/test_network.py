"""What every backend keeps to, so that the detector and the families know none of them."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.arrays import F32
from core.errors import ModelError
from models.backends import open_network
from models.backends.onnx_runtime import BoundNetwork, OnnxNetwork, open_onnx
from models.network import Network
from tests.support.graphs import METADATA, brightness_graph, constant_graph
from tests.support.int8 import int8_graph, int8_weights

Maker = Callable[[Path, int | None], Network]


def bound(folder: Path, batch: int | None) -> Network:
    """What a GPU is given, with the processor in its place."""
    plain = open_onnx(brightness_graph(folder / "m.onnx", batch=batch), threads=1)
    assert isinstance(plain, OnnxNetwork)
    return BoundNetwork(plain.path, plain._session, device="cpu", backend="onnxruntime")


def torch(folder: Path, batch: int | None) -> Network:
    if find_spec("ultralytics") is None:
        pytest.skip("the extra torch (PyTorch and Ultralytics) is not installed")
    if batch is not None:
        pytest.skip("PyTorch takes any number of images")
    from tests.support.torch_weights import weights_file

    return open_network(weights_file(folder / "m.pt"), "torch", threads=1)


MAKERS: dict[str, Maker] = {
    "onnxruntime": lambda folder, batch: open_network(brightness_graph(folder / "m.onnx", batch=batch), threads=1),
    "onnxruntime-bound": bound,
    "onnxruntime-fp32": lambda folder, batch: open_network(
        int8_graph(folder / "m.onnx", int8_weights(np.uint8), batch=batch), "onnxruntime-fp32", threads=1
    ),
    "openvino": lambda folder, batch: open_network(
        brightness_graph(folder / "m.onnx", batch=batch), "openvino", threads=1
    ),
    "openvino-int8": lambda folder, batch: open_network(
        int8_graph(folder / "m.onnx", int8_weights(np.int8), batch=batch), "openvino", threads=1
    ),
    "torch": torch,
}


@pytest.fixture(params=MAKERS)
def maker(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Network]:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))
    return lambda batch=None: MAKERS[request.param](tmp_path, batch)


def noise(count: int, seed: int = 0, size: int = 32) -> F32:
    return np.random.default_rng(seed).random((count, 3, size, size), np.float32)


def test_it_says_what_it_is(maker: Callable[..., Network]) -> None:
    network = maker()
    assert network.device == "cpu"
    assert network.batch is None
    assert network.size == (32, 32)
    assert network.path.is_file()
    assert {"names", "imgsz", "stride"} <= set(network.metadata)
    assert network.metadata["names"] == METADATA["names"]
    assert [info.name for info in network.inputs] == ["images"]
    assert [(info.name, info.kind) for info in network.outputs] == [("output0", "float")]


@pytest.mark.parametrize("count", [1, 3])
def test_outputs_have_the_shapes_that_were_said(maker: Callable[..., Network], count: int) -> None:
    network = maker()
    found = network.run(noise(count))
    assert len(found) == len(network.outputs)
    for array, info in zip(found, network.outputs, strict=True):
        assert array.dtype == np.float32
        assert array.shape[0] == count
        assert all(said in (None, size) for said, size in zip(info.shape, array.shape, strict=True))


def test_an_image_gives_the_same_whatever_shares_its_batch(maker: Callable[..., Network]) -> None:
    network, images = maker(), noise(4)
    together = network.run(images)[0].copy()
    assert np.abs(together[0] - together[1]).max() > 1e-3
    for index in (2, 0):
        np.testing.assert_allclose(network.run(images[index : index + 1])[0][0], together[index], rtol=1e-3, atol=1e-3)


def test_a_fixed_batch_of_one_is_kept_to(maker: Callable[..., Network]) -> None:
    network = maker(1)
    assert network.batch == 1
    assert network.run(noise(1))[0].shape[0] == 1
    with pytest.raises(ValueError, match="do not fit images"):
        network.run(noise(2))


@pytest.mark.parametrize(
    "wrong",
    [noise(1).astype(np.float64), noise(1)[0], noise(1)[:, :1], noise(1, size=30), noise(1).astype(np.uint8)],
    ids=["double", "no_batch", "one_plane", "small", "bytes"],
)
def test_images_that_do_not_fit_are_refused(maker: Callable[..., Network], wrong: F32) -> None:
    with pytest.raises(ValueError, match="do not fit images"):
        maker().run(wrong)


def test_images_may_lie_anywhere_in_memory_and_are_left_alone(maker: Callable[..., Network]) -> None:
    network, images = maker(), noise(2)
    wanted = network.run(images)[0].copy()
    interleaved = np.ascontiguousarray(images.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(network.run(interleaved)[0], wanted)
    locked = images.copy()
    locked.flags.writeable = False
    np.testing.assert_array_equal(network.run(locked)[0], wanted)
    np.testing.assert_array_equal(images, noise(2))


def test_slots_that_are_filled_again_are_read_again(maker: Callable[..., Network]) -> None:
    network, slots = maker(), noise(2)
    first = network.run(slots)[0].copy()
    slots[:] = noise(2, seed=9)
    second = network.run(slots)[0].copy()
    assert np.abs(first - second).max() > 1e-3
    np.testing.assert_array_equal(slots, noise(2, seed=9))


def test_outputs_hold_until_the_next_run_whatever_becomes_of_images_and_network(maker: Callable[..., Network]) -> None:
    network, images = maker(), noise(2)
    found = network.run(images)
    was = [array.copy() for array in found]
    images[:] = 0
    del network, images
    gc.collect()
    for array, copy in zip(found, was, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_what_is_no_number_stays_none_and_does_not_spread_to_other_images(maker: Callable[..., Network]) -> None:
    network, images = maker(), noise(3)
    clean = network.run(images)[0].copy()
    images[1] = np.nan
    found = network.run(images)[0]
    assert np.isnan(found[1]).any()
    np.testing.assert_allclose(found[[0, 2]], clean[[0, 2]], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_outputs_that_are_no_numbers_pass_unchanged(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))
    table = np.array([[[np.nan, np.inf, -np.inf, 3.0, 1e-30, -0.0]]], np.float32)
    network = open_network(constant_graph(tmp_path / "m.onnx", [table], METADATA), backend, threads=1)
    np.testing.assert_array_equal(network.run(noise(1))[0], table)


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_a_file_that_is_no_model_is_refused(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "m.onnx"
    path.write_text("not a model at all", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load it") as caught:
        open_network(path, backend)
    assert str(path) in str(caught.value)
    with pytest.raises(ModelError, match="no such model file"):
        open_network(tmp_path / "none.onnx", backend)
    with pytest.raises(ModelError, match="image1"):
        open_network(constant_graph(path, [np.zeros((1, 5, 6))], inputs=2), backend)
