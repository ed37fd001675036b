"""Small real video files and pictures, made on the spot."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np

from core.arrays import U8
from tests.support.rtsp import need_ffmpeg


def scene(index: int, width: int = 160, height: int = 120) -> U8:
    """A smooth picture (height, width, 3) BGR with a bright square that moves."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    picture = np.stack((40 + 120 * x, 60 + 100 * y, 180 - 100 * x * y), axis=2)
    left = (index * 4) % max(1, width - width // 8)
    picture[height // 4 : height // 2, left : left + width // 8] = (30, 220, 240)
    return np.asarray(picture, np.uint8)


def make_video(
    path: Path,
    *,
    frames: int = 20,
    fps: int = 10,
    size: tuple[int, int] = (160, 120),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    faststart: bool = False,
    pictures: Callable[[int], U8] | None = None,
    pts: Iterable[int] | None = None,
) -> Path:
    """Encode `frames` pictures; `pts` are given in 1/1000 s, else at `fps`."""
    width, height = size
    with av.open(str(path), "w", options={"movflags": "faststart"} if faststart else {}) as container:
        settings = ({"g": "10", "tune": "zerolatency"} if codec == "libx264" else {}) | (options or {})
        stream = cast("av.VideoStream", container.add_stream(codec, rate=fps, options=settings))
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000) if pts is not None else Fraction(1, fps)
        stamps = list(pts) if pts is not None else list(range(frames))
        for index, stamp in enumerate(stamps):
            picture = pictures(index) if pictures else scene(index, width, height)
            frame = av.VideoFrame.from_ndarray(picture, "bgr24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = stamp, stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def ffmpeg(*arguments: str | Path) -> None:
    """Run the `ffmpeg` program; skips the test where it is missing."""
    need_ffmpeg()
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-nostdin", *map(str, arguments)], check=True)
