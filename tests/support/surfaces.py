"""Pictures in memory as frames."""

from __future__ import annotations

import cv2
import numpy as np

from core.arrays import F32, I64, U8
from core.frames import Affine, ClockSource, FrameBatch, FrameMeta, InputSpec


class ArraySurface:
    """A `core.frames.Surface` over a BGR picture (h, w, 3); says whether it has been released."""

    def __init__(self, picture: U8) -> None:
        self.picture = picture
        self.released = False
        self.writes = 0

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        self._alive()
        self.writes += 1
        height, width = self.picture.shape[:2]
        placing = Affine.fit(width, height, spec)
        w, h = round(width * placing.scale_x), round(height * placing.scale_y)
        x, y = int(placing.offset_x), int(placing.offset_y)
        small = cv2.resize(self.picture, (w, h), interpolation=cv2.INTER_LINEAR)
        planes = cv2.split(small if spec.order == "bgr" else cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
        for index, plane in enumerate(planes):
            scale, shift = 1.0 / spec.std[index], -spec.mean[index] / spec.std[index]
            if (w, h) != (spec.width, spec.height):
                slot[index] = spec.padding * scale + shift
            inside = slot[index, y : y + h, x : x + w]
            np.multiply(plane, np.float32(scale), out=inside)
            inside += np.float32(shift)
        return placing

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        self._alive()
        height, width = self.picture.shape[:2]
        left, top = min(max(int(xyxy[0]), 0), width - 1), min(max(int(xyxy[1]), 0), height - 1)
        right, bottom = max(int(np.ceil(xyxy[2])), left + 1), max(int(np.ceil(xyxy[3])), top + 1)
        return self.picture[top:bottom, left:right]

    def sample(self, x: I64, y: I64) -> U8:
        self._alive()
        return self.picture[y, x]

    def grey(self, width: int, height: int) -> U8:
        self._alive()
        down, right = max(1, self.picture.shape[0] // height), max(1, self.picture.shape[1] // width)
        return self.picture[::down, ::right, 1].copy()

    def to_host(self) -> U8:
        self._alive()
        return self.picture.copy()

    def release(self) -> None:
        self.released = True

    def _alive(self) -> None:
        if self.released:
            raise AssertionError("used after its release")


def meta_of(picture: U8, camera_id: str = "cam", seq: int = 0) -> FrameMeta:
    """What is known of a made-up frame: 10 frames a second since 2026-01-01."""
    height, width = picture.shape[:2]
    captured = 1_767_225_600_000_000_000 + seq * 100_000_000
    return FrameMeta(camera_id, 0, seq, captured, ClockSource.FILE, 0, seq * 100_000_000, width, height)


def batch_of(*pictures: U8, camera_id: str = "cam", first_seq: int = 0) -> FrameBatch:
    """A batch of pictures of one camera."""
    metas = tuple(meta_of(picture, camera_id, first_seq + i) for i, picture in enumerate(pictures))
    return FrameBatch(metas, tuple(ArraySurface(picture) for picture in pictures))
