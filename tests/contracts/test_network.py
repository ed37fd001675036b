"""What every backend keeps to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from models.backends import installed, open_network
from models.network import Network
from tests.support.graphs import METADATA, brightness_graph, constant_graph

CPU_BACKENDS = ("onnxruntime", "openvino")


@pytest.fixture(params=CPU_BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))
    name = str(request.param)
    assert installed(name)  # type: ignore[arg-type]
    return name


@pytest.fixture
def network(backend: str, tmp_path: Path) -> Network:
    return open_network(brightness_graph(tmp_path / "model.onnx"), backend, threads=1)


def pictures(count: int, value: float = 0.5) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    images = np.full((count, 3, 32, 32), value, np.float32)
    images[:, 2] = np.linspace(0, 1, count).reshape(-1, 1, 1)
    return images


def test_it_says_what_it_is(network: Network, backend: str) -> None:
    assert (network.backend, network.device, network.batch, network.size) == (backend, "cpu", None, (32, 32))
    assert network.path.name == "model.onnx"
    assert {key: network.metadata[key] for key in METADATA} == METADATA
    assert str(network.inputs[0]) == "images [? × 3 × 32 × 32] float"
    assert network.outputs[0].shape[1:] == (1, 6)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_any_number_of_images_is_computed_each_for_itself(network: Network, count: int) -> None:
    (found,) = network.run(pictures(count))
    np.testing.assert_allclose(found[:, 0, 4], 0.5, atol=1e-3)
    np.testing.assert_allclose(found[:, 0, 0], 4 + 10 * np.linspace(0, 1, count), atol=1e-2)


def test_the_images_are_not_changed_and_the_outputs_hold_until_the_next_run(network: Network) -> None:
    images = pictures(2)
    before = images.copy()
    first = network.run(images)[0].copy()
    network.run(pictures(2, 0.9))
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(network.run(images)[0], first)


def test_a_part_of_a_larger_block_is_read_as_it_lies(network: Network) -> None:
    block = pictures(4)
    np.testing.assert_allclose(network.run(block[1:3])[0], network.run(block[1:3].copy())[0])
    np.testing.assert_allclose(network.run(block[::2])[0], network.run(block[::2].copy())[0])


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 3, 32, 32), np.float64),
        np.zeros((1, 3, 16, 32), np.float32),
        np.zeros((1, 1, 32, 32), np.float32),
        np.zeros((3, 32, 32), np.float32),
    ],
    ids=["type", "height", "channels", "dimensions"],
)
def test_images_that_do_not_fit_are_refused(network: Network, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        network.run(images)


def test_what_is_not_a_number_comes_through(network: Network) -> None:
    images = pictures(2)
    images[1, 0] = np.nan
    found = network.run(images)[0]
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1, 0, 4])


def test_a_fixed_batch_is_told_and_kept(backend: str, tmp_path: Path) -> None:
    network = open_network(brightness_graph(tmp_path / "two.onnx", batch=2), backend)
    assert network.batch == 2
    with pytest.raises(ValueError, match="do not fit"):
        network.run(pictures(1))


def test_a_graph_with_another_input_is_refused_with_what_was_found(backend: str, tmp_path: Path) -> None:
    path = constant_graph(tmp_path / "two_inputs.onnx", [np.zeros((1, 4), np.float32)], inputs=2)
    with pytest.raises(ModelError, match=r"two_inputs\.onnx.*image0.*image1"):
        open_network(path, backend)


def test_a_file_that_is_no_model_is_refused_by_name(backend: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a model at all")
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        open_network(path, backend)
    with pytest.raises(ModelError, match=r"none\.onnx"):
        open_network(tmp_path / "none.onnx", backend)
