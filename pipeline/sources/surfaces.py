"""Pixels of decoded frames, straight into a detector's slot."""

from __future__ import annotations

import threading

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from core.arrays import F32, I64, U8
from core.frames import Affine, InputSpec
from models.filling import fill, luma, placed_size, thinned, write_planes
from pipeline.sources.points import LAYOUTS, can_sample, sample


class Scaler:
    """swscale for the frames of one source, with its tables kept between frames.

    One at a time: PyAV sets a frame's colour tags aside while it converts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slot, self._whole = VideoReformatter(), VideoReformatter()

    def planes(self, frame: av.VideoFrame, width: int, height: int) -> tuple[U8, U8, U8]:
        """Blue, green and red (height, width), scaled: averaged over areas when smaller, bilinear when larger."""
        smaller = width * height < frame.width * frame.height
        with self._lock:
            # One thread: cameras are the parallelism. Scaling and normalising 416 x 312: gbrp 0.62 ms, bgr24 0.65 ms.
            scaled = self._slot.reformat(
                frame, width, height, "gbrp", interpolation=_AREA if smaller else _BILINEAR, threads=1
            )
        green, blue, red = (_pixels(plane, width, height) for plane in scaled.planes)
        return blue, green, red

    def whole(self, frame: av.VideoFrame) -> U8:
        """The picture (height, width, 3) BGR in its own size; a view of a new buffer."""
        with self._lock:
            picture = self._whole.reformat(frame, format="bgr24", interpolation=_BILINEAR, threads=1)
        return _pixels(picture.planes[0], frame.width * 3, frame.height).reshape(frame.height, frame.width, 3)


_AREA, _BILINEAR = Interpolation.AREA, Interpolation.BILINEAR


def _pixels(plane: av.video.plane.VideoPlane, row: int, height: int) -> U8:
    rows = np.frombuffer(memoryview(plane), np.uint8, count=plane.line_size * height).reshape(height, plane.line_size)
    return rows[:, :row]


class VideoSurface:
    """A decoded frame, kept in the decoder's own pixel format (any that swscale reads) until it is asked for.

    Args:
        frame: the frame; its rotation tag is honoured in steps of 90°.
        scaler: the source's.
    """

    def __init__(self, frame: av.VideoFrame, scaler: Scaler) -> None:
        self._frame: av.VideoFrame | None = frame
        self._scaler = scaler
        self._host: U8 | None = None
        self._turns = round(frame.rotation / 90) % 4
        self.width, self.height = (frame.height, frame.width) if self._turns % 2 else (frame.width, frame.height)

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot` (3, height, width) from YUV by way of swscale at the slot's own size; `Surface.write_into`."""
        place = Affine.fit(self.width, self.height, spec)
        w, h = placed_size(self.width, self.height, place)
        if self._turns % 2:
            w, h = h, w
        planes = self._scaler.planes(self._pixels(), w, h)
        write_planes([np.rot90(plane, self._turns) for plane in planes] if self._turns else planes, slot, spec, place)
        return place

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """The pixels (h, w, 3) BGR inside a box; `Surface.crop`. The whole picture is converted once."""
        return cut(self._picture(), xyxy)

    def sample(self, x: I64, y: I64) -> U8:
        """The pixels (..., 3) BGR at columns and rows; `Surface.sample`. Straight from YUV where the format allows."""
        frame = self._pixels()
        if self._host is None and can_sample(frame):
            return sample(frame, x, y, self._turns)
        return np.asarray(self._picture()[y, x], np.uint8)

    def grey(self, width: int, height: int) -> U8:
        """Brightness at about `width` × `height` places; `Surface.grey`. Luma as decoded, where the format has it."""
        frame = self._pixels()
        if frame.format.name in LAYOUTS:
            return thinned(_pixels(frame.planes[0], frame.width, frame.height), width, height)
        return luma(thinned(self._picture(), width, height))

    def to_host(self) -> U8:
        """The whole picture (height, width, 3) BGR, a copy."""
        return self._picture().copy()

    def release(self) -> None:
        """Give the frame back to the decoder's pool."""
        self._frame = self._host = None

    def _pixels(self) -> av.VideoFrame:
        if self._frame is None:
            raise ValueError("the surface was released")
        return self._frame

    def _picture(self) -> U8:
        frame = self._pixels()
        if self._host is None:
            picture = self._scaler.whole(frame)
            self._host = np.rot90(picture, self._turns) if self._turns else picture
        return self._host


class ArraySurface:
    """A picture (height, width, 3) uint8 BGR that is in memory already. The array is read, never changed."""

    def __init__(self, picture: U8) -> None:
        self._array: U8 | None = picture
        self.height, self.width = picture.shape[:2]

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot` (3, height, width); `Surface.write_into`."""
        return fill(slot, self._picture(), spec)

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """The pixels (h, w, 3) BGR inside a box; `Surface.crop`."""
        return cut(self._picture(), xyxy)

    def sample(self, x: I64, y: I64) -> U8:
        """The pixels (..., 3) BGR at columns and rows; `Surface.sample`."""
        return np.asarray(self._picture()[y, x], np.uint8)

    def grey(self, width: int, height: int) -> U8:
        """Brightness at about `width` × `height` places, as a decoder's luma weighs colours; `Surface.grey`."""
        return luma(thinned(self._picture(), width, height))

    def to_host(self) -> U8:
        """The whole picture (height, width, 3) BGR, a copy."""
        return self._picture().copy()

    def release(self) -> None:
        """Let go of the array."""
        self._array = None

    def _picture(self) -> U8:
        if self._array is None:
            raise ValueError("the surface was released")
        return self._array


def cut(picture: U8, xyxy: tuple[float, float, float, float]) -> U8:
    """A copy of the pixels inside a box, cut at the border; at least 1 × 1."""
    height, width = picture.shape[:2]
    left, top = min(max(int(xyxy[0]), 0), width - 1), min(max(int(xyxy[1]), 0), height - 1)
    right, bottom = min(int(np.ceil(xyxy[2])), width), min(int(np.ceil(xyxy[3])), height)
    return picture[top : max(bottom, top + 1), left : max(right, left + 1)].copy()
