"""What every `Source` promises, on all of them and on the fake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from core.frames import FrameMeta, InputSpec, Surface
from core.protocols import FrameStream, Source
from pipeline.sources.av_source import AvSource
from pipeline.sources.folder import FolderSource
from pipeline.sources.push import PushSource
from pipeline.sources.synthetic import Script, SyntheticSource
from pipeline.sources.traffic.source import Play, TrafficSource
from tests.support.media import ffmpeg, make_video, scene
from tests.support.recording import write_two_cars
from tests.support.rtsp import RtspServer
from tests.support.web import WebServer, mjpeg

COUNT = 8
SPEC = InputSpec(96, 64)
Maker = Callable[[Path, ExitStack], Source]


class Fed(PushSource):
    """A push source with somebody who pushes."""

    def open(self, epoch: int) -> FrameStream:
        stream = super().open(epoch)
        threading.Thread(target=self._feed, daemon=True).start()
        return stream

    def _feed(self) -> None:
        for index in range(200):
            if not self.push(scene(index), media_ns=index * 10_000_000):
                return
            threading.Event().wait(0.005)


def synthetic(folder: Path, stack: ExitStack) -> Source:
    return SyntheticSource("cam")


def synthetic_live(folder: Path, stack: ExitStack) -> Source:
    return SyntheticSource("cam", Script(live=True, paced=True, fps=50))


def file(folder: Path, stack: ExitStack) -> Source:
    return AvSource(str(make_video(folder / "a.mp4")), "cam")


def file_realtime(folder: Path, stack: ExitStack) -> Source:
    return AvSource(str(make_video(folder / "a.mp4", fps=50)), "cam", realtime=True)


def file_over_http(folder: Path, stack: ExitStack) -> Source:
    make_video(folder / "a.mp4", faststart=True)
    return AvSource(stack.enter_context(WebServer(folder=folder)).url("/a.mp4"), "cam")


def folder_of_pictures(folder: Path, stack: ExitStack) -> Source:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=2", folder / "%06d.jpg")
    return FolderSource(folder, "cam")


def recorded_traffic(folder: Path, stack: ExitStack) -> Source:
    return TrafficSource(write_two_cars(folder / "a.traffic"), "cam")


def recorded_traffic_realtime(folder: Path, stack: ExitStack) -> Source:
    return TrafficSource(write_two_cars(folder / "a.traffic"), "cam", Play(fps=50, realtime=True, loop=True))


def pushed(folder: Path, stack: ExitStack) -> Source:
    return Fed("cam", capacity=64)


def mjpeg_camera(folder: Path, stack: ExitStack) -> Source:
    return AvSource(stack.enter_context(WebServer({"/live": mjpeg()})).url("/live"), "cam")


def hls_camera(folder: Path, stack: ExitStack) -> Source:
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2", "-c:v", "libx264", "-g", "12", "-f", "hls",
        "-hls_time", "0.5", "-hls_list_size", "0", folder / "live.m3u8",
    )  # fmt: skip
    return AvSource(stack.enter_context(WebServer(folder=folder)).url("/live.m3u8"), "cam")


def rtsp_camera(folder: Path, stack: ExitStack) -> Source:
    clip = make_video(folder / "clip.mp4", frames=50, fps=25)
    return AvSource(stack.enter_context(RtspServer({"/a": clip})).url("/a"), "cam")


MAKERS: tuple[Maker, ...] = (
    synthetic,
    synthetic_live,
    file,
    file_realtime,
    file_over_http,
    folder_of_pictures,
    recorded_traffic,
    recorded_traffic_realtime,
    pushed,
    mjpeg_camera,
    hls_camera,
)
ALL = [*MAKERS, pytest.param(rtsp_camera, marks=pytest.mark.rtsp)]


@pytest.fixture(params=ALL, ids=lambda maker: maker.__name__)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    with ExitStack() as stack:
        yield request.param(tmp_path, stack)


def read(source: Source, epoch: int = 0) -> list[tuple[FrameMeta, Surface]]:
    stream = source.open(epoch)
    try:
        return list(islice(stream, COUNT))
    finally:
        stream.close()


def test_frames_tell_who_and_when_they_are(source: Source) -> None:
    metas = [meta for meta, _ in read(source, epoch=3)]
    assert len(metas) == COUNT
    assert {(m.camera_id, m.epoch) for m in metas} == {("cam", 3)} == {(source.camera_id, 3)}
    for before, meta in pairwise(metas):
        assert meta.media_ns > before.media_ns
        assert meta.seq - before.seq - 1 == meta.dropped
        assert meta.captured_ns > before.captured_ns - 1_000_000_000
    assert all(isinstance(v, int) for m in metas for v in (m.media_ns, m.captured_ns, m.clock_error_ns, m.seq))
    assert all(m.clock_error_ns >= 0 and m.dropped >= 0 for m in metas)


def test_surfaces_hold_the_picture_that_the_meta_describes(source: Source) -> None:
    for meta, surface in read(source):
        assert surface.to_host().shape == (meta.height, meta.width, 3)
        assert surface.crop((10, 10, 20.5, 30)).shape == (20, 11, 3)
        slot = np.full((3, SPEC.height, SPEC.width), np.nan, np.float32)
        place = surface.write_into(slot, SPEC)
        assert np.isfinite(slot).all()
        assert slot.min() >= 0
        assert slot.max() <= 1
        assert meta.width * place.scale_x <= SPEC.width + 1e-6
        surface.release()
        surface.release()


def test_a_source_opens_again_in_a_new_epoch(source: Source) -> None:
    first, second = read(source, 0), read(source, 1)
    assert {meta.epoch for meta, _ in first} == {0}
    assert {meta.epoch for meta, _ in second} == {1}
    assert second[0][0].seq <= COUNT


def test_closing_ends_reading_from_any_thread_and_twice(source: Source) -> None:
    stream = source.open(0)
    frames = iter(stream)
    next(frames)
    closer = threading.Thread(target=stream.close)
    closer.start()
    closer.join(20)
    assert not closer.is_alive()
    stream.close()
    assert len(list(frames)) <= 1
