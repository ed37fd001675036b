"""Second models: detectors and classifiers with classes of their own, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.arrays import U8
from core.errors import ConfigError, MatphoError, ModelError
from core.frames import ClockSource, FrameBatch, FrameMeta
from core.taxonomy import ObjectClass
from models.classifier import OnnxClassifier
from models.detector import OnnxDetector
from models.second import SecondModel, load_second, second_labels
from pipeline.sources.surfaces import ArraySurface
from tests.support.graphs import constant_graph, patch_graph, save_card, warm_classifier, write_card

SMOKE, FIRE, WATER = ObjectClass.SMOKE, ObjectClass.FIRE, ObjectClass.WATER
ORANGE = (0, 128, 255)


def picture(*patches: tuple[int, int, int, int]) -> U8:
    """Grey, 64 × 64, with orange patches at left, top, right, bottom."""
    shown = np.full((64, 64, 3), 90, np.uint8)
    for left, top, right, bottom in patches:
        shown[top:bottom, left:right] = ORANGE
    return shown


def detect(detector: object, shown: U8) -> list[tuple[int, list[int]]]:
    assert isinstance(detector, OnnxDetector)
    meta = FrameMeta("cam", 0, 0, 0, ClockSource.FILE, 0, 0, 64, 64)
    found = detector.detect(FrameBatch((meta,), (ArraySurface(shown),)))
    return [(int(c), np.rint(box).astype(int).tolist()) for c, box in zip(found.class_id, found.xyxy, strict=True)]


def test_names_that_say_it_themselves_need_no_meaning(tmp_path: Path) -> None:
    model = SecondModel(patch_graph(tmp_path / "m.onnx"))
    assert second_labels(model) == {FIRE}
    assert detect(load_second(model), picture((16, 32, 32, 48))) == [(FIRE, [16, 32, 32, 48])]
    assert detect(load_second(model), picture()) == []


def test_a_meaning_joins_any_name_to_the_taxonomy(tmp_path: Path) -> None:
    path = patch_graph(tmp_path / "m.onnx", ["Rauch", "Katze"])
    model = SecondModel(path, {"Rauch": SMOKE})
    assert second_labels(model) == {SMOKE}
    assert detect(load_second(model), picture((0, 0, 16, 16))) == [(SMOKE, [0, 0, 16, 16])]
    with pytest.raises(ModelError, match=r"none of its classes.*Rauch, Katze"):
        load_second(SecondModel(path))


def test_a_meaning_stands_against_the_cards(tmp_path: Path) -> None:
    path = patch_graph(tmp_path / "m.onnx", ["haze", "kite"])
    write_card(path, family="ultralytics", input=None, classes=None, class_map={"haze": "smoke"})
    assert second_labels(SecondModel(path)) == {SMOKE}
    assert detect(load_second(SecondModel(path, {"haze": WATER})), picture((0, 0, 16, 16)))[0][0] == WATER


def test_the_threshold_is_the_users(tmp_path: Path) -> None:
    path, half = patch_graph(tmp_path / "m.onnx"), picture((0, 0, 16, 8))
    assert len(detect(load_second(SecondModel(path)), half)) == 1
    assert detect(load_second(SecondModel(path, threshold=0.6)), half) == []


def test_a_classifier_is_known_by_its_export(tmp_path: Path) -> None:
    path = warm_classifier(tmp_path / "m.onnx")
    model = load_second(SecondModel(path, batch=2))
    assert isinstance(model, OnnxClassifier) and model.labels == {SMOKE} == second_labels(SecondModel(path))
    said = model.classify([picture((0, 0, 64, 64)), picture(), picture((0, 0, 64, 32))])
    assert [list(one) for one in said] == [[SMOKE], [], [SMOKE]]
    assert all(0.5 <= score <= 1.0 for one in said for score in one.values())


def test_a_classifier_with_a_card(tmp_path: Path) -> None:
    path = warm_classifier(tmp_path / "m.onnx", metadata=False)
    card = {
        "family": "classifier",
        "input": {
            "width": 32,
            "height": 32,
            "order": "rgb",
            "mean": [0, 0, 0],
            "std": [255, 255, 255],
            "keep_aspect": False,
        },
        "classes": ["flooded street", "street"],
        "class_map": {"flooded street": "water"},
    }
    save_card(path, card)
    model = load_second(SecondModel(path))
    assert isinstance(model, OnnxClassifier) and model.labels == {WATER}
    assert list(model.classify([picture((0, 0, 64, 64))])[0]) == [WATER]
    save_card(path, card | {"classes": ["a", "b", "c"], "class_map": {"a": "water"}})
    with pytest.raises(ModelError, match="3 scores"):
        load_second(SecondModel(path)).classify([picture()])  # type: ignore[union-attr]


def test_classes_that_mean_the_same_are_added_up(tmp_path: Path) -> None:
    path = constant_graph(tmp_path / "m.onnx", [np.array([[0.3, 0.3, 0.4]])], {"task": "classify"} | EXPORT)
    model = load_second(SecondModel(path, {"white smoke": SMOKE, "black smoke": SMOKE}))
    assert isinstance(model, OnnxClassifier)
    assert model.classify([picture()]) == [{SMOKE: pytest.approx(0.6)}]


EXPORT = {"names": "{0: 'white smoke', 1: 'black smoke', 2: 'none'}", "imgsz": "[32, 32]", "stride": "32"}


def test_what_is_no_number_is_refused(tmp_path: Path) -> None:
    path = constant_graph(tmp_path / "m.onnx", [np.full((1, 3), np.nan)], {"task": "classify"} | EXPORT)
    model = load_second(SecondModel(path, {"none": SMOKE}))
    with pytest.raises(ModelError, match="no number"):
        model.classify([picture()])  # type: ignore[union-attr]


def test_a_class_that_the_model_lacks_is_told_with_the_nearest(tmp_path: Path) -> None:
    for path in (
        patch_graph(tmp_path / "d.onnx", ["Smoke", "kite"]),
        warm_classifier(tmp_path / "c.onnx", ["Smoke", ""]),
    ):
        with pytest.raises(ModelError, match=r'no class "smok" \(nearest: Smoke\)'):
            load_second(SecondModel(path, {"smok": SMOKE}))


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'none\.onnx: no such model file.*"path"'):
        load_second(SecondModel(tmp_path / "none.onnx"))
    broken = tmp_path / "broken.onnx"
    broken.write_text("no model")
    with pytest.raises(ModelError, match="cannot load"):
        load_second(SecondModel(broken, {"smoke": SMOKE}))
    path = warm_classifier(tmp_path / "m.onnx")
    save_card(path, {"family": "classifier", "class_map": {"smoke": "fog"}})
    with pytest.raises(ConfigError, match="fog"):
        second_labels(SecondModel(path))
    save_card(path, {"family": "classifier", "class_map": {"smoke": "smoke"}, "sha256": "0" * 64})
    with pytest.raises(MatphoError, match="SHA-256"):
        load_second(SecondModel(path))
