"""Frames whose pixels lie in the memory of a device, and stay there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from core.frames import Surface

BT601: Final = (0.299, 0.114)
BT709: Final = (0.2126, 0.0722)


@dataclass(frozen=True, slots=True)
class Colour:
    """How luma and chroma mean red, green and blue.

    Attributes:
        red, blue: weights in luma, such as `BT601`.
        full: luma and chroma use all of 0..255 (JPEG), else 16..235 and 16..240.
    """

    red: float = BT601[0]
    blue: float = BT601[1]
    full: bool = False

    def to_rgb(self) -> tuple[float, ...]:
        """Twelve numbers, row by row: red, green and blue (0..255) each from luma, blue chroma, red chroma and 1."""
        black, luma, chroma = (0.0, 1.0, 1.0) if self.full else (16.0, 255 / 219, 255 / 224)
        green = 1 - self.red - self.blue
        u, v = 2 * (1 - self.blue) * chroma, 2 * (1 - self.red) * chroma
        rows = ((luma, 0.0, v), (luma, -self.blue * u / green, -self.red * v / green), (luma, u, 0.0))
        return tuple(x for y, cb, cr in rows for x in (y, cb, cr, -black * y - 128.0 * (cb + cr)))


class DlpackArray(Protocol):
    """An array that others read where it lies (Python array API standard, DLPack)."""

    def __dlpack__(self, *, stream: int | None = None) -> object: ...

    def __dlpack_device__(self) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Nv12:
    """A picture of `width` × `height` as video decoders of devices give it. Rows may be padded.

    Attributes:
        luma: (height, width) uint8.
        chroma: (⌈height / 2⌉, ⌈width / 2⌉, 2) uint8: blue, red.
        device: `cpu`, or `cuda:` with a number.
        colour: what the numbers mean.
        turns: quarter turns to the left until the picture stands upright.
        stream: handle of the CUDA stream on which the pixels are written: whoever reads waits for what is queued there.
    """

    width: int
    height: int
    luma: DlpackArray
    chroma: DlpackArray
    device: str
    colour: Colour
    turns: int = 0
    stream: int = 0


@runtime_checkable
class DeviceSurface(Surface, Protocol):
    """A `Surface` on a device. What its other methods give is copied to the host: for evidence, not for every frame."""

    def nv12(self) -> Nv12:
        """The pixels, not copied; they hold until `release`."""
        ...
