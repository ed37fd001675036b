"""Labelled pictures in one shape, whatever file they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.arrays import F32, F64, I64, Bool
from core.errors import ConfigError
from core.taxonomy import ObjectClass


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The G labelled objects of a picture.

    Attributes:
        xyxy: (G, 4) float32, left, top, right, bottom in source pixels.
        class_id: (G) int64 of `core.taxonomy.ObjectClass`.
        crowd: (G) bool; such a box is a region where detections of its class are neither right nor wrong.
        area: (G) float64 in square pixels, by which an object is small, medium or large.
    """

    xyxy: F32
    class_id: I64
    crowd: Bool
    area: F64

    @classmethod
    def of(cls, rows: Sequence[tuple[Sequence[float], int, bool, float | None]]) -> Truth:
        """From (left, top, width, height), class, crowd, and area, of which None means that of the box."""
        box = np.array([row[0] for row in rows], np.float64).reshape(-1, 4)
        xyxy = np.column_stack((box[:, :2], box[:, :2] + box[:, 2:])).astype(np.float32)
        return cls(
            xyxy,
            np.array([row[1] for row in rows], np.int64),
            np.array([row[2] for row in rows], np.bool_),
            np.array([b[2] * b[3] if row[3] is None else row[3] for row, b in zip(rows, box, strict=True)], np.float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One picture and its objects.

    Attributes:
        file: the picture, or the video whose frame number `frame`, from 0, it is.
        size: width and height that the labels were made on; None where they do not say.
        night: None where the labels do not say.
        relative: boxes and areas are in parts of the picture's width and height.
        covered: the classes that the labels tell of; others are not there because nobody looked for them.
    """

    file: Path
    frame: int | None
    size: tuple[int, int] | None
    night: bool | None
    truth: Truth
    covered: frozenset[ObjectClass]
    relative: bool = False

    def truth_in(self, width: int, height: int) -> Truth:
        """The objects in pixels of the picture that was found.

        Raises:
            ConfigError: it has another size than the labels were made on.
        """
        if self.size is not None and self.size != (width, height):
            found, expected = f"{width}x{height}", f"{self.size[0]}x{self.size[1]}"
            raise ConfigError("error-detection-size", path=self.file, found=found, expected=expected)
        if not self.relative:
            return self.truth
        xyxy = (self.truth.xyxy * np.array([width, height] * 2)).astype(np.float32)
        return replace(self.truth, xyxy=xyxy, area=self.truth.area * width * height)


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labelled pictures of one file or folder.

    Attributes:
        unmapped: class names of the labels that Matpho has no class for; their objects are left out.
        videos: the SHA-256 that a video must have for its labels to fit.
    """

    name: str
    pictures: tuple[Labelled, ...]
    unmapped: tuple[str, ...]
    videos: dict[Path, str]
