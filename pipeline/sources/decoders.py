"""What this FFmpeg can decode."""

from __future__ import annotations

import ctypes
from typing import Final

import av
from av.codec import Codec

CODECS: Final = ("h264", "hevc", "av1", "mjpeg", "mpeg4")
"""What city cameras and recordings use, most used first."""
NVDEC_LIBRARY: Final = "libnvcuvid.so.1"


def decoders() -> list[str]:
    """Names of the decoders at hand for `CODECS`: FFmpeg's own, then NVDEC's (`h264_cuvid`) where its driver is."""
    device = [f"{codec}_cuvid" for codec in CODECS] if _driver() else []
    return [name for name in (*CODECS, *device) if _decodes(name)]


def _driver() -> bool:
    try:
        ctypes.CDLL(NVDEC_LIBRARY)
    except OSError:
        return False
    return True


def _decodes(name: str) -> bool:
    if name not in av.codecs_available:
        return False
    try:
        Codec(name, "r")
    except ValueError:  # only an encoder
        return False
    return True
