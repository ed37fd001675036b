"""Disagreements of two real detectors on a real clip are kept once, bounded, and ready to be labelled."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.detection.kept import Folder
from benchmarks.detection.loading import load
from benchmarks.detection.scoring import Found
from benchmarks.detection.shadow import Shadow, ShadowCounts, the_source, without_partner
from core.errors import ConfigError
from core.taxonomy import ObjectClass
from models.registry import load_detector


def found(*rows: tuple[list[float], ObjectClass]) -> Found:
    boxes = np.array([r[0] for r in rows], np.float32).reshape(-1, 4)
    return Found(boxes, np.full(len(rows), 0.9, np.float32), np.array([r[1] for r in rows], np.int64))


def test_a_car_seen_as_a_truck_is_agreed_on_and_a_person_there_is_not() -> None:
    a = found(([0, 0, 50, 50], ObjectClass.CAR), ([100, 0, 150, 50], ObjectClass.CAR))
    b = found(([2, 0, 52, 50], ObjectClass.TRUCK), ([100, 0, 150, 50], ObjectClass.PERSON))
    alone_a, alone_b = without_partner(a, b)
    assert (alone_a.tolist(), alone_b.tolist()) == ([False, True], [False, True])


def watched(shared: Path, out: Path, *, low: float, most: int, video: str = "highway.avi") -> ShadowCounts:
    """The shipped model against itself: at 0.5, and at a threshold of `low`."""
    a, b = (load_detector(score_threshold=score, max_batch=1) for score in (0.5, low))
    shadow = Shadow(a, b, Folder(out, ("strict", "lax")), fps=1, most=most)
    return shadow.run(the_source(str(shared / "video" / video), 1))


def test_what_only_the_lower_threshold_shows_is_kept(shared: Path, tmp_path: Path) -> None:
    counts = watched(shared, tmp_path, low=0.2, most=5)
    assert counts.only_a == 0
    assert counts.only_b > 0
    assert counts.both > 0
    assert counts.written == 5
    assert counts.dropped > 0
    assert counts.disagreed == counts.written + counts.repeated + counts.dropped
    data = json.loads((tmp_path / "disagreements.json").read_text())
    assert {a["model"] for a in data["annotations"]} == {"both", "lax"}
    assert all(a["score"] < 0.5 for a in data["annotations"] if a["model"] == "lax")
    labels = load(tmp_path / "disagreements.json")
    assert len(labels.pictures) == 5
    for item in labels.pictures:
        clean, drawn = (cv2.imread(str(tmp_path / part / item.file.name)) for part in ("images", "drawn"))
        assert clean is not None
        assert drawn is not None
        assert clean.shape == drawn.shape == (240, 320, 3)
        assert not np.array_equal(clean, drawn)


def test_a_model_agrees_with_itself(shared: Path, tmp_path: Path) -> None:
    counts = watched(shared, tmp_path, low=0.5, most=5)
    assert (counts.disagreed, counts.only_a, counts.only_b) == (0, 0, 0)
    assert json.loads((tmp_path / "disagreements.json").read_text())["images"] == []


def test_labels_that_are_there_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "disagreements.json").write_text("{}")
    with pytest.raises(ConfigError, match="perhaps labelled"):
        Folder(tmp_path, ("a", "b"))
