"""Pixels from decoded frames and arrays into a detector's slot."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import F32, U8
from core.frames import Affine, InputSpec, Surface
from pipeline.sources.av_source import AvSource
from pipeline.sources.surfaces import ArraySurface, Scaler, VideoSurface
from tests.support.media import ffmpeg, make_video, scene

NANODET = InputSpec(
    416, 416, "bgr", mean=(103.53, 116.28, 123.675), std=(57.375, 57.12, 58.395), padding=0.0, keep_aspect=True
)
YOLO = InputSpec(320, 192)
STRETCHED = InputSpec(100, 150, keep_aspect=False)
TOLERANCE = 2.0
"""Mean difference in pixel values between the two ways: the chroma of YUV 4:2:0 and the rounding of its conversion."""


def slot_of(surface: Surface, spec: InputSpec) -> tuple[F32, Affine]:
    """A slot that was full of rubbish before."""
    slot = np.full((3, spec.height, spec.width), np.nan, np.float32)
    place = surface.write_into(slot, spec)
    return slot, place


def in_pixels(slot: F32, spec: InputSpec) -> F32:
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)
    return np.asarray(slot * std[:, None, None] + mean[:, None, None], np.float32)


def video_surface(picture: U8, pix_fmt: str) -> VideoSurface:
    return VideoSurface(av.VideoFrame.from_ndarray(picture, "bgr24").reformat(format=pix_fmt), Scaler())


@pytest.mark.parametrize("spec", [NANODET, YOLO, STRETCHED], ids=["nanodet", "yolo", "stretched"])
@pytest.mark.parametrize(
    "pix_fmt", ["yuv420p", "yuvj420p", "yuv422p", "yuv422p10le", "nv12", "yuv420p10le", "yuv444p", "gray"]
)
@pytest.mark.parametrize("size", [(640, 480), (161, 121), (64, 200)])
def test_video_and_array_fill_a_slot_alike(spec: InputSpec, pix_fmt: str, size: tuple[int, int]) -> None:
    picture = scene(3, *size)
    if pix_fmt == "gray":
        picture = np.repeat(picture[:, :, 1:2], 3, axis=2)
    from_video, place = slot_of(video_surface(picture, pix_fmt), spec)
    from_array, same_place = slot_of(ArraySurface(picture), spec)
    assert place == same_place == Affine.fit(*size, spec)
    difference = np.abs(in_pixels(from_video, spec) - in_pixels(from_array, spec))
    assert np.isfinite(from_video).all()
    assert difference.mean() < TOLERANCE


def test_channel_order_and_normalisation_are_the_specs() -> None:
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[:] = (10, 20, 200)  # BGR
    spec = InputSpec(100, 100, "rgb", mean=(1.0, 2.0, 3.0), std=(2.0, 4.0, 5.0), padding=114.0)
    slot, place = slot_of(ArraySurface(picture), spec)
    assert (place.scale_x, place.offset_x, place.offset_y) == (1.0, 0.0, 25.0)
    np.testing.assert_allclose(slot[:, 50, 50], [(200 - 1) / 2, (20 - 2) / 4, (10 - 3) / 5], rtol=1e-5)
    np.testing.assert_allclose(slot[:, 5, 50], [(114 - 1) / 2, (114 - 2) / 4, (114 - 3) / 5], rtol=1e-5)
    np.testing.assert_allclose(slot[:, 95, 50], slot[:, 5, 50])


@given(
    width=st.integers(2, 300),
    height=st.integers(2, 300),
    slot_width=st.integers(16, 200),
    slot_height=st.integers(16, 200),
    keep=st.booleans(),
)
@settings(max_examples=60)
def test_every_size_fills_the_whole_slot(
    width: int, height: int, slot_width: int, slot_height: int, keep: bool
) -> None:
    spec = InputSpec(slot_width, slot_height, keep_aspect=keep)
    picture = np.full((height, width, 3), 90, np.uint8)
    for surface in (ArraySurface(picture), video_surface(picture, "yuv420p")):
        slot, place = slot_of(surface, spec)
        assert np.isfinite(slot).all()
        assert place == Affine.fit(width, height, spec)
        x, y = place.offset_x + width * place.scale_x / 2, place.offset_y + height * place.scale_y / 2
        # swscale's unscaled ways are up to 4 values off.
        np.testing.assert_allclose(slot[:, int(y), int(x)] * 255, 90, atol=5)


def test_a_square_lies_where_the_affine_says() -> None:
    picture = np.zeros((300, 500, 3), np.uint8)
    picture[100:200, 150:350] = 255
    slot, place = slot_of(video_surface(picture, "yuv420p"), YOLO)
    rows, columns = np.nonzero(slot[0] * 255 > 180)
    found = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    np.testing.assert_allclose(place.to_source(found)[0], [150, 100, 350, 200], atol=3.5)


@pytest.mark.parametrize("colour_range", ["tv", "pc"])
def test_full_and_limited_range_give_the_same_grey(tmp_path: Path, colour_range: str) -> None:
    file = tmp_path / "grey.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=0x404040:s=64x64:d=0.4:r=10",
        "-vf", f"scale=out_range={colour_range}", "-color_range", colour_range, "-pix_fmt", "yuv420p", file,
    )  # fmt: skip
    stream = AvSource(str(file)).open(0)
    _, surface = next(iter(stream))
    picture = surface.to_host()
    slot, _ = slot_of(surface, YOLO)
    stream.close()
    np.testing.assert_allclose(picture.mean(), 0x40, atol=2)
    np.testing.assert_allclose(slot[:, 96, 160] * 255, 0x40, atol=2)


def turned_file(folder: Path, degrees: int) -> Path:
    flat = make_video(folder / "flat.mp4", frames=3, size=(160, 120))
    turned = folder / f"turned{degrees}.mp4"
    ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v", f"rotate={degrees}", turned)
    return turned


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_recording_stands_upright(tmp_path: Path, degrees: int) -> None:
    file = turned_file(tmp_path, degrees)
    upright = tmp_path / "upright.png"
    ffmpeg("-i", file, "-frames:v", "1", upright)  # turns by itself
    with av.open(str(upright)) as container:
        expected = next(container.decode(video=0)).to_ndarray(format="bgr24")
    stream = AvSource(str(file)).open(0)
    meta, surface = next(iter(stream))
    assert (meta.height, meta.width) == expected.shape[:2]
    assert np.abs(surface.to_host().astype(int) - expected).mean() < 3
    slot, place = slot_of(surface, YOLO)
    expected_slot, expected_place = slot_of(ArraySurface(np.asarray(expected, np.uint8)), YOLO)
    assert place == expected_place
    assert np.abs(slot - expected_slot).mean() * 255 < TOLERANCE + 1
    stream.close()


@pytest.mark.parametrize("make", [ArraySurface, lambda p: video_surface(p, "yuv444p")], ids=["array", "video"])
@pytest.mark.parametrize(
    ("box", "shape"),
    [
        ((10.2, 20.0, 30.0, 40.5), (21, 20)),
        ((-5.0, -5.0, 8.0, 6.0), (6, 8)),
        ((150.0, 110.0, 900.0, 900.0), (10, 10)),
        ((500.0, 500.0, 600.0, 600.0), (1, 1)),
        ((-50.0, -50.0, -10.0, -10.0), (1, 1)),
        ((20.0, 20.0, 20.0, 20.0), (1, 1)),
    ],
)
def test_a_crop_is_cut_at_the_border_and_never_empty(
    make: type[ArraySurface], box: tuple[float, float, float, float], shape: tuple[int, int]
) -> None:
    picture = scene(0)
    crop = make(picture).crop(box)
    assert crop.shape == (*shape, 3)
    left, top = min(max(int(box[0]), 0), 159), min(max(int(box[1]), 0), 119)
    assert np.abs(crop.astype(int) - picture[top : top + shape[0], left : left + shape[1]]).max() <= 6


def test_pictures_handed_out_are_the_callers_own() -> None:
    picture = scene(0)
    for surface in (ArraySurface(picture), video_surface(picture, "yuv444p")):
        first = surface.to_host()
        first[:] = 0
        surface.crop((0, 0, 50, 50))[:] = 0
        assert surface.to_host().mean() > 50
    assert picture.mean() > 50


def test_a_released_surface_is_of_no_use_and_says_so() -> None:
    for surface in (ArraySurface(scene(0)), video_surface(scene(0), "yuv420p")):
        surface.release()
        surface.release()
        with pytest.raises(ValueError, match="released"):
            surface.to_host()
