"""No more of the input is computed than a picture covers, and what is seen is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from core.arrays import U8
from core.geometry import iou
from models import trimming
from models.backends import resized as graphs
from models.backends.int8 import fp32_graph
from models.backends.resized import resized_graph
from models.by_shape import MOST_SHAPES, ByShape
from models.registry import WEIGHTS, by_shape, load_detector
from tests.support.graphs import brightness_graph, scrambled
from tests.support.surfaces import batch_of
from tests.support.videos import frames_of

NANODET = WEIGHTS / "nanodet_g_416.onnx"


@pytest.fixture(scope="module")
def shaped() -> ByShape:
    made = by_shape(load_detector(threads=1), threads=1)
    assert isinstance(made, ByShape)
    return made


@pytest.fixture(scope="module")
def plaza(shared: Path) -> U8:
    return frames_of(shared / "video" / "pets09_s2l1.avi", (300,))[300]


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((768, 576), (416, 320)),
        ((1920, 1080), (416, 256)),
        ((1080, 1920), (256, 416)),
        ((500, 500), (416, 416)),
        ((2560, 960), (416, 160)),
    ],
)
def test_the_input_is_as_large_as_the_picture_needs(
    shaped: ByShape, size: tuple[int, int], shape: tuple[int, int]
) -> None:
    spec = shaped.at(*size).input_spec
    assert (spec.width, spec.height) == shape


def test_a_trimmed_input_shows_the_same_objects(shaped: ByShape, plaza: U8) -> None:
    whole, small = shaped.whole.detect(batch_of(plaza)), shaped.detect(batch_of(plaza))
    sure = whole.score >= 0.35
    assert sure.sum() >= 6
    found = iou(whole.xyxy[sure], small.xyxy).max(axis=1, initial=0)
    assert (found >= 0.7).mean() >= 0.9


@pytest.mark.parametrize("name", ["yolo11n_int8_320.onnx", "yolov8n_int8_320.onnx"])
@pytest.mark.parametrize("backend", ["onnxruntime", "onnxruntime-fp32", "openvino"])
def test_exports_of_ultralytics_can_be_trimmed_on_every_backend(
    shared: Path, plaza: U8, name: str, backend: str
) -> None:
    whole = load_detector(shared / "models" / name, threads=1, backend=backend)
    made = by_shape(whole, threads=1)
    assert isinstance(made, ByShape)
    small = made.at(768, 576)
    assert (small.input_spec.width, small.input_spec.height) == (320, 256)
    assert small.network.outputs[0].shape[2] == 40 * 32 + 20 * 16 + 10 * 8
    a, b = whole.detect(batch_of(plaza)), made.detect(batch_of(plaza))
    sure = a.score >= 0.4
    assert sure.sum() >= 4
    assert (iou(a.xyxy[sure], b.xyxy).max(axis=1, initial=0) >= 0.7).mean() >= 0.9


def test_frames_of_many_shapes_come_back_in_their_order(shaped: ByShape, plaza: U8) -> None:
    pictures = [plaza, np.ascontiguousarray(plaza[:432]), plaza, np.ascontiguousarray(plaza[:, 100:676])]
    together = shaped.detect(batch_of(*pictures))
    assert len(together.offsets) == 5
    for index, picture in enumerate(pictures):
        alone = shaped.detect(batch_of(picture))
        np.testing.assert_array_equal(together.xyxy[together.rows(index)], alone.xyxy)
        np.testing.assert_array_equal(together.score[together.rows(index)], alone.score)
    assert shaped.timings.frames >= 8


def test_only_so_many_shapes_are_held() -> None:
    asked: list[tuple[int, int]] = []
    limited = ByShape(load_detector(threads=1), lambda shape: asked.append(shape))
    for width in range(100, 2000, 60):
        assert limited.at(width, 500) is limited.whole
    assert len(asked) == MOST_SHAPES


def test_a_graph_that_was_misunderstood_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path))

    real = graphs.resized
    monkeypatch.setattr(graphs, "resized", lambda model, *size: real(scrambled(model), *size))
    made = by_shape(load_detector(threads=1), threads=1)
    assert isinstance(made, ByShape)
    assert made.at(768, 576) is made.whole


def test_few_objects_prove_nothing() -> None:
    black = [np.zeros((300, 400, 3), np.uint8)]
    made = by_shape(load_detector(threads=1), threads=1, samples=black)
    assert isinstance(made, ByShape)
    assert made.at(768, 576) is made.whole


def test_the_trimmed_graph_is_kept_and_a_foreign_one_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared: Path
) -> None:
    monkeypatch.setenv("MATPHO_CACHE_DIR", str(tmp_path / "cache"))
    kept = resized_graph(NANODET, 416, 320)
    assert kept is not None
    before = kept.stat().st_mtime_ns
    assert resized_graph(NANODET, 416, 320) == kept
    assert kept.stat().st_mtime_ns == before
    assert resized_graph(NANODET, 416, 300) is None, "no whole number of cells"
    plain = fp32_graph(shared / "models" / "yolo11n_int8_320.onnx")
    assert plain is not None
    small = resized_graph(plain, 320, 192)
    assert small is not None
    said = {entry.key: entry.value for entry in onnx.load(str(small)).metadata_props}
    assert said["imgsz"] == "[192, 320]"


def test_a_graph_for_any_size_is_computed_whole(tmp_path: Path) -> None:
    detector = load_detector(brightness_graph(tmp_path / "any.onnx"), threads=1)
    made = by_shape(detector, threads=1)
    if isinstance(made, ByShape):
        assert made.at(768, 576) is made.whole
    assert trimming.can_trim(detector.network) == isinstance(made, ByShape)
