"""Labels in the COCO format (https://cocodataset.org/#format-data), of pictures or of a video's frames.

Beyond COCO an image may have `time_of_day` (`day` or `night`), and `video` and `frame` (from 0) in the place of
`file_name`; a list `videos` then gives `file_name` and `sha256` of each.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.detection.labels import Labelled, LabelSet, Truth
from benchmarks.detection.places import Location, line_of
from core.errors import ConfigError
from core.taxonomy import ObjectClass
from locales import text
from models.decoding import COMMON_CLASSES
from scenes.documents import field_name

TIMES: Final[Mapping[str, bool]] = {"day": False, "night": True}
Row = tuple[list[float], int, bool, float | None]


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    content: str

    def wrong(self, at: Location, expected: str, found: object) -> ConfigError:
        """What stands at a place of the file is not what it must be."""
        return ConfigError(
            "error-detection-field",
            path=self.path,
            line=line_of(self.content, at),
            field=field_name(at),
            found=json.dumps(found)[:80],
            expected=text(f"detection-expected-{expected}"),
        )

    def items(self, data: dict[str, Any], name: str, *, needed: bool = True) -> list[dict[str, Any]]:
        """A list of objects."""
        value = data.get(name, None if needed else [])
        if not isinstance(value, list):
            raise self.wrong((name,), "list", value)
        for i, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.wrong((name, i), "object", item)
        return value

    def get(self, item: dict[str, Any], at: Location, name: str, kind: type) -> Any:
        """A field of an object; bool is no int."""
        value = item.get(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.wrong((*at, name), "text" if kind is str else "number", value)
        return value


def load(path: Path, images: Path | None = None) -> LabelSet:
    """Labels of a COCO file.

    Raises:
        ConfigError: it is unreadable, or wrong: with line and field.
    """
    file = _read(path)
    data = json.loads(file.content)
    if not isinstance(data, dict):
        raise file.wrong((), "object", data)
    folder = path.parent if images is None else images
    classes, unmapped = _classes(file, data)
    rows = _rows(file, data, classes)
    covered = frozenset(c for c in classes.values() if c is not None)
    found = []
    for i, item in enumerate(file.items(data, "images")):
        number = file.get(item, ("images", i), "id", int)
        found.append(_picture(file, ("images", i), item, folder, Truth.of(rows.pop(number, [])), covered))
    if not found:
        raise file.wrong(("images",), "pictures", [])
    return LabelSet(path.stem, tuple(found), unmapped, _videos(file, data, folder))


def _read(path: Path) -> _File:
    try:
        content = path.read_text(encoding="utf-8-sig")
        json.loads(content)
    except UnicodeDecodeError as error:
        raise ConfigError("error-file-not-text", path=path) from error
    except OSError as error:
        raise ConfigError("error-file-unreadable", path=path, reason=error.strerror or error) from error
    except json.JSONDecodeError as error:
        raise ConfigError("error-detection-json", path=path, line=error.lineno, reason=error.msg) from error
    return _File(path, content)


def _classes(file: _File, data: dict[str, Any]) -> tuple[dict[int, ObjectClass | None], tuple[str, ...]]:
    classes: dict[int, ObjectClass | None] = {}
    unmapped = []
    for i, item in enumerate(file.items(data, "categories")):
        number = file.get(item, ("categories", i), "id", int)
        name = file.get(item, ("categories", i), "name", str)
        if number in classes:
            raise file.wrong(("categories", i, "id"), "new-id", number)
        classes[number] = COMMON_CLASSES.get(name.lower())
        if classes[number] is None:
            unmapped.append(name)
    if not any(c is not None for c in classes.values()):
        raise file.wrong(("categories",), "known-class", unmapped)
    return classes, tuple(unmapped)


def _rows(file: _File, data: dict[str, Any], classes: dict[int, ObjectClass | None]) -> dict[int, list[Row]]:
    """Objects by the number of their picture."""
    rows: dict[int, list[Row]] = {}
    for i, item in enumerate(file.items(data, "images")):
        number = file.get(item, ("images", i), "id", int)
        if number in rows:
            raise file.wrong(("images", i, "id"), "new-id", number)
        rows[number] = []
    for i, item in enumerate(file.items(data, "annotations")):
        at = ("annotations", i)
        image, category = file.get(item, at, "image_id", int), file.get(item, at, "category_id", int)
        if image not in rows:
            raise file.wrong((*at, "image_id"), "image", image)
        if category not in classes:
            raise file.wrong((*at, "category_id"), "category", category)
        meaning = classes[category]
        box, area = _box(file, (*at, "bbox"), item.get("bbox")), item.get("area")
        if area is not None and not (_is_number(area) and area >= 0):
            raise file.wrong((*at, "area"), "area", area)
        crowd = item.get("iscrowd", 0)
        if crowd not in (0, 1):
            raise file.wrong((*at, "iscrowd"), "flag", crowd)
        if meaning is not None:
            rows[image].append((box, int(meaning), bool(crowd), area))
    return rows


def _box(file: _File, at: Location, value: object) -> list[float]:
    if isinstance(value, list) and len(value) == 4 and all(map(_is_number, value)) and min(value[2:]) > 0:
        return [float(v) for v in value]
    raise file.wrong(at, "box", value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _picture(
    file: _File, at: Location, item: dict[str, Any], folder: Path, truth: Truth, covered: frozenset[ObjectClass]
) -> Labelled:
    frame = None
    if "video" in item:
        name, frame = file.get(item, at, "video", str), file.get(item, at, "frame", int)
        if frame < 0:
            raise file.wrong((*at, "frame"), "number", frame)
    else:
        name = file.get(item, at, "file_name", str)
    size = None
    if "width" in item or "height" in item:
        size = (file.get(item, at, "width", int), file.get(item, at, "height", int))
    time = item.get("time_of_day")
    if time is not None and time not in TIMES:
        raise file.wrong((*at, "time_of_day"), "time", time)
    return Labelled(folder / name, frame, size, None if time is None else TIMES[time], truth, covered)


def _videos(file: _File, data: dict[str, Any], folder: Path) -> dict[Path, str]:
    found = {}
    for i, item in enumerate(file.items(data, "videos", needed=False)):
        at = ("videos", i)
        found[folder / file.get(item, at, "file_name", str)] = file.get(item, at, "sha256", str)
    return found
