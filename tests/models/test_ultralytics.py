"""Ultralytics exports: both layouts, and a real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.arrays import F32
from core.geometry import iou
from core.taxonomy import ObjectClass
from models.detector import OnnxDetector
from models.registry import load_detector
from tests.support.graphs import METADATA, constant_graph, write_card
from tests.support.surfaces import batch_of
from tests.support.videos import frames_of, mot_boxes

BLACK = np.zeros((32, 32, 3), np.uint8)


def end_to_end(path: Path, rows: list[list[float]], batch: int = 1) -> OnnxDetector:
    padding = [[0.0] * 6] * (8 - len(rows))
    table: F32 = np.tile(np.array([rows + padding], np.float32), (batch, 1, 1))
    return load_detector(constant_graph(path / "m.onnx", [table], METADATA))


def test_a_real_export_finds_people_in_a_surveillance_view(shared: Path) -> None:
    detector = load_detector(shared / "models" / "yolo11n_int8_320.onnx")
    truth = mot_boxes(shared / "mot15" / "PETS09-S2L1" / "gt.txt")
    frames = frames_of(shared / "video" / "pets09_s2l1.avi", range(10, 795, 70))
    batch = detector.detect(batch_of(*frames.values()))
    there = right = 0
    for index, number in enumerate(frames):
        at = batch.rows(index)
        people = batch.xyxy[at][batch.class_id[at] == ObjectClass.PERSON]
        there += len(truth[number])
        right += int((iou(truth[number], people) >= 0.5).any(axis=1).sum())
    # A nano model at 320 pixels and 8 bits; a mistake in size, order or layout leaves next to nothing.
    assert right / there > 0.5
    assert {ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.ANIMAL, ObjectClass.BAG} <= detector.labels


def test_raw_outputs_are_centre_and_size_with_class_scores(tmp_path: Path) -> None:
    table = np.zeros((1, 7, 50), np.float32)
    table[0, :, 7] = [16, 12, 8, 16, 0.1, 0.8, 0.0]
    table[0, :, 8] = [16.5, 12, 8, 16, 0.1, 0.7, 0.0]  # the same car again
    table[0, :, 20] = [4, 24, 8, 8, 0.6, 0.1, 0.0]
    table[0, :, 30] = [25, 25, 6, 6, 0.1, 0.1, 0.9]  # a kite
    table[0, :, 31] = [25, 25, 6, 6, 0.2, 0.1, 0.1]  # too weak
    detector = load_detector(constant_graph(tmp_path / "m.onnx", [table], METADATA))
    batch = detector.detect(batch_of(BLACK))
    np.testing.assert_allclose(batch.xyxy, [[12, 4, 20, 20], [0, 20, 8, 28]], atol=1e-4)
    np.testing.assert_allclose(batch.score, [0.8, 0.6])
    assert batch.class_id.tolist() == [ObjectClass.CAR, ObjectClass.PERSON]
    assert detector.counters.unmapped == 1


def test_one_vehicle_is_not_two_classes_but_a_rider_is_not_the_motorcycle(tmp_path: Path) -> None:
    names = "{0: 'person', 1: 'car', 2: 'truck', 3: 'bicycle', 4: 'motorcycle'}"
    table = np.zeros((1, 9, 5), np.float32)
    for column, (x, score) in enumerate([(8, 0.5), (8, 0.6), (8, 0.7), (24, 0.8), (24, 0.9)]):
        table[0, :4, column] = [x, 16, 8, 20]
        table[0, 4 + column, column] = score
    path = constant_graph(tmp_path / "m.onnx", [table], METADATA | {"names": names})
    batch = load_detector(path).detect(batch_of(BLACK))
    assert batch.class_id.tolist() == [ObjectClass.MOTORCYCLE, ObjectClass.TRUCK, ObjectClass.PERSON]


def test_end_to_end_outputs_are_taken_as_they_are(tmp_path: Path) -> None:
    rows: list[list[float]] = [[4, 4, 20, 20, 0.9, 1], [5, 4, 20, 20, 0.8, 1], [8, 8, 16, 30, 0.3, 0]]
    batch = end_to_end(tmp_path, rows).detect(batch_of(BLACK))
    np.testing.assert_allclose(batch.xyxy, [r[:4] for r in rows])
    assert batch.class_id.tolist() == [ObjectClass.CAR, ObjectClass.CAR, ObjectClass.PERSON]


def test_what_an_end_to_end_graph_gets_wrong_is_dropped_and_counted(tmp_path: Path) -> None:
    detector = end_to_end(
        tmp_path,
        [
            [4, 4, 20, 20, 0.9, 1],
            [np.nan, 4, 20, 20, 0.8, 1],
            [4, 4, np.inf, 20, 0.8, 1],
            [4, 4, 20, 20, np.nan, 1],
            [4, 4, 20, 20, 0.7, np.nan],
            [4, 4, 20, 20, 0.7, 77],  # a class it does not have
            [20, 4, 4, 20, 0.7, 0],  # right of itself
            [-20, 4, -2, 20, 0.7, 0],  # outside
        ],
    )
    batch = detector.detect(batch_of(BLACK))
    np.testing.assert_allclose(batch.xyxy, [[4, 4, 20, 20]])
    counters = detector.counters
    assert (counters.not_finite, counters.unmapped, counters.degenerate) == (4, 1, 2)


def test_the_frames_beyond_a_fixed_batch_are_computed_in_turns(tmp_path: Path) -> None:
    detector = end_to_end(tmp_path, [[4, 4, 20, 20, 0.9, 1]], batch=2)
    assert detector.batch_size == 2
    assert detector.detect(batch_of(*[BLACK] * 5)).offsets.tolist() == [0, 1, 2, 3, 4, 5]
    assert detector.timings.frames == 5


def test_a_crowd_beyond_the_bound_is_cut_to_the_best_and_counted(tmp_path: Path) -> None:
    rows: list[list[float]] = [[i, i, i + 9, i + 9, 0.9 - i / 10, 0] for i in range(5)]
    table = np.array([rows], np.float32)
    path = constant_graph(tmp_path / "m.onnx", [table], METADATA)
    write_card(path, family="ultralytics", input=None, classes=None, max_detections=3)
    detector = load_detector(path)
    batch = detector.detect(batch_of(BLACK, BLACK))
    np.testing.assert_allclose(batch.score, [0.9, 0.8, 0.7] * 2)
    assert detector.counters.over_limit == 4


def test_candidates_beyond_the_bound_of_suppression_are_counted(tmp_path: Path) -> None:
    table = np.zeros((1, 7, 1500), np.float32)
    table[0, :5] = np.array([16, 16, 8, 8, 0.5])[:, None]
    table[0, 4, 1400] = 0.9
    detector = load_detector(constant_graph(tmp_path / "m.onnx", [table], METADATA))
    batch = detector.detect(batch_of(BLACK))
    np.testing.assert_allclose(batch.score, [0.9])
    assert detector.counters.over_candidates == 500


def test_the_threshold_can_be_set(tmp_path: Path) -> None:
    table = np.array([[[4, 4, 20, 20, 0.9, 1], [4, 4, 20, 20, 0.5, 1]]], np.float32)
    path = constant_graph(tmp_path / "m.onnx", [table], METADATA)
    assert len(load_detector(path, score_threshold=0.6).detect(batch_of(BLACK))) == 1
    with pytest.raises(ValueError, match="score_threshold"):
        load_detector(path, score_threshold=1.0)
