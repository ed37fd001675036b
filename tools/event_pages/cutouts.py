"""Things cut out of the shipped clip, to be put elsewhere in it: the same camera, the same light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.arrays import F32, U8

OUTLINES: Final = {
    "stone": ((175, 251), (185, 252), (189, 257), (193, 269), (177, 274), (163, 275), (163, 269), (169, 260)),
    "cone": ((296, 186), (302, 186), (305, 202), (307, 207), (293, 208), (293, 204), (295, 202)),
    "bag": ((404, 167), (414, 167), (425, 170), (425, 179), (404, 173)),
    "van": (
        (653, 88), (653, 74), (656, 52), (659, 47), (668, 45), (690, 44), (706, 45), (712, 50), (714, 60), (723, 62),
        (724, 66), (717, 69), (722, 78), (722, 89), (718, 93), (713, 92), (711, 88), (702, 92), (701, 98), (697, 101),
        (693, 99), (690, 96), (660, 97), (655, 93),
    ),
    "jacket": ((325, 458), (333, 450), (350, 452), (352, 463), (345, 467), (331, 466)),
}  # fmt: skip
"""Corners in its pixels."""
SOFT: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A thing: `look` (h, w, 3) BGR, `solid` (h, w, 1) from 0 to 1."""

    look: U8
    solid: F32

    @classmethod
    def of(cls, name: str, picture: U8, scale: float = 1.0) -> Cutout:
        """One of `OUTLINES`, so many times as large as it is in a picture of the clip."""
        corners = np.array(OUTLINES[name], np.int32)
        x, y, width, height = cv2.boundingRect(corners)
        mask = np.zeros((height, width), np.float32)
        cv2.fillPoly(mask, [corners - (x, y)], 1.0)
        size = round(width * scale), round(height * scale)
        look = cv2.resize(picture[y : y + height, x : x + width], size, interpolation=cv2.INTER_CUBIC)
        solid = cv2.GaussianBlur(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), (0, 0), SOFT)
        return cls(np.asarray(look, np.uint8), np.asarray(solid, np.float32)[..., None])

    def lie(self, picture: U8, middle: U8, foot: tuple[int, int], passes: int) -> None:
        """Put it into a picture, its lower edge's middle at `foot`, behind who passes there: where the picture differs
        by more than `passes` levels from `middle`, what the clip shows when nobody is there.
        """
        height, width = self.look.shape[:2]
        left, top = foot[0] - width // 2, foot[1] - height
        part = picture[top : top + height, left : left + width]
        away = cv2.absdiff(part, np.ascontiguousarray(middle[top : top + height, left : left + width])).max(axis=2)
        before = cv2.dilate((away > passes).astype(np.uint8), np.ones((3, 3), np.uint8))
        solid = self.solid * (1 - before[..., None])
        part[:] = np.rint(part * (1 - solid) + self.look * solid).astype(np.uint8)
