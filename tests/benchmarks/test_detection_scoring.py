"""Scores are COCO's own, and mean what they say."""

from __future__ import annotations

import contextlib
import importlib
import io
from typing import Any

import numpy as np
import pytest

from benchmarks.detection.labels import Truth
from benchmarks.detection.scoring import SIZES, Found, Picture, score_class
from core.taxonomy import ObjectClass

CLASSES = (ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.TRUCK)
CAR = ObjectClass.CAR


def random_picture(rng: np.random.Generator) -> Picture:
    """Boxes of all sizes, some crowds; detections near them, off them, doubled, and of the wrong class."""
    rows: list[tuple[list[float], int, bool, float | None]] = []
    for _ in range(int(rng.integers(0, 9))):
        side = float(rng.choice([20, 60, 150]))
        box = [*rng.uniform(0, 400, 2), *(side * rng.uniform(0.6, 1.5, 2))]
        rows.append((box, int(rng.choice(CLASSES)), bool(rng.random() < 0.2), None))
    truth = Truth.of(rows)
    near = np.repeat(truth.xyxy, 2, axis=0) + rng.normal(0, 6, (2 * len(rows), 4))
    start = rng.uniform(0, 400, (4, 2))
    boxes = np.concatenate([near, np.column_stack((start, start + rng.uniform(10, 150, (4, 2))))])
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 2)
    classes = np.concatenate([np.repeat(truth.class_id, 2), rng.choice(CLASSES, 4)])
    swapped = rng.random(len(classes)) < 0.1
    classes[swapped] = rng.choice(CLASSES, int(swapped.sum()))
    score = np.round(rng.random(len(classes)), 2)  # so that equal scores occur
    found = Found(boxes.astype(np.float32), score.astype(np.float32), classes.astype(np.int64))
    return Picture(truth, found, frozenset(CLASSES), night=False)


def by_pycocotools(pictures: list[Picture]) -> Any:
    """COCOeval after `accumulate`, on the same pictures."""
    coco_module = importlib.import_module("pycocotools.coco")
    evaluation = importlib.import_module("pycocotools.cocoeval")
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for number, picture in enumerate(pictures, start=1):
        for box, c, crowd, area in zip(
            picture.truth.xyxy.astype(float),
            picture.truth.class_id,
            picture.truth.crowd,
            picture.truth.area,
            strict=True,
        ):
            row = {"image_id": number, "category_id": int(c) + 1, "bbox": [*box[:2], *(box[2:] - box[:2])]}
            annotations.append(row | {"id": len(annotations) + 1, "iscrowd": int(crowd), "area": float(area)})
        for box, c, s in zip(
            picture.found.xyxy.astype(float), picture.found.class_id, picture.found.score, strict=True
        ):
            row = {"image_id": number, "category_id": int(c) + 1, "bbox": [*box[:2], *(box[2:] - box[:2])]}
            results.append(row | {"score": float(s)})
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco_module.COCO()
        truth.dataset = {
            "images": [{"id": i + 1} for i in range(len(pictures))],
            "categories": [{"id": int(c) + 1, "name": c.label} for c in CLASSES],
            "annotations": annotations,
        }
        truth.createIndex()
        run = evaluation.COCOeval(truth, truth.loadRes(results), "bbox")
        run.evaluate()
        run.accumulate()
    return run


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_average_precision_is_that_of_pycocotools(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pictures = [random_picture(rng) for _ in range(40)]
    precision = by_pycocotools(pictures).eval["precision"]  # (overlaps, recalls, classes, sizes, most)
    for k, wanted in enumerate(CLASSES):
        for a, size in enumerate(SIZES):
            ours = score_class(pictures, wanted, 0.5, size)
            assert ours.ap50 == pytest.approx(precision[0, :, k, a, 2].mean(), abs=1e-9)
            assert ours.ap == pytest.approx(precision[:, :, k, a, 2].mean(), abs=1e-9)


def picture(
    truth: list[tuple[list[float], int, bool, float | None]],
    found: list[tuple[list[float], float, int]],
    covered: tuple[ObjectClass, ...] = (CAR,),
) -> Picture:
    seen = Found(
        np.array([f[0] for f in found], np.float32).reshape(-1, 4),
        np.array([f[1] for f in found], np.float32),
        np.array([f[2] for f in found], np.int64),
    )
    return Picture(Truth.of(truth), seen, frozenset(covered), night=False)


def test_one_of_two_found_and_one_false_box() -> None:
    shown = picture(
        [([0, 0, 50, 50], CAR, False, None), ([200, 0, 50, 50], CAR, False, None)],
        [([0, 0, 50, 50], 0.9, CAR), ([400, 0, 450, 50], 0.8, CAR), ([200, 0, 250, 50], 0.3, CAR)],
    )
    score = score_class([shown], CAR, 0.5)
    assert (score.objects, score.found, score.false) == (2, 1, 1)
    assert (score.recall, score.precision, score.false_per_picture) == (0.5, 0.5, 1.0)
    # Precision 1 up to recall 0.5 (51 of 101 points), then 2/3 with the third box, below the threshold as it is.
    assert score.ap50 == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_a_second_box_on_one_object_is_false() -> None:
    shown = picture([([0, 0, 50, 50], CAR, False, None)], [([0, 0, 50, 50], 0.9, CAR), ([1, 0, 51, 50], 0.8, CAR)])
    score = score_class([shown], CAR, 0.5)
    assert (score.found, score.false) == (1, 1)


def test_what_lies_in_a_crowd_counts_neither_way() -> None:
    shown = picture(
        [([0, 0, 300, 100], CAR, True, None)], [([10, 10, 60, 60], 0.9, CAR), ([100, 10, 150, 60], 0.9, CAR)]
    )
    score = score_class([shown], CAR, 0.5)
    assert (score.objects, score.found, score.false) == (0, 0, 0)
    assert score.recall is None
    assert score.ap is None


def test_a_class_that_was_not_labelled_is_not_held_against_the_detector() -> None:
    found = [([0.0, 0, 50, 50], 0.9, int(ObjectClass.PERSON))]
    looked = [picture([], found), picture([], found, (CAR, ObjectClass.PERSON))]
    score = score_class(looked, ObjectClass.PERSON, 0.5)
    assert (score.pictures, score.false) == (1, 1)


def test_a_size_ignores_the_objects_and_boxes_of_the_others() -> None:
    shown = picture(
        [([0, 0, 20, 20], CAR, False, None), ([100, 0, 200, 200], CAR, False, None)],
        [([0, 0, 20, 20], 0.9, CAR), ([100, 0, 300, 200], 0.9, CAR), ([400, 0, 600, 200], 0.9, CAR)],
    )
    small, large = (score_class([shown], CAR, 0.5, size) for size in ("small", "large"))
    assert (small.objects, small.found, small.false) == (1, 1, 0)
    assert (large.objects, large.found, large.false) == (1, 1, 1)
