"""Single pixels of a decoded frame, without converting the whole picture."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

import av
import numpy as np
from av.video.reformatter import ColorRange

from core.arrays import F32, I64, U8
from models.kernels.points import from_planes


class Layout(NamedTuple):
    """How chroma lies in an eight-bit YUV format: halvings of its columns and rows; blue and red in one plane."""

    columns: int
    rows: int
    together: bool = False


LAYOUTS: Final[Mapping[str, Layout]] = {
    "yuv420p": Layout(1, 1),
    "yuvj420p": Layout(1, 1),
    "yuv422p": Layout(1, 0),
    "yuvj422p": Layout(1, 0),
    "yuv444p": Layout(0, 0),
    "yuvj444p": Layout(0, 0),
    "nv12": Layout(1, 1, together=True),
}
"""What cameras send and decoders give; of other formats the whole picture is converted."""

_BT601: Final = (0.299, 0.114)
_WEIGHTS: Final[Mapping[int, tuple[float, float]]] = {1: (0.2126, 0.0722), 2: _BT601, 5: _BT601, 6: _BT601}
"""FFmpeg's colour space (ITU-T H.273 matrix coefficients) → weights of red and blue in luma: BT.709; and BT.601, which
swscale takes where the stream does not say (2)."""


def can_sample(frame: av.VideoFrame) -> bool:
    """Whether `sample` can read such a frame."""
    return frame.format.name in LAYOUTS and frame.colorspace in _WEIGHTS


def sample(frame: av.VideoFrame, x: I64, y: I64, turns: int) -> U8:
    """The pixels (..., 3) BGR nearest to columns and rows that broadcast together, after `turns` quarter turns to the
    left; the same as of the converted picture but for the smoothing of chroma.
    """
    if x.shape != y.shape:
        x, y = np.broadcast_arrays(x, y)
    layout, planes, shape = LAYOUTS[frame.format.name], frame.planes, x.shape
    x, y = _before_turning(x.ravel(), y.ravel(), frame.width - 1, frame.height - 1, turns)
    luma, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8, offset=int(layout.together and channel == 2))
        for channel, plane in enumerate((planes[0], planes[1], planes[-1]))
    )
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    lines, halved = (planes[0].line_size, planes[1].line_size), (layout.columns, layout.rows, int(layout.together))
    return from_planes(luma, blue, red, x, y, lines, halved, _to_bgr(frame.colorspace, full)).reshape(*shape, 3)


def _before_turning(x: I64, y: I64, last_x: int, last_y: int, turns: int) -> tuple[I64, I64]:
    """Columns and rows of the picture as decoded, for those of the turned one."""
    return ((x, y), (last_x - y, x), (last_x - x, last_y - y), (y, last_y - x))[turns % 4]


@cache
def _to_bgr(colorspace: int, full: bool) -> F32:
    """(4, 3): what luma, blue and red chroma add to blue, green and red, and a shift, half a level up for rounding."""
    kr, kb = _WEIGHTS[colorspace]
    black, luma, chroma = (0.0, 1.0, 1.0) if full else (16.0, 255 / 219, 255 / 224)
    kg, blue, red = 1 - kr - kb, 2 * (1 - kb) * chroma, 2 * (1 - kr) * chroma
    matrix = np.array([[luma] * 3, [blue, -kb * blue / kg, 0.0], [0.0, -kr * red / kg, red]])
    return np.vstack((matrix, 0.5 - np.array([black, 128.0, 128.0]) @ matrix)).astype(np.float32)
