"""What backends are measured and judged on: a few views of a street that come with the package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8
from core.frames import InputSpec
from models.filling import fill

FOLDER: Final = Path(__file__).parent / "streets"
"""Frames of matpho/demo/plaza.mp4; its licence is told in NOTICE."""


def street_pictures() -> list[U8]:
    """Fourteen views (h, w, 3) BGR: of two frames the whole, the whole mirrored, the middle and each corner."""
    views: list[U8] = []
    for file in sorted(FOLDER.glob("*.jpg")):
        picture = np.asarray(cv2.imread(str(file)), np.uint8)
        height, width = picture.shape[:2]
        tall, wide = height * 3 // 4, width * 3 // 4
        places = [(top, left) for top in (0, height - tall) for left in (0, width - wide)]
        parts = [picture[top : top + tall, left : left + wide] for top, left in ((height // 8, width // 8), *places)]
        views += [picture, *(np.ascontiguousarray(part) for part in (picture[:, ::-1], *parts))]
    return views


def batches(pictures: Sequence[U8], spec: InputSpec, size: int) -> list[F32]:
    """The pictures as inputs (size, 3, height, width); the last batch is filled up with the first pictures again."""
    count = -(-len(pictures) // size)
    images = np.zeros((count * size, 3, spec.height, spec.width), np.float32)
    for index, slot in enumerate(images):
        fill(slot, pictures[index % len(pictures)], spec)
    return [images[start : start + size] for start in range(0, len(images), size)]
