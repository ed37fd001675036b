"""Labels are read in both formats, and a wrong one is named with its file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.detection.loading import load
from benchmarks.detection.pictures import pictures
from core.errors import ConfigError
from core.taxonomy import ObjectClass

LABELS = Path(__file__).resolve().parents[2] / "benchmarks/detection/labels"


def coco(path: Path, change: tuple[tuple[str | int, ...], Any] | None = None) -> Path:
    """A small COCO file, one value a line; `change` puts a value at a place of it."""
    data: dict[str, Any] = {
        "categories": [{"id": 3, "name": "Car"}, {"id": 7, "name": "fire hydrant"}],
        "images": [
            {"id": 10, "file_name": "a.png", "width": 80, "height": 60, "time_of_day": "night"},
            {"id": 11, "file_name": "b.png"},
        ],
        "annotations": [
            {"id": 1, "image_id": 10, "category_id": 3, "bbox": [5, 6, 20, 10], "iscrowd": 0, "area": 150},
            {"id": 2, "image_id": 10, "category_id": 3, "bbox": [50, 6, 20, 10], "iscrowd": 1},
            {"id": 3, "image_id": 11, "category_id": 7, "bbox": [5, 6, 20, 10]},
        ],
    }
    if change is not None:
        at: Any = data
        for part in change[0][:-1]:
            at = at[part]
        at[change[0][-1]] = change[1]
    path.write_text(json.dumps(data, indent=1))
    return path


def test_coco_says_what_is_there(tmp_path: Path) -> None:
    labels = load(coco(tmp_path / "some.json"), tmp_path / "elsewhere")
    first, second = labels.pictures
    assert labels.unmapped == ("fire hydrant",)
    assert first.covered == {ObjectClass.CAR}
    assert first.file == tmp_path / "elsewhere/a.png"
    assert (first.night, second.night) == (True, None)
    assert first.truth.xyxy.tolist() == [[5, 6, 25, 16], [50, 6, 70, 16]]
    assert first.truth.crowd.tolist() == [False, True]
    assert first.truth.area.tolist() == [150, 200]
    assert len(second.truth.class_id) == 0


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [
        (("annotations", 1, "bbox"), [5, 6, 0, 10], "above 0"),
        (("annotations", 1, "bbox"), [5, 6, 10], "[left, top, width, height]"),
        (("annotations", 2, "image_id"), 99, "id of one of the images"),
        (("annotations", 0, "category_id"), 4, "id of one of the categories"),
        (("annotations", 0, "iscrowd"), 2, "0 or 1"),
        (("annotations", 0, "area"), "big", "square pixels"),
        (("images", 1, "id"), 10, "no other has"),
        (("images", 0, "time_of_day"), "dusk", "day or night"),
        (("images", 0, "width"), None, "whole number"),
        (("categories", 0, "name"), 5, "a text"),
        (("images",), {}, "a list"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    tmp_path: Path, at: tuple[str | int, ...], value: Any, expected: str
) -> None:
    path = coco(tmp_path / "some.json", (at, value))
    with pytest.raises(ConfigError) as raised:
        load(path)
    field = f"{at[0]}[{at[1]}].{at[2]}" if len(at) == 3 else str(at[0])
    message = str(raised.value)
    line = int(message.removeprefix(f"{path}:").partition(":")[0])
    assert f"{field}: " in message
    assert expected in message
    assert f'"{at[-1]}"' in path.read_text().splitlines()[line - 1]


def test_what_is_not_json_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"images": [\n  {"id": 1,}\n]}')
    with pytest.raises(ConfigError, match=r"broken\.json:2: not JSON"):
        load(tmp_path / "broken.json")


def yolo(folder: Path, line: str = "1 0.5 0.5 0.25 0.5") -> Path:
    for part in ("images/day", "labels/day"):
        (folder / part).mkdir(parents=True)
    for name in ("a", "b"):
        cv2.imwrite(str(folder / f"images/day/{name}.png"), np.full((60, 80, 3), 90, np.uint8))
    (folder / "labels/day/a.txt").write_text(f"0 0.1 0.1 0.1 0.1\n{line}\n")
    (folder / "data.yaml").write_text("names:\n  0: pedestrian\n  1: car\n")
    return folder


def test_yolo_boxes_are_placed_in_the_picture(tmp_path: Path) -> None:
    labels = load(yolo(tmp_path))
    found = {item.file.name: item.truth_in(m.width, m.height) for item, m, _ in pictures(labels)}
    assert found["a.png"].class_id.tolist() == [ObjectClass.PERSON, ObjectClass.CAR]
    assert found["a.png"].xyxy[1].tolist() == [30, 15, 50, 45]
    assert found["a.png"].area[1] == 600
    assert len(found["b.png"].class_id) == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [("1 0.5 0.5 0.25", "five numbers"), ("2 0.5 0.5 0.2 0.2", "class of the list"), ("1 0.9 0.5 0.5 0.5", "inside")],
)
def test_a_wrong_yolo_line_is_named(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=rf"a\.txt:2: .*{expected}"):
        load(yolo(tmp_path, line))


def test_yolo_labels_without_their_picture_are_refused(tmp_path: Path) -> None:
    (yolo(tmp_path) / "images/day/a.png").unlink()
    with pytest.raises(ConfigError, match="no picture of this name"):
        load(tmp_path)


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    labels = load(coco(tmp_path / "some.json"))
    with pytest.raises(ConfigError, match=r"64x60.*80x60"):
        labels.pictures[0].truth_in(64, 60)


def test_frames_of_the_labelled_clips_are_found(shared: Path) -> None:
    for path in sorted(LABELS.glob("*.json")):
        labels = load(path, shared / "video")
        looked = [(item.frame, item.truth_in(m.width, m.height)) for item, m, _ in pictures(labels)]
        assert [frame for frame, _ in looked] == [item.frame for item in labels.pictures]
        assert all((t.xyxy >= 0).all() and (t.xyxy[:, 2:] > t.xyxy[:, :2]).all() for _, t in looked)


def test_another_clip_of_the_same_name_is_refused(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "highway.avi").write_bytes((shared / "video/topdown_traffic.mp4").read_bytes())
    labels = load(LABELS / "highway.json", tmp_path)
    with pytest.raises(ConfigError, match=r"highway\.avi: not the video that was labelled"):
        next(pictures(labels))
