"""Single pixels straight from YUV are those of the converted picture."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from core.arrays import U8
from pipeline.sources.av_source import AvSource
from pipeline.sources.points import LAYOUTS, can_sample, sample
from pipeline.sources.surfaces import ArraySurface, Scaler, VideoSurface
from tests.support.media import ffmpeg, scene


def smooth(width: int, height: int) -> U8:
    """A scene without fine colours, which chroma at half resolution cannot hold."""
    return np.asarray(cv2.GaussianBlur(scene(3, width, height), (0, 0), 3), np.uint8)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("pix_fmt", LAYOUTS)
@pytest.mark.parametrize("size", [(640, 480), (161, 121)])
def test_every_pixel_is_that_of_the_whole_picture(pix_fmt: str, size: tuple[int, int], turns: int) -> None:
    frame = av.VideoFrame.from_ndarray(smooth(*size), "bgr24").reformat(format=pix_fmt)
    whole = np.rot90(Scaler().whole(frame), turns).astype(int)
    assert can_sample(frame)
    found = sample(frame, np.arange(whole.shape[1]), np.arange(whole.shape[0])[:, None], turns)
    assert np.abs(found - whole).mean() < 1.5


@pytest.mark.parametrize("colour_range", [ColorRange.MPEG, ColorRange.JPEG])
@pytest.mark.parametrize("space", [Colorspace.ITU601, Colorspace.ITU709])
def test_the_frames_colour_tags_are_heeded(space: Colorspace, colour_range: ColorRange) -> None:
    picture = av.VideoFrame.from_ndarray(smooth(320, 240), "bgr24")
    frame = picture.reformat(format="yuv444p", dst_colorspace=space, dst_color_range=colour_range)
    assert frame.color_range == colour_range
    whole = Scaler().whole(frame).astype(int)
    found = sample(frame, np.arange(320), np.arange(240)[:, None], 0)
    assert np.abs(found - whole).mean() < 1


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "nv12", "yuv420p10le", "gray", "rgb24"])
def test_surfaces_of_all_formats_give_points(pix_fmt: str) -> None:
    picture = smooth(200, 100)
    surface = VideoSurface(av.VideoFrame.from_ndarray(picture, "bgr24").reformat(format=pix_fmt), Scaler())
    x, y = np.array([[0, 70, 199]]), np.array([[0], [50], [99]])
    before = surface.sample(x, y)
    assert before.shape == (3, 3, 3)
    whole = surface.to_host()
    np.testing.assert_allclose(before.astype(int), whole[y, x], atol=8)
    np.testing.assert_array_equal(surface.sample(x, y), whole[y, x])
    np.testing.assert_array_equal(ArraySurface(picture).sample(x, y), picture[y, x])
    surface.release()
    with pytest.raises(ValueError, match="released"):
        surface.sample(x, y)


def test_a_turned_file_is_sampled_upright(tmp_path: Path) -> None:
    flat, turned = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=160x120:d=0.3:r=10", "-pix_fmt", "yuv420p", flat)
    ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v", "rotate=90", turned)
    stream = AvSource(str(turned)).open(0)
    meta, surface = next(iter(stream))
    x, y = np.arange(4, meta.width, 8), np.arange(4, meta.height, 8)[:, None]
    points = surface.sample(x, y).astype(int)
    assert np.abs(points - surface.to_host()[y, x]).mean() < 6
    stream.close()
