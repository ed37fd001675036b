"""Real detectors on the hand labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.detection.measure import DetectionResult, as_dict, measure

LABELS = Path(__file__).resolve().parents[2] / "benchmarks/detection/labels"


@pytest.fixture(scope="module")
def result(shared: Path) -> DetectionResult:
    models = ("nanodet_g_416", str(shared / "models/yolo11n_int8_320.onnx"))
    return measure(
        [LABELS / "topdown_traffic.json"],
        models,
        images=shared / "video",
        backend="onnxruntime",
        progress=lambda _: None,
    )


def test_denominators_are_those_of_the_labels(result: DetectionResult) -> None:
    data = json.loads((LABELS / "topdown_traffic.json").read_text())
    assert result.pictures == len(data["images"])
    assert result.objects == sum(not a["iscrowd"] for a in data["annotations"])
    for model in result.models:
        assert model.scores["all"].objects == result.objects
        assert sum(model.scores[size].objects for size in ("small", "medium", "large")) == result.objects
        assert model.scores["day"].pictures + model.scores["night"].pictures == result.pictures


def test_cars_in_plain_view_are_found(result: DetectionResult) -> None:
    for model in result.models:
        car = model.scores["car"]
        assert car.ap50 is not None
        assert car.ap is not None
        assert car.ap < car.ap50
        assert car.ap50 > 0.6


def test_a_higher_threshold_finds_no_more_and_leaves_average_precision(result: DetectionResult, shared: Path) -> None:
    strict = measure(
        [LABELS / "topdown_traffic.json"],
        ("nanodet_g_416",),
        images=shared / "video",
        backend="onnxruntime",
        threshold=0.6,
        progress=lambda _: None,
    ).models[0]
    own = result.models[0]
    assert strict.scores["car"].ap == own.scores["car"].ap
    assert strict.scores["car"].found < own.scores["car"].found
    assert strict.scores["car"].false <= own.scores["car"].false


def test_json_has_rates_beside_counts(result: DetectionResult) -> None:
    value = json.loads(json.dumps(as_dict(result)))
    car = value["models"][0]["scores"]["car"]
    assert car["recall"] == pytest.approx(car["found"] / car["objects"])
    assert car["false_per_picture"] == pytest.approx(car["false"] / car["pictures"])
