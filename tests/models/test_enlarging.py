"""A model sees the same in inputs of another size, and more where they are larger."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.arrays import U8
from core.errors import ModelError
from models.backends import resized as graphs
from models.by_shape import ByShape
from models.registry import by_shape, load_detector
from tests.support.graphs import scrambled
from tests.support.surfaces import batch_of
from tests.support.videos import frames_of


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATPHO_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def plaza(shared: Path) -> U8:
    return frames_of(shared / "video" / "pets09_s2l1.avi", (300,))[300]


def test_twice_the_input_finds_objects_half_as_large(plaza: U8) -> None:
    height, width = plaza.shape[:2]
    far = np.full((2 * height, 2 * width, 3), 114, np.uint8)
    far[:height, :width] = plaza  # as a camera of twice the angle would see it
    small, large = load_detector(threads=1), load_detector(threads=1, input_px=832)
    assert (large.name, large.input_spec.width, large.input_spec.height) == ("nanodet_g_416-832", 832, 832)
    near, seen, missed = (len(d.detect(batch_of(p))) for d, p in ((small, plaza), (large, far), (small, far)))
    assert missed < 0.8 * near <= seen


def test_it_can_be_trimmed_too_and_is_made_once(plaza: U8, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_detector(threads=1, input_px=832)
    monkeypatch.setattr("models.enlarging.resized_graph", None)
    again = load_detector(threads=1, input_px=832)
    np.testing.assert_array_equal(whole.detect(batch_of(plaza)).xyxy, again.detect(batch_of(plaza)).xyxy)
    made = by_shape(again, threads=1)
    assert isinstance(made, ByShape)
    spec = made.at(1920, 1080).input_spec
    assert (spec.width, spec.height) == (832, 480)


def test_exports_of_ultralytics_can_be_enlarged(shared: Path, plaza: U8) -> None:
    path = shared / "models" / "yolo11n_int8_320.onnx"
    small, large = load_detector(path, threads=1), load_detector(path, threads=1, input_px=480)
    assert (large.name, large.input_spec.width, large.input_spec.height) == ("yolo11n_int8_320-480", 480, 480)
    assert len(large.detect(batch_of(plaza))) >= len(small.detect(batch_of(plaza)))


def test_smaller_inputs_and_its_own_are_possible_too() -> None:
    assert load_detector(threads=1, input_px=320).input_spec.height == 320
    assert load_detector(threads=1, input_px=416).name == "nanodet_g_416"


def test_a_graph_that_sees_something_else_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path))

    real = graphs.resized
    monkeypatch.setattr(graphs, "resized", lambda model, *size: real(scrambled(model), *size))
    with pytest.raises(ModelError, match="320 pixels wide"):
        load_detector(threads=1, input_px=320)


def test_weights_that_are_no_onnx_are_refused(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"weights")
    with pytest.raises(ModelError, match="640 pixels wide"):
        load_detector(tmp_path / "m.pt", backend="torch", input_px=640)
