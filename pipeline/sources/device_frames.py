"""Decoded frames as `core.device.Nv12`, wherever their pixels lie."""

from __future__ import annotations

from typing import Any, Final

import av
from av.video.reformatter import ColorRange

from core.device import BT601, BT709, Colour, Nv12

_MATRICES: Final = {1: BT709, 2: BT601, 5: BT601, 6: BT601}
"""FFmpeg's colour space (ITU-T H.273 matrix coefficients); where the stream does not say (2), as swscale."""


def colour_of(tagged: av.VideoFrame | av.VideoCodecContext) -> Colour:
    """What a frame's or a stream's tags say of its numbers."""
    return Colour(*_MATRICES.get(int(tagged.colorspace), BT601), full=int(tagged.color_range) == ColorRange.JPEG)


def host_nv12(frame: av.VideoFrame) -> Nv12:
    """A frame in the host's memory; copied unless it is NV12 already."""
    full = frame.format.name.startswith("yuvj")
    colour = colour_of(frame)
    even = frame if frame.format.name == "nv12" else frame.reformat(format="nv12")
    return _nv12(even, "cpu", Colour(colour.red, colour.blue, colour.full or full), frame.rotation)


def device_nv12(frame: av.VideoFrame, device: str) -> Nv12:
    """A frame of FFmpeg's CUDA decoder, where it lies. FFmpeg writes it on the device's default stream."""
    return _nv12(frame, device, colour_of(frame), frame.rotation)


def _nv12(frame: av.VideoFrame, device: str, colour: Colour, rotation: float) -> Nv12:
    luma: Any
    chroma: Any
    luma, chroma = frame.planes[:2]
    return Nv12(frame.width, frame.height, luma, chroma, device, colour, round(rotation / 90) % 4)
