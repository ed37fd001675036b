"""Single pixels of planes of luma and chroma, as blue, green and red."""

from __future__ import annotations

import numpy as np

from core.arrays import F32, I64, U8
from core.compiled import compiled


@compiled
def from_planes(
    luma: U8, blue: U8, red: U8, x: I64, y: I64, lines: tuple[int, int], halved: tuple[int, int, int], to_bgr: F32
) -> U8:
    """The pixels (N, 3) BGR nearest to columns and rows of a picture.

    Args:
        luma, blue, red: samples of the planes, one line after the other.
        x, y: (N) columns and rows of luma.
        lines: bytes of a line of luma, and of one of chroma.
        halved: how often columns and rows of chroma are halved, and how often columns are doubled since blue and red
            lie side by side.
        to_bgr: (4, 3) what luma, blue and red chroma add to each channel, and what is added besides.

    Raises:
        IndexError: a place lies outside a plane.
    """
    pixels = np.empty((len(x), 3), np.uint8)
    for n in range(len(x)):
        chroma = (y[n] >> halved[1]) * lines[1] + (x[n] >> halved[0] << halved[2])
        fine = y[n] * lines[0] + x[n]
        if not (0 <= fine < len(luma) and 0 <= chroma < len(blue) and chroma < len(red)):
            raise IndexError("outside the picture")
        of_luma, of_blue, of_red = luma[fine], blue[chroma], red[chroma]
        for channel in range(3):
            level = of_luma * to_bgr[0, channel] + of_blue * to_bgr[1, channel] + of_red * to_bgr[2, channel]
            pixels[n, channel] = np.uint8(min(max(level + to_bgr[3, channel], np.float32(0)), np.float32(255)))
    return pixels
