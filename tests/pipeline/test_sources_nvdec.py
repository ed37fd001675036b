"""Decoding on a device, with FFmpeg in the place of the GPU behind the same calls."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from structlog.testing import capture_logs

from core.device import DeviceSurface
from pipeline.sources.av_open import Recipe, open_container
from pipeline.sources.av_reader import AvReader
from pipeline.sources.av_source import TRANSPORTS, AvSource
from pipeline.sources.nvdec import CuvidReader, DeviceReader, NvdecDecoder, nvdec_library, planes
from tests.support.media import ffmpeg, make_video

CLIPS = ("car_detection.mp4", "topdown_traffic.mp4")


class Packet:
    """As `PyNvVideoCodec.PacketData`."""

    bsl = bsl_data = pts = 0


class Decoder:
    """As `PyNvVideoCodec.PyNvDecoder`: a raw stream in, pictures in the order of showing out."""

    def __init__(self, codec: str) -> None:
        self._context: Any = av.CodecContext.create(codec, "r")

    def Decode(self, packet: Packet) -> list[Any]:
        part = None
        if packet.bsl:
            part = av.Packet(ctypes.string_at(packet.bsl_data, packet.bsl))
            part.pts = packet.pts
        try:
            found = self._context.decode(part)
        except av.error.EOFError:
            return []
        return [SimpleNamespace(getPTS=lambda f=f: f.pts, picture=f.to_ndarray(format="nv12")) for f in found]


class Library:
    """As the module `PyNvVideoCodec`."""

    PacketData = Packet
    cudaVideoCodec = SimpleNamespace(H264="h264", HEVC="hevc", AV1="av1")

    def __init__(self, room: int = 99) -> None:
        self.room = room

    def CreateDecoder(self, *, codec: str, **_: Any) -> Decoder:
        if not self.room:
            raise RuntimeError("CUDA_ERROR_OUT_OF_MEMORY")
        self.room -= 1
        return Decoder(codec)


def recipe(video: Path, fps: float | None = None) -> Recipe:
    return Recipe("cam", TRANSPORTS["file"], str(video), str(video), 0, False, False, 5.0, fps)


def reader(video: Path, library: Any, fps: float | None = None) -> DeviceReader:
    def make(stream: av.VideoStream, _: str) -> NvdecDecoder:
        return NvdecDecoder(stream, "cpu", library, lambda picture: planes(torch.from_numpy(picture.picture)))

    torch = pytest.importorskip("torch")
    return DeviceReader(recipe(video, fps), 0, "cuda:0", make)


@pytest.mark.parametrize("clip", CLIPS)
def test_frames_on_a_device_have_the_times_and_numbers_of_those_on_the_host(shared: Path, clip: str) -> None:
    there, here = reader(shared / "video" / clip, Library()), AvReader(recipe(shared / "video" / clip), 0)
    there.open()
    here.open()
    pairs = list(zip(there.frames(), here.frames(), strict=True))
    assert len(pairs) > 100
    for (meta, surface), (wanted, other) in pairs:
        assert meta == wanted
        assert isinstance(surface, DeviceSurface)
        if meta.seq % 50 == 0:
            apart = np.abs(surface.to_host().astype(int) - other.to_host())
            assert apart.mean() < 2
    there.close()
    here.close()


def test_a_camera_that_finds_no_room_is_decoded_on_the_cpu_and_says_so(shared: Path) -> None:
    with capture_logs() as logs:
        full = reader(shared / "video" / CLIPS[0], Library(room=0))
        full.open()
    assert not isinstance(next(full.frames())[1], DeviceSurface)
    (said,) = [log for log in logs if log["event"] == "decodes_on_cpu"]
    assert said["camera"] == "cam"
    assert "CUDA_ERROR_OUT_OF_MEMORY" in said["reason"]
    full.close()


def test_a_machine_without_a_driver_decodes_on_the_cpu_either_way(shared: Path) -> None:
    try:
        nvdec_library()
    except Exception as error:  # noqa: BLE001 what is asked here
        reason = str(error)
    else:
        pytest.skip("there is a GPU")
    assert "decode: cpu" in reason
    for made in (DeviceReader, CuvidReader):
        with capture_logs() as logs:
            found = made(recipe(shared / "video" / CLIPS[0]), 0, "cuda:0")
            found.open()
        assert next(found.frames())[0].seq == 0
        assert [log["event"] for log in logs] == ["decodes_on_cpu"]
        found.close()


def test_frames_that_are_not_wanted_are_left_out_by_packet(shared: Path) -> None:
    video = shared / "video" / CLIPS[0]
    few = reader(video, Library(), fps=0.05)
    few.open()
    found = [meta.media_ns for meta, _ in few.frames()]
    assert 0 < len(found) <= 400
    assert found == sorted(found)
    few.close()


def test_a_source_on_the_cpu_opens_no_device(shared: Path) -> None:
    stream = AvSource(str(shared / "video" / CLIPS[0]), decode="cpu", device="cuda:0").open(0)
    assert not isinstance(next(iter(stream))[1], DeviceSurface)
    stream.close()


def test_a_file_s_rotation_is_kept_on_the_device(tmp_path: Path, shared: Path) -> None:
    turned = tmp_path / "turned.mp4"
    ffmpeg("-i", shared / "video" / "topdown_traffic.mp4", "-c", "copy", "-metadata:s:v", "rotate=90", turned)
    there, here = reader(turned, Library()), AvReader(recipe(turned), 0)
    there.open()
    here.open()
    (meta, surface), (other, upright) = next(there.frames()), next(here.frames())
    assert (meta.width, meta.height) == (other.width, other.height) == (360, 640)
    difference = np.abs(surface.to_host().astype(int) - upright.to_host()).mean()
    assert difference < 3
    there.close()
    here.close()


def test_pixels_that_are_no_nv12_are_decoded_on_the_cpu_by_cuvid_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = make_video(
        tmp_path / "deep.mp4", codec="libx265", pix_fmt="yuv420p10le", options={"x265-params": "log-level=0"}
    )
    asked: list[int | None] = []

    def opened(wanted: Recipe) -> object:
        asked.append(wanted.cuda)
        return open_container(replace(wanted, cuda=None))  # there is no device here

    monkeypatch.setattr("pipeline.sources.av_reader.open_container", opened)
    found = CuvidReader(recipe(deep), 0, "cuda:0")
    with capture_logs() as said:
        found.open()
        metas = [meta for meta, _ in found.frames()]
    found.close()
    assert asked == [0, None]
    assert len(metas) == 20
    assert [entry["event"] for entry in said if entry["event"] == "decodes_on_cpu"] == ["decodes_on_cpu"]
