"""Labels in YOLO's layout: `images/` beside `labels/`, one line an object: class, centre x and y, width, height."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from benchmarks.detection.labels import Labelled, LabelSet, Truth
from core.errors import ConfigError
from core.taxonomy import ObjectClass
from locales import text
from models.decoding import COMMON_CLASSES
from pipeline.sources.folder import pictures_in
from scenes.documents import read_document

SLACK: Final = 1e-3
"""How far beyond the picture a side may lie, in parts of it: what rounding does."""
Row = tuple[list[float], int, bool, float | None]


def load(folder: Path, images: Path | None = None) -> LabelSet:
    """Labels of a folder with data.yaml or classes.txt, `labels/` and `images/`, with folders inside them or not.

    A picture without a label file shows nothing, as such data sets have it.

    Raises:
        ConfigError: a part is missing, or a line is wrong.
    """
    names = _names(folder)
    classes = [COMMON_CLASSES.get(name.lower()) for name in names]
    if not any(c is not None for c in classes):
        raise ConfigError("error-detection-classes", path=folder, found=", ".join(names))
    pictures_folder, labels_folder = images or folder / "images", folder / "labels"
    for needed in (pictures_folder, labels_folder):
        if not needed.is_dir():
            raise ConfigError("error-detection-folder", path=folder, folder=needed)
    inside = sorted(p for p in pictures_folder.rglob("*") if p.is_dir())
    files = [file for part in (pictures_folder, *inside) for file in pictures_in(part)]
    labels = {file.relative_to(pictures_folder).with_suffix(".txt"): file for file in files}
    for file in sorted(labels_folder.rglob("*.txt")):
        if file.relative_to(labels_folder) not in labels:
            raise ConfigError("error-detection-no-picture", path=file, folder=pictures_folder)
    if not files:
        raise ConfigError("error-detection-no-pictures", path=pictures_folder)
    covered = frozenset(c for c in classes if c is not None)
    found = tuple(
        Labelled(file, None, None, None, Truth.of(_rows(labels_folder / name, classes)), covered, relative=True)
        for name, file in labels.items()
    )
    return LabelSet(folder.name, found, tuple(n for n, c in zip(names, classes, strict=True) if c is None), {})


def _names(folder: Path) -> list[str]:
    described, listed = folder / "data.yaml", folder / "classes.txt"
    if described.is_file():
        document = read_document(described)
        names = document.data.get("names")
        if isinstance(names, dict) and sorted(names, key=str) == sorted(range(len(names)), key=str):
            names = [names[i] for i in range(len(names))]
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise ConfigError(
                "error-detection-field",
                path=described,
                line=document.line(("names",)),
                field="names",
                found=str(names)[:80],
                expected=text("detection-expected-names"),
            )
        return names
    if not listed.is_file():
        raise ConfigError("error-detection-layout", path=folder)
    return [line.strip() for line in _lines(listed) if line.strip()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigError("error-file-not-text", path=path) from error
    except OSError as error:
        raise ConfigError("error-file-unreadable", path=path, reason=error.strerror or error) from error


def _rows(path: Path, classes: list[ObjectClass | None]) -> list[Row]:
    if not path.is_file():
        return []
    rows: list[Row] = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        problem, values = "yolo-line", line.split()
        try:
            index, (x, y, w, h) = int(values[0]), map(float, values[1:])
        except (ValueError, IndexError):
            raise _wrong(path, number, problem, line) from None
        if not 0 <= index < len(classes):
            raise _wrong(path, number, "yolo-class", index)
        left, top = x - w / 2, y - h / 2
        sides = (left, top, left + w, top + h)
        if not (all(map(math.isfinite, sides)) and min(w, h) > 0 and min(sides) > -SLACK and max(sides) < 1 + SLACK):
            raise _wrong(path, number, "yolo-box", line)
        meaning = classes[index]
        if meaning is not None:
            rows.append(([left, top, w, h], int(meaning), False, None))
    return rows


def _wrong(path: Path, line: int, expected: str, found: object) -> ConfigError:
    said = text(f"detection-expected-{expected}")
    return ConfigError("error-detection-line", path=path, line=line, found=str(found)[:80], expected=said)
