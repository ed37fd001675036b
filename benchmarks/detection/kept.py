"""The folder in which pictures wait to be labelled: clean, drawn on, and a COCO file of the boxes to start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import cv2

from benchmarks.detection.scoring import Found
from core.arrays import U8, Bool
from core.errors import ConfigError
from core.frames import FrameMeta
from core.taxonomy import ObjectClass
from pipeline.sources.urls import slug

COLOURS: Final = ((0, 140, 255), (255, 120, 0))
"""Blue, green, red of the first model's boxes (orange) and of the second's (blue)."""
FILE: Final = "disagreements.json"
Seen = tuple[Found, Bool]
"""Detections of a model, and which of them it has alone."""


class Folder:
    """`images/`, `drawn/` and `disagreements.json`, which is whole after each picture.

    Where both models have an object, the file has the first one's box.

    Raises:
        ConfigError: the file is there already, or the folder cannot be made.
    """

    def __init__(self, path: Path, names: tuple[str, str]) -> None:
        if (path / FILE).exists():
            raise ConfigError("error-shadow-exists", path=path / FILE)
        self.path = path
        self._names = names
        self._images: list[dict[str, Any]] = []
        self._boxes: list[dict[str, Any]] = []
        try:
            for part in ("images", "drawn"):
                (path / part).mkdir(parents=True, exist_ok=True)
            self._save()
        except OSError as error:
            raise _unwritable(path, error) from error

    def keep(self, meta: FrameMeta, picture: U8, a: Seen, b: Seen) -> None:
        """Write one picture (height, width, 3) BGR with what the models saw in it.

        Raises:
            ConfigError: it cannot be written.
        """
        number = len(self._images) + 1
        name = f"{slug(meta.camera_id)}-{meta.epoch}-{meta.seq:08d}.jpg"
        for of_model, model, (found, alone) in zip("ab", self._names, (a, b), strict=True):
            for row in range(len(found.score)):
                if alone[row] or of_model == "a":
                    self._boxes.append(_annotation(found, row, model if alone[row] else None))
                    self._boxes[-1] |= {"id": len(self._boxes), "image_id": number}
        size = {"width": meta.width, "height": meta.height}
        self._images.append({"id": number, "file_name": f"images/{name}", **size, "captured_ns": meta.captured_ns})
        try:
            _jpeg(self.path / "images" / name, picture)
            _jpeg(self.path / "drawn" / name, self._drawn(picture, a, b))
            self._save()
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _drawn(self, picture: U8, a: Seen, b: Seen) -> U8:
        drawn = picture.copy()
        for i, ((found, alone), colour) in enumerate(zip((a, b), COLOURS, strict=True)):
            for row, (left, top, right, bottom) in enumerate(found.xyxy.round().astype(int).tolist()):
                cv2.rectangle(drawn, (left, top), (right, bottom), colour, 2 if alone[row] else 1)
                said = f"{ObjectClass(int(found.class_id[row])).label} {found.score[row]:.2f}"
                if alone[row]:
                    cv2.putText(drawn, said, (left + 2, max(top - 4, 10)), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1)
            place = (4, 14 + 14 * i)
            cv2.putText(drawn, self._names[i], place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 3)
            cv2.putText(drawn, self._names[i], place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1)
        return drawn

    def _save(self) -> None:
        value = {
            "info": {"models": list(self._names)},
            "categories": [{"id": int(c) + 1, "name": c.label} for c in ObjectClass],
            "images": self._images,
            "annotations": self._boxes,
        }
        fresh = self.path / f"{FILE}.new"
        fresh.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self.path / FILE)


def _annotation(found: Found, row: int, model: str | None) -> dict[str, Any]:
    """A box for COCO; `model` names the one that has it alone, `both` says that none has."""
    left, top, right, bottom = (round(float(v), 1) for v in found.xyxy[row])
    width, height = round(right - left, 1), round(bottom - top, 1)
    return {
        "category_id": int(found.class_id[row]) + 1,
        "bbox": [left, top, width, height],
        "area": round(width * height, 1),
        "iscrowd": 0,
        "score": round(float(found.score[row]), 3),
        "model": "both" if model is None else model,
    }


def _jpeg(path: Path, picture: U8) -> None:
    path.write_bytes(cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 92))[1].tobytes())


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError("error-file-unwritable", path=error.filename or path, reason=error.strerror or error)
