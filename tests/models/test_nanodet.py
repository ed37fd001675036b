"""NanoDet: its decoding, and what it finds in real pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.arrays import F32, AnyArray
from core.geometry import iou
from core.taxonomy import VEHICLES, ObjectClass
from models.detector import OnnxDetector
from models.registry import load_detector
from tests.support.graphs import constant_graph, nanodet_outputs, write_card
from tests.support.surfaces import batch_of
from tests.support.videos import frames_of, mot_boxes


@pytest.fixture(scope="module")
def shipped() -> OnnxDetector:
    return load_detector()


def found(expected: F32, boxes: F32, overlap: float) -> int:
    """How many of the expected boxes have a box of their own among those found."""
    matrix = iou(expected, boxes)
    count = 0
    while matrix.size and matrix.max() >= overlap:
        row, column = np.unravel_index(matrix.argmax(), matrix.shape)
        matrix[row, :] = matrix[:, column] = 0
        count += 1
    return count


def test_people_in_a_surveillance_view_are_found(shipped: OnnxDetector, shared: Path) -> None:
    truth = mot_boxes(shared / "mot15" / "PETS09-S2L1" / "gt.txt")
    frames = frames_of(shared / "video" / "pets09_s2l1.avi", range(10, 795, 35))
    batch = shipped.detect(batch_of(*frames.values()))
    there = seen = right = 0
    for index, number in enumerate(frames):
        at = batch.rows(index)
        people = batch.xyxy[at][(batch.class_id[at] == ObjectClass.PERSON) & (batch.score[at] >= 0.5)]
        there += len(truth[number])
        seen += len(people)
        right += found(truth[number], people, 0.5)
    # Over 265 frames recall is .89 and precision .94; with some 130 people here, four standard errors below that.
    assert there > 100
    assert right / there > 0.78
    assert right / seen > 0.85


@pytest.mark.parametrize(
    ("video", "number", "vehicles"),
    [
        ("highway.avi", 200, [(169, 38, 196, 62), (216, 18, 254, 68), (206, 7, 227, 27)]),
        ("topdown_traffic.mp4", 60, [(515, 140, 640, 202), (457, 226, 603, 278), (0, 148, 72, 198)]),
        ("car_detection.mp4", 227, [(312, 0, 432, 127)]),
    ],
)
def test_vehicles_marked_by_hand_are_found(
    shipped: OnnxDetector, shared: Path, video: str, number: int, vehicles: list[tuple[int, int, int, int]]
) -> None:
    picture = frames_of(shared / "video" / video, (number,))[number]
    batch = shipped.detect(batch_of(picture))
    boxes = batch.xyxy[np.isin(batch.class_id, list(VEHICLES))]
    assert found(np.array(vehicles, np.float32), boxes, 0.5) == len(vehicles)


def test_a_van_is_not_a_car_and_a_truck(shipped: OnnxDetector, shared: Path) -> None:
    frames = frames_of(shared / "video" / "pets09_s2l1.avi", range(0, 300, 50))
    batch = shipped.detect(batch_of(*frames.values()))
    for index in range(len(frames)):
        at = batch.rows(index)
        vehicles = batch.xyxy[at][np.isin(batch.class_id[at], list(VEHICLES))]
        assert (np.triu(iou(vehicles, vehicles), 1) <= 0.5 + 1e-4).all()


def heads_with(cell: int, bins: tuple[int, int, int, int], score: float = 0.9) -> list[AnyArray]:
    """Heads whose stride 8 sees a car at one cell, its sides almost surely that many strides away."""
    outputs = nanodet_outputs()
    outputs[0][0, cell, 1] = score
    logits = outputs[3][0, cell].reshape(4, 11)
    logits[range(4), bins] = 40.0
    return outputs


def test_a_box_is_decoded_from_its_cell_and_bins(tmp_path: Path) -> None:
    path = constant_graph(tmp_path / "m.onnx", heads_with(cell=6, bins=(1, 0, 1, 2)))
    write_card(path)
    batch = load_detector(path).detect(batch_of(np.zeros((64, 64, 3), np.uint8)))
    # Cell 6 of 4 columns: centre (20, 12); sides 8, 0, 8, 16 away; twice that in a picture twice as large.
    np.testing.assert_allclose(batch.xyxy, [[24, 24, 56, 56]], atol=1e-3)
    assert batch.class_id.tolist() == [ObjectClass.CAR]
    np.testing.assert_allclose(batch.score, [0.9])


def test_the_side_is_the_expectation_over_bins(tmp_path: Path) -> None:
    outputs = heads_with(cell=5, bins=(1, 1, 1, 1))
    outputs[3][0, 5, [2, 13, 24, 35]] = 40.0  # as sure of bin 2 as of bin 1
    path = constant_graph(tmp_path / "m.onnx", outputs)
    write_card(path)
    batch = load_detector(path).detect(batch_of(np.zeros((32, 32, 3), np.uint8)))
    np.testing.assert_allclose(batch.xyxy, [[0, 0, 24, 24]], atol=1e-3)


def test_a_letterboxed_box_comes_back_to_source_pixels(tmp_path: Path) -> None:
    path = constant_graph(tmp_path / "m.onnx", heads_with(cell=6, bins=(1, 0, 1, 1)))
    write_card(path)
    batch = load_detector(path).detect(batch_of(np.zeros((320, 640, 3), np.uint8)))
    # The picture is 32 × 16 in the slot, 8 from its top: twenty source pixels to each of the slot's.
    np.testing.assert_allclose(batch.xyxy, [[240, 80, 560, 240]], atol=1e-2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_scores_and_sides_that_are_not_finite_are_dropped_and_counted(tmp_path: Path, value: float) -> None:
    outputs = heads_with(cell=6, bins=(1, 1, 1, 1))
    outputs[0][0, 3, 0] = value
    outputs[1][0, 0, 0] = 0.8
    outputs[4][0, 0, 5] = value
    path = constant_graph(tmp_path / "m.onnx", outputs)
    write_card(path)
    detector = load_detector(path)
    assert len(detector.detect(batch_of(np.zeros((32, 32, 3), np.uint8)))) == 1
    assert detector.counters.not_finite == 2


def test_a_class_that_is_not_mapped_is_dropped_and_counted(tmp_path: Path) -> None:
    outputs = heads_with(cell=6, bins=(1, 1, 1, 1))
    outputs[0][0, 6, 2] = 0.95
    path = constant_graph(tmp_path / "m.onnx", outputs)
    write_card(path)
    detector = load_detector(path)
    assert len(detector.detect(batch_of(np.zeros((32, 32, 3), np.uint8)))) == 0
    assert detector.counters.unmapped == 1
