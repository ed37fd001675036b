"""What every detector keeps to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from core.arrays import U8
from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta
from core.protocols import Detector
from core.taxonomy import ObjectClass
from models.boxes import DetectorCounters
from models.fake import FakeDetector, Seen
from models.registry import by_shape, load_detector
from tests.support.graphs import brightness_graph
from tests.support.surfaces import ArraySurface, batch_of, meta_of
from tests.support.videos import frames_of


def script(meta: FrameMeta) -> list[Seen]:
    """Someone who walks, someone half outside, and a car nobody can see."""
    return [
        Seen((10 + meta.seq, 20, 40 + meta.seq, 90)),
        Seen((meta.width - 20, 30, meta.width + 50, 80), score=0.5),
        Seen((-90, 10, -20, 60), ObjectClass.CAR, 0.95),
    ]


MAKERS: dict[str, Callable[[Path, Path], Detector]] = {
    "nanodet": lambda _shared, _folder: load_detector(threads=1),
    "by_shape": lambda _shared, _folder: by_shape(load_detector(threads=1), threads=1),
    "ultralytics": lambda shared, _folder: load_detector(shared / "models" / "yolo11n_int8_320.onnx", threads=1),
    "any_batch": lambda _shared, folder: load_detector(brightness_graph(folder / "any.onnx"), max_batch=3),
    "fixed_batch": lambda _shared, folder: load_detector(brightness_graph(folder / "two.onnx", batch=2)),
    "fake": lambda _shared, _folder: FakeDetector(script),
}


@pytest.fixture(scope="module", params=MAKERS)
def detector(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return MAKERS[request.param](shared, tmp_path_factory.mktemp("graphs"))


@pytest.fixture(scope="module")
def pictures(shared: Path) -> list[U8]:
    """Four views of different sizes and shapes, one upright."""
    video = shared / "video"
    plaza = frames_of(video / "pets09_s2l1.avi", (0, 300))
    return [
        plaza[0],
        frames_of(video / "highway.avi", (200,))[200],
        np.ascontiguousarray(plaza[300][:, 150:430]),
        frames_of(video / "topdown_traffic.mp4", (60,))[60],
    ]


def rows(batch: DetectionBatch, frame: int) -> tuple[list[int], np.ndarray]:
    at = batch.rows(frame)
    return batch.class_id[at].tolist(), np.column_stack((batch.xyxy[at], batch.score[at]))


def test_no_frames_give_no_detections(detector: Detector) -> None:
    batch = detector.detect(FrameBatch((), ()))
    assert len(batch) == 0
    assert batch.xyxy.shape == (0, 4)
    assert batch.offsets.tolist() == [0]


def test_something_is_seen_in_frames_of_all_sizes(detector: Detector, pictures: list[U8]) -> None:
    batch = detector.detect(batch_of(*pictures))
    assert batch.frames == batch_of(*pictures).frames
    assert len(batch.offsets) == len(pictures) + 1
    assert len(batch) > 0


def test_boxes_lie_inside_their_frames_and_have_an_area(detector: Detector, pictures: list[U8]) -> None:
    batch = detector.detect(batch_of(*pictures))
    for index, meta in enumerate(batch.frames):
        boxes = batch.xyxy[batch.rows(index)]
        assert (boxes >= 0).all()
        assert (boxes[:, 2:] <= (meta.width, meta.height)).all()
        assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_a_frame_gives_the_same_whatever_shares_its_batch(detector: Detector, pictures: list[U8]) -> None:
    order = [2, 0, 3, 1]
    together = detector.detect(batch_of(*pictures))
    metas, surfaces = together.frames, [ArraySurface(picture) for picture in pictures]
    shuffled = detector.detect(FrameBatch(tuple(metas[i] for i in order), tuple(surfaces[i] for i in order)))
    for place, index in enumerate(order):
        alone = detector.detect(FrameBatch((metas[index],), (surfaces[index],)))
        for other, frame in ((together, index), (shuffled, place)):
            assert rows(other, frame)[0] == rows(alone, 0)[0]
            np.testing.assert_allclose(rows(other, frame)[1], rows(alone, 0)[1], rtol=1e-4, atol=1e-3)


def test_the_best_of_a_frame_come_first(detector: Detector, pictures: list[U8]) -> None:
    batch = detector.detect(batch_of(*pictures))
    for index in range(len(pictures)):
        assert (np.diff(batch.score[batch.rows(index)]) <= 0).all()


def test_scores_and_classes_are_those_promised(detector: Detector, pictures: list[U8]) -> None:
    batch = detector.detect(batch_of(*pictures))
    labels = cast("frozenset[ObjectClass]", detector.labels)  # type: ignore[attr-defined]
    assert {ObjectClass(value) for value in batch.class_id.tolist()} <= labels
    assert ((batch.score > 0) & (batch.score <= 1)).all()


def test_an_earlier_answer_is_not_changed_by_a_later_call(detector: Detector, pictures: list[U8]) -> None:
    first = detector.detect(batch_of(pictures[0]))
    was = first.xyxy.copy()
    detector.detect(batch_of(pictures[1]))
    np.testing.assert_array_equal(first.xyxy, was)
    for array in (first.offsets, first.xyxy, first.score, first.class_id):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_surfaces_are_read_but_not_released(detector: Detector, pictures: list[U8]) -> None:
    surfaces = tuple(ArraySurface(picture.copy()) for picture in pictures)
    detector.detect(FrameBatch(tuple(meta_of(picture) for picture in pictures), surfaces))
    for surface, picture in zip(surfaces, pictures, strict=True):
        assert not surface.released
        np.testing.assert_array_equal(surface.picture, picture)


def test_what_was_dropped_is_a_snapshot(detector: Detector, pictures: list[U8]) -> None:
    before = detector.counters  # type: ignore[attr-defined]
    assert isinstance(before, DetectorCounters)
    copy = DetectorCounters(before.not_finite, before.unmapped, before.over_candidates, before.over_limit)
    detector.detect(batch_of(*pictures))
    assert (before.not_finite, before.unmapped, before.over_limit) == (copy.not_finite, copy.unmapped, copy.over_limit)
