"""Labels from whatever file holds them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.detection import coco, yolo
from benchmarks.detection.labels import LabelSet
from core.errors import ConfigError


def load(path: Path, images: Path | None = None) -> LabelSet:
    """Labels of a COCO file, or of a folder in YOLO's layout.

    Args:
        images: where pictures and videos lie; None: beside the labels.

    Raises:
        ConfigError: they are missing, or wrong: with file, line and field.
    """
    if path.is_dir():
        return yolo.load(path, images)
    if not path.is_file():
        raise ConfigError("error-file-missing", path=path)
    return coco.load(path, images)
